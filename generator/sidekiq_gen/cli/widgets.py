"""What a question looks like on a terminal: a list, or a line to type."""

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

from sidekiq_gen.errors import Quit
from sidekiq_gen.job.trial import problem
from sidekiq_gen.quoting import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from prompt_toolkit.application import AppSession
    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

    from sidekiq_gen.job.trial import Parse

MOST_IN_A_LIST = 12  # more than that are completed while somebody types
STYLE = questionary.Style([("disabled", "fg:ansibrightblack"), ("placeholder", "fg:ansibrightblack")])

ANOTHER = "another one"
_MARGIN = 5  # what questionary puts before each line of a list
_NARROWEST = 40


def choice(value: str, why_not: str | None = None, *, title: str = "") -> questionary.Choice:
    """One line of a list, greyed out when there is a reason why it cannot be had."""
    shown = fitting(visible(title or value), _MARGIN)
    disabled = fitting(visible(why_not), _MARGIN + len(shown.rpartition("\n")[2]) + 2) if why_not else None
    return questionary.Choice(shown, value=value, disabled=disabled)


def fitting(text: str, column: int = 0) -> str:
    """The text broken into lines for this terminal, as it begins in some column of a list."""
    indented = " " * min(column, _MARGIN)
    width = max(get_app_session().output.get_size().columns - 1, _NARROWEST)
    return textwrap.fill(text, width, initial_indent=" " * column, subsequent_indent=indented).strip()


def reason(parse: Parse, text: str) -> str | None:
    """Why an answer cannot be had; None where it can."""
    wrong = problem(parse, text)
    return wrong.message if wrong else None


def one_of(question: str, known: Sequence[str], offered: str, parse: Parse) -> str:
    """Pick from what the repo has, or type something else."""
    if not 0 < len(known) <= MOST_IN_A_LIST:
        return text(question, parse, offered, known)
    picked = select(question, [*(choice(one, reason(parse, one)) for one in known), choice(ANOTHER)], offered)
    return text(question, parse) if picked == ANOTHER else picked


def select(question: str, choices: Sequence[questionary.Choice], offered: str) -> str:
    """Pick one line of a list; the cursor stands on what is offered, if that can be had."""
    possible = [one.value for one in choices if not one.disabled]
    default = offered if offered in possible else possible[0]
    return str(ask(questionary.select(question, choices, default=default, style=STYLE)))


def text(question: str, parse: Parse, offered: str = "", known: Iterable[str] = ()) -> str:
    """Ask for a text; Enter alone takes what is offered, which stands there until somebody types."""

    def check(typed: str) -> bool | str:
        typed = typed.strip() or offered
        wrong = None if typed == "q" else problem(parse, typed)
        return fitting(visible(f"{wrong.message} {wrong.hint}")) if wrong else True

    words = [one for one in known if visible(one) == one]  # the others are not to be had by typing
    asked = questionary.text(
        question,
        validate=check,
        validate_while_typing=False,
        placeholder=[("class:placeholder", visible(offered))],
        completer=WordCompleter(words, ignore_case=True, match_middle=True, sentence=True) if words else None,
        reserve_space_for_menu=8 if words else 0,
        style=STYLE,
    )
    answered = str(ask(asked, offered, typed=True)).strip()
    if answered == "q":
        raise quitting()
    return answered


def ask(question: questionary.Question, offered: str = "", *, typed: bool = False) -> Any:
    """Ask; q quits where the answer is not typed, Ctrl-D quits everywhere."""
    bindings = KeyBindings()

    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=quitting())

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
        raise quitting() from None


def on_the_terminal() -> AbstractContextManager[AppSession]:
    """Ask where somebody can see it, also when standard output goes into a file."""
    return create_app_session(output=create_output(always_prefer_tty=True))


def quitting() -> Quit:
    """What is raised when somebody leaves."""
    return Quit("Nothing was written.", hint="Run the command again when you are ready.", code="quit")
