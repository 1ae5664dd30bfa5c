"""The record of what was generated follows a job to its new name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.record.book import FILE, BrokenRecord, parse
from sidekiq_gen.record.entry import identity
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.changes.plan import Plan, PlannedFile


@dataclass(frozen=True)
class Renamed:
    """The entry of a job under its new name; the old class, which only hands over, is no rendering.

    old, new: of the class. moved: its files, each with its new path. A file that nobody had edited gets the id of its
    text under the new name, so it still counts as unedited. The ids of an edited file stay: they lead to what was
    rendered, and a merge finds the new name on both sides.
    """

    old: str
    new: str
    moved: Mapping[str, str]

    @property
    def path(self) -> str:
        """Of the record."""
        return FILE

    def text(self, plan: Plan, before: bytes | None) -> str | None:
        """What the record is to hold; one that is broken is left as it is."""
        same = None if before is None else before.decode("utf-8", "surrogateescape")
        try:
            book = parse(before)
            entry = book.entry(("job", self.old))
        except BrokenRecord:
            return same
        if entry is None:
            return same
        planned = {file.path: file for file in plan.files}
        files = {self.moved.get(path, path): self._ids(path, ids, planned) for path, ids in entry.files.items()}
        renamed = replace(entry, name=self.new, answers={**entry.answers, "name": self.new}, files=files)
        return book.changed({entry.key: None, renamed.key: renamed}).encode()

    def _ids(self, path: str, ids: tuple[str, ...], planned: Mapping[str, PlannedFile]) -> tuple[str, ...]:
        """Those of a file under its new path. path: the one it had. planned: the files of the plan by path."""
        left, moved = planned.get(path), planned.get(self.moved.get(path, ""))
        if left is None or moved is None or left.before is None or identity(left.before) not in ids:
            return ids
        return (identity(moved.content),)
