"""Whether what somebody has answered so far can be had, so that nobody answers in vain."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from time import gmtime
from typing import TYPE_CHECKING, Any, TypeAlias

from sidekiq_gen import naming
from sidekiq_gen.durations import parse_duration
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job import resolve
from sidekiq_gen.job.attributes import with_samples
from sidekiq_gen.job.interactions import EXCLUDES, clash
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.kinds.record import implied
from sidekiq_gen.job.options import ruled_out
from sidekiq_gen.job.patterns.catalogue import patterns_of
from sidekiq_gen.job.pipeline import generate_job
from sidekiq_gen.job.request import Chosen
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project

# Takes an answer as it was typed; raises InvalidInput or Refused when it cannot be had.
Parse: TypeAlias = Callable[[str], object]

LONGEST_NUMBER = 9
NEVER = gmtime(0)  # what is thrown away needs no version


@dataclass(frozen=True)
class Trial:
    """Generates jobs from incomplete answers and throws them away.

    force: whether a class of the same name elsewhere does not matter.
    """

    project: Project
    force: bool

    def run(self, asked: Answers) -> None:
        """Try what is known.

        Raises:
            InvalidInput, Refused: it cannot be had, whatever the further answers are.
        """
        asked = implied(asked)
        patterns = patterns_of(self.project.app.pack)
        of_patterns = {flag.parameter for pattern in patterns for flag in pattern.flags}
        known = {parameter: value for parameter, value in asked.items() if parameter not in of_patterns}
        known = dict(with_samples(known, self.project.app.pack))
        known.setdefault("name", Sourced("StandIn", "default"))
        if self.asks_for_model(known):
            known["model"] = Sourced("StandInRecord", "default")
        app = self.project.app
        context = resolve.context_of_the_work(known, self.project)
        kind = KIND_BY_NAME[context.kind]
        for pattern in patterns:
            if type(pattern) in kind.insists_on(context) and pattern not in named(asked, app.pack):
                known[pattern.flags[0].parameter] = said(pattern.example)  # it will be asked about
        for pattern in named(asked, app.pack):
            refusal = resolve.unfit(pattern, context) or pattern.refusal(context, app)
            if refusal:
                raise refusal
            first = pattern.flags[0]
            if first.parameter in asked:
                known |= completed(pattern, asked, context, app)
                continue
            wrong = [problem(judge(pattern, first, asked, context, app), choice) for choice in first.choices]
            if wrong and wrong[0] and all(wrong):
                raise wrong[0]  # the question would have no answer
        generate_job(known, self.project, NEVER, force=self.force or "name" not in asked)

    def of(self, parameter: str, asked: Answers) -> Parse:
        """What judges a text as the answer to one question."""
        known = dict(asked)
        return lambda text: self.run({**known, parameter: said(text)})

    def judge(self, flag: Flag, asked: Answers) -> Parse:
        """What judges a text as the answer to one flag of a job or kind."""
        known = dict(asked)
        return lambda text: self.run({**known, flag.parameter: said(value_of(flag, text))})

    def asks_for_model(self, asked: Answers) -> bool:
        """Whether kind or model are still to be asked for, so that every pattern for records may yet be had."""
        texts, kind = answer(asked, "arguments", ()), answer(asked, "kind")
        arguments = [naming.parse_argument(text, self.project.app.acronyms) for text in texts]
        return (
            "model" not in asked
            and not (kind and KIND_BY_NAME[kind].about == "nothing")
            and not any(argument.model for argument in arguments)
        )


def refused(pattern: Pattern[Any], asked: Answers, context: JobContext, app: RailsApp) -> InvalidInput | Refused | None:
    """Why a pattern cannot be had here, whatever is still to be answered about it; None where it can."""
    refusal = resolve.unfit(pattern, context) or pattern.refusal(context, app)
    if refusal:
        return refusal
    wrong: list[InvalidInput | Refused] = []
    for settings in _possible(pattern, asked, context, app, wrong):
        objection = _objection(pattern, settings, context)
        if objection is None:
            return None
        wrong.append(objection)
    return wrong[0] if wrong else None


def refuse_together(patterns: Sequence[Pattern[Any]], asked: Answers, context: JobContext, app: RailsApp) -> None:
    """Refuse patterns of which two exclude each other, whatever is still to be answered about them.

    Raises:
        Refused: they do.
    """
    excluded = clash([pattern.name for pattern in patterns], app.pack)
    if excluded:
        raise excluded.refusal()
    by_type = {type(pattern): pattern for pattern in patterns}
    for row in EXCLUDES:
        first, second = by_type.get(row.first), by_type.get(row.second)
        if row.when is None or first is None or second is None:
            continue
        if all(flags[0].type != "switch" for flags in (first.flags, second.flags)):
            continue  # it depends on what will be typed
        pairs = product(_possible(first, asked, context, app), tuple(_possible(second, asked, context, app)))
        excluding = [row.when(*pair) for pair in pairs]
        if excluding and all(excluding):
            raise row.refusal()


def _possible(
    pattern: Pattern[Any],
    asked: Answers,
    context: JobContext,
    app: RailsApp,
    wrong: list[InvalidInput | Refused] | None = None,
) -> Iterator[Any]:
    """The settings that a pattern may come to: for each choice that is open, with an example for a text.

    wrong: takes up why some of them cannot be had; not for a text, which may be another one.
    """
    first = pattern.flags[0]
    open_flags = [flag for flag in pattern.flags if flag.choices and flag.parameter not in asked]
    for choices in product(*(flag.choices for flag in open_flags)):
        answers = {flag.parameter: asked[flag.parameter] for flag in pattern.flags if flag.parameter in asked}
        answers |= {flag.parameter: said(choice) for flag, choice in zip(open_flags, choices, strict=True)}
        typed = first.parameter not in answers and first.type != "switch"
        if typed:
            answers[first.parameter] = said(pattern.example)
        try:
            yield pattern.decide(completed(pattern, answers, context, app), context, app)
        except (InvalidInput, Refused) as error:
            if wrong is not None and not typed:
                wrong.append(error)


def _objection(pattern: Pattern[Any], settings: object, context: JobContext) -> Refused | None:
    chosen = Chosen(pattern.name, settings)
    return ruled_out(pattern.name, settings, context) or KIND_BY_NAME[context.kind].objection(chosen, context)


def judge(pattern: Pattern[Any], flag: Flag, asked: Answers, context: JobContext, app: RailsApp) -> Parse:
    """Let the pattern itself judge the answer, together with what will be offered for its further questions."""
    known = dict(asked)

    def parse(text: str) -> object:
        answers = {**known, flag.parameter: said(value_of(flag, text))}
        about_it = completed(pattern, answers, context, app)
        decided = pattern.decide(about_it, context, app)
        KIND_BY_NAME[context.kind].decide({**known, **about_it}, context, app)
        refusal = _objection(pattern, decided, context)
        if refusal:
            raise refusal
        return decided

    return parse


def named(asked: Answers, pack: Pack | None = None) -> list[Pattern[Any]]:
    """The patterns that the answers say something about."""
    return [pattern for pattern in patterns_of(pack) if any(flag.parameter in asked for flag in pattern.flags)]


def completed(pattern: Pattern[Any], asked: Answers, context: JobContext, app: RailsApp) -> dict[str, Sourced[Any]]:
    """The answers about one pattern, with what would be offered where there are none."""
    first, *further = pattern.flags
    known = {flag.parameter: asked[flag.parameter] for flag in pattern.flags if flag.parameter in asked}
    if first.type == "switch":
        known.setdefault(first.parameter, said(value=True))
    for flag in further:
        offered = pattern.suggestion(flag, known, context, app)
        if offered and flag.parameter not in known:
            known[flag.parameter] = said(value_of(flag, offered))
    for value in pattern.unproven(known, context, app):
        known = pattern.filled(known, value, "1")
    return known


def problem(parse: Callable[[Any], object], text: object) -> InvalidInput | Refused | None:
    """What is wrong with an answer."""
    try:
        parse(text)
    except (InvalidInput, Refused) as error:
        return error
    return None


def value_of(flag: Flag, text: str) -> object:
    """The answer as the command line would hand it over.

    Raises:
        InvalidInput: it is no number or no length of time, and that was asked for.
    """
    if flag.type == "list":
        return items(text) or [""]
    if flag.type == "switch":
        return True
    if flag.type == "duration":
        return parse_duration(text, flag.option, flag.longest)
    if flag.type != "number":
        return text
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise InvalidInput(f"{text[:60]!a} is not a number that fits.", hint="Give digits only.", code="usage")
    return int(text)


def items(text: str) -> list[str]:
    """What commas and spaces divide, outside of brackets and quotes."""
    return [found.group() for found in re.finditer(r"(?:\"[^\"]*\"|'[^']*'|[(\[{][^)\]}]*[)\]}]|[^,\s])+", text)]


def said(value: object) -> Sourced[Any]:
    """What was answered, as opposed to given as a flag."""
    return Sourced(value, "answer")
