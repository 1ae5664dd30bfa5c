"""One at a time: the row of the record is locked while the work runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag
from sidekiq_gen.job.mappers import or_another_database
from sidekiq_gen.job.patterns.advisory_lock import no_database
from sidekiq_gen.job.patterns.base import Pattern, only_for_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp


@dataclass(frozen=True)
class RowLockSettings:
    """Nothing: there is one way to lock a row."""


class RowLock(Pattern[RowLockSettings]):
    """SELECT ... FOR UPDATE on the record."""

    settings = RowLockSettings
    name = "row-lock"
    group = "one"
    layer = "lock"
    opens_block = True
    flags = (Flag("--row-lock", "Lock the record's row while the work runs; other runs wait.", "switch"),)
    summary = "lock the record's row while the work runs; a second run waits, then sees what the first one did"
    paragraph = (
        "For short work on one record. Other runs for the same record wait instead of skipping, and so does everything "
        "else that updates the row. The record is read again when the lock is taken. It keeps a transaction open."
    )
    avoid = "Not around calls to other services: everybody who updates the row waits with it."
    cost = "A transaction and a locked row as long as the work runs."
    example = True

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if context.database == "sqlite":
            return Refused(
                "--row-lock cannot be had on SQLite, which has no row locks.",
                hint=or_another_database(
                    "Use --unique while_executing with sidekiq-unique-jobs, or mark the work with --check-then-act.",
                    app,
                ),
                code="no-row-locks",
            )
        return only_for_records(self.name, context, "Give the model (--model Order), or use --advisory-lock.") or (
            no_database(self.name) if context.database is None else None
        )

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> RowLockSettings:
        return RowLockSettings()

    def satisfies(self, settings: RowLockSettings) -> Mapping[str, str]:
        return {"concurrency": "locked in the database"}
