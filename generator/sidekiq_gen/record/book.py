"""The file itself: one line for each entry, sorted, so that git merges what two branches have added.

Where git could not, because two new lines met, what is between its markers is one line for each entry all the same:
then the lines of both sides count, and the next run that writes leaves the markers out. A line that this program does
not have to change is kept byte for byte.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sidekiq_gen import reading
from sidekiq_gen.errors import Refused
from sidekiq_gen.notices import Notice
from sidekiq_gen.record.entry import Entry, Key, decode, read_key
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILE: Final = ".sidekiq-gen.record"
LARGEST = 50_000_000  # bytes; a line is some 600

_HEAD = '{"sidekiq-gen record": 1, "note": "What was generated here. Commit this file: upgrade and destroy read it."}'
_VERSION = '{"sidekiq-gen record": '
_OURS, _BASE, _MIDDLE, _THEIRS = "<<<<<<<", "|||||||", "=======", ">>>>>>>"


class BrokenRecord(Exception):
    """A record that cannot be used.

    fault: what is wrong, to follow the name of the file. line: from 1; None where it is not one of them.
    """

    def __init__(self, fault: str, line: int | None = None) -> None:
        super().__init__(fault)
        self.fault, self.line = fault, line

    @property
    def place(self) -> str:
        """The file, and the line where it is one."""
        return f"{FILE}, line {self.line}" if self.line else FILE

    @property
    def notice(self) -> Notice:
        """What is said where the run goes on without it."""
        return Notice(
            "record-unreadable",
            f"{self.place}: {self.fault}. What is generated is not recorded there.",
            f"Put the line right or remove it: `git checkout -- {FILE}` takes back what was committed.",
        )

    @property
    def refusal(self) -> Refused:
        """What ends a run that needs it."""
        return Refused(
            f"{self.place}: {self.fault}.",
            hint=f"Put the line right or remove it: `git checkout -- {FILE}` takes back what was committed.",
            code="record-unreadable",
        )


@dataclass(frozen=True)
class Book:
    """What the record says: the line of each entry.

    merged: whether it has markers of git in it, which are not written again.
    """

    lines: Mapping[Key, str]
    merged: bool = False

    @cached_property
    def keys(self) -> list[Key]:
        """Those of its entries, in their order."""
        return sorted(self.lines)

    def entry(self, key: Key) -> Entry | None:
        """One of them.

        Raises:
            BrokenRecord: its line makes no sense.
        """
        line = self.lines.get(key)
        if line is None:
            return None
        try:
            return decode(line)
        except (TypeError, ValueError):
            raise BrokenRecord(f"the entry of {key[1] or key[0]} makes no sense") from None

    def entries(self) -> Iterator[Entry]:
        """All of them.

        Raises:
            BrokenRecord: the line of one makes no sense.
        """
        for key in self.keys:
            entry = self.entry(key)
            if entry:
                yield entry

    def changed(self, entries: Mapping[Key, Entry | None]) -> Book:
        """The same with these entries in place of its own; None for one that goes."""
        lines = {key: line for key, line in self.lines.items() if key not in entries}
        return Book(lines | {key: entry.encode() for key, entry in entries.items() if entry})

    def encode(self) -> str | None:
        """The text of the file; None where nothing is to be said."""
        return "\n".join([_HEAD, *(self.lines[key] for key in self.keys), ""]) if self.lines else None


def read_book(root: Path) -> Book:
    """The record of a repo; without one, one that says nothing.

    Raises:
        BrokenRecord: it is there and cannot be read, or makes no sense.
    """
    if not os.path.lexists(root / FILE):
        return Book({})
    try:
        return parse(reading.read_inside(root, FILE, LARGEST))
    except reading.Unreadable as error:
        raise BrokenRecord(error.reason) from None


def parse(data: bytes | None) -> Book:
    """Read the file.

    Raises:
        BrokenRecord: a line of it is none of ours.
    """
    text = (data or b"").decode("utf-8", "surrogateescape")
    lines: dict[Key, str] = {}
    in_base = merged = False
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = raw.removesuffix("\r")
        if (mark := line[:7]) in {_OURS, _BASE, _MIDDLE, _THEIRS}:
            merged, in_base = True, mark == _BASE
        elif in_base or not line.strip():
            continue
        elif line.startswith(_VERSION):
            if line.removeprefix(_VERSION)[:2] != "1,":
                raise BrokenRecord("it was written by a later release of sidekiq-gen", number)
        else:
            try:
                lines.setdefault(read_key(line), line)
            except (TypeError, ValueError):
                raise BrokenRecord("it makes no sense", number) from None
    return Book(lines, merged)
