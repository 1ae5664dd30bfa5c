"""Writing it down: entries that are put into the record, or taken out, together with the files that they are about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sidekiq_gen.record.book import FILE, BrokenRecord, parse, read_book
from sidekiq_gen.record.entry import Entry, identity
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sidekiq_gen.changes.plan import Plan, PlannedFile
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.record.entry import Key

_WRITTEN = frozenset({"create", "force", "update", "merge"})


@dataclass(frozen=True)
class Recording:
    """What a run adds to the record, once it is known what becomes of each file.

    make: gives its entries, each with the ids of what was rendered. A file that stays as it was keeps what was recorded
    of it before; an entry none of whose files is written stays as it was.
    """

    make: Callable[[], Sequence[Entry]]

    @property
    def path(self) -> str:
        """Of the record."""
        return FILE

    def text(self, plan: Plan, before: bytes | None) -> str | None:
        """What the record is to hold; one that somebody has broken in the meantime is left as it is."""
        try:
            book = parse(before)
            files = {file.path: file for file in plan.files}
            changed: dict[Key, Entry | None] = {}
            for entry in self.make():
                settled = _settled(entry, book.entry(entry.key), files)
                if settled:
                    changed[entry.key] = settled
            return book.changed(changed).encode()
        except BrokenRecord:
            return _unchanged(before)


def _settled(entry: Entry, old: Entry | None, files: Mapping[str, PlannedFile]) -> Entry | None:
    """The entry with those of its files that are ours; None where none is."""
    ours = {path: ids for path, ids in entry.files.items() if path in files and _is_ours(files[path], ids)}
    if not ours:
        return None
    known = {**(old.files if old else {}), **ours}
    return replace(entry, files={path: known[path] for path in entry.files if path in known})


def _is_ours(file: PlannedFile, ids: Sequence[str]) -> bool:
    """Whether what was rendered is there now, as a whole or with edits merged into it."""
    if file.status == "identical":
        return file.before is not None and identity(file.before) in ids
    return file.status in _WRITTEN


@dataclass(frozen=True)
class Removing:
    """What a run takes out of the record: an entry, without those of its files that stay.

    paths: of the files that may go.
    """

    key: Key

    @property
    def path(self) -> str:
        """Of the record."""
        return FILE

    def text(self, plan: Plan, before: bytes | None) -> str | None:
        """What the record is to hold."""
        try:
            book = parse(before)
            old = book.entry(self.key)
        except BrokenRecord:
            return _unchanged(before)
        if old is None:
            return _unchanged(before)
        stay = {file.path for file in plan.files if file.status == "skip"}
        files = {path: ids for path, ids in old.files.items() if path in stay}
        return book.changed({self.key: replace(old, files=files) if files else None}).encode()


@dataclass(frozen=True)
class Corrected:
    """What the linter of the repo has made of files after they were written.

    files: by path, the id of what is there now.
    """

    files: Mapping[str, str]

    @property
    def path(self) -> str:
        """Of the record."""
        return FILE

    def text(self, plan: Plan, before: bytes | None) -> str | None:
        """What the record is to hold."""
        del plan
        try:
            book = parse(before)
            changed = {entry.key: entry for entry in self._corrected(list(book.entries()))}
            return book.changed(changed).encode()
        except BrokenRecord:
            return _unchanged(before)

    def _corrected(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        for entry in entries:
            if not self.files.keys().isdisjoint(entry.files):
                files = {path: (self.files[path],) if path in self.files else ids for path, ids in entry.files.items()}
                yield replace(entry, files=files)


@dataclass(frozen=True)
class Updating:
    """Puts down what is recorded from now on."""

    entries: Mapping[Key, Entry | None]

    @property
    def path(self) -> str:
        """Of the record."""
        return FILE

    def text(self, plan: Plan, before: bytes | None) -> str | None:
        """What the record is to hold; one that somebody has broken in the meantime is left as it is."""
        del plan
        try:
            return parse(before).changed(self.entries).encode()
        except BrokenRecord:
            return _unchanged(before)


def recording(root: Path, make: Callable[[], Sequence[Entry]]) -> tuple[Recording | None, tuple[Notice, ...]]:
    """What writes down the entries that `make` gives, and what is to be said; None where the record cannot be used."""
    if os.path.lexists(root / FILE):
        try:
            book = read_book(root)
            for entry in make():
                book.entry(entry.key)
        except BrokenRecord as error:
            return None, (error.notice,)
    return Recording(make), ()


def _unchanged(before: bytes | None) -> str | None:
    return None if before is None else before.decode("utf-8", "surrogateescape")
