"""Several workers empty a backlog, each row exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.kinds.base import Kind
from sidekiq_gen.job.kinds.rows import breaks_the_chain, number, rows_in_specs
from sidekiq_gen.job.mappers import or_another_database
from sidekiq_gen.job.mark import Mark, mark_notices, read_mark
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.job.transition import STATES, flag_with_states
from sidekiq_gen.job.values import columns_of
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import Chosen, JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

ROWS = 100
SECONDS = 20
SHUTDOWN = 25  # seconds that Sidekiq gives a job when it shuts down
COLUMN = "processed_at"

_MAX_ROWS = Flag("--max-rows", "After how many rows a claim job leaves the rest to a next run.", "number", metavar="N")
_MAX_SECONDS = Flag(
    "--max-seconds", "After how many seconds a claim job leaves the rest to a next run.", "number", metavar="N"
)


@dataclass(frozen=True)
class ClaimSettings:
    """The mark of a row that is done, and how much one run takes on.

    mark: the column that says that a row is done.
    max_rows, max_seconds: after how many a run leaves the rest to the next.
    """

    mark: Mark
    max_rows: int
    max_seconds: int

    @property
    def seconds_comment(self) -> str:
        """Why so few seconds; empty where they are not few."""
        return "a job has 25 when Sidekiq shuts down" if self.max_seconds < SHUTDOWN else ""


class Claim(Kind[ClaimSettings]):
    """Takes one row after another with FOR UPDATE SKIP LOCKED."""

    settings = ClaimSettings
    name = "claim"
    about = "rows"
    hands = "row"
    flags = (_MAX_ROWS, _MAX_SECONDS)
    summary = "empties a backlog of rows, with as many workers as there are, each row once"
    paragraph = (
        "For a table that is a queue: exports to be made, messages to be sent. A run takes the first row that no other "
        "run has locked, works on it and marks it in the same transaction. A killed process gives its row back at "
        "once, so that none is left behind as being processed. A row whose work fails does not hold up the others: it "
        "is rolled back, and the run fails when it has done the rest. A run that has done enough enqueues the next "
        "one. Enqueue it as often as workers are wanted, and from a schedule. --check-then-act names the mark."
    )
    avoid = "Not for work that takes minutes, or calls slow services: each row keeps a transaction open. Not on SQLite."
    cost = "A connection and a transaction for each worker as long as it works."
    alternative = "It locks each row itself, and other runs pass it by."
    built_in = frozenset({CheckThenAct})

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if context.database == "sqlite":
            return Refused(
                "--kind claim cannot be had on SQLite, which has no row locks.",
                hint=or_another_database("Use --kind fan-out with --check-then-act: one job for each row.", app),
                code="no-row-locks",
            )
        if context.database is None:
            return Refused(
                "--kind claim depends on the database, and neither Gemfile.lock nor config/database.yml names one.",
                hint="Say which one it is: --database postgresql.",
                code="no-database",
            )
        return None

    def objection(self, chosen: Chosen, context: JobContext) -> Refused | None:
        return breaks_the_chain(chosen, self.name)

    def satisfies(self, settings: ClaimSettings) -> Mapping[str, str]:
        return {
            "idempotent": "done work is not done again",
            "never-loads-all": "rows are taken a few at a time",
            "concurrency": "locked in the database",
        }

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> ClaimSettings:
        mark = read_mark(answer(answers, "check_then_act", COLUMN), context, app)
        return ClaimSettings(mark, number(answers, _MAX_ROWS, ROWS), number(answers, _MAX_SECONDS, SECONDS))

    def notices(self, settings: ClaimSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        context = request.context
        yield from mark_notices(settings.mark, context, app)
        state = next((name for name in STATES if name in (columns_of(context, app) or {})), None)
        if state and not settings.mark.from_:
            yield Notice(
                "backlog-takes-all",
                f"Every row without {settings.mark.column} counts as waiting, whatever its {state} is.",
                f"Let the {state} say which: {flag_with_states(state, context, app)}; or narrow the method backlog.",
            )
        yield Notice(
            "work-inside-transaction",
            "Each row keeps a transaction and a connection open while its work runs.",
            "For calls that take longer than seconds use --kind fan-out.",
        )
        if context.database == "mysql":
            yield Notice(
                "needs-skip-locked",
                "SKIP LOCKED came with MySQL 8.0.1 and MariaDB 10.6.",
                "On an older server use --kind fan-out with --row-lock --check-then-act.",
            )
        yield from rows_in_specs(request, app)
