"""What would be written, shown on a terminal and confirmed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from sidekiq_gen.cli import widgets
from sidekiq_gen.cli.talk import Back, Line, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.changes.plan import Plan, PlannedFile
    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.notices import Notice

_CHANGES = frozenset({"create", "insert", "force", "conflict", "remove", "update", "merge"})
# So many lines of a file are shown at first: of the first one and of all that the app loads, and of its specs.
MOST_OF_A_CLASS, MOST_OF_ANOTHER = 120, 15


class Shown(Protocol):
    """Something that is to be confirmed."""

    @property
    def plan(self) -> Plan:
        """What would be written."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the user should know."""


def confirm(made: Shown, console: Console) -> Literal["yes", "no", "back"]:
    """Show what would be written and ask once, unless nothing would change; ``no`` is to change an answer.

    Raises:
        Quit: somebody typed q or Ctrl-D.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    folded = show(made.plan, console)
    for notice in made.notices:
        console.notice(notice)
    return _asked(made.plan, console, "n changes an answer", "q quits", folded=folded)


def confirm_plan(made: Shown, console: Console, *, preview: bool) -> None:
    """The same where nothing was asked that could be changed.

    preview: whether the files themselves are shown.

    Raises:
        Quit: the answer was no.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    folded = preview and show(made.plan, console)
    for notice in made.notices:
        console.notice(notice)
    with widgets.on_the_terminal():
        if _asked(made.plan, console, folded=folded) != "yes":
            raise widgets.quitting()


def show(plan: Plan, console: Console, *, whole: bool = False) -> bool:
    """Show every file that would be written, and of one that is there what would change; whether some was left out."""
    folded = False
    for file in plan.files:
        if file.status not in _CHANGES - {"remove"}:
            continue
        lines = (file.diff if file.before is not None else file.text).removesuffix("\n").split("\n")
        most = MOST_OF_A_CLASS if file is plan.files[0] or file.path.startswith("app/") else MOST_OF_ANOTHER
        left = 0 if whole else max(len(lines) - most, 0)
        console.aside(f"\n{file.path}:")
        _print(file, "\n".join(lines[: len(lines) - left]), console)
        if left:
            console.aside(f"({left} more lines)")
        folded = folded or left > 0
    return folded


def _print(file: PlannedFile, text: str, console: Console) -> None:
    if file.before is not None:
        console.diff(text)
    else:
        console.aside(text)


def _asked(plan: Plan, console: Console, *keys: str, folded: bool) -> Literal["yes", "no", "back"]:
    if not any(file.status in _CHANGES for file in plan.files):
        return "yes"
    console.aside("")
    for file in plan.files:
        console.aside(f"{file.status:>12}  {file.path}")
    while True:
        try:
            reply = widgets.ask(_question(keys, folded=folded), "yes")
        except Back:
            if keys:
                return "back"
            continue
        if reply != "details":
            return "yes" if reply == "yes" else "no"
        show(plan, console, whole=True)
        folded = False


def _question(keys: Sequence[str], *, folded: bool) -> Question:
    lines = [*([Line("details", "d shows all")] if folded else []), *(Line("", key) for key in keys)]
    return Question("write", "Write this?", "yes", "yes", lines=lambda: lines)


def pick(question: Question) -> str:
    """The line of a list that somebody picks; empty where Esc was pressed."""
    try:
        return str(widgets.ask(question, question.offered))
    except Back:
        return ""


def first(question: Question) -> str:
    """The reply to a question that nothing stands before: Esc leaves it open."""
    while True:
        reply = pick(question)
        if reply:
            return reply
