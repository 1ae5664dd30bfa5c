"""What there is to say beside a lock of sidekiq-unique-jobs, true for the exact version of the gem."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.tables.unique_jobs import UniqueJobsTable
from sidekiq_gen.sidekiq.unique_locks import lock_type
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.sidekiq.capability import Capability
    from sidekiq_gen.sidekiq.versions import Version


@dataclass(frozen=True)
class _Words:
    """One remark, in the wordings that different versions need.

    usual: for a version that has every capability in `lacking`.
    lacking: capability and wording without it; the first that is missing counts.
    unretried: for a job without retries, by wording; one that is not in it says nothing of retries.
    """

    usual: str
    lacking: tuple[tuple[Capability, str], ...] = ()
    unretried: Mapping[str, str] = field(default_factory=dict)

    def for_job(self, version: Version, *, retries: bool) -> str:
        words = self.for_version(version)
        return words if retries else self.unretried.get(words, words)

    def for_version(self, version: Version) -> str:
        return next((words for row, words in self.lacking if not row.holds_for(version)), self.usual)


# When the lock is released. Source: lib/sidekiq_unique_jobs/lock/*.rb, lua/unlock.lua and server.rb (on death).
_FREED = {
    "until_executed": _Words(
        "kept through retries, released on success, on death, or after lock_ttl",
        (
            (
                UniqueJobsTable.unique_lock_held_through_retries,
                "released after every run, failed ones too: a duplicate can enter between retries",
            ),
        ),
        MappingProxyType(
            {
                "kept through retries, released on success, on death, or after lock_ttl": (
                    "released on success, on death, or after lock_ttl"
                ),
                "released after every run, failed ones too: a duplicate can enter between retries": (
                    "released after every run, failed ones too"
                ),
            }
        ),
    ),
    "until_executing": _Words(
        "released when a run starts, taken again when it fails, until the retry",
        (
            (
                UniqueJobsTable.unique_until_executing_relocks,
                "released when a run starts, not held while a failed job waits for its retry",
            ),
            (
                UniqueJobsTable.unique_until_executing_raises,
                "released when a run starts; this version swallows errors: nothing is retried",
            ),
        ),
        MappingProxyType(
            {
                "released when a run starts, taken again when it fails, until the retry": "released when a run starts",
                "released when a run starts, not held while a failed job waits for its retry": (
                    "released when a run starts"
                ),
                "released when a run starts; this version swallows errors: nothing is retried": (
                    "released when a run starts; this version swallows errors"
                ),
            }
        ),
    ),
    "until_and_while_executing": _Words("released when a run starts, taken again if it fails; runs exclude each other"),
    "until_expired": _Words(
        "released by lock_ttl alone, or on death: never by a run",
        (
            (
                UniqueJobsTable.unique_until_expired_outlives_reaper,
                "released by lock_ttl, or by the reaper within minutes after the job is done",
            ),
        ),
    ),
    "while_executing": _Words(
        "taken when a run starts, released when it ends, failed or not",
        (
            (
                UniqueJobsTable.unique_while_executing_ignores_result,
                "held while a run lasts; a run that returns nil or false counts as a conflict",
            ),
        ),
    ),
    "while_executing_reject": _Words(
        "held while a run lasts; a second run at the same time goes to the dead set",
        (
            (
                UniqueJobsTable.unique_while_executing_ignores_result,
                "held while a run lasts; returning nil or false sends the job to the dead set",
            ),
        ),
    ),
}

_RUN_TTL = _Words(
    "counted from the start of a run: must outlast the longest one",
    (
        (
            UniqueJobsTable.unique_while_executing_outlives_ttl,
            "counted from the start of a run: a longer run counts as a conflict once done",
        ),
    ),
)

# What may be there at the same time. Source: lib/sidekiq_unique_jobs/lock/*.rb, which take the lock in lock or execute.
_ALLOWS = {
    "until_executed": "one waiting or running at a time",
    "until_executing": "one waiting at a time",
    "until_and_while_executing": "one waiting and one running at a time",
    "until_expired": "one enqueued for each lock_ttl",
    "while_executing": "one running at a time, any number waiting",
    "while_executing_reject": "one running at a time, any number waiting",
}

# What lock_ttl is counted from. Source: lib/sidekiq_unique_jobs/lock_ttl.rb adds the time until a scheduled job is due;
# lua/lock.lua (queue_and_lock.lua from v8.1.0) starts the clock when the lock is taken and does not renew it for a job
# that has the lock already; lock/*.rb say when it is taken.
_COUNTED = {
    "until_executed": _Words(
        "counted from the enqueue, never renewed: cover the wait and all retries",
        (
            (
                UniqueJobsTable.unique_lock_held_through_retries,
                "counted from each enqueue, a retry's too: cover the wait and one run",
            ),
        ),
        MappingProxyType(
            {
                "counted from the enqueue, never renewed: cover the wait and all retries": (
                    "counted from the enqueue, never renewed: cover the wait and the run"
                ),
                "counted from each enqueue, a retry's too: cover the wait and one run": (
                    "counted from the enqueue: cover the wait and the run"
                ),
            }
        ),
    ),
    "until_executing": _Words(
        "counted from the enqueue or the last failure: cover the wait for the next run",
        (
            (
                UniqueJobsTable.unique_until_executing_relocks,
                "counted from each enqueue, a retry's too: cover the wait in the queue",
            ),
        ),
        MappingProxyType(
            dict.fromkeys(
                (
                    "counted from the enqueue or the last failure: cover the wait for the next run",
                    "counted from each enqueue, a retry's too: cover the wait in the queue",
                ),
                "counted from the enqueue: cover the wait in the queue",
            )
        ),
    ),
    "until_and_while_executing": _Words(
        "counted from the enqueue: a job that waits longer gives way to a duplicate",
        (
            (
                UniqueJobsTable.unique_until_and_while_runs_expired,
                "counted from the enqueue: a job that waits longer is dropped, not run",
            ),
        ),
    ),
    "until_expired": _Words("counted from the enqueue plus any delay: until then no duplicate, run or not"),
    "while_executing": _RUN_TTL,
    "while_executing_reject": _RUN_TTL,
}


def lock_comment(lock: str, version: Version, *, retries: bool = True) -> str:
    """Say in 80 characters at most when that version of the gem frees the lock of a job with or without retries."""
    return _FREED[lock_type(lock).name].for_job(version, retries=retries)


def lock_line(lock: str, version: Version | None) -> str:
    """Say what a lock allows and when that version of the gem frees it; None: the newest."""
    name = lock_type(lock).name
    return f"{_ALLOWS[name]}; {_FREED[name].for_version(version) if version else _FREED[name].usual}"


def ttl_comment(lock: str, version: Version, *, retries: bool = True) -> str:
    """Say in 80 characters at most what lock_ttl is counted from, and what it must allow for."""
    return _COUNTED[lock_type(lock).name].for_job(version, retries=retries)


def ttl_hazard(lock: str, version: Version) -> str | None:
    """Say why a lock_ttl loses work with this lock in that version; None when it does not.

    Source: lock/until_and_while_executing.rb runs a job only if it could free its lock, at every tag from v7.1.0 to
    v8.1.0. Up to v8.0.13 locksmith.rb cannot free a lock that has expired. From v8.1.0 lua/unlock.lua lets that pass
    unless another job has taken the lock since, and then the work is done by that job, as with until_executed.
    """
    if lock_type(
        lock
    ).name != "until_and_while_executing" or UniqueJobsTable.unique_until_and_while_runs_expired.holds_for(version):
        return None
    return (
        "With lock_ttl, until_and_while_executing drops a job without running it when it has waited longer than that."
    )
