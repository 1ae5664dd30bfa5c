"""One at a time: the row of the record is locked while the work runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag
from sidekiq_gen.job.mappers import or_another_database
from sidekiq_gen.job.patterns.advisory_lock import no_database
from sidekiq_gen.job.patterns.base import Pattern, only_for_records
from sidekiq_gen.notices import Notice
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

_LOCK_TIMEOUT = regex(r"^[^#\n]*\block_timeout\b", re.MULTILINE)


@dataclass(frozen=True)
class RowLockSettings:
    """Nothing: there is one way to lock a row."""


class RowLock(Pattern[RowLockSettings]):
    """SELECT ... FOR UPDATE on the record."""

    settings = RowLockSettings
    name = "row-lock"
    group = "one"
    layer = "lock"
    flags = (Flag("--row-lock", "Lock the record's row while the work runs; other runs wait.", "switch"),)
    summary = "lock the record's row while the work runs; a second run waits, then sees what the first one did"
    paragraph = (
        "For short work on one record. Other runs for the same record wait instead of being dropped, whatever their "
        "other arguments are, and so does everything else that updates the row. The record is read again when the "
        "lock is taken. It keeps a transaction open. On PostgreSQL they wait forever, each holding a thread and a "
        "connection, unless lock_timeout is set; on MySQL for 50 seconds, unless innodb_lock_wait_timeout is set. A "
        "wait that times out is a failure, which Sidekiq retries."
    )
    avoid = "Not around calls to other services: everything that updates the row waits, too."
    cost = "A transaction and a locked row as long as the work runs."
    example = True

    def opens_block(self, settings: RowLockSettings) -> bool:
        return True

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if context.database == "sqlite":
            return Refused(
                "--row-lock is not available on SQLite, which has no row locks.",
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

    def notices(self, settings: RowLockSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if request.context.database == "postgresql" and not app.configured(_LOCK_TIMEOUT, ".yml"):
            yield Notice(
                "row-lock-waits",
                "On PostgreSQL a run waits for a locked row forever, holding a thread and a connection.",
                "Set lock_timeout under variables: in config/database.yml, so that a long wait fails and is retried.",
            )

    def satisfies(self, settings: RowLockSettings) -> Mapping[str, str]:
        return {"concurrency": "locked in the database"}
