"""Options of a job that waiting payloads know otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.deploys.rule import Change, ChangeRule, Deploy
from sidekiq_gen.sidekiq.gems import UNIQUE_JOBS, gem_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.rule import Context, Finding

# What the digest of a lock is made of, beside the class and the queue.
# Source: sidekiq-unique-jobs v7.1.33, v8.1.0 lib/sidekiq_unique_jobs/lock_digest.rb:65, lock_args.rb
_DIGESTED = (
    "lock_args_method",
    "lock_args",
    "unique_args",
    "lock_prefix",
    "unique_across_queues",
    "unique_across_workers",
)
# From this release on the worker computes the digest again: lib/sidekiq_unique_jobs/middleware.rb of v8.0.7 and v8.0.8.
_COMPUTED_AGAIN = "8.0.8"


def _job(options: str) -> dict[str, str]:
    return {
        "app/jobs/charge_job.rb": f"class ChargeJob\n  include Sidekiq::Job\n  sidekiq_options {options}\n\n"
        "  def perform(order_id, note)\n  end\nend\n"
    }


class LockChanges(ChangeRule):
    """A unique lock under another key."""

    code = "lock-digest-changed"
    title = "The lock of a unique job gets another key"
    severity = "warning"
    why = (
        "Locks that waiting jobs hold are not seen under the new key: the same job can be pushed once more. From "
        "sidekiq-unique-jobs 8.0.8 on the worker computes the key of an old payload again, so that with other lock "
        "arguments the old lock is not released either, until its lock_ttl ends."
    )
    source = (
        "sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/lock_digest.rb:65-70 (class, queue, lock_args), "
        "middleware.rb:38; v8.0.7 middleware.rb:38"
    )
    way_out = (
        "Have a lock_ttl, make perform safe to run twice for that time, or let the queue run empty first; delete "
        "what is left with SidekiqUniqueJobs::Digests."
    )
    bad = Deploy(
        _job("lock: :until_executed, lock_args_method: :first_only"),
        unique_jobs="8.1.0",
        before=_job("lock: :until_executed"),
    )
    good = Deploy(
        _job("lock: :until_executed, lock_ttl: 3600"), unique_jobs="8.1.0", before=_job("lock: :until_executed")
    )

    def holds(self, context: Context) -> bool:
        """Whether sidekiq-unique-jobs is locked."""
        return UNIQUE_JOBS in context.gems

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each job that had a lock and has one."""
        again = gem_version(context.gems[UNIQUE_JOBS]) >= gem_version(_COMPUTED_AGAIN)
        for name in change.kept:
            was, now = change.before.index.option(name, "lock"), change.after.index.option(name, "lock")
            if not was or not now:
                continue
            other = [key for key in ("lock", *_DIGESTED) if self._differs(change, name, key)]
            if change.before.queue(name) != change.after.queue(name) and not change.after.index.option(
                name, "unique_across_queues"
            ):
                other.append("queue")
            if other:
                kept = again and any(key in other for key in _DIGESTED)
                released = " They are not released when they have run, either." if kept else ""
                yield self.found(
                    change.after.jobs[name],
                    f"{', '.join(other)} of {name} changed, and with it the key of its lock: jobs of {change.ref} that "
                    f"wait do not exclude new ones.{released}",
                )

    @staticmethod
    def _differs(change: Change, name: str, key: str) -> bool:
        was, now = change.before.index.option(name, key), change.after.index.option(name, key)
        return (was or "").strip(":\"'") != (now or "").strip(":\"'")


class RetryOff(ChangeRule):
    """retry: false where there was a retry."""

    code = "retry-off"
    title = "A job is no longer retried"
    severity = "warning"
    why = (
        "With retry: false a job that meets old code it does not fit is lost, as is any that fails; payloads that "
        "wait keep the retry that they were pushed with."
    )
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb:98-104, lib/sidekiq/job_util.rb (options are merged at the push)"
    way_out = (
        "Use retry: 0 to keep what fails in the dead set, or say what happens instead with sidekiq_retries_exhausted."
    )
    bad = Deploy(_job("retry: false"), before=_job("retry: 5"))
    good = Deploy(_job("retry: 0"), before=_job("retry: 5"))

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each job that was retried and is not."""
        for name in change.kept:
            if change.after.is_lost(name) and not change.before.is_lost(name):
                message = f"{name} has retry: false now: what fails is lost, and so is what old code cannot run."
                yield self.found(change.after.jobs[name], message)


RULES: tuple[ChangeRule, ...] = (LockChanges(), RetryOff())
