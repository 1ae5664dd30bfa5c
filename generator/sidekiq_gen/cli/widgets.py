"""What a question looks like on a terminal: a list, a line to type, or yes and no."""

from __future__ import annotations

import os
import textwrap
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import questionary
from prompt_toolkit import print_formatted_text
from prompt_toolkit.application import create_app_session, get_app_session
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.filters import Always
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Dimension
from prompt_toolkit.output import create_output
from prompt_toolkit.styles import merge_styles
from questionary.constants import DEFAULT_STYLE

from sidekiq_gen.cli.talk import Back
from sidekiq_gen.errors import Quit
from sidekiq_gen.job.trial import problem
from sidekiq_gen.quoting import visible
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

    from sidekiq_gen.cli.talk import Form, Line, Question, Reply
    from sidekiq_gen.job.trial import Parse

MOST_IN_A_LIST = 12  # more than that are completed while somebody types
STYLE = questionary.Style([("disabled", "fg:ansibrightblack"), ("placeholder", "fg:ansibrightblack")])
MOST_LINES_OF_A_MENU = 8
ANOTHER = "another one"
LEAVES = frozenset({"q", "Q"})
_MARGIN = 5  # what questionary puts before each line of a list
_NARROWEST = 40
_ITEM = regex(r"[^\s,]+")  # what is completed: the last of several
_ESCAPE_SECONDS = 0.1  # how long a terminal may take to send the rest of the key that begins with Esc
_PLAIN = str.maketrans("○●»", "o*>")  # where a locale has no such characters


class _Choice(questionary.Choice):
    """A line of a list that is broken anew whenever it is drawn, as somebody may have made the terminal narrower."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(self.title, line.value, disabled=self.disabled, checked=line.ticked and not line.why_not)

    @property
    def title(self) -> str:
        return fitting(visible(self._line.title or self._line.value), _MARGIN)

    @title.setter
    def title(self, _: object) -> None:
        """It comes out of the line."""

    @property
    def disabled(self) -> str | None:
        why_not = self._line.why_not
        return fitting(visible(why_not), _MARGIN + len(self.title.rpartition("\n")[2]) + 2) if why_not else None

    @disabled.setter
    def disabled(self, _: object) -> None:
        """It comes out of the line."""


class _Heading(questionary.Separator):
    """A line between others that cannot be chosen."""

    def __init__(self, line: Line) -> None:
        super().__init__(fitting(visible(line.title), 2))


def choice(line: Line) -> questionary.Choice:
    """One line of a list, greyed out when there is a reason why it cannot be had."""
    return _Choice(line) if line.value else _Heading(line)


def fitting(text: str, column: int = 0) -> str:
    """The text broken into lines for this terminal, as it begins in some column of a list."""
    indented = " " * min(column, _MARGIN)
    width = max(get_app_session().output.get_size().columns - 1, _NARROWEST)
    return textwrap.fill(text, width, initial_indent=" " * column, subsequent_indent=indented).strip()


def reason(parse: Parse, text: str) -> str:
    """Why an answer cannot be had; empty where it can."""
    wrong = problem(parse, text)
    return wrong.message if wrong else ""


def ask(question: Question, offered: Reply) -> Reply:
    """Put a question and leave one line of it on the terminal; offered: what Enter alone gives.

    Raises:
        Back: Esc was pressed.
        Quit: somebody typed q or Ctrl-D.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    if os.environ.get("TERM") == "dumb":
        from sidekiq_gen.cli import teletype

        return teletype.ask(question, offered)
    reply = _FORMS[question.form](question, offered)
    echo(question.text, shown(reply))
    said = question.remark(str(reply)) if question.remark else ""
    if said:
        aside(said)
    return reply


def shown(reply: Reply) -> str:
    """A reply in one line."""
    return ", ".join(reply) or "none" if isinstance(reply, list) else reply


def echo(question: str, answer: str) -> None:
    """Leave a question and its answer on the terminal."""
    tokens = [("class:qmark", "?"), ("class:question", f" {visible(question)} "), ("class:answer", visible(answer))]
    print_formatted_text(FormattedText(tokens), style=merge_styles([DEFAULT_STYLE, STYLE]))


def aside(text: str) -> None:
    """Say something between two questions."""
    output = get_app_session().output
    output.write(f"{fitting(visible(text))}\n")
    output.flush()


def _one(question: Question, offered: str) -> str:
    lines = question.lines()
    possible = [line.value for line in lines if line.value and not line.why_not]
    default = offered if offered in possible else possible[0]
    choices = [choice(line) for line in lines]
    return str(_asked(questionary.select(question.text, choices, default=default, style=STYLE, erase_when_done=True)))


