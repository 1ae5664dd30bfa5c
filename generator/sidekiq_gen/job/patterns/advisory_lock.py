"""Only one at a time: advisory locks and row locks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.mappers import or_another_database
from sidekiq_gen.job.patterns.base import Key, Pattern
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.databases import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

Scope = Literal["transaction", "session"]


@dataclass(frozen=True)
class AdvisoryLockSettings:
    """How the lock is taken and what happens when another run has it.

    key: the name of the lock, hashed by the database or, on MySQL, before it gets there.
    database: the one that holds it.
    scope: until when it is held.
    on_locked: whether a run that finds it taken ends at once or raises, to be retried.
    """

    key: Key
    database: Database
    scope: Scope
    on_locked: Literal["skip", "retry"]

    @property
    def promise(self) -> str:
        """What a run does that finds the lock taken, in the words of an example."""
        done = "tries again later" if self.on_locked == "retry" else "leaves at once"
        return f"{done} while another run holds the lock"


class AdvisoryLock(Pattern[AdvisoryLockSettings]):
    """A lock in the database that has a name and no row."""

    settings = AdvisoryLockSettings
    name = "advisory-lock"
    group = "one"
    layer = "lock"
    opens_block = True
    reads_before = True
    shapes = ("transaction", "session", "mysql")
    flags = (
        Flag("--advisory-lock", "Let only one run at a time do the work, by a named lock in the database.", "switch"),
        Flag(
            "--lock-scope",
            "How long the advisory lock is held: until the transaction ends, or until it is released.",
            "choice",
            choices=("transaction", "session"),
            question="Hold the advisory lock for a transaction, or for the session?",
        ),
        Flag(
            "--on-locked",
            "What a run does that finds the advisory lock taken.",
            "choice",
            choices=("skip", "retry"),
            question="What shall a run do that finds the lock taken?",
        ),
    )
    summary = "let only one run at a time do the work; a second one skips it or is retried"
    paragraph = (
        "For work that must not run next to itself, on PostgreSQL and MySQL. Whoever comes second does not wait. The "
        "transaction scope is freed by itself, whatever happens, and works behind PgBouncer, but keeps a transaction "
        "open while the work runs; the session scope does not, and needs a connection of its own to the server."
    )
    avoid = "Not on SQLite; not for work on several records at once that others lock in another order."
    cost = (
        "One query for each run; in the transaction scope a transaction that stays open as long as the work, "
        "else a connection."
    )
    example = True

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if context.database == "sqlite":
            return Refused(
                "--advisory-lock cannot be had on SQLite, which has no advisory locks.",
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
        if flag.parameter == "on_locked" and not context.retry:
            return None  # nothing would try again
        return super().suggestion(flag, answers, context, app)

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> AdvisoryLockSettings:
        database = context.database
        if database is None:  # refusal() comes first
            raise no_database(self.name)
        scope: Scope = answer(answers, "lock_scope", "session" if database == "mysql" else "transaction")
        if database == "mysql" and scope == "transaction":
            raise Refused(
                "--lock-scope transaction cannot be had on MySQL: GET_LOCK is held by the connection.",
                hint="Use --lock-scope session, or --row-lock.",
                code="no-transaction-lock",
            )
        on_locked = answer(answers, "on_locked", "skip")
        if on_locked == "retry" and not context.retry:
            raise Refused(
                f"--on-locked retry raises an error, and --retry {str(context.retry).lower()} never tries again.",
                hint="Allow retries (--retry 5), or use --on-locked skip.",
                code="contradictory-patterns",
            )
        parts = tuple(argument.name for argument in context.arguments if argument.type not in {"array", "hash"})
        if context.record:
            parts = (context.record.name,)
        return AdvisoryLockSettings(Key(context.name.class_name, parts, ":"), database, scope, on_locked)

    def shape(self, settings: AdvisoryLockSettings) -> str:
        return "mysql" if settings.database == "mysql" else settings.scope

    def satisfies(self, settings: AdvisoryLockSettings) -> Mapping[str, str]:
        return {"concurrency": "locked in the database"}

    def notices(self, settings: AdvisoryLockSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if settings.scope == "session" and settings.database == "postgresql":
            yield Notice(
                "session-lock",
                "A session lock does not work behind PgBouncer in transaction pooling.",
                "Use --lock-scope transaction there.",
            )


def no_database(name: str) -> Refused:
    """The refusal of a lock where nothing says which database it is for."""
    return Refused(
        f"--{name} depends on the database, and neither Gemfile.lock nor config/database.yml names one.",
        hint="Say which one it is: --database postgresql.",
        code="no-database",
    )
