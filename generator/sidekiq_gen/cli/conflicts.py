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

from sidekiq_gen import reading
from sidekiq_gen.changes.plan import PlannedFile
from sidekiq_gen.errors import Quit
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.changes.plan import Plan, Status
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
_WORDS = {False: ("Overwrite", "Ynaqdhm", "overwrite"), True: ("Remove", "Ynaqdh", "remove")}
_HELP = """\
        Y - {verb} it
        n - leave it as it is
        a - {verb} it, and every later one
        q - stop here and write nothing
        d - {compare}
        h - list these keys"""
_COMPARE = {False: "compare the two", True: "compare it with what would be written"}
_MERGE_HELP = "\n        m - edit it in the merge tool, and keep the result"
# Its status 1 says that the two differed (git-diff(1): --no-index implies --exit-code), 128 that the tool failed.
_MERGE_TOOL = "git difftool --trust-exit-code --no-index"
_DIFFERED = 1


def resolve(plan: Plan, console: Console, *, terminal: bool, stdin: TextIO | None = None) -> Plan:
    """Have every conflict of `plan` decided.

    terminal: whether there is someone to ask.
    Returns the plan with ``force``, ``remove`` or ``skip`` in place of each ``conflict``, and with what came out of the
    merge tool as the text of a file; the words have been printed then.
    Raises DecisionNeeded (``conflict``) when there is nobody to ask, Quit (``quit``) when the answer is no to all.
    Nothing is written: a merge tool works on copies.
    """
    if not terminal:
        plan.require_decisions()
    every = False
    decided: dict[str, PlannedFile] = {}
    for file in plan.conflicts:
        console.status("conflict", file.path)
        answer = "all" if every else _decide(plan.root, file, console, stdin or sys.stdin)
        every = answer == "all"
        decided[file.path] = answer if isinstance(answer, PlannedFile) else _settled(file, answer)
        console.status(decided[file.path].status, file.path)
    return plan.with_files(decided) if decided else plan


def _settled(file: PlannedFile, answer: Literal["yes", "no", "all"]) -> PlannedFile:
    yes: Status = "remove" if file.goes else "force"
    return replace(file, status="skip" if answer == "no" else yes)


def _decide(
    root: Path, file: PlannedFile, console: Console, stdin: TextIO
) -> Literal["yes", "no", "all"] | PlannedFile:
    """Ask until there is an answer, or what a merge tool has made of the file."""
    question, keys, verb = _WORDS[file.goes]
    while True:
        console.aside(f'{question} {root / file.path}? (enter "h" for help) [{keys}] ', end="")
        answer = _answer(console, stdin)
        if answer == "quit":
            console.aside("Aborting...")
            raise Quit(
                f"Stopped at {file.path}; nothing was {'removed' if file.goes else 'written'}.",
                hint="Run the command again to decide anew.",
                code="quit",
            )
        if answer == "diff":
            _show_diff(file, console)
            console.aside("Retrying...")
        elif answer == "merge" and not file.goes:
            merged = _merge(file, console)
            if merged:
                return merged
        elif answer in {"help", "merge"}:
            console.aside(_HELP.format(verb=verb, compare=_COMPARE[file.goes]) + ("" if file.goes else _MERGE_HELP))
        elif answer in {"yes", "no", "all"}:
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
            if _run(tool, [old, new], console) is not None:
                return
    console.diff(file.diff)


def _merge(file: PlannedFile, console: Console) -> PlannedFile | None:
    """What the merge tool makes of a copy of the file; None where it fails."""
    own = os.environ.get("THOR_MERGE")
    tool = own or _MERGE_TOOL
    with _as_files(file) as (old, new):
        # Git is started outside of the repo: its .git/config may have come with it, and a tool named there would run.
        status = _run(tool, [new, old], console, None if own else new.parent)
        if status is None:
            return None
        if status and (own or status != _DIFFERED):
            console.aside(f"{tool} ended with status {status}; {file.path} is as it was.")
            return None
        try:
            merged = reading.read_regular(old, reading.RUBY)
        except reading.Unreadable as error:
            console.aside(f"{tool} has left a file that {error.reason}; {file.path} is as it was.")
            return None
    if merged == file.before:
        console.aside(f"{file.path} is unchanged.")
        return replace(file, status="skip")
    return replace(file, text=merged.decode("utf-8", "surrogateescape"), status="force")


def _run(tool: str, files: list[Path], console: Console, folder: Path | None = None) -> int | None:
    """Run a tool of the user's on `files`, in a folder; its exit status, or None where it could not be started."""
    try:
        done = subprocess.run([*shlex.split(tool), *files], cwd=folder, check=False)  # noqa: S603 - the user's own tool
    except (OSError, ValueError) as error:
        console.aside(f"{tool} cannot be run: {error}")
        return None
    return done.returncode


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
