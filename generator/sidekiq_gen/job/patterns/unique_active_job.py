"""No duplicates of an ActiveJob class: the locks of activejob-uniqueness."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.active_job import waits
from sidekiq_gen.notices import Notice
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import layout
from sidekiq_gen.sidekiq import activejob_uniqueness as gem
from sidekiq_gen.sidekiq.gems import ACTIVEJOB_UNIQUENESS
from sidekiq_gen.sidekiq.unique_locks import lock_type
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

_DAY, _HOUR = 86_400, 3_600

_TEST_MODE = regex(r"^[^#\n]*\bActiveJob::Uniqueness\.test_mode!", re.MULTILINE)
_PATCHED = regex(r"^[^#\n]*\bactive_job/uniqueness/sidekiq_patch\b", re.MULTILINE)

RETRY_MEETS_DUPLICATE = Notice(
    "retry-meets-duplicate",
    "A retry of ActiveJob takes the lock again: where a duplicate waits by then, the retry gives way to it.",
    "Let the work read what there is when it runs, not when it was enqueued.",
)


@dataclass(frozen=True)
class ActiveJobUniqueSettings:
    """The lock of an ActiveJob class.

    lock: ``until_executed``.
    ttl: seconds.
    run_ttl: the same for the second lock of ``until_and_while_executing``; None where it is that of the first.
    on_conflict: ``log`` or ``raise``.
    retries: whether Sidekiq ever retries the job.
    """

    lock: str
    ttl: int
    run_ttl: int | None
    on_conflict: str
    retries: bool

    @property
    def locks_pushes(self) -> bool:
        """Whether a duplicate is met when it is enqueued."""
        return gem.locks_pushes(self.lock)

    @property
    def locks_runs(self) -> bool:
        """Whether a duplicate is met when it runs."""
        return "while" in self.lock

    @property
    def keeps_out_its_own_retry(self) -> bool:
        """Whether a retry by ActiveJob is refused as a duplicate of the job itself."""
        return gem.keeps_out_its_own_retry(self.lock)

    @property
    def comment(self) -> str:
        """When the lock is released."""
        return gem.lock_comment(self.lock, retries=self.retries)

    @property
    def options(self) -> str:
        """Ruby: ``lock_ttl: 1.day, on_conflict: :log``.

        Where a duplicate is met twice, only the run raises, as with sidekiq-unique-jobs: that is retried.
        """
        both = self.locks_pushes and self.locks_runs and self.on_conflict == "raise"
        pairs = [f"lock_ttl: {layout.duration(self.ttl)}"]
        pairs += [f"runtime_lock_ttl: {layout.duration(self.run_ttl)}"] if self.run_ttl else []
        pairs += [f"on_conflict: :{'log' if both else self.on_conflict}"]
        pairs += ["on_runtime_conflict: :raise"] if both else []
        return ", ".join(pairs)


def refusal(app: RailsApp) -> Refused | None:
    """Why an ActiveJob class cannot be unique here; None where it can."""
    if app.gem(ACTIVEJOB_UNIQUENESS):
        return None
    return Refused(
        f"--unique needs {ACTIVEJOB_UNIQUENESS} for an ActiveJob class, and that is not in the lockfile: "
        "sidekiq-unique-jobs does not support it, and Enterprise's locks are options of a Sidekiq::Job.",
        hint=f"Add it to the Gemfile: {gem.GEMFILE_LINE}, or write a Sidekiq::Job: --base sidekiq.",
        code="needs-sidekiq-job",
    )


def default_ttl(lock: str) -> int:
    """Seconds: for a lock that a run takes, those of a long run; else those of a long wait."""
    return _DAY if gem.locks_pushes(lock) else _HOUR


def decide(answers: Answers, context: JobContext) -> ActiveJobUniqueSettings:
    """Turn the answers into settings.

    Raises:
        Refused: the gem has no such lock (``no-such-lock``) or strategy (``no-such-strategy``).
    """
    lock, strategy = lock_type(answer(answers, "unique")).name, answer(answers, "on_conflict", "log")
    gem.refuse_lock(lock)
    gem.refuse_strategy(strategy)
    twice = lock == "until_and_while_executing" and "unique_ttl" not in answers
    return ActiveJobUniqueSettings(
        lock,
        answer(answers, "unique_ttl", default_ttl(lock)),
        _HOUR if twice else None,
        strategy,
        bool(context.retry) and not context.retry_written and "on_exhausted" not in answers,
    )


def notices(settings: ActiveJobUniqueSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
    """What is to be known of such a lock."""
    yield from _duplicates(settings)
    yield from _kept(settings, request, app)
    if request.attempts and settings.locks_pushes:
        yield RETRY_MEETS_DUPLICATE
    base = request.repo.active_base
    if base and base.retries and settings.keeps_out_its_own_retry and not request.attempts:
        yield Notice(
            "retry-is-refused",
            f"{request.repo.base} lets ActiveJob retry some errors, and this lock refuses such a retry as a duplicate "
            "of the job itself: its work is lost.",
            "Use --unique until_executing, which is free by then"
            + (", or raise other errors in this job, which Sidekiq retries." if settings.retries else "."),
        )
    specs = (path for folder in ("spec", "test") for path in app.repo.files(folder))
    if request.test != "none" and not any(_TEST_MODE.search(app.repo.read(path) or "") for path in specs):
        yield Notice(
            "unique-in-specs",
            "Specs take the lock in the Redis of REDIS_URL: nothing below spec/ or test/ switches to the test mode.",
            "Add to rails_helper.rb or test_helper.rb: ActiveJob::Uniqueness.test_mode!",
        )


def _duplicates(settings: ActiveJobUniqueSettings) -> Iterator[Notice]:
    if settings.locks_pushes and settings.on_conflict == "raise" and not settings.locks_runs:
        yield Notice(
            "duplicate-raises",
            "perform_later raises ActiveJob::Uniqueness::JobNotUnique for a duplicate, to whoever enqueues it.",
            "Rescue it there, or use --on-conflict log.",
        )
    elif settings.locks_pushes:
        yield Notice(
            "duplicate-is-not-enqueued",
            "A duplicate is not enqueued, one line in the log says so, and perform_later returns false.",
            "Jobs pushed by ActiveJob.perform_all_later are not looked at: it runs no callbacks."
            if not settings.keeps_out_its_own_retry
            else "Use --unique until_executing where a change during a run needs another run.",
        )
    if settings.locks_runs and settings.on_conflict == "log":
        yield Notice(
            "duplicate-is-not-run",
            "A run that meets another one is dropped: one line in the log, and its work is not done.",
            "Use --on-conflict raise where it has to be done as well: it is then retried.",
        )


def _kept(settings: ActiveJobUniqueSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
    """When nothing but its TTL releases a lock.

    Source: rails v7.2.2 activejob/lib/active_job/enqueuing.rb:117 (the callbacks run before the commit is waited for;
    from v8.1.0 on after it, with which no version of the gem goes).
    """
    base, version = request.repo.active_base, request.context.release.version
    if settings.lock == "until_executed" and not (
        gem.released_on_death(version) and _PATCHED.search(app.repo.read("Gemfile") or "")
    ):
        yield Notice(
            "lock-outlives-death",
            "A job that dies keeps its lock until lock_ttl: duplicates are refused as long.",
            f"Load the gem's patch of Sidekiq: {gem.GEMFILE_LINE}"
            if gem.released_on_death(version)
            else "Keep --unique-ttl short: the gem's patch of Sidekiq does not know the jobs of Sidekiq 8.",
        )
    if settings.locks_pushes and (waits(request) or (base and base.waits)):
        yield Notice(
            "lock-outlives-rollback",
            "perform_later takes the lock at once, and pushes after the commit: after a rollback there is a lock and "
            "no job, and duplicates are refused until lock_ttl.",
            "Call perform_later after the transaction, or keep --unique-ttl short.",
        )
