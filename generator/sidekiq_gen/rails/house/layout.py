"""Where the house puts what Ruby leaves free: its linter decides where a cop is on, else most of its jobs."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sidekiq_gen.rails.house.rules import DEFAULT
from sidekiq_gen.rails.house.votes import decide, is_kept, spread, vote
from sidekiq_gen.regex import regex
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.style import Layout
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.rails.house.rules import Rules
    from sidekiq_gen.style import Commas, Private, Shorthand

V = TypeVar("V")

# So many jobs are read at most, evenly spread over all of them.
MAXIMUM_JOBS = 100
# What lines are broken at, unless the linter wants them shorter.
WIDTH = 120
# No line of a template can be broken at less.
NARROWEST = 80

_MODIFIER_LINES = "Layout/EmptyLinesAroundAccessModifier"
_AROUND = {"around": True, "only_before": False}
_SPACES = {"space": True, "no_space": False}
_ALIGNED = {"with_first_argument": True, "with_fixed_indentation": False}
_PARENTHESES = "Style/MethodCallWithArgsParentheses"
_HASHES = "Style/HashSyntax"
# The versions that want it short by default (rubocop v1.91 CHANGELOG.md: 1.22 brought it, 1.67 takes either).
_USED_TO = ">=1.22,<1.67"
_SHORT: Mapping[str, Shorthand] = {"always": "always", "consistent": "together"}
# The Ruby that reads it, and blocks without a name (rubocop v1.89 lib/rubocop/cop/mixin/hash_shorthand_syntax.rb and
# lib/rubocop/cop/naming/block_forwarding.rb).
SHORT_SINCE = (3, 1)
_YES = {True: True, False: False}
_IMPLICIT = {"implicit": True, "explicit": False}
_COMMAS: Mapping[str, Commas] = {
    "no_comma": "none",
    "comma": "own_lines",
    "consistent_comma": "lines",
    "diff_comma": "line_end",
}
_PRIVATE = regex(
    r"^([ \t]*)private[ \t]*\n(\s*\n)?([ \t]*)(?:#|def |attr_|memoize|sig )", re.MULTILINE, needs="private"
)
_CLASS = regex(r"^([ \t]*)class ", re.MULTILINE)
_OUTERMOST_CLASS = regex(r"^([ \t]*#[^\n]*\n)?[ \t]*class ", re.MULTILINE)
_OPTIONS = regex(
    r"^[ \t]*include [^\n]*\bSidekiq::(?:Job|Worker)\b[^\n]*\n(\s*\n)?[ \t]*sidekiq_options\b", re.MULTILINE
)
_RESCUE = regex(r"^[ \t]*rescue(?: (StandardError))?(?: =>|[ \t]*$)", re.MULTILINE, needs="rescue")
_BRACES = regex(r"[=(,\[:][ \t]*\{( ?)(?:\w+:|[\"':])[^{}\n]*\}", needs="{")
_LINES_OF_OPTIONS = regex(
    r"^( *)sidekiq_options (?=[^\s(])[^\n]*,[^\S\n]*\n( *)\S", re.MULTILINE, needs="sidekiq_options"
)
_LAST = regex(r"[^\s({\[|,](,?)[ \t]*\n[ \t]*([)\]}])")

# In the order of `Ballot.commas`.
_BRACKETS = (")", "]", "}")


@dataclass(frozen=True)
class LayoutHabits:
    """The values of `Layout` that differ from its defaults or were seen, with what says so; and the width of lines."""

    seen: Mapping[str, Sourced[Any]]
    width: Sourced[int]

    @property
    def style(self) -> Layout:
        """What rendering takes."""
        return Layout(**{name: said.value for name, said in self.seen.items()})


@dataclass(frozen=True)
class Ballot:
    """What the text of one job shows; None for nothing."""

    private: Private | None
    airy_private: bool | None
    airy_include: bool | None
    spaced: bool | None
    implicit: bool | None
    aligned: bool | None
    documented: bool | None
    commas: tuple[Commas | None, Commas | None, Commas | None]


# The values of ballots, each with how many jobs of those that are read show just these.
Ballots: TypeAlias = "frozenset[tuple[tuple[Any, ...], int]]"


def ballots(repo: Repo, jobs: Sequence[JobFile]) -> Ballots:
    """What jobs show."""
    return frozenset(Counter(_ballot(repo.read(job.path) or "") for job in spread(jobs, MAXIMUM_JOBS)).items())


def read_layout(votes: Ballots, rules: Rules, path: str) -> LayoutHabits:
    """Read it for a file of that path, such as the job that is written."""
    cast = [one for values, count in votes for one in [Ballot(*values)] * count]
    said = _Said(rules, path)
    documented = said.on("Style/Documentation")
    found: dict[str, Sourced[Any] | None] = {
        "private": decide(said.private(), [one.private for one in cast]),
        "airy_private": decide(said.of(_MODIFIER_LINES, _AROUND), [one.airy_private for one in cast]),
        # Hardly any house keeps this cop, as it is young; but where it is on, it puts the line in by itself.
        "airy_include": said.on("Layout/EmptyLinesAfterModuleInclusion") or vote([one.airy_include for one in cast]),
        "spaced_hashes": decide(said.of("Layout/SpaceInsideHashLiteralBraces", _SPACES), [one.spaced for one in cast]),
        "spaced_arrays": said.of("Layout/SpaceInsideArrayLiteralBrackets", _SPACES),
        "spaced_parameters": said.of("Layout/SpaceInsideBlockBraces", _YES),
        "spaced_defaults": said.of("Layout/SpaceAroundEqualsInParameterDefault", _SPACES),
        "implicit_rescue": decide(said.of("Style/RescueStandardError", _IMPLICIT), [one.implicit for one in cast]),
        "aligned_arguments": decide(said.of("Layout/ArgumentAlignment", _ALIGNED), [one.aligned for one in cast]),
        "closed_raise": said.closed_raise(),
        "brief_calls": said.of("Style/LambdaCall", {"braces": True, "call": False}),
        "refutes": said.of("Rails/RefuteMethods", {"refute": True, "assert_not": False}, "test/jobs/any_job_test.rb"),
        "shorthand": said.shorthand(),
        "unnamed_blocks": said.unnamed_blocks(),
        "lists": said.of("FactoryBot/CreateList", {"create_list": True}, "spec/jobs/any_job_spec.rb"),
        "zip": said.on("Performance/ZipWithoutBlock"),
        "documented": documented if documented and is_kept(documented, [one.documented for one in cast]) else None,
        "words": said.words(),
    }
    for place, (name, cop) in enumerate(
        (
            ("argument_commas", "Style/TrailingCommaInArguments"),
            ("array_commas", "Style/TrailingCommaInArrayLiteral"),
            ("hash_commas", "Style/TrailingCommaInHashLiteral"),
        )
    ):
        found[name] = decide(said.of(cop, _COMMAS), [one.commas[place] for one in cast])
    return LayoutHabits({name: value for name, value in found.items() if value}, said.width())


class _Said:
    """What the cops that are on for a file say, in the words of `Layout`."""

    def __init__(self, rules: Rules, path: str) -> None:
        self._rules = rules
        self._path = path

    def of(self, cop: str, meanings: Mapping[Any, V], path: str = "") -> Sourced[V] | None:
        """What a cop asks for; None where it is off, or asks for what nothing here can write.

        path: the file, where it is not the job.
        """
        said = self._rules.style(cop, path or self._path)
        if said is None or said.value not in meanings:
            return None
        return Sourced(meanings[said.value], said.origin, said.reason)

    def on(self, cop: str) -> Sourced[bool] | None:
        """That a cop is on, with who says so."""
        if not self._rules.asks(cop, self._path):
            return None
        said = self._rules.setting(cop, "Enabled", self._path) or self._rules.setting("AllCops", "NewCops", self._path)
        return Sourced(value=True, origin="repo", reason=said.reason if said else DEFAULT)

    def private(self) -> Sourced[Private] | None:
        """Where ``private`` and the methods below it stand: two cops have to agree."""
        outdented = self.of("Layout/AccessModifierIndentation", {"outdent": True, "indent": False})
        indented = self.of("Layout/IndentationConsistency", {"indented_internal_methods": True, "normal": False})
        if outdented and outdented.value:
            return Sourced("outdented", outdented.origin, outdented.reason)
        if indented and indented.value:
            return Sourced("indented", indented.origin, indented.reason)
        return Sourced("flush", outdented.origin, outdented.reason) if outdented and indented else None

    def closed_raise(self) -> Sourced[bool] | None:
        """That what is raised stands in brackets."""
        if "raise" in self._rules.listed(_PARENTHESES, "AllowedMethods", self._path):
            return None
        return self.of(_PARENTHESES, {"require_parentheses": True})

    def unnamed_blocks(self) -> Sourced[bool] | None:
        """That a block has no name, for a Ruby that can read that."""
        ruby = self._rules.ruby(self._path)
        return self.of("Naming/BlockForwarding", {"anonymous": True}) if ruby and ruby >= SHORT_SINCE else None

    def shorthand(self) -> Sourced[Shorthand] | None:
        """When ``id: id`` is written short, for a Ruby that can read that."""
        said = self._rules.style(_HASHES, self._path, "EnforcedShorthandSyntax")
        if said is None and self._rules.asks(_HASHES, self._path) and self._rules.locked_within("rubocop", _USED_TO):
            said = Sourced("always", "repo", DEFAULT)
        ruby = self._rules.ruby(self._path)
        if said is None or said.value not in _SHORT or ruby is None or ruby < SHORT_SINCE:
            return None
        return Sourced(_SHORT[said.value], said.origin, said.reason)

    def words(self) -> Sourced[int] | None:
        """From how many words on an array of them is written with ``%w``."""
        said = self._rules.style("Style/WordArray", self._path)
        if said is None or said.value != "percent":
            return None
        least = self._rules.setting("Style/WordArray", "MinSize", self._path)
        known = least.value if least and isinstance(least.value, int) else 2
        return Sourced(max(1, known), "repo", least.reason if least else said.reason)

    def width(self) -> Sourced[int]:
        """How wide a line may be, and no wider than by default."""
        said = self._rules.style("Layout/LineLength", self._path)
        if said and isinstance(said.value, int) and NARROWEST <= said.value < WIDTH:
            return Sourced(said.value, said.origin, said.reason)
        return Sourced(WIDTH, "default")


# Looked for once in each text, although each job of a list that is there already is left out of another vote.
@lru_cache(maxsize=20 * MAXIMUM_JOBS)
def _ballot(text: str) -> tuple[Any, ...]:
    """The values of its ballot."""
    commas = tuple(_comma(text, bracket) for bracket in _BRACKETS)
    return (
        _private(text),
        _airy_private(text),
        _airy_include(text),
        _spaced(text),
        _implicit(text),
        _aligned(text),
        _documented(text),
        commas,
    )


def _private(text: str) -> Private | None:
    """Where most of a job's ``private`` stand; by the columns of the class and of what follows."""
    votes = [
        "outdented" if len(outer) == len(margin) else "indented" if len(inner) > len(margin) else "flush"
        for outer, margin, inner in _privates(text)
    ]
    return votes[0] if votes else None  # type: ignore[return-value]


