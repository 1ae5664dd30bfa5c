"""How a job is pushed: with how many arguments, by which method, for when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.rule import Context, Example, Finding, RepoRule, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.rails.app import RailsApp

_JOB = """\
class ExampleJob
  include Sidekiq::Job

  def perform(order_id, note = nil)
  end
end
"""


def _pushed(arguments: str) -> Example:
    return Example(
        {
            "app/jobs/example_job.rb": _JOB,
            "app/models/order.rb": f"class Order\n  def pay\n    ExampleJob.perform_async({arguments})\n  end\nend\n",
        }
    )


class WrongNumberOfArguments(RepoRule):
    """More or fewer arguments than perform takes."""

    code = "argument-count"
    title = "The arguments do not fit perform"
    severity = "error"
    why = "The push succeeds; the job raises ArgumentError each time it runs, until its retries are used up."
    source = "sidekiq v8.1.7 lib/sidekiq/processor.rb (perform is called with the payload's args)"
    way_out = "Hand over what perform takes; `sidekiq-gen argument add` changes perform while payloads are waiting."
    bad = _pushed("1, 2, 3")
    good = _pushed("1")

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each push whose number of arguments is seen and does not fit."""
        for push in index.pushes:
            name = index.target(push)
            if push.in_test or push.shapes is None or index.form(name) != "sidekiq":
                continue
            taken = index.perform(name)
            if taken is None:
                continue
            given = len(push.shapes)
            if given < taken.least or (taken.most is not None and given > taken.most):
                wanted = f"{taken.least}" if taken.most == taken.least else f"{taken.least} to {taken.most or 'any'}"
                message = f"{name}#perform takes {wanted}, and {push.method} hands over {given}."
                yield Finding(self.code, push.path, push.line, push.column, message)


RULES: tuple[Rule, ...] = (WrongNumberOfArguments(),)
