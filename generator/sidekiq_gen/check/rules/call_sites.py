"""How a job is pushed: with how many arguments, by which method, for when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.pushes import BULK, PUSHING, pushes_of
from sidekiq_gen.check.rule import Context, Edit, Example, FileRule, Finding, PushRule, RepoRule, Rule
from sidekiq_gen.check.shapes import is_date, shape
from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.facts import PushFacts, Signature
    from sidekiq_gen.check.index import Form, Index
    from sidekiq_gen.check.pushes import Push
    from sidekiq_gen.check.source import Source
    from sidekiq_gen.rails.app import RailsApp

# Below it a number counts as seconds from now. Source: sidekiq v8.1.7 lib/sidekiq/job.rb:377
_EPOCH = 1_000_000_000
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
    way_out = "Pass what perform takes; `sidekiq-gen argument add` changes perform while payloads are waiting."
    bad = _pushed("1, 2, 3")
    good = _pushed("1")

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each push whose number of arguments is seen and does not fit."""
        for push in index.pushes:
            name = index.target(push)
            hidden = push.in_test or push.shapes is None or index.defines(name, push.method)
            taken = None if hidden else index.perform(name)
            if taken is None or push.shapes is None or not self._is_one(push, index.form(name), taken):
                continue
            given = len(push.shapes)
            if given < taken.least or (taken.most is not None and given > taken.most):
                wanted = f"{taken.least}" if taken.most == taken.least else f"{taken.least} to {taken.most or 'any'}"
                message = f"{name}#perform takes {wanted}, and {push.method} passes {given}."
                yield Finding(self.code, push.path, push.line, push.column, message)

    @staticmethod
    def _is_one(push: PushFacts, form: Form | None, taken: Signature) -> bool:
        """Whether it is a push of that form; what an ActiveJob does with keywords is not looked into."""
        if push.method == "perform_later":
            return form == "active-job" and not taken.keywords and "keywords" not in (push.shapes or ())
        return form == "sidekiq"


class PerformLater(RepoRule):
    """``perform_later`` on a Sidekiq::Job."""

    code = "perform-later-on-sidekiq-job"
    title = "A Sidekiq::Job is pushed with perform_later"
    severity = "error"
    why = "Sidekiq::Job has no perform_later in any release: NoMethodError."
    source = "no match for perform_later in lib/sidekiq at v6.5.12, v7.3.10, v8.1.7"
    way_out = "Push it with perform_async."
    bad = Example({"app/jobs/example_job.rb": _JOB, "app/models/order.rb": "ExampleJob.perform_later(1)\n"})
    good = _pushed("1")

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each of them; a class that defines the method itself is left alone."""
        for push in index.pushes:
            name = index.target(push)
            asked = push.method == "perform_later" and not push.in_test
            if asked and index.form(name) == "sidekiq" and not index.defines(name, push.method):
                message = f"{name} is a Sidekiq::Job, which has no perform_later: perform_async pushes it."
                yield Finding(self.code, push.path, push.line, push.column, message)


class PerformAsync(RepoRule):
    """``perform_async`` on an ActiveJob."""

    code = "perform-async-on-active-job"
    title = "An ActiveJob is pushed with a method of Sidekiq's"
    severity = "error"
    why = "ActiveJob has no perform_async, perform_in, perform_at or perform_bulk: NoMethodError."
    source = "rails v7.2.2 activejob/lib/active_job/enqueuing.rb (perform_later and perform_all_later are all there is)"
    way_out = "Push it with perform_later, `set(wait: 5.minutes).perform_later` or ActiveJob.perform_all_later."
    bad = Example(
        {
            "app/jobs/example_job.rb": "class ExampleJob < ApplicationJob\n  def perform(id)\n  end\nend\n",
            "app/models/order.rb": "ExampleJob.perform_async(1)\n",
        }
    )
    good = Example(
        {
            "app/jobs/example_job.rb": "class ExampleJob < ApplicationJob\n  def perform(id)\n  end\nend\n",
            "app/models/order.rb": "ExampleJob.perform_later(1)\n",
        }
    )

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each of them; a class that defines the method itself is left alone."""
        for push in index.pushes:
            name = index.target(push)
            asked = (push.method in PUSHING or push.method in BULK) and push.method != "perform_later"
            if asked and not push.in_test and index.form(name) == "active-job" and not index.defines(name, push.method):
                message = f"{name} is an ActiveJob, which has no {push.method}: perform_later pushes it."
                yield Finding(self.code, push.path, push.line, push.column, message)


