"""What one pattern has to know of another: which exclude each other, which change, and what is to be said of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sidekiq_gen.errors import Refused
from sidekiq_gen.job.key_text import JID
from sidekiq_gen.job.options import FREE_BY_THEN, ruled_out
from sidekiq_gen.job.patterns.advisory_lock import AdvisoryLock, AdvisoryLockSettings
from sidekiq_gen.job.patterns.catalogue import patterns_of
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.job.patterns.discard_on import DiscardOn, DiscardOnSettings, by_rescue
from sidekiq_gen.job.patterns.idempotency_key import IdempotencyKey
from sidekiq_gen.job.patterns.on_exhausted import OnExhausted, OnExhaustedSettings
from sidekiq_gen.job.patterns.retry_after import RetryAfter, RetryAfterSettings
from sidekiq_gen.job.patterns.row_lock import RowLock
from sidekiq_gen.job.patterns.throttle import Throttle
from sidekiq_gen.job.patterns.unique import Unique, UniqueSettings
from sidekiq_gen.job.patterns.unique_active_job import RETRY_MEETS_DUPLICATE, ActiveJobUniqueSettings
from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq import unique_jobs
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sidekiq_gen.job.key_text import Key
    from sidekiq_gen.job.mark import Mark
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.patterns.unique import AnyUnique
    from sidekiq_gen.job.request import Chosen, JobContext, JobRequest
    from sidekiq_gen.packs.pack import Pack

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Excludes(Generic[A, B]):
    """Two patterns that cannot be had together.

    why: a sentence. hint: the way out. when: for which settings; always where it is None.
    """

    first: type[Pattern[A]]
    second: type[Pattern[B]]
    why: str
    hint: str
    when: Callable[[A, B], bool] | None = None

    def refusal(self) -> Refused:
        """What is said to whoever asks for both."""
        return Refused(self.why, hint=self.hint, code="contradictory-patterns")


@dataclass(frozen=True)
class Changes(Generic[A, B]):
    """The settings of the first are others where the second is there.

    change: may raise Refused where they cannot be had. text: what that means for the job, a sentence.
    """

    first: type[Pattern[A]]
    second: type[Pattern[B]]
    change: Callable[[A, B, JobContext], A]
    text: str


@dataclass(frozen=True)
class Warns(Generic[A]):
    """What is to be said of the first where any of the others is there, or, with without, where none is."""

    first: type[Pattern[A]]
    others: tuple[type[Pattern[Any]], ...]
    notice: Callable[[A, JobRequest], Notice | None]
    without: bool = False


def _mark_before_dropping(
    discard: DiscardOnSettings, _exhausted: OnExhaustedSettings, context: JobContext
) -> DiscardOnSettings:
    """Nothing runs sidekiq_retries_exhausted for a job that is discarded: a rescue marks its record."""
    drops = discard.to == "nowhere" and discard.means == "retry_in" and context.record is not None
    return by_rescue(discard) if drops else discard


def _nobody_is_told(discard: DiscardOnSettings, request: JobRequest) -> Notice | None:
    if discard.to != "nowhere" or discard.means == "native":
        return None
    exhausted = request.get(OnExhausted)
    return Notice(
        "discard-without-report",
        "A job that is dropped is marked failed, and nobody is told."
        if exhausted and exhausted.mark
        else "Sidekiq does not run sidekiq_retries_exhausted for a job that is discarded: nobody is told.",
        "Use --discard-to dead"
        + ("" if request.context.options.dead else " without --no-dead")
        + " to have these errors reported too.",
    )


def _lock_is_kept(unique: AnyUnique, request: JobRequest) -> Notice | None:
    discard, release = request.get(DiscardOn), request.context.release
    if isinstance(unique, ActiveJobUniqueSettings) and unique.lock == "until_executed":
        return Notice(
            "unique-lock-kept",
            "A job that is discarded keeps its lock until lock_ttl: it is released on success only.",
            "Use --unique until_executing, which is free by then, or keep --unique-ttl short.",
        )
    if not isinstance(unique, UniqueSettings) or discard is None:
        return None
    dropped = discard.means == "retry_in" and discard.to == "nowhere"
    if not dropped or not unique_jobs.leaks_on_discard(unique.lock, unique.gem_version, release.version):
        return None
    return Notice(
        "unique-lock-kept",
        f"Sidekiq {release.text} runs no death handlers for a job that is discarded: its lock stays "
        + ("until its TTL, or until the reaper finds it." if unique.ttl else "until the reaper finds it."),
        "Use --discard-to dead, or Sidekiq 8.0.7 or later."
        if request.context.options.dead
        else "Leave out --discard-on, or use Sidekiq 8.0.7 or later.",
    )


def _another_job(settings: RetryAfterSettings | AdvisoryLockSettings, request: JobRequest) -> Notice | None:
    if isinstance(settings, AdvisoryLockSettings) and (not settings.postpones or request.has(RetryAfter)):
        return None
    if settings.native:
        return RETRY_MEETS_DUPLICATE
    return Notice(
        "postponed-is-another-job",
        f"A rescheduled job has one more argument ({settings.counter}), so its lock is a different one.",
        "That is why it can be pushed at all; a duplicate may be enqueued while it waits.",
    )


def _call_inside_transaction(lock: object, _request: JobRequest) -> Notice | None:
    if isinstance(lock, AdvisoryLockSettings) and lock.scope != "transaction":
        return None
    return Notice(
        "call-inside-transaction",
        "The call to the other service runs inside the transaction that holds the lock.",
        "For slow calls use --advisory-lock --lock-scope session, which keeps no transaction open.",
    )


def _check_without_lock(_mark: object, request: JobRequest) -> Notice:
    way_out = {
        "sqlite": "If that does harm, add --unique while_executing with sidekiq-unique-jobs: SQLite has no such locks.",
        None: "If that does harm, add --row-lock or --advisory-lock, and --database.",
    }.get(request.context.database, "Add --row-lock or --advisory-lock if that does harm.")
    return Notice("check-without-lock", "Two concurrent runs can both find the work not done yet.", way_out)


def _failed_is_one_of_them(mark: Mark, exhausted: OnExhaustedSettings) -> bool:
    failed = exhausted.mark
    return failed is not None and failed.column == mark.column and failed.ruby in {mark.from_, mark.value}


def _failed_is_left_alone(mark: Mark, request: JobRequest) -> Notice | None:
    exhausted = request.get(OnExhausted)
    failed = exhausted.mark if exhausted else None
    never = not request.context.options.dead  # nothing is there to be retried
    if never or failed is None or failed.column != mark.column or not mark.from_:
        return None
    return Notice(
        "failed-is-left-alone",
        f"A record that is marked {failed.value} is not {mark.state}: its job does nothing when it is retried from "
        "the Dead set.",
        f"Set the {mark.column} back to {mark.state} first.",
    )


def _named_by_its_id(key: Key, settings: RetryAfterSettings | AdvisoryLockSettings) -> bool:
    postpones = not isinstance(settings, AdvisoryLockSettings) or settings.postpones
    return postpones and not settings.native and key.parts == (JID,)


def _lock_what_is_marked(lock: AdvisoryLockSettings, _mark: object, context: JobContext) -> AdvisoryLockSettings:
    """A mark is read and set for a record, whatever the other arguments are: its lock is for that record."""
    if context.record is None:
        return lock
    return replace(lock, key=replace(lock.key, parts=(context.record.name,), form="id"))


def _count_together(
    lock: AdvisoryLockSettings, retry_after: RetryAfterSettings, _context: JobContext
) -> AdvisoryLockSettings:
    """One parameter counts how often the job was postponed, whatever for, and one constant ends it."""
    return lock if lock.native else replace(lock, limit=retry_after.limit, counts=False)


def _one_error_for_both(retry_after: RetryAfterSettings, discard: DiscardOnSettings) -> bool:
    return not set(retry_after.errors).isdisjoint(discard.errors)


def _refused_by_its_own_lock(other: Any, unique: AnyUnique) -> bool:
    enqueues = not isinstance(other, AdvisoryLockSettings) or other.postpones
    return enqueues and isinstance(unique, ActiveJobUniqueSettings) and unique.keeps_out_its_own_retry


def _own_retry(pattern: type[Pattern[Any]], option: str) -> Excludes[Any, Any]:
    """What lets ActiveJob enqueue the job again, beside a lock that is still held then."""
    return Excludes(
        pattern,
        Unique,
        f"{option} lets ActiveJob enqueue the job again, which this lock refuses as a duplicate of the job itself.",
        FREE_BY_THEN,
        _refused_by_its_own_lock,
    )


LOCKS: tuple[type[Pattern[Any]], ...] = (AdvisoryLock, RowLock)
CALLS_A_SERVICE: tuple[type[Pattern[Any]], ...] = (IdempotencyKey, RetryAfter, Throttle)

EXCLUDES: tuple[Excludes[Any, Any], ...] = (
    Excludes(
        AdvisoryLock, RowLock, "--advisory-lock and --row-lock are two locks for the same thing.", "Choose one of them."
    ),
    Excludes(
        IdempotencyKey,
        RetryAfter,
        "--idempotency-key is derived from the job's id here, and --retry-after enqueues a job with another id.",
        "Give the job an argument to derive the key from, or leave out one of the two.",
        _named_by_its_id,
    ),
    Excludes(
        IdempotencyKey,
        AdvisoryLock,
        "--idempotency-key is derived from the job's id here, and --on-locked retry enqueues a job with another id.",
        "Give the job an argument to derive the key from, or use --on-locked skip.",
        _named_by_its_id,
    ),
    Excludes(
        RetryAfter,
        DiscardOn,
        "--retry-after retries an error that --discard-on never retries.",
        "Choose one of them for this error.",
        _one_error_for_both,
    ),
    Excludes(
        CheckThenAct,
        Throttle,
        "--save-result needs the result of the work, which Enterprise's limiter keeps inside its block.",
        "Leave out one of the two.",
        lambda mark, throttle: mark.saved is not None and throttle.means == "limiter",
    ),
    Excludes(
        CheckThenAct,
        OnExhausted,
        "--mark-failed writes one of the two states of --check-then-act: failed work would count as waiting or done.",
        "Name a third state, or another column: --mark-failed failed_at.",
        _failed_is_one_of_them,
    ),
    _own_retry(RetryAfter, "--retry-after"),
    _own_retry(AdvisoryLock, "--on-locked retry"),
    _own_retry(OnExhausted, "--on-exhausted"),
)
CHANGES: tuple[Changes[Any, Any], ...] = (
    Changes(
        DiscardOn,
        OnExhausted,
        _mark_before_dropping,
        "With --discard-to nowhere the record is marked failed in a rescue, since Sidekiq does not run "
        "sidekiq_retries_exhausted for a job that is discarded.",
    ),
    Changes(
        AdvisoryLock,
        CheckThenAct,
        _lock_what_is_marked,
        "The lock covers the record that is marked, whatever the other arguments of the job are.",
    ),
    Changes(
        AdvisoryLock,
        RetryAfter,
        _count_together,
        "With --on-locked retry, one counter and one limit cover both reasons to re-enqueue the job.",
    ),
)
WARNS: tuple[Warns[Any], ...] = (
    Warns(CheckThenAct, LOCKS, _check_without_lock, without=True),
    Warns(CheckThenAct, (OnExhausted,), _failed_is_left_alone),
    Warns(AdvisoryLock, CALLS_A_SERVICE, _call_inside_transaction),
    Warns(RowLock, CALLS_A_SERVICE, _call_inside_transaction),
    Warns(DiscardOn, (OnExhausted,), _nobody_is_told),
    Warns(Unique, (DiscardOn,), _lock_is_kept),
    Warns(RetryAfter, (Unique,), _another_job),
    Warns(AdvisoryLock, (Unique,), _another_job),
)


def clash(names: Sequence[str], pack: Pack | None = None) -> Excludes[Any, Any] | None:
    """The first two of these patterns that exclude each other whatever their settings are."""
    rows = (*EXCLUDES, *_of_pack(pack)) if pack else EXCLUDES
    return next((row for row in rows if row.when is None and {row.first.name, row.second.name} <= {*names}), None)


def _of_pack(pack: Pack) -> Iterator[Excludes[Any, Any]]:
    """What the patterns of a pack exclude."""
    known = {one.name: one for one in patterns_of(pack)}
    for pattern in pack.patterns:
        for other in pattern.excludes:
            first, second = known[pattern.name], known[other]
            options = f"{first.flags[0].option} and {second.flags[0].option}"
            why = f"{options} exclude each other, says the pack {pack.name}."
            yield Excludes(first, second, why, "Leave out one of them.")  # type: ignore[arg-type] # both have a name


def settle(chosen: Sequence[Chosen], context: JobContext) -> tuple[Chosen, ...]:
    """The chosen patterns with what each changes in another.

    Raises:
        Refused: two of them exclude each other with these settings.
    """
    settings = {one.name: one.settings for one in chosen}
    for row in EXCLUDES:
        both = row.first.name in settings and row.second.name in settings
        if both and (row.when is None or row.when(settings[row.first.name], settings[row.second.name])):
            raise row.refusal()
    for name, decided in settings.items():
        refusal = ruled_out(name, decided, context)
        if refusal:
            raise refusal
    for change in CHANGES:
        if change.first.name in settings and change.second.name in settings:
            first, second = change.first.name, change.second.name
            settings[first] = change.change(settings[first], settings[second], context)
    return tuple(replace(one, settings=settings[one.name]) for one in chosen)


def warnings(one: Chosen, request: JobRequest) -> Iterator[Notice]:
    """What is to be said of a chosen pattern because of the others."""
    for row in WARNS:
        if row.first.name == one.name and request.has(*row.others) != row.without:
            notice = row.notice(one.settings, request)
            if notice:
                yield notice
