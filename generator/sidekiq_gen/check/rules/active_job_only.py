"""What only ActiveJob has, written in a Sidekiq::Job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, Finding, JobRule, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.jobs import Job

_INSTEAD = {
    "discard_on": "sidekiq_retry_in with :discard",
    "retry_on": "sidekiq_retry_in with a delay",
    "rescue_from": "a rescue in perform",
    "queue_with_priority": "a queue of its own",
}


class ActiveJobMacro(JobRule):
    """``discard_on`` and its like in a Sidekiq::Job."""

    code = "active-job-macro"
    title = "A macro of ActiveJob in a Sidekiq::Job"
    severity = "error"
    why = "Sidekiq::Job has no such method in any release: the class cannot be loaded (NoMethodError)."
    source = "no match for discard_on or retry_on in lib at sidekiq v6.5.12, v7.3.10, v8.1.7"
    way_out = "Say it with sidekiq_retry_in: `sidekiq-gen job NAME --discard-on ERROR` shows the form for this release."
    bad = Example.job(
        """\
class ExampleJob
  include Sidekiq::Job
  discard_on ActiveRecord::RecordNotFound

  def perform(order_id)
  end
end
"""
    )
    good = Example.job(
        """\
class ExampleJob < ApplicationJob
  discard_on ActiveRecord::RecordNotFound

  def perform(order_id)
  end
end
"""
    )

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each of them; one that the class or a module of it defines itself is none."""
        for call in job.macros(*_INSTEAD):
            name = nodes.method_name(call)
            yield self.at(job.source, call, f"{name} is ActiveJob's: a Sidekiq::Job says it with {_INSTEAD[name]}.")


RULES: tuple[Rule, ...] = (ActiveJobMacro(),)
