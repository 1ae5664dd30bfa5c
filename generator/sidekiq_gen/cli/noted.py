"""What is said of the record, and what is put right in it after the linter: it is no file that was asked for.

So it stands neither among the statuses nor among the files of a document, which has a key of its own for it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sidekiq_gen.errors import SidekiqGenError
from sidekiq_gen.record.entry import identity
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.changes.apply import Applied
    from sidekiq_gen.changes.plan import PlannedFile
    from sidekiq_gen.changes.signals import Hold
    from sidekiq_gen.notices import Notice

LABEL = "record"


def lines(record: PlannedFile | None) -> tuple[str, ...]:
    """What is said of it on standard error: nothing where it stays as it is, and what it is for where it is new."""
    if record is None or not record.is_step:
        return ()
    new = ("commit it: upgrade and destroy read there what was generated",) if record.status == "create" else ()
    return (f"{record.status} {record.path}", *new)


def corrected(applied: Applied, linted: Sequence[Notice], hold: Hold) -> Applied:
    """The same once the record knows what the linter has made of the files; linted: what it said.

    Where it cannot be told, they count as edited.
    """
    if applied.plan.record is None or not any(notice.code == "lint-corrected" for notice in linted):
        return applied
    from sidekiq_gen.changes.apply import apply
    from sidekiq_gen.changes.places import Places
    from sidekiq_gen.changes.plan import Plan, contents
    from sidekiq_gen.record.recording import Corrected

    root, found = applied.plan.root, {}
    with suppress(SidekiqGenError):
        places = Places(root)
        for file in applied.plan.writes:
            now = contents(file.path, places.find(file.path))
            if now is not None and now != file.content:
                found[file.path] = identity(now)
        record = apply(Plan(root, (), Corrected(found)), hold).record if found else None
        if record and record.is_step and applied.record:
            return replace(applied, record=replace(record, status=applied.record.status))
    return applied
