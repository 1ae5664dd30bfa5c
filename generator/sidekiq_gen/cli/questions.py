"""What is asked about one kind, one pattern, or the options of a job; `prompts` says in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import questionary

from sidekiq_gen.cli import widgets
from sidekiq_gen.flags import answer
from sidekiq_gen.job.calls import takes_key
from sidekiq_gen.job.collaborator import CALLS
from sidekiq_gen.job.interactions import clash
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.kinds.record import implied
from sidekiq_gen.job.options import OPTION_FLAGS, USUAL_LINES
from sidekiq_gen.job.patterns.catalogue import BY_NAME, PATTERNS
from sidekiq_gen.job.patterns.idempotency_key import IdempotencyKey
from sidekiq_gen.job.trial import completed, judge, named, refused, said, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.component import Component
    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.job.trial import Parse, Trial
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sourced import Sourced

_OWN_METHOD = "a method of this job"
_SAMPLES = {"backtrace": USUAL_LINES, "tags": "tag"}  # answers that are fine if any is


def ask_for_options(asked: dict[str, Sourced[Any]], trial: Trial, console: Console) -> None:
    """Ask which options are wanted, then what each of them is to be."""
    open_flags = {flag.option.removeprefix("--"): flag for flag in OPTION_FLAGS if flag.parameter not in asked}

    def sample(flag: Flag) -> str:
        return _SAMPLES.get(flag.parameter, "")

    def wrong(wanted: Sequence[str]) -> str | None:
        known = dict(asked)
        for name in wanted[:-1]:
            known[open_flags[name].parameter] = said(value_of(open_flags[name], sample(open_flags[name])))
        last = open_flags[wanted[-1]] if wanted else None
        return widgets.reason(trial.judge(last, known), sample(last)) if last else None

    choices = []
    for name, flag in open_flags.items():
        reason = widgets.reason(trial.judge(flag, asked), sample(flag))
        title = f"{name}: {flag.help[:1].lower()}{flag.help[1:].partition('.')[0]}"
        choices.append(widgets.choice(name, reason) if reason else widgets.choice(name, title=title))
    wanted = _several("Which options?", choices, wrong, console)
    for name in sorted(wanted, key=lambda name: bool(open_flags[name].question)):  # the switches come first
        flag = open_flags[name]
        text = widgets.text(flag.question, trial.judge(flag, asked), _offered(flag)) if flag.question else ""
        asked[flag.parameter] = said(value_of(flag, text))


def _offered(flag: Flag) -> str:
    return USUAL_LINES if flag.parameter == "backtrace" else ""


def ask_about_the_kind(kind: Kind[Any], asked: dict[str, Sourced[Any]], context: JobContext, trial: Trial) -> None:
    """Ask a kind's own questions, as far as the flags have left them open."""
    app = trial.project.app
    for flag in kind.flags:
        offered = None if flag.parameter in asked or not flag.question else kind.suggestion(flag, asked, context, app)
        if offered is None:
            continue
        if flag.type == "switch":
            if widgets.ask(questionary.confirm(flag.question, default=False)):
                asked[flag.parameter] = said(value=True)
            continue
        parse = trial.judge(flag, asked) if offered else _or_nothing(trial.judge(flag, asked))
        text = _answer(kind, flag, offered, parse, app)
        if text:
            asked[flag.parameter] = said(value_of(flag, text))


def _or_nothing(parse: Parse) -> Parse:
    """The same where nothing need be said."""
    return lambda text: parse(text) if text else None


def ask_for_the_work(asked: dict[str, Sourced[Any]], context: JobContext, trial: Trial) -> None:
    """Ask what does the work, where something in the repo may be meant."""
    from sidekiq_gen.job.candidates import candidates

    found = () if CALLS.parameter in asked else candidates(context, trial.project.app)
    parse = trial.judge(CALLS, asked)
    choices = [widgets.choice(one) for one in found if widgets.reason(parse, one) is None]
    if not choices:
        return
    choices = [widgets.choice(_OWN_METHOD), *choices, widgets.choice(widgets.ANOTHER)]
    picked = widgets.select(CALLS.question, choices, _OWN_METHOD)
    if picked != _OWN_METHOD:
        asked[CALLS.parameter] = said(widgets.text(CALLS.question, parse) if picked == widgets.ANOTHER else picked)


