"""How long a lock of sidekiq-unique-jobs lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Edit
from sidekiq_gen.check.rules.unique_options import TTLS, LockRule, example, lock_of
from sidekiq_gen.check.shapes import LENGTHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job
    from sidekiq_gen.check.rule import Context, Finding, Rule

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800, "fortnight": 1_209_600}
_RETRIES = 25  # sidekiq v8.1.7 lib/sidekiq/job_retry.rb, DEFAULT_MAX_RETRY_ATTEMPTS


class DurationTtl(LockRule):
    """A Duration as ``lock_ttl``, on the releases that cannot read one."""

    code = "unique-ttl-duration"
    title = "This sidekiq-unique-jobs cannot read a Duration as lock_ttl"
    severity = "error"
    why = "On 8.0.11 the lock never expires; on 8.0.12 and 8.0.13 each push raises ArgumentError."
    source = "sidekiq-unique-jobs v8.0.11, v8.0.12 lib/sidekiq_unique_jobs/lock_ttl.rb:99"
    way_out = "Write 1.hour.to_i: `sidekiq-gen job NAME --unique LOCK --unique-ttl SECONDS` does."
    bad = example("lock: :until_executed, lock_ttl: 1.hour", unique="8.0.12")
    good = example("lock: :until_executed, lock_ttl: 1.hour.to_i", unique="8.0.12")

    def holds(self, context: Context) -> bool:
        """Where a Duration is not read."""
        return super().holds(context) and not context.release.capabilities.unique_ttl_duration

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each that is one."""
        for key in TTLS:
            said = job.options.get(key)
            if said is not None and said.type == "call" and nodes.method_name(said) in LENGTHS:
                yield self.at(
                    job.source,
                    said,
                    f"{nodes.text(said)} is no number of seconds here: add .to_i.",
                    Edit(said.end_byte, said.end_byte, ".to_i"),
                )


class TtlBeforeRetries(LockRule):
    """A lock that ends while the job waits for its next retry."""

    code = "unique-ttl-before-retries"
    title = "lock_ttl ends before the retries do"
    severity = "note"
    why = "The lock is meant to span the retries; from its end on a duplicate is pushed next to the job that waits."
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb (count**4 + 15 seconds)"
    way_out = "Give fewer retries or a longer lock: `sidekiq-gen job NAME --retry COUNT --unique-ttl SECONDS`."
    on = False  # many mean it so: a lock for an hour or a day, whatever becomes of the job
    bad = example("lock: :until_executed, lock_ttl: 1.hour.to_i, retry: 10", unique="7.1.29", sidekiq="6.5.12")
    good = example("lock: :until_executed, lock_ttl: 1.day.to_i, retry: 10", unique="7.1.29", sidekiq="6.5.12")

    def holds(self, context: Context) -> bool:
        """Where a failed run keeps its lock."""
        return super().holds(context) and context.release.capabilities.unique_lock_held_through_retries

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each until_executed whose end and whose retries are both numbers."""
        kind = lock_of(nodes.name_of(job.options.get("lock")))
        said = next((job.options[key] for key in TTLS if key in job.options), None)
        ttl, retries = _seconds(said), _retries(job.options.get("retry"))
        if kind is None or kind.name != "until_executed" or said is None or ttl is None or "retry_for" in job.options:
            return
        lasting = sum(count**4 + 15 for count in range(retries))
        if ttl < lasting:
            yield self.at(
                job.source, said, f"{retries} retries take {lasting:,} seconds, and the lock ends after {ttl:,}."
            )


def _retries(said: Node | None) -> int:
    """How often a job is retried; 0 where that is not to be seen."""
    if said is None or nodes.text(said) == "true":
        return _RETRIES
    return int(nodes.text(said).replace("_", "")) if said.type == "integer" else 0


def _seconds(said: Node | None) -> int | None:
    """A length of time that is a literal, ``3600`` or ``1.hour.to_i``; None for anything else."""
    number, calls = nodes.chain(said)
    if number is None or number.type != "integer":
        return None
    units = [nodes.method_name(call).removesuffix("s") for call in calls if nodes.method_name(call) != "to_i"]
    if any(unit not in _SECONDS for unit in units) or len(units) > 1:
        return None
    return int(nodes.text(number).replace("_", "")) * (_SECONDS[units[0]] if units else 1)


RULES: tuple[Rule, ...] = (DurationTtl(), TtlBeforeRetries())
