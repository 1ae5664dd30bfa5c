"""Which safeguards a job is to have: asked by what they are for, with what this repo recommends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.cli.questions import ask_for_value, completing
from sidekiq_gen.cli.talk import Flow, Line, Question
from sidekiq_gen.flags import answer
from sidekiq_gen.job.calls import takes_key
from sidekiq_gen.job.collaborator import CALLS
from sidekiq_gen.job.interactions import clash
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.kinds.record import implied
from sidekiq_gen.job.patterns.base import INTENTS
from sidekiq_gen.job.patterns.catalogue import patterns_of
from sidekiq_gen.job.patterns.idempotency_key import IdempotencyKey
from sidekiq_gen.job.recommended import recommended
from sidekiq_gen.job.trial import completed, judge, named, refuse_together, refused, said, value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.job.trial import Parse, Trial
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sourced import Sourced


def ask_for_patterns(asked: Answers, context: JobContext, app: RailsApp) -> Flow[list[Pattern[Any]]]:
    """Ask which patterns are wanted.

    Those that flags ask for stay, those that the settings ask for or the repo recommends are selected to begin with,
    and those that cannot be had are shown with the reason.
    """
    by_settings = {parameter for parameter, value in asked.items() if value.origin == "settings"}
    set_here = [one.name for one in named(asked, app.pack) if one.flags[0].parameter in by_settings]
    given = {one.name: "asked for on the command line" for one in named(asked, app.pack) if one.name not in set_here}
    needed = {one.name for one in KIND_BY_NAME[context.kind].insists_on(context)} - given.keys()
    given |= dict.fromkeys(needed, f"needed for a {context.kind} with arguments")
    advice = recommended(asked, context, app)
    patterns = {one.name: one for one in patterns_of(app.pack)}

    def parse(wanted: Sequence[str]) -> None:
        refuse_together([patterns[name] for name in patterns if name in {*given, *wanted}], asked, context, app)

    def line(pattern: Pattern[Any]) -> Line:
        name = pattern.name
        reason = given.get(name) or _why_not(pattern, asked, context, app) or _clash([*given, name], app.pack)
        advised = f" [recommended: {advice[name].why}]" if name in advice else ""
        title = name if reason else f"{name}: {pattern.summary}{advised}"
        return Line(name, title, reason, ticked=name in given or (not reason and (name in set_here or name in advice)))

    shown: list[Line] = []
    for group, intent in INTENTS.items():
        shown += [Line("", intent), *(line(one) for one in patterns.values() if one.group == group)]
    wanted = []
    if any(one.value and not one.why_not for one in shown):
        ticked = [one.value for one in shown if one.ticked and not one.why_not]
        wanted = yield Question("safeguards", "Which safeguards?", "several", ticked, parse=parse, lines=lambda: shown)
    return [patterns[name] for name in patterns if name in {*given, *wanted}]


def _why_not(pattern: Pattern[Any], asked: Answers, context: JobContext, app: RailsApp) -> str:
    """Why a pattern cannot be had; empty where it can."""
    if pattern.name == IdempotencyKey.name and not takes_key(asked, context, app):
        return f"{answer(asked, CALLS.parameter)} takes no key"
    refusal = refused(pattern, asked, context, app)
    return refusal.message if refusal else ""


def _clash(names: Sequence[str], pack: Pack | None) -> str:
    excluded = clash(names, pack)
    if excluded is None:
        return ""
    if pack and {excluded.first.name, excluded.second.name} & {one.name for one in pack.patterns}:
        return excluded.why
    first, second = sorted((excluded.first.name, excluded.second.name))
    return f"{first} and {second} are two locks for the same thing: choose one."


def ask_about(pattern: Pattern[Any], asked: dict[str, Sourced[Any]], context: JobContext, trial: Trial) -> Flow[None]:
    """Ask a pattern's own questions, as far as the flags have left them open."""
    app = trial.project.app
    for flag in pattern.flags:
        if flag.parameter in implied(asked):
            continue
        if flag.type == "switch":
            asked[flag.parameter] = said(value=True)
            continue
        first = flag is pattern.flags[0]
        advised = _advised(pattern, flag, asked, context, app)
        offered = pattern.offer(context, app) if first else pattern.suggestion(flag, asked, context, app)
        if offered is None:
            continue
        parse = _both(judge(pattern, flag, implied(asked), context, app), trial.judge(flag, asked))
        known = completing(flag, asked, app)
        if flag.parameter == "check_then_act":
            offered = offered or next(iter(known()), "")
        question = Question(
            flag.parameter, flag.question, offered=advised or offered, parse=parse, known=known, taken=advised or None
        )
        text = yield from ask_for_value(pattern, flag, question, app)
        asked[flag.parameter] = said(value_of(flag, text))
    for value in pattern.unproven(asked, context, app):
        asked |= pattern.filled(asked, value, (yield from _ask_what_is_unproven(pattern, value, asked, context, app)))


def _both(first: Parse, second: Parse) -> Parse:
    """What judges an answer twice: by itself, and as a part of the job."""

    def parse(text: str) -> None:
        first(text)
        second(text)

    return parse


def _ask_what_is_unproven(
    pattern: Pattern[Any], value: str, asked: Answers, context: JobContext, app: RailsApp
) -> Flow[str]:
    """Ask what only a person can say about one of the values that a pattern was given."""
    known = dict(asked)

    def parse(reply: str) -> object:
        return pattern.decide(completed(pattern, pattern.filled(known, value, reply), context, app), context, app)

    reply: str = yield Question(f"{pattern.identifier}:{value}", pattern.question(value), parse=parse)
    return reply


def _advised(pattern: Pattern[Any], flag: Flag, asked: Answers, context: JobContext, app: RailsApp) -> str:
    """What the recommendation of a pattern answers to one of its flags; empty for nothing."""
    advice = recommended(asked, context, app).get(pattern.name)
    return advice.value if advice and advice.parameter == flag.parameter else ""
