"""Snapshots of what a pack makes of the built-in templates: a file for each kind and pattern, to be read by people.

Of each case the command line and the files that differ from what the built-in templates give; a text that stands
further up in the same file is named in place of being repeated.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FOLDER = "snapshots"
ENDING = ".txt"
HEAD = "# Written by sidekiq-gen templates check --update.\n"


@dataclass(frozen=True)
class Shown:
    """One case in a snapshot.

    title: place and name. line: the command. files: those that are shown, by path.
    """

    title: str
    line: str
    files: Mapping[str, str]


def snapshot(cases: Iterable[Shown]) -> str:
    """The text of a snapshot; empty where its cases show nothing."""
    seen: dict[tuple[str, str], str] = {}
    parts = ["".join([f"=== {case.title}\n$ {case.line}\n", *_files(case, seen)]) for case in cases if case.files]
    return HEAD + "\n" + "\n".join(parts) if parts else ""


def _files(case: Shown, seen: dict[tuple[str, str], str]) -> Iterator[str]:
    for path, text in case.files.items():
        above = seen.setdefault((path, text), case.title)
        yield f"--- {path}\n{text}" if above == case.title else f"--- {path}, as in {above}\n"


def difference(name: str, before: str, now: str) -> str:
    """A unified diff of a snapshot and what is rendered now."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), now.splitlines(keepends=True), f"{name} (snapshot)", f"{name} (rendered)"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
