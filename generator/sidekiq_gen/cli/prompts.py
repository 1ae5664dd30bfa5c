"""The only asker: what the flags left open, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import questionary
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

from sidekiq_gen import naming, resolve
from sidekiq_gen.errors import InvalidInput, Quit, Refused
from sidekiq_gen.patterns.base import answer
from sidekiq_gen.patterns.catalogue import BY_NAME, PATTERNS
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.detect import Surroundings
    from sidekiq_gen.generate import Generated
    from sidekiq_gen.patterns.base import Pattern
    from sidekiq_gen.request import Answers, Flag, Situation

_ANOTHER = "another one"
_KINDS = {"record": "record: about one row of a model", "plain": "plain: about its arguments, or nothing"}
_QUESTIONS = {flag.parameter: flag.question for flag in resolve.JOB_FLAGS}


def ask_for_job(answers: Answers, surroundings: Surroundings, console: Console) -> Answers:
    """Complete the answers; those that were given as flags are not asked for again.

    Raises:
        Quit: somebody typed q.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    release = surroundings.release
    console.plain(f"Sidekiq {release.text}. Enter takes what is offered, q leaves everything as it is.")
    asked = dict(answers)
    if "name" not in asked:
        asked["name"] = _said(_text("What is the job called?", check=_check(_name_of)))
    _ask_for_model(asked, surroundings)
    if "queue" not in asked:
        asked["queue"] = _said(_one_of(_QUESTIONS["queue"], surroundings.app.queues, check=_check(naming.parse_queue)))
    if "retry" not in asked:
        usual = surroundings.app.conventions.retry.value
        offered = str(resolve.RETRIES if usual is None else usual)
        asked["retry"] = _said(_text(_QUESTIONS["retry"], offered, check=_check(resolve.parse_retry)))
    situation = resolve.situate(asked, surroundings)
    for pattern in _ask_for_patterns(asked, situation):
        _ask_about(pattern, asked, situation)
    return asked


def confirm(generated: Generated, console: Console) -> None:
    """Show what would be written, and ask once.

    Raises:
        Quit: the answer was no.
    """
    job = generated.plan.files[0]
    console.plain(f"\n{job.text}")
    for file in generated.plan.files:
        console.status(file.status, file.path)
    if not _ask(questionary.confirm("Write this?", default=True)):
        raise _quit()


def _name_of(text: str) -> naming.JobName:
    return naming.parse_job_name(text, suffix="Job")


def _ask_for_model(asked: dict[str, Sourced[Any]], surroundings: Surroundings) -> None:
    app = surroundings.app
    parsed = [naming.parse_argument(text, app.acronyms) for text in answer(asked, "arguments", ())]
    if "model" in asked or any(argument.model for argument in parsed):
        return
    name = naming.parse_job_name(answer(asked, "name"), suffix="", acronyms=app.acronyms)
    guessed = resolve.guess_model(name, app)
    if "kind" not in asked:
        titles = list(_KINDS.values())
        picked = _select(_QUESTIONS["kind"], titles, default=titles[0 if guessed else 1])
        asked["kind"] = _said(next(kind for kind, title in _KINDS.items() if title == picked))
    if answer(asked, "kind") == "record":
        models = sorted(app.models, key=lambda model: model != (guessed.name if guessed else None))
        model = _one_of(_QUESTIONS["model"], models, check=_check(naming.parse_model))
        asked["model"] = _said(model)


def _ask_for_patterns(asked: dict[str, Sourced[Any]], situation: Situation) -> list[Pattern]:
    """Ask which patterns are wanted; those that cannot be had are shown with the reason."""
    choices = []
    for pattern in PATTERNS:
        refusal = pattern.refusal(situation)
        choices.append(
            questionary.Choice(
                f"{pattern.name}: {pattern.summary}",
                value=pattern.name,
                disabled=refusal.message if refusal else None,
                checked=pattern.flags[0].parameter in asked and refusal is None,
            )
        )
    wanted = _ask(questionary.checkbox("Which safeguards? (space selects)", choices=choices, validate=_compatible))
    for pattern in PATTERNS:
        if pattern.name not in wanted:
            for flag in pattern.flags:
                asked.pop(flag.parameter, None)
    return [BY_NAME[name] for name in wanted]


def _compatible(names: list[str]) -> bool | str:
    for name in names:
        clash = sorted(BY_NAME[name].excludes & set(names))
        if clash:
            return f"{name} and {clash[0]} are two locks for the same thing: choose one"
    return True


def _ask_about(pattern: Pattern, asked: dict[str, Sourced[Any]], situation: Situation) -> None:
    """Ask a pattern's own questions, as far as the flags have left them open."""
    for flag in pattern.flags:
        if flag.parameter in asked:
            continue
        if flag.kind == "switch":
            asked[flag.parameter] = _said(value=True)
            continue
        suggestion = "" if flag is pattern.flags[0] else pattern.suggestion(flag, asked, situation)
        if suggestion is None:
            continue
        if flag.choices:
            asked[flag.parameter] = _said(_select(flag.question, list(flag.choices), suggestion or flag.choices[0]))
        else:
            text = _text(flag.question, suggestion, check=_checker(pattern, flag, asked, situation))
            asked[flag.parameter] = _said(_value(flag, text))


def _checker(
    pattern: Pattern, flag: Flag, asked: dict[str, Sourced[Any]], situation: Situation
) -> Callable[[str], bool | str]:
    """A validator that lets the pattern itself judge the answer."""

    def parse(text: str) -> object:
        return pattern.decide({**asked, flag.parameter: _said(_value(flag, text))}, situation)

    return _check(parse)


def _value(flag: Flag, text: str) -> object:
    if flag.kind == "list":
        return [item.strip() for item in text.split(",")]
    if flag.kind == "number":
        return int(text) if text.isascii() and text.isdigit() else -1
    return text


def _said(value: object) -> Sourced[Any]:
    return Sourced(value, "answer")


def _check(parse: Callable[[str], object]) -> Callable[[str], bool | str]:
    def check(text: str) -> bool | str:
        if text.strip() == "q":
            return True
        try:
            parse(text.strip())
        except (InvalidInput, Refused) as error:
            return error.message
        return True

    return check


def _text(question: str, offered: str = "", *, check: Callable[[str], bool | str]) -> str:
    text: str = questionary.text(question, default=offered, validate=check).unsafe_ask().strip()
    if text == "q":
        raise _quit()
    return text


def _select(question: str, choices: list[str], default: str) -> str:
    return str(_ask(questionary.select(question, choices=choices, default=default)))


def _one_of(question: str, known: Any, *, check: Callable[[str], bool | str]) -> str:
    """Pick from what the repo has, or type something else."""
    if not known:
        return _text(question, check=check)
    picked = _select(question, [*known, _ANOTHER], default=known[0])
    return _text(question, check=check) if picked == _ANOTHER else picked


def _ask(question: questionary.Question) -> Any:
    """Ask a question that is not answered by typing: there q quits."""
    bindings = KeyBindings()

    @bindings.add("q", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=_quit())

    application = question.application
    application.key_bindings = merge_key_bindings([application.key_bindings or KeyBindings(), bindings])
    return question.unsafe_ask()


def _quit() -> Quit:
    return Quit("Nothing was written.", hint="Run the command again when you are ready.", code="quit")
