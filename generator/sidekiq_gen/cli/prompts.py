"""The only asker: what the flags left open, on a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import questionary
from prompt_toolkit.application import create_app_session, get_app_session
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.filters import Always
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
from prompt_toolkit.layout import Dimension
from prompt_toolkit.output import create_output

from sidekiq_gen import naming
from sidekiq_gen.errors import Quit
from sidekiq_gen.flags import answer
from sidekiq_gen.job import resolve
from sidekiq_gen.job.interactions import clash
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME, KINDS
from sidekiq_gen.job.patterns.catalogue import BY_NAME, PATTERNS
from sidekiq_gen.job.retries import usual_retries
from sidekiq_gen.job.subject import guess_model
from sidekiq_gen.job.trial import Trial, judge, named, problem, refused, said, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from prompt_toolkit.application import AppSession
    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.job.trial import Parse
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.sourced import Sourced

MOST_IN_A_LIST = 12  # more than that are completed while somebody types

_ANOTHER = "another one"
_CHANGES = frozenset({"create", "insert", "force", "conflict"})
_MARGIN = 5  # what questionary puts before each line of a list
_NARROWEST = 40
_QUESTIONS = {flag.parameter: flag.question for flag in resolve.JOB_FLAGS}
_STYLE = questionary.Style([("disabled", "fg:ansibrightblack"), ("placeholder", "fg:ansibrightblack")])


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
    with _on_the_terminal():
        console.aside(_fitting(f"Sidekiq {version}. Enter takes what is offered, q leaves everything as it is."))
        if "name" not in asked:
            asked["name"] = said(_text("What is the job called?", trial.of("name", asked)))
        _ask_for_model(asked, trial)
        if "queue" not in asked:
            asked["queue"] = said(_one_of(_QUESTIONS["queue"], app.queues, app.usual_queue.value, naming.parse_queue))
        if "retry" not in asked and "retry_for" not in asked:
            asked["retry"] = said(_text(_QUESTIONS["retry"], trial.of("retry", asked), usual_retries(app)))
        context = resolve.context_of_the_work(asked, project)
        for pattern in _ask_for_patterns(asked, context, app, console):
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
    with _on_the_terminal():
        console.aside(_fitting(f"Sidekiq {project.release.text}. q leaves everything as it is."))
        wanted = _ask(questionary.confirm(health_check.question, default=False))
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
    with _on_the_terminal():
        if not _ask(questionary.confirm("Write this?", default=True)):
            raise _quit()


def _ask_for_model(asked: dict[str, Sourced[Any]], trial: Trial) -> None:
    if not trial.asks_for_model(asked):
        return
    app = trial.project.app
    name = naming.parse_job_name(answer(asked, "name"), suffix="", acronyms=app.acronyms)
    guessed = guess_model(name, app)
    if "kind" not in asked:
        parse = trial.of("kind", asked)
        choices = [
            _choice(kind.name, _reason(parse, kind.name), title=f"{kind.name}: {kind.summary}") for kind in KINDS
        ]
        asked["kind"] = said(_select(_QUESTIONS["kind"], choices, "record" if guessed else "plain"))
    about = KIND_BY_NAME[answer(asked, "kind")].about
    if about != "nothing":
        guessed = guessed or guess_model(name, app, rows=about == "rows")
        offered = guessed.name if guessed else ""
        asked["model"] = said(_one_of(_QUESTIONS["model"], app.models, offered, trial.of("model", asked)))


def _ask_for_patterns(asked: Answers, context: JobContext, app: RailsApp, console: Console) -> list[Pattern[Any]]:
    """Ask which patterns are wanted.

    Those that flags ask for stay, those that cannot be had are shown with the reason.
    """
    given = [pattern.name for pattern in named(asked)]
    wanted: list[str] = []
    choices = [_offer(pattern, given, context, app) for pattern in PATTERNS]
    question, how = "Which safeguards?", "(space selects, Enter goes on, also with none)"
    while not all(choice.disabled for choice in choices):
        wanted = _ask(questionary.checkbox(question, choices, instruction=how, style=_STYLE, erase_when_done=True))
        console.aside(f"? {question} {', '.join(wanted) or 'none'}")
        clash = _clash(wanted)
        if clash is None:
            break
        console.aside(_fitting(clash))
        for choice in choices:
            choice.checked = choice.value in wanted
    return [BY_NAME[name] for name in BY_NAME if name in {*given, *wanted}]


def _offer(pattern: Pattern[Any], given: Sequence[str], context: JobContext, app: RailsApp) -> questionary.Choice:
    if pattern.name in given:
        return _choice(pattern.name, "asked for on the command line")
    refusal = refused(pattern, context, app)
    reason = refusal.message if refusal else _clash([*given, pattern.name])
    return (
        _choice(pattern.name, reason) if reason else _choice(pattern.name, title=f"{pattern.name}: {pattern.summary}")
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
        if flag.parameter in asked:
            continue
        if flag.type == "switch":
            asked[flag.parameter] = said(value=True)
            continue
        first = flag is pattern.flags[0]
        offered = pattern.offer(context, app) if first else pattern.suggestion(flag, asked, context, app)
        if offered is None:
            continue
        parse = judge(pattern, flag, asked, context, app)
        if flag.choices:
            text = _select(flag.question, [_choice(choice, _reason(parse, choice)) for choice in flag.choices], offered)
        else:
            text = _text(flag.question, parse, offered)
        asked[flag.parameter] = said(value_of(flag, text))


def _choice(value: str, reason: str | None = None, *, title: str = "") -> questionary.Choice:
    """One line of a list, greyed out when there is a reason why it cannot be had."""
    title = title or value
    disabled = _fitting(reason, _MARGIN + len(title) + 2) if reason else None
    return questionary.Choice(_fitting(title, _MARGIN), value=value, disabled=disabled)


def _fitting(text: str, column: int = 0) -> str:
    """The text broken into lines for this terminal, as it begins in some column of a list."""
    indented = " " * min(column, _MARGIN)
    width = max(get_app_session().output.get_size().columns - 1, _NARROWEST)
    return textwrap.fill(text, width, initial_indent=" " * column, subsequent_indent=indented).strip()


def _reason(parse: Parse, text: str) -> str | None:
    wrong = problem(parse, text)
    return wrong.message if wrong else None


def _one_of(question: str, known: Sequence[str], offered: str, parse: Parse) -> str:
    """Pick from what the repo has, or type something else."""
    if not 0 < len(known) <= MOST_IN_A_LIST:
        return _text(question, parse, offered, known)
    picked = _select(question, [*(_choice(text, _reason(parse, text)) for text in known), _choice(_ANOTHER)], offered)
    return _text(question, parse) if picked == _ANOTHER else picked


def _select(question: str, choices: Sequence[questionary.Choice], offered: str) -> str:
    possible = [choice.value for choice in choices if not choice.disabled]
    default = offered if offered in possible else possible[0]
    return str(_ask(questionary.select(question, choices, default=default, style=_STYLE)))


def _text(question: str, parse: Parse, offered: str = "", known: Iterable[str] = ()) -> str:
    """Ask for a text; Enter alone takes what is offered, which stands there until somebody types."""

    def check(text: str) -> bool | str:
        text = text.strip() or offered
        wrong = None if text == "q" else problem(parse, text)
        return _fitting(f"{wrong.message} {wrong.hint}") if wrong else True

    words = [*known]
    asked = questionary.text(
        question,
        validate=check,
        validate_while_typing=False,
        placeholder=[("class:placeholder", offered)],
        completer=WordCompleter(words, ignore_case=True, match_middle=True, sentence=True) if words else None,
        reserve_space_for_menu=8 if words else 0,
        style=_STYLE,
    )
    text = str(_ask(asked, offered, typed=True)).strip()
    if text == "q":
        raise _quit()
    return text


def _ask(question: questionary.Question, offered: str = "", *, typed: bool = False) -> Any:
    """Ask; q quits where the answer is not typed, Ctrl-D quits everywhere."""
    bindings = KeyBindings()

    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=_quit())

    def accept(event: KeyPressEvent) -> None:
        if not event.current_buffer.text:
            event.current_buffer.insert_text(offered)
        event.current_buffer.validate_and_handle()

    if typed:
        bindings.add("enter", eager=True)(accept)
    for key in () if typed else ("q", "Q", "c-d"):
        bindings.add(key, eager=True)(leave)
    application = question.application
    application.key_bindings = merge_key_bindings([application.key_bindings or KeyBindings(), bindings])
    for window in application.layout.find_all_windows():  # nothing is cut off in a narrow terminal
        window.wrap_lines = Always()
        if window.height == 1:
            window.height = Dimension(min=1)
        if typed:
            window.dont_extend_height = Always()
    try:
        return question.unsafe_ask()
    except EOFError:
        raise _quit() from None


def _on_the_terminal() -> AbstractContextManager[AppSession]:
    """Ask where somebody can see it, also when standard output goes into a file."""
    return create_app_session(output=create_output(always_prefer_tty=True))


def _quit() -> Quit:
    return Quit("Nothing was written.", hint="Run the command again when you are ready.", code="quit")
