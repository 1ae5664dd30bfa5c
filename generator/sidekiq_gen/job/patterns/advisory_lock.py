"""Only one at a time: advisory locks and row locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.key_text import Key, key_for
from sidekiq_gen.job.mappers import or_another_database
from sidekiq_gen.job.patterns.base import COUNTER, Pattern
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.databases import Database

Scope = Literal["transaction", "session"]

LIMIT = 10  # waits that double from 5 to 10 seconds on: an hour and a half to three hours in all


@dataclass(frozen=True)
class AdvisoryLockSettings:
    """How the lock is taken and what happens when another run has it.

    key: the name of the lock, hashed by the database or, on MySQL, before it gets there.
    database: the one that holds it.
    scope: until when it is held.
    on_locked: whether a run that finds it taken ends at once or is enqueued again for later.
    limit: how often at most a run is enqueued again.
    counts: whether the job has that limit for the lock's sake, and not for another pattern's as well.
    native: whether retry_on of an ActiveJob class does that.
    """

    key: Key
    database: Database
    scope: Scope
    on_locked: Literal["skip", "retry"]
    limit: int = LIMIT
    counts: bool = False
    native: bool = False

    @property
    def promise(self) -> str:
        """What a run does that finds the lock taken, in the words of an example."""
        done = "re-enqueues itself" if self.postpones else "skips"
        return f"{done} when another run holds the lock"

    @property
    def postpones(self) -> bool:
        """Whether a run that finds the lock taken is enqueued again."""
        return self.on_locked == "retry"

    @property
    def counter(self) -> str:
        """The parameter of perform that counts how often."""
        return COUNTER


class AdvisoryLock(Pattern[AdvisoryLockSettings]):
    """A lock in the database that has a name and no row."""

    settings = AdvisoryLockSettings
    name = "advisory-lock"
    group = "one"
    layer = "lock"
    reads_before = True
    shapes = ("transaction", "session", "mysql")
    flags = (
        Flag(
            "--advisory-lock",
            "Let only one run at a time do the work, with an advisory lock in the database.",
            "switch",
        ),
        Flag(
            "--lock-scope",
            "How long the advisory lock is held.",
            "choice",
            choices=("transaction", "session"),
            lines=(
                "until the transaction ends; works behind PgBouncer, keeps a transaction open while the work runs",
                "until the work is done; no open transaction, but a connection of its own to the server",
            ),
            question="Hold the advisory lock for a transaction, or for the session?",
        ),
        Flag(
            "--on-locked",
            "What a run does when another run holds the advisory lock.",
            "choice",
            choices=("skip", "retry"),
            lines=(
                "drop the run, with one line in the log",
                "re-enqueue it after a delay that doubles each time, up to a limit",
            ),
            question="What should a run do when another run holds the lock?",
        ),
    )
    names = frozenset({COUNTER})
    summary = "let only one run at a time do the work; a second run is skipped or re-enqueues itself"
    paragraph = (
        "For work that must not run concurrently with itself, on PostgreSQL and MySQL. The lock covers the job with "
        "all of its arguments; with --check-then-act it covers the record that is marked. A second run does not wait: "
        "it is skipped with a line in the log or, with --on-locked retry, re-enqueues itself after a delay that "
        f"doubles each time. That is not a failure: it counts as no retry and is not reported. After {LIMIT} times, an "
        "hour and a half or more, it gives up with a warning in the log. A transaction lock is released automatically "
        "in any case and works behind PgBouncer, but keeps a transaction open while the work runs; a session lock "
        "does not, but needs a connection of its own to the server, and is lost with that connection while the work "
        "goes on."
    )
    avoid = "Not on SQLite; not for work on several records that others lock in a different order."
    cost = (
        "One query for each run; in the transaction scope a transaction that stays open as long as the work, "
        "else a connection."
    )
    example = True

    def opens_block(self, settings: AdvisoryLockSettings) -> bool:
        return True

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if context.database == "sqlite":
            return Refused(
                "--advisory-lock is not available on SQLite, which has no advisory locks.",
                hint=or_another_database(
                    "Use --unique while_executing with sidekiq-unique-jobs, or mark the work with --check-then-act.",
                    app,
                ),
                code="no-advisory-locks",
            )
        return no_database(self.name) if context.database is None else None

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        if flag.parameter == "lock_scope" and context.database == "mysql":
            return None  # MySQL has one scope only
        return super().suggestion(flag, answers, context, app)

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> AdvisoryLockSettings:
        database = context.database
        if database is None:  # refusal() comes first
            raise no_database(self.name)
        scope: Scope = answer(answers, "lock_scope", "session" if database == "mysql" else "transaction")
        if database == "mysql" and scope == "transaction":
            raise Refused(
                "--lock-scope transaction is not available on MySQL: GET_LOCK is held by the connection.",
                hint="Use --lock-scope session, or --row-lock.",
                code="no-transaction-lock",
            )
        on_locked = answer(answers, "on_locked", "skip")
        key = key_for(context.name.class_name, context.arguments, ":", "json")
        native = context.form == "active-job"
        return AdvisoryLockSettings(key, database, scope, on_locked, counts=on_locked == "retry", native=native)

    def shape(self, settings: AdvisoryLockSettings) -> str:
        return "mysql" if settings.database == "mysql" else settings.scope

    def parameters(self, settings: AdvisoryLockSettings) -> tuple[str, ...]:
        return (f"{settings.counter} = 0",) if settings.postpones and not settings.native else ()

    def satisfies(self, settings: AdvisoryLockSettings) -> Mapping[str, str]:
        return {"concurrency": "locked in the database"}

    def notices(self, settings: AdvisoryLockSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        yield _taken(settings)
        helper = app.lock_helper
        if helper:
            yield Notice(
                "house-lock",
                f"{helper.reason} lock with {helper.value}. This job does not: nothing that can be read proves what it "
                "does with a run that finds the lock taken, and the two locks do not exclude each other.",
                f"Call {helper.value} by hand where it has to be the same lock.",
            )
        if settings.scope == "session":
            pooled = settings.database == "postgresql"
            also = ", and does not work behind PgBouncer in transaction pooling" if pooled else ""
            yield Notice(
                "session-lock",
                f"A session lock is lost when its connection dies, while the work goes on{also}.",
                "Make the work idempotent"
                + ("; behind PgBouncer use --lock-scope transaction." if pooled else ", or use --row-lock."),
            )
        record = request.context.record
        if record and settings.key.parts != (record.name,):
            words = record.name.replace("_", " ")
            yield Notice(
                "lock-for-all-arguments",
                f"The lock is for all arguments: two runs for one {words} whose other arguments differ do not wait.",
                f"Use --row-lock to let one run at a time at each {words}, whatever the other arguments are.",
            )


def _taken(settings: AdvisoryLockSettings) -> Notice:
    """What becomes of a run that finds the lock taken."""
    if settings.postpones:
        return Notice(
            "locked-gives-up",
            f"A run that finds the lock taken {settings.limit + 1} times gives up with a warning in the log, its work "
            "not done.",
            f"Raise {'attempts' if settings.native else 'MAX_RESCHEDULES'} where one run may hold the lock for hours.",
        )
    return Notice(
        "locked-is-dropped",
        "A run that finds the lock taken is dropped: it logs one line, and its work is not done.",
        "Use --on-locked retry if its work has to be done, too.",
    )


def no_database(name: str) -> Refused:
    """The refusal of a lock where nothing says which database it is for."""
    return Refused(
        f"--{name} depends on the database, and neither Gemfile.lock nor config/database.yml names one.",
        hint="Say which one it is: --database postgresql.",
        code="no-database",
    )
