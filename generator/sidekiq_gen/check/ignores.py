"""Comments that ignore findings: ``# sidekiq-gen:ignore sleep-in-job, symbol-argument  until #123 is done``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.facts import Ignore
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sidekiq_gen.check.facts import FileFacts
    from sidekiq_gen.check.rule import Finding
    from sidekiq_gen.check.source import Source

WORD = b"sidekiq-gen:ignore"
_CODE = r"[a-z]+(?:-[a-z0-9]+)+"
_CODES = rf"{_CODE}(?:[ \t]*,[ \t]*{_CODE})*"
_COMMENT = regex(rf"#[ \t]*sidekiq-gen:ignore\b[ \t]*((?:{_CODES})?)", needs="sidekiq-gen:ignore")


def ignores_of(source: Source) -> tuple[Ignore, ...]:
    """The comments of a file that ignore something.

    One behind code is about its own line; one that has a line to itself is about the first line below it that is no
    comment.
    """
    if WORD not in source.data:
        return ()
    lines = source.data.split(b"\n")
    found = []
    below = 0  # the first line below a run of comments that is none, which all of them are about
    for comment in source.of_type("comment"):
        said = _COMMENT.match(nodes.text(comment))
        if said:
            at, before = nodes.line(comment), comment.start_point[1]
            covers = at
            if not lines[at - 1][:before].strip():
                below = below if at < below else _below(lines, at)
                covers = below
            codes = tuple(re.split(r"[ \t]*,[ \t]*", said[1])) if said[1] else ()
            found.append(Ignore(at, source.column(comment), covers, codes))
    return tuple(found)


def _below(lines: Sequence[bytes], at: int) -> int:
    """The first line below one that is no comment, from 1."""
    below = at + 1
    while below <= len(lines) and lines[below - 1].lstrip().startswith(b"#"):
        below += 1
    return below


class Ignored:
    """What the comments of all files ignore, and which of them have ignored anything."""

    def __init__(self, files: Iterable[FileFacts]) -> None:
        self._said: dict[tuple[str, int, str], list[Ignore]] = {}
        self._all: list[tuple[str, Ignore]] = []
        self._used: set[tuple[str, Ignore, str]] = set()
        for file in files:
            for one in file.ignores:
                self._all.append((file.path, one))
                for code in one.codes:
                    self._said.setdefault((file.path, one.covers, code), []).append(one)

    def take(self, finding: Finding) -> bool:
        """Whether a finding is ignored; the comment has been of use then."""
        found = self._said.get((finding.path, finding.line, finding.code), [])
        self._used.update((finding.path, one, finding.code) for one in found)
        return bool(found)

    def unused(self) -> Iterator[tuple[str, Ignore, str]]:
        """Yield the path of a comment, and each code that it names in vain; an empty one where it names none."""
        for path, one in self._all:
            for code in one.codes or ("",):
                if (path, one, code) not in self._used:
                    yield path, one, code
