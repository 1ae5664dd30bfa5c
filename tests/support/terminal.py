"""Somebody at a real pseudo-terminal, and the questions that are asked there."""

from __future__ import annotations

import os
import re
import shlex
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

STOREFRONT = Path(__file__).parents[2] / "examples/storefront"
NAME, KIND, MODEL = "What is the job called?", "What kind of job is it?", "Which model does it work on?"
ARGUMENTS = "Which arguments does perform take"
QUEUE, RETRIES, SAFEGUARDS, WRITE = "Which queue?", "How many retries?", "Which safeguards?", "Write this?"
OPTIONS, LINES, TAGS = "Which options?", "How many lines of the backtrace are saved?", "Which tags?"
MISSING = "What should a run do when the record does not exist?"
WORK = "What does the work?"
COLUMN = "Which column marks the work as done?"
SCOPE = "Hold the advisory lock for a transaction, or for the session?"
TAKEN = "What should a run do when another run holds the lock?"
ERRORS = "Which errors are permanent? (class names, separated by commas)"
DISCARD = "Where should a job go that fails with one of them?"
UNTIL = "Until when is the job unique?"
SECONDS = "After how long is the lock released in any case? (90, 30m, 2h, 1d)"
DUPLICATE = "What should happen to duplicates?"
LINE = "Equivalent command:\n  "
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a question needs of the environment, and nothing that changes how it looks."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("PYTHONUTF8", "1")
    monkeypatch.setenv("PROMPT_TOOLKIT_NO_CPR", "1")  # nobody here answers where the cursor is
    for name in ("NO_COLOR", "COLUMNS", "LINES", "CI"):
        monkeypatch.delenv(name, raising=False)


class Terminal:
    """A person at a terminal, who waits for each question before answering it."""

    def __init__(
        self, root: Path, *arguments: str, columns: int = 120, redirected: str = "", command_name: str = "job"
    ) -> None:
        command = [sys.executable, "-m", "sidekiq_gen", command_name, *arguments]
        if redirected:
            command = ["/bin/sh", "-c", f"{shlex.join(command)} {redirected}"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the threads of pytest-xdist are no matter to a fork
            self.child = pexpect.spawn(
                command[0], command[1:], cwd=str(root), timeout=30, dimensions=(60, columns), encoding="utf-8"
            )
        self.child.delaybeforesend = None  # nothing is sent before its question is there
        self.raw = ""

    @classmethod
    def shell(cls, root: Path) -> Terminal:
        """A person at the prompt of a bash, in which ``$GEN`` is the command."""
        person = cls.__new__(cls)
        environment = {**os.environ, "GEN": f"{sys.executable} -m sidekiq_gen", "PS1": "$ "}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            person.child = pexpect.spawn(
                "bash", ["--norc", "--noprofile", "-i"], cwd=str(root), env=environment, timeout=30,
                dimensions=(60, 120), encoding="utf-8",
            )  # fmt: skip
        person.child.delaybeforesend = None
        person.raw = ""
        return person

    def see(self, text: str) -> Terminal:
        """Wait until the text has been shown, however it is broken into lines."""
        letters = r"(?:\s|\x1b\[[0-9;?]*[A-Za-z])*".join(map(re.escape, text.replace(" ", "")))
        self.child.expect(letters)
        self.raw += self.child.before + self.child.after
        return self

    def answer(self, question: str, keys: str) -> Terminal:
        self.see(question).child.send(keys)
        return self

    def type(self, keys: str) -> Terminal:
        self.child.send(keys)
        return self

    def talk(self, conversation: Sequence[tuple[str, str]]) -> Terminal:
        for question, keys in conversation:
            self.answer(question, keys)
        return self

    def end(self) -> int:
        """Wait for the end; the exit status."""
        self.child.expect(pexpect.EOF)
        self.raw += self.child.before
        status: int = self.child.wait()
        self.child.ptyproc.delayafterclose = 0  # it has ended already
        self.child.close()
        assert "Traceback" not in self.shown
        assert "Unexpected error" not in self.shown
        return status

    @property
    def shown(self) -> str:
        """All that has been shown, without colours and movements of the cursor."""
        return _CONTROLS.sub("", self.raw)