def ask_for_patterns(asked: Answers, context: JobContext, app: RailsApp, console: Console) -> list[Pattern[Any]]:
    """Ask which patterns are wanted.

    Those that flags ask for stay, those that the settings ask for are selected to begin with, and those that cannot be
    had are shown with the reason.
    """
    by_settings = {parameter for parameter, value in asked.items() if value.origin == "settings"}
    set_here = [one.name for one in named(asked) if one.flags[0].parameter in by_settings]
    given = {one.name: "asked for on the command line" for one in named(asked) if one.name not in set_here}
    needed = {one.name for one in KIND_BY_NAME[context.kind].insists_on(context)} - given.keys()
    given |= dict.fromkeys(needed, f"needed for a {context.kind} with arguments")
    choices = [
        widgets.choice(pattern.name, f"{answer(asked, CALLS.parameter)} takes no key")
        if pattern.name == IdempotencyKey.name and not takes_key(asked, context, app)
        else _offer(pattern, given, context, app)
        for pattern in PATTERNS
    ]
    for choice in choices:
        choice.checked = choice.value in set_here and not choice.disabled
    wanted = _several("Which safeguards?", choices, _clash, console)
    return [BY_NAME[name] for name in BY_NAME if name in {*given, *wanted}]


def _several(
    question: str,
    choices: Sequence[questionary.Choice],
    wrong: Callable[[Sequence[str]], str | None],
    console: Console,
) -> list[str]:
    """Pick any number of lines of a list, until nothing is wrong with them together; none where none can be had."""
    wanted: list[str] = []
    how = "(space selects, Enter confirms, even with none)"
    while not all(choice.disabled for choice in choices):
        wanted = widgets.ask(
            questionary.checkbox(question, choices, instruction=how, style=widgets.STYLE, erase_when_done=True)
        )
        console.aside(f"? {question} {', '.join(wanted) or 'none'}")
        reason = wrong(wanted)
        if reason is None:
            break
        console.aside(widgets.fitting(reason))
        for choice in choices:
            choice.checked = choice.value in wanted
    return wanted


def _offer(pattern: Pattern[Any], given: Mapping[str, str], context: JobContext, app: RailsApp) -> questionary.Choice:
    """A line of the list; given: the patterns that are chosen already, with the reason."""
    if pattern.name in given:
        return widgets.choice(pattern.name, given[pattern.name])
    refusal = refused(pattern, context, app)
    reason = refusal.message if refusal else _clash([*given, pattern.name])
    return (
        widgets.choice(pattern.name, reason)
        if reason
        else widgets.choice(pattern.name, title=f"{pattern.name}: {pattern.summary}")
    )


def _clash(names: Sequence[str]) -> str | None:
    excluded = clash(names)
    if excluded is None:
        return None
    first, second = sorted((excluded.first.name, excluded.second.name))
    return f"{first} and {second} are two locks for the same thing: choose one."


def ask_about(pattern: Pattern[Any], asked: dict[str, Sourced[Any]], context: JobContext, app: RailsApp) -> None:
    """Ask a pattern's own questions, as far as the flags have left them open."""
    for flag in pattern.flags:
        if flag.parameter in implied(asked):
            continue
        if flag.type == "switch":
            asked[flag.parameter] = said(value=True)
            continue
        first = flag is pattern.flags[0]
        offered = pattern.offer(context, app) if first else pattern.suggestion(flag, asked, context, app)
        if offered is None:
            continue
        text = _answer(pattern, flag, offered, judge(pattern, flag, implied(asked), context, app), app)
        asked[flag.parameter] = said(value_of(flag, text))
    for value in pattern.unproven(asked, context, app):
        asked |= pattern.filled(asked, value, _ask_what_is_unproven(pattern, value, asked, context, app))


def _answer(known: Component[Any], flag: Flag, offered: str, parse: Parse, app: RailsApp) -> str:
    """The answer to one flag; nothing is asked where only one of its choices can be had."""
    if not flag.choices:
        return widgets.text(flag.question, parse, offered)
    lines = known.explained(flag, app)
    choices, possible = [], []
    for choice in flag.choices:
        reason = widgets.reason(parse, choice)
        title = f"{choice}: {lines[choice]}" if choice in lines else ""
        choices.append(widgets.choice(choice, reason) if reason else widgets.choice(choice, title=title))
        possible += [] if reason else [choice]
    return possible[0] if len(possible) == 1 else widgets.select(flag.question, choices, offered)


def _ask_what_is_unproven(pattern: Pattern[Any], value: str, asked: Answers, context: JobContext, app: RailsApp) -> str:
    """Ask what only a person can say about one of the values that a pattern was given."""

    def parse(reply: str) -> object:
        return pattern.decide(completed(pattern, pattern.filled(asked, value, reply), context, app), context, app)

    return widgets.text(pattern.question(value), parse)
