"""One job for each record, enqueued in slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.kinds.base import Kind
from sidekiq_gen.job.kinds.record import ON_MISSING, usual
from sidekiq_gen.job.kinds.rows import BATCH, BATCH_SIZE, number, rows_in_specs
from sidekiq_gen.job.slots import BESIDE_THE_WORK
from sidekiq_gen.naming import JobName, parse_job_name
from sidekiq_gen.notices import Notice
from sidekiq_gen.plurals import singular
from sidekiq_gen.sidekiq.activejob_uniqueness import locks_pushes
from sidekiq_gen.sidekiq.gems import PRO
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

_CHILD = Flag(
    "--child",
    "The job that a fan-out enqueues for each record.",
    "text",
    metavar="NAME",
    question="What is the job for one record called?",
)
_BATCH = Flag(
    "--batch",
    "Put the jobs of a fan-out into a batch of Sidekiq Pro, with callbacks.",
    "switch",
    question="Put the jobs into a batch of Sidekiq Pro, which tells when all are done?",
)


@dataclass(frozen=True)
class FanOutSettings:
    """The job that is enqueued for each record, and how.

    child: the names of the job for one record.
    batch_size: how many are enqueued at a time.
    batch: whether they are a batch of Sidekiq Pro.
    bulk: whether a job class has perform_bulk.
    iterable: whether Sidekiq iterates, and goes on where it was stopped.
    by_id: whether that job is handed the id of a record; else it is an ActiveJob class.
    all_later: whether ActiveJob can push many jobs at once; then it takes no locks of activejob-uniqueness.
    """

    child: JobName
    batch_size: int
    batch: bool
    bulk: bool = True
    iterable: bool = False
    by_id: bool = True
    all_later: bool = False


class FanOut(Kind[FanOutSettings]):
    """Enqueues a job about one record for every record."""

    settings = FanOutSettings
    name = "fan-out"
    about = "rows"
    own_work = True
    places = BESIDE_THE_WORK
    shapes = ("iterable", "plain", "batch", "plain_by_client", "batch_by_client", "all_later", "each_later")
    flags = (BATCH_SIZE, _CHILD, _BATCH, ON_MISSING)
    closed = "Sidekiq Pro (--batch)"
    summary = "enqueues one job per record; that job is generated too, and carries the safeguards"
    paragraph = (
        "For work on many records that can be done in parallel and retried one by one. The ids are read and pushed a "
        "slice at a time, so that ten million take no more memory than a thousand. The job for one record is "
        "generated in the same run, and every safeguard asked for is added to it, since that is where the work is. "
        "From Sidekiq 7.3.2 on, a deploy stops it between two slices, and the next process resumes there; before, and "
        "with --batch, it starts over. If its process is killed, the job is lost, unless Sidekiq Pro's super_fetch "
        "recovers it, and a new run starts over. Records that are enqueued twice do no harm with --check-then-act. A "
        "rollback does not undo what it has pushed: never run it inside a transaction. With Sidekiq Pro, --batch "
        "tells you when all of the jobs are done."
    )
    avoid = "Not for millions of tiny updates: --kind backfill does a thousand in one job."
    cost = "One job in Redis for each record, about 300 bytes."

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        if flag is _CHILD:
            return child_name(None, context, app).class_name.removesuffix(context.house.suffix.value)
        if flag is _BATCH:
            return "" if app.gem(PRO) else None
        return str(BATCH) if flag is BATCH_SIZE else usual(context)

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> FanOutSettings:
        batch = bool(answer(answers, "batch", default=False))
        if batch and app.gem(PRO) is None:
            raise Refused(
                f"--batch needs {PRO}, which is not in the lockfile.",
                hint="Leave out --batch, or add Sidekiq Pro to the Gemfile.",
                code="needs-gem",
            )
        can, by_id = context.release.capabilities, context.form == "sidekiq"
        return FanOutSettings(
            child_name(answer(answers, "child"), context, app),
            number(answers, BATCH_SIZE, BATCH),
            batch,
            can.perform_bulk,
            by_id and can.iterable_rows and not batch,
            by_id,
            can.perform_all_later and not _locks_pushes(answer(answers, "unique")),
        )

    def shape(self, settings: FanOutSettings) -> str:
        if not settings.by_id:
            return "all_later" if settings.all_later else "each_later"
        if settings.iterable:
            return "iterable"
        whole = "batch" if settings.batch else "plain"
        return whole if settings.bulk else f"{whole}_by_client"

    def notices(self, settings: FanOutSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if not settings.iterable:
            yield Notice(
                "fan-out-starts-over",
                "A run that is stopped by a deploy starts over, and enqueues some records twice.",
                "Sidekiq's iteration and its batches use the same callback, on_complete: leave out --batch, and a "
                "stopped run resumes where it stopped."
                if settings.batch and request.context.release.capabilities.iterable_rows
                else "Do each only once: --check-then-act."
                + (" From Sidekiq 7.3.2 on it resumes where it stopped." if settings.by_id else ""),
            )
        if settings.batch:
            yield Notice(
                "batch-not-executed",
                "Batches were not executed: Sidekiq Pro is closed source. They are written from its documentation.",
                "Try it once with a few records before you rely on it.",
            )
        yield from rows_in_specs(request, app)


def _locks_pushes(lock: str | None) -> bool:
    return lock is not None and locks_pushes(lock)


def child_name(typed: str | None, context: JobContext, app: RailsApp) -> JobName:
    """The job for one record: ``RemindUsers`` -> ``RemindUser``; else with the model behind it, or ``One`` in front.

    Raises:
        InvalidInput: it cannot be a name, or is that of the fan-out.
    """
    name = context.name
    *folders, _ = name.path.split("/")
    path = typed or "/".join([*folders, _singular(name.words, context)])
    child = parse_job_name(path, suffix=context.house.suffix.value, acronyms=app.acronyms, within=name.within)
    if child.class_name == name.class_name:
        raise InvalidInput(
            f"--child {typed!a} is the fan-out itself.", hint="Give the job for one record another name.", code="usage"
        )
    return child


def _singular(words: tuple[str, ...], context: JobContext) -> str:
    *verbs, last = words
    one = singular(last)
    if one != last and verbs:
        return "_".join([*verbs, one])
    model = context.model.variable.split("_") if context.model else ["record"]
    length = len(model)
    if list(words[-length:]) == model and len(words) > length:
        return "_".join([*words[:-length], "one", *model])
    return "_".join([*words, *model])