def _privates(text: str) -> Iterator[tuple[str, str, str]]:
    """The margins of the class around a ``private``, of itself, and of what follows."""
    for found in _PRIVATE.finditer(text):
        around = [one[1] for one in _CLASS.finditer(text, 0, found.start()) if len(one[1]) <= len(found[1])]
        if around:
            yield around[-1], found[1], found[3]


def _aligned(text: str) -> bool | None:
    """Whether the second line of the options stands below their first, and not two columns to the right of the call."""
    found = _LINES_OF_OPTIONS.search(text)
    columns = {len(found[1]) + len("sidekiq_options "): True, len(found[1]) + 2: False} if found else {}
    return columns.get(len(found[2])) if found else None


def _airy_private(text: str) -> bool | None:
    found = _PRIVATE.search(text)
    return found[2] is not None if found else None


def _airy_include(text: str) -> bool | None:
    found = _OPTIONS.search(text)
    return found[1] is not None if found else None


def _documented(text: str) -> bool | None:
    found = _OUTERMOST_CLASS.search(text)
    return bool(found[1]) if found else None


def _spaced(text: str) -> bool | None:
    found = Counter(bool(one[1]) for one in _BRACES.finditer(text)).most_common(1)
    return found[0][0] if found else None


def _implicit(text: str) -> bool | None:
    found = Counter(one[1] is None for one in _RESCUE.finditer(text)).most_common(1)
    return found[0][0] if found else None


def _comma(text: str, bracket: str) -> Commas | None:
    """Whether a comma stands before a closing bracket that begins its line."""
    found = Counter(bool(one[1]) for one in _LAST.finditer(text) if one[2] == bracket).most_common(1)
    return ("own_lines" if found[0][0] else "none") if found else None