def _several(question: Question, offered: list[str]) -> list[str]:
    """Pick any number of lines, until nothing is wrong with them together."""
    wanted = offered
    while True:
        choices = [choice(line) for line in question.lines()]
        for one in choices:
            one.checked = one.value in wanted and not one.disabled
        how = "(space selects, Enter confirms, even with none)"
        wanted = _asked(
            questionary.checkbox(question.text, choices, instruction=how, style=STYLE, erase_when_done=True)
        )
        wrong = problem(question.parse, wanted)
        if wrong is None:
            return list(wanted)
        echo(question.text, shown(wanted))
        aside(f"{wrong.message} {wrong.hint}")


def _text(question: Question, offered: str) -> str:
    """Ask for a text; Enter alone takes what is offered, which stands there until somebody types."""

    def check(typed: str) -> bool | str:
        typed = typed.strip() or offered
        wrong = None if typed in LEAVES else problem(question.parse, typed)
        return fitting(visible(f"{wrong.message} {wrong.hint}")) if wrong else True

    known = question.known()
    words = [one for one in known if visible(one) == one]  # the others are not to be had by typing
    asked = questionary.text(
        question.text,
        instruction="(typing completes) " if words else None,
        validate=check,
        validate_while_typing=False,
        placeholder=[("class:placeholder", visible(offered))],
        completer=WordCompleter(words, ignore_case=True, match_middle=True, pattern=_ITEM) if words else None,
        reserve_space_for_menu=min(len(words), MOST_LINES_OF_A_MENU),
        style=STYLE,
        erase_when_done=True,
    )
    answered = str(_asked(asked, offered, typed=True)).strip()
    if answered in LEAVES:
        raise quitting()
    return answered


def _yes(question: Question, offered: str) -> str:
    """Yes or no; a question that has lines takes the first letter of each as well."""
    keys = [line.value for line in question.lines() if line.value]
    how = ", ".join([f"{'Y/n' if offered == 'yes' else 'y/N'}", *(line.title for line in question.lines())])
    asked = questionary.confirm(
        question.text, default=offered == "yes", instruction=f"({how}) ", style=STYLE, erase_when_done=True
    )
    reply = _asked(asked, keys=keys)
    return reply if isinstance(reply, str) else "yes" if reply else "no"


def _asked(question: questionary.Question, offered: str = "", *, typed: bool = False, keys: Sequence[str] = ()) -> Any:
    """Run one; q quits where the answer is not typed, Ctrl-D quits and Esc goes back everywhere, Ctrl-Z suspends.

    keys: words whose first letter alone is an answer.
    """
    application = question.application
    bindings = _typing(offered) if typed else _choosing(keys)
    bindings.add("escape", eager=True)(lambda event: event.app.exit(exception=Back()))
    bindings.add("c-z", eager=True)(lambda event: event.app.suspend_to_background())
    application.key_bindings = merge_key_bindings([application.key_bindings or KeyBindings(), bindings])
    application.ttimeoutlen = _ESCAPE_SECONDS
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


def _typing(offered: str) -> KeyBindings:
    """The keys of a text."""
    bindings = KeyBindings()

    def accept(event: KeyPressEvent) -> None:
        if not event.current_buffer.text:
            event.current_buffer.insert_text(offered)
        event.current_buffer.validate_and_handle()

    def paste(event: KeyPressEvent) -> None:  # several lines are one answer, and none of them the next one
        event.current_buffer.insert_text(" ".join(event.data.split()))

    bindings.add("enter", eager=True)(accept)
    bindings.add(Keys.BracketedPaste, eager=True)(paste)
    return bindings


def _choosing(keys: Sequence[str]) -> KeyBindings:
    """The keys of a list, or of yes and no."""
    bindings = KeyBindings()

    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=quitting())

    def answering(word: str) -> Callable[[KeyPressEvent], None]:
        return lambda event: event.app.exit(result=word)

    for key in ("q", "Q", "c-d"):
        bindings.add(key, eager=True)(leave)
    for word in keys:
        bindings.add(word[0], eager=True)(answering(word))
    bindings.add(Keys.BracketedPaste, eager=True)(lambda _: None)
    return bindings


_FORMS: Mapping[Form, Callable[[Question, Any], Reply]] = MappingProxyType(
    {"text": _text, "one": _one, "several": _several, "yes": _yes}
)


@contextmanager
def on_the_terminal() -> Iterator[None]:
    """Ask where somebody can see it, also when standard output goes into a file."""
    output = create_output(always_prefer_tty=True)
    try:
        "○●»".encode(output.encoding())
    except (UnicodeEncodeError, LookupError):
        written = output.write
        output.write = lambda data: written(data.translate(_PLAIN))  # type: ignore[method-assign]
    with create_app_session(output=output):
        yield


def quitting(line: str = "") -> Quit:
    """What is raised when somebody leaves; line: the command that goes on from here."""
    hint = f"To go on later: {line}" if line else "Run the command again when you are ready."
    return Quit("Nothing was written.", hint=hint, code="quit")
