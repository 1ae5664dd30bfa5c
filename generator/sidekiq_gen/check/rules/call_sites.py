"""What is handed to a job where it is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.pushes import shape
from sidekiq_gen.check.rule import Context, Example, Finding, PushRule, RepoRule, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.check.pushes import Push
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


class SymbolArgument(PushRule):
    """A symbol as an argument."""

    code = "symbol-argument"
    title = "A symbol is handed to a job"
    severity = "error"
    why = "JSON has no symbols: from Sidekiq 7.0 on the push raises ArgumentError, before that perform gets a string."
    source = "sidekiq v7.0.0 lib/sidekiq/job_util.rb, lib/sidekiq/config.rb:19"
    way_out = "Hand over a string, and compare with strings in perform."
    bad = _pushed("1, :note")
    good = _pushed('1, "note"')

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for one in push.arguments:
            if shape(one) == "symbol":
                yield self.at(push.source, one, f"{nodes.text(one)} is a symbol: JSON hands perform a string.")


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


RULES: tuple[Rule, ...] = (SymbolArgument(), WrongNumberOfArguments())
