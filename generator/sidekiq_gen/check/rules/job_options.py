"""sidekiq_options: keys that nobody reads, and values that mean something else."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, Finding, JobRule, Rule
from sidekiq_gen.check.shapes import shape
from sidekiq_gen.sidekiq.ranges import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job

# What Sidekiq reads of a job's options. Source: facts B6; sidekiq v8.1.7 lib/sidekiq/{job_retry,job_util,job_logger}.rb
_OWN = frozenset(
    "queue retry dead backtrace retry_queue tags pool client_class log_level display_class retry_for profile".split()
)
# What Pro, Enterprise and gems read. Source: facts B6, sidekiq-unique-jobs lib/sidekiq_unique_jobs/constants.rb,
# sidekiq-status and sidekiq-failures: their READMEs.
_OF_OTHERS = frozenset(
    "expires_in unique_for unique_until encrypt cattr bid lock lock_args lock_args_method lock_info lock_limit "
    "lock_prefix lock_timeout lock_ttl lock_type lock_wait on_conflict on_client_conflict on_server_conflict unique "
    "unique_across_queues unique_across_workers unique_args unique_args_method unique_prefix lock_expiration "
    "schedule_in log_duplicate log_duplicate_payload run_lock_expiration expiration failures throttle status".split()
)
# What people write who mean one of Sidekiq's.
_MEANT = {
    "retries": "retry",
    "max_retries": "retry",
    "retry_count": "retry",
    "retry_limit": "retry",
    "max_retry": "retry",
    "attempts": "retry",
    "queues": "queue",
    "queue_name": "queue",
    "queue_as": "queue",
    "tag": "tags",
}
_CLOSE = 0.8


def _job(options: str, sidekiq: str = "7.3.2", head: str = "ExampleJob\n  include Sidekiq::Job\n") -> Example:
    text = f"class {head}\n  sidekiq_options {options}\n\n  def perform(order_id)\n  end\nend\n"
    return Example.job(text, sidekiq=sidekiq)


class UnknownOption(JobRule):
    """``retries: 5``."""

    code = "unknown-option"
    title = "An option that nobody reads, and one letter or word from one that Sidekiq does"
    severity = "error"
    why = "Sidekiq keeps any option and looks at its own ones only: what was meant does not happen."
    source = "facts B6 (unknown keys are stored untouched); sidekiq v8.1.7 lib/sidekiq/job.rb:70-77"
    way_out = "Write the option as Sidekiq reads it."
    bad = _job("retries: 5")
    good = _job("retry: 5, tenant: true")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each key that looks like a slip."""
        for key, value in job.options.items():
            if key in _OWN or key in _OF_OTHERS:
                continue
            meant = _MEANT.get(key) or next(iter(get_close_matches(key, sorted(_OWN | _OF_OTHERS), 1, _CLOSE)), "")
            if meant:
                place = value.parent or value
                yield self.at(job.source, place, f"Nobody reads the option {key}: {meant} is meant?")


class OptionValue(JobRule):
    """A value that Sidekiq takes for something else."""

    code = "option-value"
    title = "An option has a value that means something else"
    severity = "error"
    why = "retry counts as a number only where it is one, nil means no retry, tags have to be a list, a queue a name."
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb (retry_attempts_from), lib/sidekiq/job_util.rb:11-18"
    way_out = "Give retry an Integer or false, and tags a list."
    bad = _job('retry: "5"')
    good = _job('retry: 5, tags: ["billing"]')

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each of them that is written out."""
        retry, tags, queue = (job.options.get(key) for key in ("retry", "tags", "queue"))
        if retry is not None and (why := _RETRY.get(shape(retry))):
            yield self.at(job.source, retry, f"retry: {nodes.short(retry)} {why}.")
        if tags is not None and shape(tags) in {"string", "symbol", "hash"}:
            yield self.at(job.source, tags, "tags have to be a list: each push raises ArgumentError.")
        if queue is not None and (shape(queue) == "nil" or nodes.text(queue) in {'""', "''"}):
            yield self.at(job.source, queue, "A queue needs a name: each push raises ArgumentError.")


_RETRY = {
    "string": "is no Integer, so the usual 25 retries are made",
    "symbol": "is no Integer, so the usual 25 retries are made",
    "float": "is no Integer, so the usual 25 retries are made",
    "nil": "means no retry and no entry in the dead set, as false does",
    "time": "is a number of retries, and no time: retry_for says how long",
}


class EarlyRetryFor(JobRule):
    """``retry_for`` before there was any."""

    code = "early-retry-for"
    title = "retry_for is ignored by this release"
    severity = "error"
    why = "Before 7.1.3 nobody reads retry_for: the job is retried as often as retry says."
    source = "sidekiq v7.1.3 lib/sidekiq/job_retry.rb:175, lib/sidekiq/job_util.rb:16"
    way_out = "Say how often: `retry: 5`."
    releases = "<7.1.3"
    bad = _job("retry_for: 3600", sidekiq="7.0.9")
    good = _job("retry: 5", sidekiq="7.0.9")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield it."""
        value = job.options.get("retry_for")
        if value is not None:
            yield self.at(job.source, value.parent or value, "retry_for is ignored before Sidekiq 7.1.3.")


class RetryAndRetryFor(JobRule):
    """Both, where one makes the other mean nothing."""

    code = "retry-beside-retry-for"
    title = "retry and retry_for, of which only one counts"
    severity = "warning"
    why = "retry: false switches retry_for off in every release, and from 8.1.0 on retry_for alone decides otherwise."
    source = "sidekiq v8.1.0 lib/sidekiq/job_retry.rb:181-186; facts B6"
    way_out = "Say one of them."
    releases = ">=7.1.3"
    bad = _job("retry: 5, retry_for: 3600", sidekiq="8.1.0")
    good = _job("retry: 5, retry_for: 3600", sidekiq="8.0.7")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield the one that does not count."""
        retry, until = job.options.get("retry"), job.options.get("retry_for")
        if retry is None or until is None:
            return
        if nodes.text(retry) == "false":
            yield self.at(job.source, until, "retry: false switches retry_for off.")
        elif retry.type == "integer" and holds(">=8.1.0", context.release.version):
            yield self.at(job.source, retry, f"retry: {nodes.text(retry)} does not count beside retry_for.")


class QueueOptionInActiveJob(JobRule):
    """``sidekiq_options queue: "low"`` in an ActiveJob."""

    code = "queue-option-in-active-job"
    title = "The queue of an ActiveJob is said by sidekiq_options"
    severity = "error"
    why = "ActiveJob hands its own queue_name to Sidekiq, which wins: the job runs on default."
    source = "rails v7.2.2 activejob/lib/active_job/queue_adapters/sidekiq_adapter.rb (queue: job.queue_name)"
    way_out = "Say `queue_as :low`."
    forms = ("active-job",)
    bad = _job('queue: "low"', head="ExampleJob < ApplicationJob")
    good = _job("retry: 5", head="ExampleJob < ApplicationJob")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield it."""
        value: Node | None = job.options.get("queue")
        if value is not None:
            yield self.at(job.source, value.parent or value, "ActiveJob hands its own queue over: queue_as says which.")


RULES: tuple[Rule, ...] = (
    UnknownOption(),
    OptionValue(),
    EarlyRetryFor(),
    RetryAndRetryFor(),
    QueueOptionInActiveJob(),
)
