"""Rails' menu for files that are already there with another text."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, TextIO

from sidekiq_gen.errors import Quit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.changes.plan import Plan, PlannedFile, Status
    from sidekiq_gen.cli.console import Console

Answer = Literal["yes", "no", "all", "quit", "diff", "merge", "help"]

_ANSWERS: dict[str, Answer] = {
    "": "yes",
    "y": "yes",
    "yes": "yes",
    "f": "yes",
    "force": "yes",
    "n": "no",
    "no": "no",
    "s": "no",
    "skip": "no",
    "a": "all",
    "all": "all",
    "q": "quit",
    "quit": "quit",
    "d": "diff",
    "diff": "diff",
    "m": "merge",
    "merge": "merge",
}
_HELP = """\
        Y - overwrite it
        n - leave it as it is
        a - overwrite it, and every later one
        q - stop here and write nothing
        d - compare the two
        h - list these keys
        m - edit it in the merge tool, and keep the result"""
_MERGE_TOOL = "git difftool --no-index"


def resolve(plan: Plan, console: Console, *, terminal: bool, stdin: TextIO | None = None) -> Plan:
    """Have every conflict of `plan` decided.

    terminal: whether there is someone to ask.
    Returns the plan with ``force`` or ``skip`` in place of each ``conflict``; both words have been printed then.
    Raises DecisionNeeded (``conflict``) when there is nobody to ask, Quit (``quit``) when the answer is no to all.
    Nothing is written, except by a merge tool that the user calls up.
    """
    if not terminal:
        plan.require_decisions()
    every = False
    decided: dict[str, Status] = {}
    for file in plan.conflicts:
        console.status("conflict", file.path)
        answer = "all" if every else _decide(plan.root, file, console, stdin or sys.stdin)
        every = answer == "all"
        status: Status = "skip" if answer == "no" else "force"
        console.status(status, file.path)
        decided[file.path] = status
    return plan.with_statuses(decided) if decided else plan


def _decide(root: Path, file: PlannedFile, console: Console, stdin: TextIO) -> Literal["yes", "no", "all"]:
    """Ask until there is an answer; whatever a merge tool made of the file is kept."""
    while True:
        console.aside(f'Overwrite {root / file.path}? (enter "h" for help) [Ynaqdhm] ', end="")
        answer = _answer(console, stdin)
        if answer == "quit":
            console.aside("Aborting...")
            raise Quit(
                f"Stopped at {file.path}; nothing was written.",
                hint="Run the command again to decide anew.",
                code="quit",
            )
        if answer == "diff":
            _show_diff(file, console)
            console.aside("Retrying...")
        elif answer == "merge":
            if _merge(root, file, console):
                return "no"
        elif answer == "help":
            console.aside(_HELP)
        else:
            return answer


def _answer(console: Console, stdin: TextIO) -> Answer:
    try:
        line = stdin.readline()
    except UnicodeDecodeError:
        return "help"
    if not line:
        console.aside("")  # the end of input leaves the cursor behind the question
        return "quit"
    return _ANSWERS.get(line.strip().lower(), "help")


def _show_diff(file: PlannedFile, console: Console) -> None:
    tool = os.environ.get("THOR_DIFF") or os.environ.get("RAILS_DIFF")
    if tool:
        with _as_files(file) as (old, new):
            if _run(tool, [old, new], console):
                return
    console.diff(file.diff)


def _merge(root: Path, file: PlannedFile, console: Console) -> bool:
    with _as_files(file) as (_, new):
        own = os.environ.get("THOR_MERGE")
        # Git is started outside of the repo: its .git/config may have come with it, and a tool named there would run.
        return _run(own or _MERGE_TOOL, [new, root / file.path], console, None if own else new.parent)


def _run(tool: str, files: list[Path], console: Console, folder: Path | None = None) -> bool:
    """Run a tool of the user's on `files`, in a folder; whether it could be started."""
    try:
        subprocess.run([*shlex.split(tool), *files], cwd=folder, check=False)  # noqa: S603 - the user's own tool
    except (OSError, ValueError) as error:
        console.aside(f"{tool} cannot be run: {error}")
        return False
    return True


@contextmanager
def _as_files(file: PlannedFile) -> Iterator[tuple[Path, Path]]:
    """The old and the new text as files of the right name, for a tool to read."""
    with tempfile.TemporaryDirectory(prefix="sidekiq-gen-") as folder:
        paths = Path(folder, "old"), Path(folder, "new")
        texts = file.before or b"", file.content
        for path, text in zip(paths, texts, strict=True):
            path.mkdir()
            (path / PurePosixPath(file.path).name).write_bytes(text)
        old, new = (path / PurePosixPath(file.path).name for path in paths)
        yield old, new
