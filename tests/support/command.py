"""The command line, run in this process or in one of its own."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.cli.app import run
from sidekiq_gen.record.book import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_CHECKLIST = re.compile(r"^ *(done|to do|next|record)  (.*\n(?: {8}.*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Finished:
    """What came out of a run.

    err: without the checklist, which `checklist` holds, by its labels ``done``, ``to do``, ``next`` and ``record``; its
    lines are divided by semicolons.
    """

    status: int
    out: str
    err: str
    checklist: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, out: str, err: str) -> Finished:
        """Take the checklist out of standard error."""
        found = _CHECKLIST.findall(err)
        lines = {label: "; ".join(line.strip() for line in text.splitlines()) for label, text in found}
        return cls(status, out, _CHECKLIST.sub("", err), lines)


def sidekiq_gen(root: Path, *arguments: str) -> Finished:
    """Run the command in this process, in the folder ``root``, without a terminal."""
    out, err = io.StringIO(), io.StringIO()
    stdin, sys.stdin = sys.stdin, io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with inside(root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run(arguments)
    finally:
        sys.stdin = stdin
        for number, handler in handlers.items():  # a run that has written is the last thing that a process does
            signal.signal(number, handler)
    return Finished.of(status, out.getvalue(), err.getvalue())


def in_a_process(root: Path, arguments: Sequence[str], **environment: str) -> Finished:
    """Run the command as a user does, with standard input closed."""
    done = subprocess.run(
        [sys.executable, "-m", "sidekiq_gen", *arguments],
        cwd=root,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Finished.of(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def tree(root: Path, *, record: bool = False) -> dict[str, bytes]:
    """Every file below the root and what it holds; record: the one as well in which it says what was generated."""
    found = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
    return {path: file.read_bytes() for path, file in found.items() if record or file.name != FILE}


def in_shell(root: Path, script: str, shell: str = "sh", **environment: str) -> Finished:
    """Run a line of shell in which ``$GEN`` is the command."""
    done = subprocess.run(
        [shell, "-c", script],
        cwd=root,
        env={**os.environ, "GEN": f"{shlex.quote(sys.executable)} -m sidekiq_gen", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Finished.of(done.returncode, done.stdout, done.stderr)
