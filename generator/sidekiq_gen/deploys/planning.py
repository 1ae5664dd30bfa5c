"""What a change of jobs would write, and what is to be known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.changes.places import Places
from sidekiq_gen.changes.plan import Plan, PlannedFile, contents
from sidekiq_gen.errors import Refused
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sidekiq_gen.check.rule import Edit
    from sidekiq_gen.notices import Notice


@dataclass(frozen=True)
class Planned:
    """The files of a step.

    class_name: of the job that is changed. then: what to do next, each with a name for programs.
    """

    plan: Plan
    notices: tuple[Notice, ...]
    class_name: str
    then: tuple[tuple[str, str], ...] = ()


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with rewrites that do not overlap; everything else stays as it is."""
    for edit in sorted(set(edits), key=lambda one: one.start, reverse=True):
        data = data[: edit.start] + edit.text.encode("utf-8", "surrogateescape") + data[edit.end :]
    return data


def plan_files(root: Path, texts: Mapping[str, bytes | None]) -> Plan:
    """A plan that writes texts by path, and removes the files whose text is None.

    Raises:
        Refused: a path leads where nothing may be written, as `places.locate` says.
    """
    places = Places(root.resolve())
    return Plan(places.root, tuple(_file(places, path, data) for path, data in texts.items()))


def _file(places: Places, path: str, data: bytes | None) -> PlannedFile:
    before = contents(path, places.find(path))
    if data is None:
        return PlannedFile(path, "", "remove", before, goes=True)
    text = data.decode("utf-8", "surrogateescape")
    if before is None:
        return PlannedFile(path, text, "create")
    return PlannedFile(path, text, "identical" if before == data else "insert", before)


def refuse_existing(plan_paths: Sequence[str], root: Path) -> None:
    """Refuse to write over files that are to be new.

    Raises:
        Refused: ``file-exists``.
    """
    there = [path for path in plan_paths if (root / path).exists()]
    if there:
        raise Refused(
            f"{', '.join(there)} is there already.", hint="Choose another name, or move it away.", code="file-exists"
        )
