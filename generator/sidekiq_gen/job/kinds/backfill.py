"""All rows of a table, a batch at a time, going on where a stopped run left off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.kinds.base import Kind
from sidekiq_gen.job.kinds.rows import BATCH, BATCH_SIZE, breaks_the_chain, drops_the_next_run, number, rows_in_specs
from sidekiq_gen.job.mark import Mark, mark_notices, read_mark
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.job.patterns.discard_on import DiscardOnSettings
from sidekiq_gen.job.saved import SAVE_RESULT
from sidekiq_gen.job.slots import BESIDE_THE_WORK
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.needs import Need
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import Chosen, JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

# Seconds for which a backfill without a mark remembers where it was. Shorter than the day between two nightly runs, so
# that a run that was killed does not shorten the next one.
PROGRESS_TTL = 12 * 3600


@dataclass(frozen=True)
class BackfillSettings:
    """How a backfill knows what is left to do.

    mark: the column that says so; None where the progress is kept in Redis.
    locked: whether the rows of a batch are locked while they are worked on.
    iterable: whether Sidekiq iterates; else each run takes one batch and enqueues the next run.
    batch_size: how many rows at a time.
    progress_ttl: seconds for which Redis keeps the progress of one without a mark.
    """

    mark: Mark | None
    locked: bool
    iterable: bool
    batch_size: int
    progress_ttl: int = PROGRESS_TTL

    @property
    def gives_up(self) -> bool:
        """Whether a batch that fails holds up no other, so that a run has to end after so many of them."""
        return self.iterable and self.mark is not None

    @property
    def why_left(self) -> str:
        """Why a pass through all rows may leave some of them, for a line of the log."""
        return "locked by others or new" if self.locked else "new by now"

    @property
    def lock(self) -> str:
        """Ruby that locks the rows of a query; empty where nothing does."""
        return '.lock("FOR UPDATE SKIP LOCKED")' if self.locked else ""

    @property
    def lock_comment(self) -> str:
        """Why a batch may be empty, as a comment behind the line; empty where it is not."""
        return " # locked by another run" if self.locked else ""


class Backfill(Kind[BackfillSettings]):
    """Sidekiq's own iteration where there is one, else runs that enqueue each other."""

    settings = BackfillSettings
    name = "backfill"
    about = "rows"
    hands = "rows"
    shapes = ("iterable_marked", "iterable_unmarked", "chain_marked", "chain_unmarked")
    flags = (BATCH_SIZE,)
    no_active_job = "its progress is kept by Sidekiq's iteration, or in Redis"
    summary = "processes all rows of a model in batches, and resumes where a stopped run left off"
    paragraph = (
        "For filling a new column, or updating every row once. It never loads more than one batch. A deploy stops it "
        "between two batches, and the next process resumes there. If its process is killed, the job is lost, unless "
        "Sidekiq Pro's super_fetch recovers it: enqueue it again, and it resumes. With --check-then-act the rows "
        "themselves say what is left to do: a batch is processed and marked in one transaction, concurrent runs share "
        "the rows, and it runs again for rows that others had locked until none is left. From Sidekiq 7.3.2 on, a "
        "failed batch does not hold up the others. Without the flag, the last finished id is kept in Redis until the "
        "backfill is complete, or for twelve hours, and the work must be idempotent."
    )
    avoid = (
        "Not for tables that keep growing, where it would never end: use --kind claim. Not for work that fails record "
        "by record: use --kind fan-out."
    )
    cost = (
        "One query for each batch, and one at the end that looks for remaining rows; with --check-then-act, the rows "
        "of a batch stay locked while it is processed."
    )
    places = BESIDE_THE_WORK
    alternative = "It has no single record: with --check-then-act it locks the rows of a batch itself."
    built_in = frozenset({CheckThenAct})

    def objection(self, chosen: Chosen, context: JobContext) -> Refused | None:
        discard = chosen.settings
        if isinstance(discard, DiscardOnSettings) and discard.means != "retry_in":
            return Refused(
                "--discard-on needs a rescue here, which would end a backfill as if it were complete.",
                hint="Leave out --discard-on, or rescue the error in the work, row by row.",
                code="contradictory-patterns",
            )
        # Sidekiq itself enqueues an interrupted iteration again, as the same job, which owns the lock.
        return None if context.release.capabilities.iterable_rows else breaks_the_chain(chosen, self.name)

    def insists_on(self, context: JobContext) -> frozenset[type[Pattern[Any]]]:
        return frozenset({CheckThenAct}) if context.arguments else frozenset()

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        return str(BATCH)

    def shape(self, settings: BackfillSettings) -> str:
        return f"{'iterable' if settings.iterable else 'chain'}_{'marked' if settings.mark else 'unmarked'}"

    def satisfies(self, settings: BackfillSettings) -> Mapping[str, str]:
        done = {"never-loads-all": "rows are taken a few at a time"}
        if settings.locked:
            done |= {"idempotent": "completed work is skipped", "concurrency": "locked in the database"}
        return done

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> BackfillSettings:
        if SAVE_RESULT.parameter in answers:
            raise Refused(
                f"{SAVE_RESULT.option} saves the result of the work on one record, and a backfill marks many at once.",
                hint="Use --kind fan-out or claim, or save it in the work.",
                code="contradictory-patterns",
            )
        mark = read_mark(answers, context, app) if "check_then_act" in answers else None
        if mark is None and context.arguments:
            raise Refused(
                "A backfill with arguments cannot keep its progress in Redis, where each class has one.",
                hint="Mark the rows that are done: --check-then-act backfilled_at.",
                code="contradictory-patterns",
            )
        iterable = context.release.capabilities.iterable_rows
        refusal = drops_the_next_run(answer(answers, "unique"), self.name) if mark and iterable else None
        if refusal:
            raise refusal
        return BackfillSettings(
            mark,
            mark is not None and context.database in {"postgresql", "mysql"},
            iterable,
            number(answers, BATCH_SIZE, BATCH),
        )

    def needs(self, settings: BackfillSettings) -> Iterator[Need]:
        if settings.mark:
            yield settings.mark.need

    def notices(self, settings: BackfillSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if settings.mark is None:
            yield Notice(
                "backfill-without-column",
                "The progress is kept in Redis, for twelve hours: after a crash the last batch is repeated, "
                "concurrent runs do not share the work, and a batch that keeps failing holds up the rest. A retry "
                "resumes by itself; a later run starts with the first row.",
                "With a column, --check-then-act backfilled_at, each row is done exactly once.",
            )
        else:
            yield from _about_marks(settings, settings.mark, request.context, app)
        yield from rows_in_specs(request, app)


def _about_marks(settings: BackfillSettings, mark: Mark, context: JobContext, app: RailsApp) -> Iterator[Notice]:
    """What is to be known where a column marks the rows."""
    yield from mark_notices(mark, context, app)
    if not settings.locked:
        yield Notice(
            "backfill-without-lock",
            "Without row locks two runs at the same moment can work on the same batch.",
            "Run only one at a time, or name a database that has them: --database postgresql.",
        )
    elif context.database == "mysql":
        yield Notice(
            "needs-skip-locked",
            "SKIP LOCKED came with MySQL 8.0.1 and MariaDB 10.6.",
            "On an older server leave out --check-then-act.",
        )
    if not settings.iterable:
        yield Notice(
            "backfill-stops-at-failure",
            f"On Sidekiq {context.release.text} a batch that keeps failing ends the "
            f"backfill{' in the Dead set' if context.options.dead else ''}, with the rows after it not done.",
            f"{'Retry it there, or enqueue' if context.options.dead else 'Enqueue'} it again: it resumes with what is "
            "left.",
        )
