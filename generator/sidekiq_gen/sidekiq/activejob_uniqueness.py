"""activejob-uniqueness: the locks of ActiveJob classes, and what they really do.

Source: the activejob-uniqueness repository, lib/active_job/uniqueness/strategies/*.rb and active_job_patch.rb; what is
said here is the same from v0.1.0 to v0.4.0. Its gemspec says which Rails it goes with, so that a lockfile cannot hold
a pair that does not fit.
"""

from __future__ import annotations

from types import MappingProxyType

from sidekiq_gen.errors import Refused
from sidekiq_gen.sidekiq.gems import ACTIVEJOB_UNIQUENESS
from sidekiq_gen.sidekiq.unique_locks import lock_type
from sidekiq_gen.sidekiq.versions import Version

GEMFILE_LINE = f'gem "{ACTIVEJOB_UNIQUENESS}", require: "active_job/uniqueness/sidekiq_patch"'

LINES = MappingProxyType(
    {
        "until_executed": "one waiting or running at a time; released on success, or after lock_ttl",
        "until_executing": "one waiting at a time; released when a run starts, or after lock_ttl",
        "until_expired": "one enqueued for each lock_ttl; released by lock_ttl alone",
        "until_and_while_executing": "one waiting and one running at a time",
        "while_executing": "one running at a time, any number waiting",
    }
)
"""Its locks with what each allows. Source: lib/active_job/uniqueness/strategies/*.rb."""

STRATEGIES = MappingProxyType(
    {
        "log": "drop it, with one line in the log",
        "raise": "raise ActiveJob::Uniqueness::JobNotUnique, to whoever enqueues it or, in a run, to Sidekiq",
    }
)
"""What may become of a duplicate. Source: v0.4.0 lib/active_job/uniqueness/strategies/base.rb:87."""

_FREED = {
    "until_executed": "released on success, or after lock_ttl",
    "until_executing": "released when a run starts",
    "until_expired": "released by lock_ttl alone: never by a run",
    "until_and_while_executing": "released when a run starts; runs exclude each other",
    "while_executing": "taken when a run starts, released when it ends, failed or not",
}
# What is to be added where Sidekiq retries the job: such a retry runs no callbacks of enqueue.
_THROUGH_RETRIES = {
    "until_executed": "kept through Sidekiq's retries, released on success or after lock_ttl",
    "until_executing": "released when a run starts, not held while a failed job waits for its retry",
}
_NEAREST = {"replace": "log", "reschedule": "raise", "reject": "raise"}


def refuse_lock(lock: str) -> None:
    """Refuse a lock that it does not have (``no-such-lock``)."""
    if lock not in LINES:
        raise Refused(
            f"--unique {lock} is not available with {ACTIVEJOB_UNIQUENESS}.",
            hint="Use --unique while_executing --on-conflict raise --retry 0: a second run goes to the Dead set.",
            code="no-such-lock",
        )


def refuse_strategy(strategy: str) -> None:
    """Refuse what it cannot do with a duplicate (``no-such-strategy``)."""
    if strategy not in STRATEGIES:
        raise Refused(
            f"--on-conflict {strategy} is not available with {ACTIVEJOB_UNIQUENESS}: it logs a duplicate or raises.",
            hint=f"Use --on-conflict {_NEAREST[strategy]}.",
            code="no-such-strategy",
        )


def lock_comment(lock: str, *, retries: bool) -> str:
    """When the lock of a job is released; retries: whether Sidekiq retries it."""
    return (_THROUGH_RETRIES.get(lock) if retries else None) or _FREED[lock]


def locks_pushes(lock: str) -> bool:
    """Whether the lock is taken when a job is enqueued, by its callbacks, which perform_all_later does not run."""
    return "client" in lock_type(lock).consulted


def keeps_out_its_own_retry(lock: str) -> bool:
    """Whether the lock is still held when ActiveJob enqueues the job again: retry_on, retry_job.

    That is an enqueue like any other, of the job whose lock it is: it is refused, and the work is lost. Source: v0.4.0
    strategies/base.rb:59 (before_enqueue), until_executed.rb:11; rails v7.2.2
    activejob/lib/active_job/exceptions.rb:151.
    """
    return lock in {"until_executed", "until_expired"}


def released_on_death(sidekiq: Version) -> bool:
    """Whether the gem's patch of Sidekiq, where it is loaded, releases the lock of a job that dies.

    It looks for the class that wraps ActiveJob's jobs up to Sidekiq 7. Source: v0.4.0 sidekiq_patch.rb:9 and :95;
    sidekiq v7.3.10 lib/active_job/queue_adapters/sidekiq_adapter.rb:46, v8.0.0 the same line.
    """
    return sidekiq < Version("8")
