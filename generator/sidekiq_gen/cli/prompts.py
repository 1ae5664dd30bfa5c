"""The only asker: what the flags left open, on a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import questionary

from sidekiq_gen import naming
from sidekiq_gen.cli import widgets
from sidekiq_gen.cli.questions import (
    ask_about,
    ask_about_the_kind,
    ask_for_options,
    ask_for_patterns,
    ask_for_the_work,
)
from sidekiq_gen.durations import written
from sidekiq_gen.flags import answer
from sidekiq_gen.job import resolve
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.defaults import NO_DEFAULTS, Defaults
from sidekiq_gen.job.guess import guess_model
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME, KINDS
from sidekiq_gen.job.kinds.record import implied
from sidekiq_gen.job.retries import RETRY_FOR, usual_retries
from sidekiq_gen.job.trial import Trial, items, named, said, value_of

if TYPE_CHECKING:
    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.sourced import Sourced

_CHANGES = frozenset({"create", "insert", "force", "conflict"})
_QUESTIONS = {flag.parameter: flag.question for flag in resolve.JOB_FLAGS}


def ask_for_job(
    answers: Answers, project: Project, console: Console, defaults: Defaults = NO_DEFAULTS, *, force: bool = False
) -> Answers:
    """Complete the answers; those that were given as flags are not asked for again.

    defaults: what the settings say in place of flags; queue, retries and patterns are asked for all the same.
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
    defaults.attempt(trial.run, asked)
    with widgets.on_the_terminal():
        console.aside(widgets.fitting(f"Sidekiq {version}. Enter accepts the default, q quits and changes nothing."))
        if "name" not in asked:
            asked["name"] = said(widgets.text("What is the job called?", trial.of("name", asked)))
        _ask_for_model(asked, trial)
        _ask_for_arguments(asked, trial)
        if _open("queue", asked):
            usual = answer(asked, "queue") or app.queue_for(resolve.context_of(asked, project).house).name.value
            known = tuple(dict.fromkeys((*app.queues, usual)))
            asked["queue"] = said(widgets.one_of(_QUESTIONS["queue"], known, usual, naming.parse_queue))
        _ask_for_retries(asked, trial)
        ask_for_options(asked, trial, console)
        context = resolve.context_of(asked, project)
        asked = {**defaults.complete(asked, project)}
        ask_about_the_kind(KIND_BY_NAME[context.kind], asked, context, trial)
        context = resolve.context_of_the_work(asked, project)
        ask_for_the_work(asked, context, trial)
        patterns = ask_for_patterns(implied(asked), context, app, console)
        asked = {**defaults.complete(defaults.but(patterns, asked), project)}
        for pattern in patterns:
            ask_about(pattern, asked, context, app)
    return asked


def ask_for_form(answers: Answers, project: Project) -> Answers:
    """The answers, with what the job is to be where the jobs of the repo are divided on that.

    Raises:
        Quit: somebody typed q or Ctrl-D.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    habit = project.app.form_habit
    if FORM.parameter in answers or not habit.near:
        return answers
    choices = [widgets.choice(one, title=f"{one}: {line}") for one, line in FORM.explained.items()]
    with widgets.on_the_terminal():
        picked = widgets.select(f"{FORM.question} ({habit.form.reason})", choices, habit.form.value)
    return {**answers, FORM.parameter: said(picked)}


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
        console.aside(widgets.fitting(f"Sidekiq {project.release.text}. q quits and changes nothing."))
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


def _open(parameter: str, asked: Answers) -> bool:
    """Whether something is to be asked although the settings may have a default for it."""
    return parameter not in asked or asked[parameter].origin == "settings"


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


def _ask_for_arguments(asked: dict[str, Sourced[Any]], trial: Trial) -> None:
    """Ask for the arguments of perform; that of the record is there already."""
    if "arguments" in asked:
        return
    record = resolve.context_of(asked, trial.project).record
    besides = f" besides {record.parameter}" if record else ""

    def parse(text: str) -> None:
        trial.run({**asked, "arguments": said(items(text))} if text else asked)

    typed = widgets.text(
        f"Which arguments does perform take{besides}? (amount:decimal, since:date; empty for none)", parse
    )
    if typed:
        asked["arguments"] = said(items(typed))


def _ask_for_retries(asked: dict[str, Sourced[Any]], trial: Trial) -> None:
    """Ask how often a failed job is tried again; a length of time says for how long."""
    if not _open("retry", asked) or not _open("retry_for", asked):
        return

    def read(text: str) -> dict[str, Sourced[Any]]:
        if re.fullmatch(r"[0-9]+[smhd]", text):
            return {RETRY_FOR.parameter: said(value_of(RETRY_FOR, text))}
        return {"retry": said(text)}

    can = trial.project.release.capabilities.retry_for
    question = _QUESTIONS["retry"] + (" (or for how long: 30m, 2h, 1d)" if can else "")
    seconds = answer(asked, "retry_for")
    usual = usual_retries(trial.project.app, resolve.context_of(asked, trial.project).house)
    offered = written(seconds) if seconds else answer(asked, "retry", usual)
    for parameter in ("retry", "retry_for"):
        asked.pop(parameter, None)
    asked |= read(widgets.text(question, lambda text: trial.run({**asked, **read(text)}), offered))
