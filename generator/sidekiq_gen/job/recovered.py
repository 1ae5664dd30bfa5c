"""The answers behind a job that is there: searched for, and proven by rendering them.

A rendered job carries no record of its answers, but its text narrows them down: the classes, columns and numbers in it
are what flags may have been given. The search begins with the arguments of ``perform`` and each kind, and always takes
the step that brings the rendering nearest to the text, until it is the text. What is not found that way is not guessed.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any, get_args

from sidekiq_gen.errors import SidekiqGenError
from sidekiq_gen.flags import answer
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.rendering import render
from sidekiq_gen.job.resolve import all_flags, resolve_job
from sidekiq_gen.job.said import Said
from sidekiq_gen.naming import ArgumentType
from sidekiq_gen.regex import regex
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.rails.project import Project

LONGEST = 30_000  # characters of a file; what `job` writes is shorter
STARTS = 2  # of each kind
NEAR = 0.75  # a text that is worth a second look at everything
TRIES = 2_500  # renderings, of some 2 ms each
# What says where files lie or what stands beside them, and what the search begins with.
_NO_STEP = frozenset({"dir", "database", "migration", "without", "test", "kind", "model"})
# What a flag that was added lets others say something about.
_BESIDE = {
    flag.parameter: frozenset(other.parameter for other in one.flags)
    for one in (*KINDS, *PATTERNS)
    for flag in one.flags
}
# What can be said with a flag in one breath.
_CHOICES = {one.flags[0].parameter: tuple(flag for flag in one.flags[1:] if flag.choices) for one in PATTERNS}
_TOKEN = regex(r"[A-Za-z_]\w*[?!]?|\d+|[^\s\w]")


def recover(answers: Answers, project: Project, *, job: str, spec: str | None) -> Answers | None:
    """The answers that give exactly these files; None where none are found.

    answers: the name, and what else is known; all of it is kept. job, spec: the texts; spec None where there is none.
    """
    if len(job) > LONGEST or len(spec or "") > LONGEST:
        return None
    return _Search(answers, project, [job] if spec is None else [job, spec]).found()


class _Search:
    """One search: answers are as near to the text as the pairs of neighbouring tokens that both have in common."""

    def __init__(self, answers: Answers, project: Project, texts: Sequence[str]) -> None:
        self._given = dict(answers)
        if len(texts) == 1:
            self._given.setdefault("test", _said("none"))
        self._project = project
        self._texts = list(texts)
        self._pairs = _pairs(texts)
        self._size = sum(self._pairs.values())
        self._said = Said(texts[0], project.app)
        self._fixed = {*self._given, "kind", "model", "arguments"}
        self._tries = 0

    def found(self) -> Answers | None:
        """Climb from the nearest start of each kind, the nearest kind first."""
        tried: Counter[str] = Counter()
        starts = ((self._score(start), start) for start in self._starts())
        for _, start in sorted(starts, key=lambda one: one[0], reverse=True):
            kind = answer(start, "kind", "")
            if tried[kind] < STARTS:
                tried[kind] += 1
                found = self._climbed(start)
                if found is not None:
                    return found
        return None

    def _starts(self) -> Iterator[Answers]:
        """Every kind, with what it may be about and be handed."""
        ways: dict[str, list[object]] = {
            "kind": [kind.name for kind in KINDS],
            "model": [None, *self._said.models],
            "arguments": [None, *self._said.arguments],
        }
        left = {parameter: values for parameter, values in ways.items() if parameter not in self._given}
        for way in product(*left.values()):
            told = {parameter: _said(value) for parameter, value in zip(left, way, strict=True) if value is not None}
            yield {**self._given, **told}

    def _climbed(self, answers: Answers) -> Answers | None:
        """The answers that give the text; None where no step leads any nearer."""
        score = self._score(answers)
        idle: set[tuple[str, str]] = set()  # what has been added once, and brought nothing
        while score < 1 and self._tries < TRIES:
            tried: list[tuple[float, int, tuple[str, str] | None, Answers]] = []
            for added, further in self._neighbours(answers):
                if added not in idle:
                    reached = self._score(further)
                    tried.append((reached, len(tried), added, further))
                    if added and reached <= score:
                        idle.add(added)
            best, _, added, further = max(tried, default=(0.0, 0, None, answers))
            if best <= score:
                if score < NEAR or not idle:
                    return None
                idle = set()  # what brought nothing before may do so now
                continue
            score, answers = best, further
            if added:
                idle = {one for one in idle if one[0] not in _BESIDE.get(added[0], ())}
        return answers if score == 1 else None

    def _neighbours(self, answers: Answers) -> Iterator[tuple[tuple[str, str] | None, Answers]]:
        """What one step leads to: a flag is added, with what it adds; or what is there is left out, or changed."""
        for flag in all_flags(self._project.app.pack):
            name = flag.parameter
            if name in self._fixed or name in _NO_STEP:
                continue
            there = answer(answers, name, [] if flag.type == "list" else None)
            for value in self._said.values(flag, answers):
                further = [*there, *(one for one in value if one not in there)] if isinstance(value, list) else value
                if further != there:
                    added = {**answers, name: _said(further)}
                    yield (name, str(value)), added
                    for other in _CHOICES.get(name, ()) if name not in answers else ():
                        for choice in other.choices[1:] if other.parameter not in answers else ():
                            yield (name, f"{value} {choice}"), {**added, other.parameter: _said(choice)}
        yield from ((None, other) for other in self._changed(answers))

    def _changed(self, answers: Answers) -> Iterator[Answers]:
        for name in answers.keys() - self._fixed:
            yield {other: value for other, value in answers.items() if other != name}
            several = answer(answers, name)
            if isinstance(several, list) and len(several) > 1:
                yield {**answers, name: _said([*several[1:], several[0]])}
                yield from ({**answers, name: _said([x for x in several if x != one])} for one in several)
        if "arguments" not in self._given:
            yield from ({**answers, "arguments": _said(some)} for some in self._said.arguments)
            yield from self._retyped(answers)

    @staticmethod
    def _retyped(answers: Answers) -> Iterator[Answers]:
        arguments = answer(answers, "arguments", [])
        for index, argument in enumerate(arguments):
            name, _, of_type = argument.partition(":")
            for other in get_args(ArgumentType) if of_type != "record" else ():
                if other not in {of_type, "record"}:
                    texts = [*arguments[:index], f"{name}:{other}", *arguments[index + 1 :]]
                    yield {**answers, "arguments": _said(texts)}
        for (first, one), (second, other) in combinations([one.split(":") for one in arguments], 2):
            if one != other and "record" not in {one, other}:
                swapped = {f"{first}:{one}": f"{first}:{other}", f"{second}:{other}": f"{second}:{one}"}
                yield {**answers, "arguments": _said([swapped.get(text, text) for text in arguments])}

    def _score(self, answers: Answers) -> float:
        """1 for the text itself, less the more differs, below 0 for what cannot be had."""
        self._tries += 1
        try:
            texts = [text for _, text in render(resolve_job(answers, self._project))]
        except SidekiqGenError:
            return -1.0
        if texts == self._texts:
            return 1.0
        pairs = _pairs(texts)
        shared, size = sum((pairs & self._pairs).values()), sum(pairs.values())
        return 1.98 * shared / (size + self._size)


def _pairs(texts: Iterable[str]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for text in texts:
        found.update(pairwise(_TOKEN.findall(text)))
    return found


def _said(value: object) -> Sourced[Any]:
    return Sourced(value, "default")
