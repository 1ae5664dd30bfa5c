"""Somebody at a terminal, in this process: keys go through the real questions, and what is shown comes back."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input

from sidekiq_gen.cli import run as running
from sidekiq_gen.cli import widgets
from sidekiq_gen.cli.app import run
from support.command import inside

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from sidekiq_gen.cli.talk import Question, Reply

ENTER, DOWN, UP, SPACE, TAB, CLEAR, ESCAPE = "\r", "\x1b[B", "\x1b[A", " ", "\t", "\x15", "\x1b"
CTRL_C, CTRL_D = "\x03", "\x04"


@dataclass
class Talked:
    """What came of a conversation.

    asked: the texts of the questions, in order. shown: all that was printed.
    """

    status: int = -1
    asked: list[str] = field(default_factory=list)
    shown: str = ""


def talk(
    root: Path,
    arguments: list[str],
    keys: Callable[[Question, Reply], str],
    monkeypatch: pytest.MonkeyPatch,
    menu: str = "",
) -> Talked:
    """Run the command in the folder ``root`` for somebody who answers each question with some keys.

    keys: what is typed at a question, from what Enter alone gives. menu: what is typed at the menu of conflicts.
    """
    talked, out = Talked(), io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    put = widgets.ask
    with create_pipe_input() as typing, create_app_session(input=typing), monkeypatch.context() as patched:

        def ask(question: Question, offered: Reply) -> Reply:
            talked.asked.append(question.text)
            typing.send_text(keys(question, offered))
            return put(question, offered)

        patched.setattr(widgets, "ask", ask)
        patched.setattr(running, "_somebody_is_there", lambda: True)
        patched.setattr(sys, "stdin", io.StringIO(menu))
        patched.setenv("TERM", "xterm")
        try:
            with inside(root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                talked.status = run(arguments)
        finally:
            for number, handler in handlers.items():  # a run that has written is the last thing that a process does
                signal.signal(number, handler)
    talked.shown = out.getvalue()
    assert "Unexpected error" not in talked.shown, talked.shown
    return talked
