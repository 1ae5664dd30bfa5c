"""What is asked about one kind, one pattern, or the options of a job; `prompts` says in which order."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sidekiq_gen.cli import widgets
from sidekiq_gen.cli.talk import OTHER, Flow, Line, Question
from sidekiq_gen.errors import Refused
from sidekiq_gen.job.collaborator import CALLS
from sidekiq_gen.job.known import values_of
from sidekiq_gen.job.options import OPTION_FLAGS, USUAL_LINES
from sidekiq_gen.job.trial import said, value_of
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.component import Component
    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.job.trial import Parse, Trial
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sourced import Sourced

_OWN_METHOD = "a method of this job"
_SAMPLES = {"backtrace": USUAL_LINES, "tags": "tag"}  # answers that are fine if any is


def ask_for_one_of(question: Question, known: Sequence[str]) -> Flow[str]:
    """Pick from what the repo has, or type something else; question: the one that is answered by typing."""
    typed = replace(question, known=lambda: known)
    if not 0 < len(known) <= widgets.MOST_IN_A_LIST:
        answered: str = yield typed
        return answered

    @cache
    def lines() -> list[Line]:
        return [*(Line(one, why_not=widgets.reason(question.parse, one)) for one in known), Line(widgets.ANOTHER)]

    picked: str = yield Question(question.key, question.text, "one", question.offered, lines=lines)
    if picked == widgets.ANOTHER:
        picked = yield replace(typed, key=f"{question.key}{OTHER}", offered="")
    return picked


def ask_for_options(asked: dict[str, Sourced[Any]], trial: Trial) -> Flow[None]:
    """Ask which options are wanted, then what each of them is to be."""
    open_flags = {flag.option.removeprefix("--"): flag for flag in OPTION_FLAGS if flag.parameter not in asked}
    known = dict(asked)

    def sample(flag: Flag) -> str:
        return _SAMPLES.get(flag.parameter, "")

    def judge(wanted: Sequence[str]) -> None:
        together = dict(known)
        for name in wanted[:-1]:
            together[open_flags[name].parameter] = said(value_of(open_flags[name], sample(open_flags[name])))
        if wanted:
            last = open_flags[wanted[-1]]
            trial.judge(last, together)(sample(last))

    @cache
    def lines() -> list[Line]:
        return [
            Line(
                name,
                f"{name}: {flag.help[:1].lower()}{flag.help[1:].partition('.')[0]}",
                widgets.reason(trial.judge(flag, known), sample(flag)),
            )
            for name, flag in open_flags.items()
        ]

    if not any(not line.why_not for line in lines()):
        return
    wanted = yield Question("options", "Which options?", "several", [], parse=judge, lines=lines)
    for name in sorted(wanted, key=lambda name: bool(open_flags[name].question)):  # the switches come first
        flag = open_flags[name]
        text = ""
        if flag.question:
            text = yield Question(flag.parameter, flag.question, offered=_offered(flag), parse=trial.judge(flag, asked))
        asked[flag.parameter] = said(value_of(flag, text))


def _offered(flag: Flag) -> str:
    return USUAL_LINES if flag.parameter == "backtrace" else ""


def ask_about_the_kind(
    kind: Kind[Any], asked: dict[str, Sourced[Any]], context: JobContext, trial: Trial
) -> Flow[None]:
    """Ask a kind's own questions, as far as the flags have left them open."""
    app = trial.project.app
    for flag in kind.flags:
        offered = None if flag.parameter in asked or not flag.question else kind.suggestion(flag, asked, context, app)
        if offered is None:
            continue
        if flag.type == "switch":
            if (yield Question(flag.parameter, flag.question, "yes", "no")) == "yes":
                asked[flag.parameter] = said(value=True)
            continue
        judge = trial.judge(flag, asked)
        parse = judge if offered else _or_nothing(judge)
        known = completing(flag, asked, app)
        question = Question(flag.parameter, flag.question, offered=offered, parse=parse, known=known)
        text = yield from ask_for_value(kind, flag, question, app)
        if text:
            asked[flag.parameter] = said(value_of(flag, text))


def completing(flag: Flag, asked: Answers, app: RailsApp) -> Callable[[], Sequence[str]]:
    """What the repo has that can be the answer to a flag, read when it is asked."""
    answers = dict(asked)
    return lambda: values_of(flag.parameter, answers, app)


def _or_nothing(parse: Parse) -> Parse:
    """The same where nothing need be said."""
    return lambda text: parse(text) if text else None


def ask_about_the_house(asked: dict[str, Sourced[Any]], trial: Trial) -> Flow[None]:
    """Ask what every job of the pack says, as far as that is open and has a question, or has to be there."""
    pack = trial.project.app.pack
    for one in pack.attributes if pack else ():
        open_ = one.parameter not in asked and (one.question or (one.required and one.default is None))
        if not open_:
            continue
        flag, text = one.flag, one.question or one.help
        usual = "" if one.default is None else str(one.default)
        if one.type == "switch":
            if (yield Question(one.parameter, text, "yes", "yes" if one.default else "no")) == "yes":
                asked[one.parameter] = said(value=True)
        elif one.choices:
            lines = tuple(map(Line, one.choices))
            offered = usual or one.choices[0]
            picked = yield Question(one.parameter, text, "one", offered, lines=lambda lines=lines: lines)  # type: ignore[misc]
            asked[one.parameter] = said(picked)
        else:
            judge = trial.judge(flag, asked)
            typed = yield Question(
                one.parameter, text, offered=usual, parse=judge if one.required else _or_nothing(judge)
            )
            if typed:
                asked[one.parameter] = said(value_of(flag, typed))


def ask_for_the_work(asked: dict[str, Sourced[Any]], context: JobContext, trial: Trial) -> Flow[None]:
    """Ask what does the work, where something in the repo may be meant."""
    from sidekiq_gen.job.candidates import candidates

    parse = trial.judge(CALLS, asked)
    found = () if CALLS.parameter in asked else candidates(context, trial.project.app)
    possible = [one for one in found if not widgets.reason(parse, one)]
    if not possible:
        return
    lines = [Line(_OWN_METHOD), *map(Line, possible), Line(widgets.ANOTHER)]
    picked = yield Question("calls", CALLS.question, "one", _OWN_METHOD, lines=lambda: lines)
    if picked == widgets.ANOTHER:
        picked = yield Question(f"calls{OTHER}", CALLS.question, parse=parse, known=lambda: possible)
    if picked != _OWN_METHOD:
        asked[CALLS.parameter] = said(picked)


def ask_for_value(known: Component[Any], flag: Flag, question: Question, app: RailsApp) -> Flow[str]:
    """The answer to one flag; nothing is asked where only one of its choices can be had.

    known: what the flag is one of. question: the one that is answered by typing.

    Raises:
        Refused: none of its choices can be had.
    """
    if not flag.choices:
        typed: str = yield question
        return typed
    explained = known.explained(flag, app)
    lines = []
    for one in flag.choices:
        why_not = widgets.reason(question.parse, one)
        lines.append(Line(one, f"{one}: {explained[one]}" if one in explained and not why_not else "", why_not))
    possible = [line.value for line in lines if not line.why_not]
    if not possible:
        raise Refused(lines[0].why_not, hint=f"Leave out {flag.option}.", code="contradictory-patterns")
    if len(possible) == 1:
        return possible[0]
    picked: str = yield replace(question, form="one", lines=lambda: lines)
    return picked
