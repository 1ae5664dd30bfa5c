"""The only asker: what the flags left open, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import questionary

from sidekiq_gen import naming
from sidekiq_gen.cli import widgets
from sidekiq_gen.flags import answer
from sidekiq_gen.job import resolve
from sidekiq_gen.job.interactions import clash
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME, KINDS
from sidekiq_gen.job.kinds.record import implied
from sidekiq_gen.job.patterns.catalogue import BY_NAME, PATTERNS
from sidekiq_gen.job.retries import usual_retries
from sidekiq_gen.job.subject import guess_model
from sidekiq_gen.job.trial import Trial, completed, judge, named, refused, said, value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.component import Component
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.job.trial import Parse
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.sourced import Sourced

_CHANGES = frozenset({"create", "insert", "force", "conflict"})
_QUESTIONS = {flag.parameter: flag.question for flag in resolve.JOB_FLAGS}


def ask_for_job(answers: Answers, project: Project, console: Console, *, force: bool = False) -> Answers:
    """Complete the answers; those that were given as flags are not asked for again.

    force: whether a class of the same name elsewhere does not matter.

    Raises:
        InvalidInput, Refused: a flag asks for what cannot be had, whatever the answers are.
        Quit: somebody typed q or Ctrl-D.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    version, app = project.release.text, project.app
    trial = Trial(project, force=force)
    asked = dict(answers) | {
        pattern.flags[0].parameter: said(value=True)
        for pattern in named(answers)
        if pattern.flags[0].type == "switch" and pattern.flags[0].parameter not in answers
    }
    trial.run(asked)
    with widgets.on_the_terminal():
        console.aside(widgets.fitting(f"Sidekiq {version}. Enter takes what is offered, q leaves everything as it is."))
        if "name" not in asked:
            asked["name"] = said(widgets.text("What is the job called?", trial.of("name", asked)))
        _ask_for_model(asked, trial)
        if "queue" not in asked:
            asked["queue"] = said(
                widgets.one_of(_QUESTIONS["queue"], app.queues, app.usual_queue.value, naming.parse_queue)
            )
        if "retry" not in asked and "retry_for" not in asked:
            asked["retry"] = said(widgets.text(_QUESTIONS["retry"], trial.of("retry", asked), usual_retries(app)))
        context = resolve.context_of_the_work(asked, project)
        _ask_about_the_kind(asked, context, trial)
        for pattern in _ask_for_patterns(implied(asked), context, app, console):
            _ask_about(pattern, asked, context, app)
    return asked


def ask_for_install(answers: Answers, project: Project, console: Console) -> Answers:
    """Ask the one thing that install leaves open, unless a flag has said it.

    Raises:
        Quit: somebody typed q or Ctrl-D.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    from sidekiq_gen.install.request import FLAGS

    health_check, *further = FLAGS
    if any(flag.parameter in answers for flag in (health_check, *further)):
        return answers
    with widgets.on_the_terminal():
        console.aside(widgets.fitting(f"Sidekiq {project.release.text}. q leaves everything as it is."))
        wanted = widgets.ask(questionary.confirm(health_check.question, default=False))
    return {**answers, health_check.parameter: said(bool(wanted))}


def show(plan: Plan, console: Console) -> None:
    """Show the first file that would be written, of a job its class, and what would be inserted into others."""
    first = plan.files[0]
    if first.status in _CHANGES - {"insert"}:
        console.aside(f"\n{first.text}")
    for inserted in (file for file in plan.files if file.status == "insert"):
        console.diff(f"\n{inserted.diff}")


def confirm(plan: Plan, console: Console) -> None:
    """Show which files would be written and ask once, unless nothing would change.

    Raises:
        Quit: the answer was no.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    if not any(file.status in _CHANGES for file in plan.files):
        return
    for file in plan.files:
        console.aside(f"{file.status:>12}  {file.path}")
    with widgets.on_the_terminal():
        if not widgets.ask(questionary.confirm("Write this?", default=True)):
            raise widgets.quitting()