class PushOnInstance(FileRule):
    """``ExampleJob.new.perform_async(1)``."""

    code = "push-on-instance"
    title = "A job is pushed through an instance"
    severity = "error"
    why = "perform_async and its like are methods of the class: NoMethodError."
    source = "sidekiq v8.1.7 lib/sidekiq/job.rb (module ClassMethods)"
    way_out = "Ask the class: `ExampleJob.perform_async(1)`."
    bad = Example({"app/jobs/example_job.rb": _JOB, "app/models/order.rb": "ExampleJob.new.perform_async(1)\n"})
    good = _pushed("1")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them, with the edit that leaves ``new`` out."""
        for push in pushes_of(source):
            made = nodes.receiver(push.node)
            on = nodes.receiver(made) if made is not None and push.on_instance else None
            if made is None or on is None:
                continue
            message = f"{push.method} is a method of the class {push.on_instance}, and not of its instances."
            edit = Edit(on.end_byte, made.end_byte, "")
            found = self.at(source, push.node, message, edit)
            yield replace(found, target=push.on_instance, nesting=source.nesting(push.node), forms=("sidekiq",))


class Interval(PushRule):
    """What `perform_in` takes for another time than is meant."""

    code = "push-time"
    title = "perform_in or perform_at gets what is no time, or one that is over"
    severity = "error"
    why = "The time is asked for to_f: nil, text and a negative number run at once or soon; a Date has no to_f."
    source = "sidekiq v8.1.7 lib/sidekiq/job.rb:376-388 (perform_in); rails v7.2.2 activesupport core_ext/date"
    way_out = "Give seconds, a duration or a Time: `Date.tomorrow.beginning_of_day`."
    of_arguments = True
    bad = Example({"app/jobs/example_job.rb": _JOB, "app/models/order.rb": "ExampleJob.perform_at(Date.tomorrow, 1)\n"})
    good = Example({"app/jobs/example_job.rb": _JOB, "app/models/order.rb": "ExampleJob.perform_in(5.minutes, 1)\n"})

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each of them that is written out."""
        given = push.interval
        if given is None:
            return
        kind, text = shape(given), nodes.short(given)
        if is_date(given):
            yield self.at(push.source, given, f"{text} is a Date, which has no to_f: NoMethodError.")
        elif kind == "nil" or (given.type == "unary" and text.startswith("-") and kind in {"integer", "float"}):
            yield self.at(push.source, given, f"{text} is not in the future: the job is pushed at once.")
        elif kind == "string" and not nodes.name_of(given).replace(".", "", 1).isdigit():
            yield self.at(push.source, given, f"{text} is text, of which only a leading number of seconds counts.")
        elif kind in {"symbol", "array", "hash", "boolean"}:
            yield self.at(push.source, given, f"{text} is no time: NoMethodError.")


class BulkArguments(PushRule):
    """``perform_bulk([1, 2])``."""

    code = "bulk-arguments"
    title = "A bulk push gets a list of values and not of lists"
    severity = "error"
    why = "Each job needs the list of its arguments: ArgumentError, and nothing is pushed."
    source = "sidekiq v6.5.12, v8.1.7 lib/sidekiq/client.rb (push_bulk)"
    way_out = "Wrap each: `ids.zip`, `ids.map { |id| [id] }`."
    of_arguments = True
    bad = Example({"app/jobs/example_job.rb": _JOB, "app/models/order.rb": "ExampleJob.perform_bulk(Order.ids)\n"})
    good = Example({"app/jobs/example_job.rb": _JOB, "app/models/order.rb": "ExampleJob.perform_bulk(Order.ids.zip)\n"})

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each that is seen to be no list of lists."""
        given = push.bulk
        if given is not None and _is_flat(given):
            edits = (Edit(given.end_byte, given.end_byte, ".zip"),) if given.type == "call" else ()
            yield self.at(push.source, given, f"{nodes.short(given)} is no list of lists: ArgumentError.", *edits)


def _is_flat(node: Node) -> bool:
    """Whether it is a list of something else than lists."""
    if node.type == "array":
        return any(shape(one) not in {"array", "unknown"} for one in nodes.statements(node))
    if node.type != "call":
        return node.type in {"string_array", "symbol_array", "hash"}
    called, given = nodes.method_name(node), nodes.arguments(node)
    if called == "pluck":
        return len(given) == 1 and given[0].type == "simple_symbol"
    return called == "ids" or (called in {"map", "collect"} and [nodes.text(one) for one in given] == ["&:id"])


class BulkAt(PushRule):
    """``perform_bulk(args, at: 60)``."""

    code = "bulk-at"
    title = "at: of perform_bulk is no point in time that this release takes"
    severity = "error"
    why = "at: came with 8.0.8, and takes seconds since 1970: a small number is long past, a Time raises ArgumentError."
    source = "sidekiq v8.0.8 lib/sidekiq/job.rb:251, lib/sidekiq/client.rb (push_bulk)"
    way_out = "`set(wait: 60).perform_bulk(...)` works in every release, `at: 1.hour.from_now.to_f` from 8.0.8 on."
    bad = Example(
        {"app/jobs/example_job.rb": _JOB, "app/models/order.rb": "ExampleJob.perform_bulk([[1]], at: 60)\n"},
        sidekiq="8.1.0",
    )
    good = Example(
        {"app/jobs/example_job.rb": _JOB, "app/models/order.rb": "ExampleJob.set(wait: 60).perform_bulk([[1]])\n"},
        sidekiq="8.1.0",
    )

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each that raises or lies in the past."""
        at = nodes.pairs(push.node).get("at") if push.method in BULK else None
        if at is None:
            return
        if not holds(">=8.0.8", context.release.version):
            yield self.at(push.source, at, "perform_bulk takes no at: before Sidekiq 8.0.8: ArgumentError.")
        elif shape(at) == "time":
            yield self.at(push.source, at, f"{nodes.short(at)} is no number: ArgumentError; to_f makes it one.")
        elif at.type == "integer" and int(nodes.text(at).replace("_", "")) < _EPOCH:
            yield self.at(push.source, at, f"{nodes.text(at)} is a point in 1970: the jobs run at once.")


RULES: tuple[Rule, ...] = (
    WrongNumberOfArguments(),
    PerformLater(),
    PerformAsync(),
    PushOnInstance(),
    Interval(),
    BulkArguments(),
    BulkAt(),
)
