"""Several workers empty a backlog, each row exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.attempts import ATTEMPTS, NEXT_ATTEMPT, NONE, Attempts, read_attempts, suggested
from sidekiq_gen.job.failure import FailureMark, known_failure, read_failure
from sidekiq_gen.job.kinds.base import Kind
from sidekiq_gen.job.kinds.rows import breaks_the_chain, number, rows_in_specs
from sidekiq_gen.job.mappers import or_another_database
from sidekiq_gen.job.mark import Mark, mark_notices, read_mark
from sidekiq_gen.job.needs import Column, Index
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.job.saved import need
from sidekiq_gen.job.transition import STATES, flag_with_states
from sidekiq_gen.job.values import columns_of
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.needs import Need
    from sidekiq_gen.job.request import Chosen, JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

ROWS = 100
COLUMN = "processed_at"

_MAX_ROWS = Flag(
    "--max-rows",
    "After how many rows a claim job leaves the rest to a next run.",
    "number",
    metavar="N",
    question="After how many rows is the rest left to a next run?",
)


@dataclass(frozen=True)
class ClaimSettings:
    """The mark of a row that is done, and how much one run takes on.

    mark: the column that says that a row is done.
    max_rows: after how many a run leaves the rest to the next.
    tries: what counts how often a row has failed; None where nothing does.
    failed: what is written into a row that is given up; None where nothing is.
    """

    mark: Mark
    max_rows: int
    tries: Attempts | None = None
    failed: FailureMark | None = None

    @property
    def attempts(self) -> str:
        """The column that counts how often a row has failed; empty where none does."""
        return self.tries.count if self.tries else ""

    @property
    def next_attempt(self) -> str:
        """The column that says until when it rests; empty where none does."""
        return (self.tries.until or "") if self.tries else ""

    @property
    def counted(self) -> str:
        """What is written into a row that has failed so many times."""
        rests = f", {self.next_attempt}: Time.current + (15 * (4**times))" if self.next_attempt else ""
        return f"{self.attempts}: times{rests}"

    @property
    def fresh(self) -> dict[str, str]:
        """What the columns hold of a row that has not been tried yet, in Ruby."""
        columns = {self.attempts: "0", self.next_attempt: "nil"}
        return {column: value for column, value in columns.items() if column}

    @property
    def untried(self) -> str:
        """The same behind something else: ``, attempts: 0``."""
        return "".join(f", {column}: {value}" for column, value in self.fresh.items())

    @property
    def within_attempts(self) -> str:
        """Ruby that leaves out of a query the rows that are given up; empty where none is."""
        return f".where({self.attempts}: [nil, 0...MAX_ATTEMPTS])" if self.attempts else ""

    @property
    def source(self) -> str:
        """The method that gives the rows to be worked on now."""
        return "due" if self.next_attempt else "backlog"


class Claim(Kind[ClaimSettings]):
    """Takes one row after another with FOR UPDATE SKIP LOCKED."""

    settings = ClaimSettings
    name = "claim"
    about = "rows"
    hands = "row"
    raises = False
    flags = (_MAX_ROWS, ATTEMPTS, NEXT_ATTEMPT)
    no_active_job = "a run that has found a row enqueues the next one itself, as a Sidekiq::Job"
    summary = "drains a backlog of rows with any number of workers, each row once"
    paragraph = (
        "For a table that is a queue: exports to be made, messages to be sent. A run reads the ids of the next rows, "
        "locks one after another, skips what other runs have locked, and does the work and marks the row in one "
        "transaction. If a process is killed, the database releases its row at once, so that no row is left behind "
        "as being processed. A run enqueues the next one after --max-rows rows. A row whose work fails is rolled "
        "back and reported, and does not hold up the others. Rows that failed or were locked get another pass later, "
        "after growing delays; when some are left after five passes, the run fails, and Sidekiq retries it. With a "
        "column that counts (attempts, or --attempts) a row is given up after five failures: left out, reported, and "
        "marked failed with --on-exhausted; with one that says until when it rests (next_attempt_at, or "
        "--next-attempt) each failure delays it for longer. Without such a column every new run tries it again. "
        "Enqueue the job as often as workers are wanted, and from a schedule. --check-then-act names the mark; "
        "--migration writes what the table lacks, and the index for the query."
    )
    avoid = "Not for work that takes minutes, or calls slow services: each row keeps a transaction open. Not on SQLite."
    cost = "A connection and a transaction for each worker while it works."
    alternative = "It locks each row itself, and gives up one that keeps failing: --attempts."
    built_in = frozenset({CheckThenAct})

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if context.database == "sqlite":
            return Refused(
                "--kind claim is not available on SQLite, which has no row locks.",
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

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        return str(ROWS) if flag is _MAX_ROWS else suggested(flag, answers, context, app)

    def objection(self, chosen: Chosen, context: JobContext) -> Refused | None:
        return breaks_the_chain(chosen, self.name)

    def satisfies(self, settings: ClaimSettings) -> Mapping[str, str]:
        return {
            "idempotent": "completed work is skipped",
            "never-loads-all": "rows are taken a few at a time",
            "concurrency": "locked in the database",
        }

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> ClaimSettings:
        mark = read_mark(answers, context, app, COLUMN)
        tries = read_attempts(answers, context, app)
        return ClaimSettings(
            mark,
            number(answers, _MAX_ROWS, ROWS),
            tries,
            _failure(answers, context, app, counted=tries is not None),
        )

    def parameters(self, settings: ClaimSettings) -> tuple[str, ...]:
        return ("after = nil", "pass = 1")

    def needs(self, settings: ClaimSettings) -> Iterator[Need]:
        yield settings.mark.need
        if settings.mark.saved:
            yield need(settings.mark.saved)
        if settings.tries:
            yield Column(settings.tries.count, "integer", "0")
        if settings.next_attempt:
            yield Column(settings.next_attempt, "datetime")
        if settings.failed:
            yield settings.failed.need
        if settings.mark.open_sql:
            yield Index(settings.mark.column, settings.mark.open_sql)

    def notices(self, settings: ClaimSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        context = request.context
        yield from mark_notices(settings.mark, context, app)
        yield _about_failing_rows(settings)
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


def _failure(answers: Answers, context: JobContext, app: RailsApp, *, counted: bool) -> FailureMark | None:
    """What --on-exhausted writes into a row that is given up.

    Raises:
        InvalidInput, Refused: --mark-failed names what cannot be written, or nothing says when a row is given up.
    """
    typed = answer(answers, "mark_failed")
    if typed and not counted:
        raise Refused(
            "--mark-failed marks a row that is given up, and nothing counts how often one has failed.",
            hint="Name the column that counts: --attempts attempts. Or leave out --mark-failed.",
            code="no-attempts",
        )
    if not counted or "on_exhausted" not in answers:
        return None
    return read_failure(typed, context, app) if typed else known_failure(context, app)


def _about_failing_rows(settings: ClaimSettings) -> Notice:
    if settings.tries is None:
        return Notice(
            "poison-rows",
            "Nothing counts how often a row has failed: one whose work always fails is tried again by every new run.",
            "Count it, to give it up after five times: --attempts attempts --next-attempt next_attempt_at --migration.",
        )
    return Notice(
        "attempts-counted",
        f"A row that has failed five times is given up: {settings.attempts} counts, and should count nothing else.",
        f"Set {settings.attempts} to 0 to have it tried again; --attempts {NONE} leaves the column alone.",
    )