def _ask_for_model(asked: dict[str, Sourced[Any]], trial: Trial) -> None:
    if not trial.asks_for_model(asked):
        return
    app = trial.project.app
    name = naming.parse_job_name(answer(asked, "name"), suffix="", acronyms=app.acronyms)
    guessed = guess_model(name, app)
    if "kind" not in asked:
        parse = trial.of("kind", asked)
        choices = [
            widgets.choice(kind.name, widgets.reason(parse, kind.name), title=f"{kind.name}: {kind.summary}")
            for kind in KINDS
        ]
        asked["kind"] = said(widgets.select(_QUESTIONS["kind"], choices, "record" if guessed else "plain"))
    about = KIND_BY_NAME[answer(asked, "kind")].about
    if about != "nothing":
        guessed = guessed or guess_model(name, app, rows=about == "rows")
        offered = guessed.name if guessed else ""
        asked["model"] = said(widgets.one_of(_QUESTIONS["model"], app.models, offered, trial.of("model", asked)))


def _ask_about_the_kind(asked: dict[str, Sourced[Any]], context: JobContext, trial: Trial) -> None:
    """Ask the questions of the kind that does the work, as far as the flags have left them open."""
    kind = KIND_BY_NAME[context.kind]
    for flag in kind.flags:
        if flag.question and flag.parameter not in asked:
            app = trial.project.app
            choices = _choices(kind, flag, trial.of(flag.parameter, asked), app)
            asked[flag.parameter] = said(widgets.select(flag.question, choices, kind.suggestion(flag, context, app)))


def _choices(known: Component[Any], flag: Flag, parse: Parse, app: RailsApp) -> list[questionary.Choice]:
    """The choices of a flag: what each of them does here, or why it is not available."""
    lines = known.explained(flag, app)
    titles = {choice: f"{choice}: {lines[choice]}" for choice in flag.choices if choice in lines}
    return [
        widgets.choice(choice, reason) if reason else widgets.choice(choice, title=titles.get(choice, ""))
        for choice, reason in ((choice, widgets.reason(parse, choice)) for choice in flag.choices)
    ]


def _ask_for_patterns(asked: Answers, context: JobContext, app: RailsApp, console: Console) -> list[Pattern[Any]]:
    """Ask which patterns are wanted.

    Those that flags ask for stay, those that cannot be had are shown with the reason.
    """
    given = [pattern.name for pattern in named(asked)]
    wanted: list[str] = []
    choices = [_offer(pattern, given, context, app) for pattern in PATTERNS]
    question, how = "Which safeguards?", "(space selects, Enter goes on, also with none)"
    while not all(choice.disabled for choice in choices):
        wanted = widgets.ask(
            questionary.checkbox(question, choices, instruction=how, style=widgets.STYLE, erase_when_done=True)
        )
        console.aside(f"? {question} {', '.join(wanted) or 'none'}")
        clash = _clash(wanted)
        if clash is None:
            break
        console.aside(widgets.fitting(clash))
        for choice in choices:
            choice.checked = choice.value in wanted
    return [BY_NAME[name] for name in BY_NAME if name in {*given, *wanted}]


def _offer(pattern: Pattern[Any], given: Sequence[str], context: JobContext, app: RailsApp) -> questionary.Choice:
    if pattern.name in given:
        return widgets.choice(pattern.name, "asked for on the command line")
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


def _ask_about(pattern: Pattern[Any], asked: dict[str, Sourced[Any]], context: JobContext, app: RailsApp) -> None:
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
        parse = judge(pattern, flag, implied(asked), context, app)
        if flag.choices:
            text = widgets.select(flag.question, _choices(pattern, flag, parse, app), offered)
        else:
            text = widgets.text(flag.question, parse, offered)
        asked[flag.parameter] = said(value_of(flag, text))
    for value in pattern.unproven(asked, context, app):
        asked |= pattern.filled(asked, value, _ask_what_is_unproven(pattern, value, asked, context, app))


def _ask_what_is_unproven(pattern: Pattern[Any], value: str, asked: Answers, context: JobContext, app: RailsApp) -> str:
    """Ask what only a person can say about one of the values that a pattern was given."""

    def parse(reply: str) -> object:
        return pattern.decide(completed(pattern, pattern.filled(asked, value, reply), context, app), context, app)

    return widgets.text(pattern.question(value), parse)
