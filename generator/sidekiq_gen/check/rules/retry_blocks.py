"""sidekiq_retry_in and sidekiq_retries_exhausted: what this release makes of what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, Finding, JobRule, Rule
from sidekiq_gen.check.shapes import is_length, shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job

_IN, _EXHAUSTED = "sidekiq_retry_in", "sidekiq_retries_exhausted"
_DELAY = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb:213-246 (delay_for)"
_ARITHMETIC = frozenset({"+", "-", "*", "/", "**"})
_THIRD = 3


def _job(macros: str, sidekiq: str = "7.3.2", head: str = "ExampleJob\n  include Sidekiq::Job\n") -> Example:
    return Example.job(f"class {head}\n  {macros}\n\n  def perform(order_id)\n  end\nend\n", sidekiq=sidekiq)


def _results(job: Job, macro: str) -> Iterator[Node]:
    """What the blocks of a macro may give."""
    for call in job.macros(macro):
        block = nodes.block(call)
        if block is not None:
            yield from nodes.results(block)


class UnusedRetryBlock(JobRule):
    """A block that is never asked, as there are no retries."""

    code = "unused-retry-block"
    title = "A block about retries beside retry: false or 0"
    severity = "warning"
    why = "Without retries sidekiq_retry_in is never asked, and with retry: false sidekiq_retries_exhausted neither."
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb:133 and 181-186"
    way_out = "Take the block away, or allow retries; :discard and :kill need at least `retry: 1`."
    bad = _job("sidekiq_options retry: false\n  sidekiq_retry_in { :discard }")
    good = _job("sidekiq_options retry: 0\n  sidekiq_retries_exhausted { |job| puts job }")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield the blocks that are never asked."""
        said = nodes.text(job.options.get("retry"))
        unused = {"0": [_IN], "false": [_IN, _EXHAUSTED]}.get(said, [])
        for call in job.macros(*unused):
            yield self.at(job.source, call, f"{nodes.method_name(call)} is never asked beside retry: {said}.")


class IgnoredDuration(JobRule):
    """``sidekiq_retry_in { 5.minutes }`` where only whole numbers count."""

    code = "retry-in-duration"
    title = "A duration or a float from sidekiq_retry_in is ignored"
    severity = "error"
    why = "This release takes nothing but an Integer from the block, and waits as if there were none."
    source = "sidekiq v6.5.2 lib/sidekiq/job_retry.rb:206; v7.0.7 lib/sidekiq/job_retry.rb:204 (to_i)"
    way_out = "Give whole seconds: `5.minutes.to_i`."
    releases = ">=6.5.2,<7.0.7"
    bad = _job("sidekiq_retry_in { |count| 5.minutes * (count + 1) }", sidekiq="6.5.12")
    good = _job("sidekiq_retry_in { |count| 5.minutes.to_i * (count + 1) }", sidekiq="6.5.12")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each result that is none."""
        for one in _results(job, _IN):
            if _is_no_integer(one):
                whole = f"({nodes.text(one)}).to_i" if one.type == "binary" else f"{nodes.text(one)}.to_i"
                message = f"{nodes.short(one)} is no Integer, and is ignored by this release."
                yield self.at(job.source, one, message, Edit(one.start_byte, one.end_byte, whole))


def _is_no_integer(node: Node) -> bool:
    if node.type == "parenthesized_statements":
        return len(node.named_children) == 1 and _is_no_integer(node.named_children[0])
    if node.type == "binary" and nodes.text(nodes.field(node, "operator")) in _ARITHMETIC:
        sides = (nodes.field(node, "left"), nodes.field(node, "right"))
        return any(side is not None and _is_no_integer(side) for side in sides)
    return node.type == "float" or is_length(node)


class EarlySymbol(JobRule):
    """``:kill`` and ``:discard`` before there were any."""

    code = "retry-in-symbol"
    title = ":kill or :discard from sidekiq_retry_in, and this release knows neither"
    severity = "error"
    why = "Before 6.5.2 the block's result is asked for to_i: NoMethodError, and the usual delay is taken."
    source = "sidekiq v6.5.1 lib/sidekiq/job_retry.rb:222; v6.5.2 lib/sidekiq/job_retry.rb:208-211"
    way_out = "Rescue the error in perform, or move to 6.5.2: `sidekiq-gen upgrade --to 6.5.12` says what that means."
    releases = "<6.5.2"
    bad = _job("sidekiq_retry_in { :kill }", sidekiq="6.4.2", head="ExampleJob\n  include Sidekiq::Worker\n")
    good = _job("sidekiq_retry_in { 30 }", sidekiq="6.4.2", head="ExampleJob\n  include Sidekiq::Worker\n")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for one in _results(job, _IN):
            if nodes.text(one) in {":kill", ":discard"}:
                yield self.at(job.source, one, f"{nodes.text(one)} is known from Sidekiq 6.5.2 on.")


class IgnoredResult(JobRule):
    """What no release makes anything of."""

    code = "retry-in-ignored"
    title = "sidekiq_retry_in gives what no release heeds"
    severity = "warning"
    why = "Zero, a negative number and any symbol but :kill, :discard and :default mean the usual delay."
    source = _DELAY
    way_out = "Give a positive number of seconds, :discard or :kill."
    bad = _job("sidekiq_retry_in { |count, error| :dead }")
    good = _job("sidekiq_retry_in { |count, error| error.is_a?(KeyError) ? :kill : 10 }")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for one in _results(job, _IN):
            text = nodes.text(one)
            known = text in {":kill", ":discard", ":default"}
            if (one.type == "simple_symbol" and not known) or text == "0" or _is_negative(one):
                yield self.at(job.source, one, f"{text} means the usual delay, which grows with each retry.")


def _is_negative(node: Node) -> bool:
    return node.type == "unary" and nodes.text(node).startswith("-") and shape(node) in {"integer", "float"}


class ThirdArgument(JobRule):
    """The job's hash as a third argument, before it was handed over."""

    code = "retry-in-third-argument"
    title = "sidekiq_retry_in takes a third argument, which this release does not give"
    severity = "error"
    why = "Before 7.0.8 the block gets the count and the error; a third parameter is nil."
    source = "sidekiq v7.0.7 lib/sidekiq/job_retry.rb:198; v7.0.8 lib/sidekiq/job_retry.rb:198"
    way_out = "Do without the job's hash, or move to 7.0.8."
    releases = "<7.0.8"
    bad = _job('sidekiq_retry_in { |count, error, job| job["args"].size }', sidekiq="6.5.12")
    good = _job("sidekiq_retry_in { |count, error| 10 }", sidekiq="6.5.12")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each block that takes three."""
        for call in job.macros(_IN):
            parameters = nodes.field(nodes.block(call), "parameters")
            taken = parameters.named_children if parameters is not None else []
            if len(taken) >= _THIRD and taken[2].type == "identifier":
                yield self.at(job.source, taken[2], f"{nodes.text(taken[2])} is nil before Sidekiq 7.0.8.")


class RetryInWithoutBlock(JobRule):
    """``sidekiq_retry_in 10``."""

    code = "retry-block-missing"
    title = "sidekiq_retry_in or sidekiq_retries_exhausted without a block"
    severity = "error"
    why = "Both take a block and no argument: ArgumentError where the class is loaded."
    source = "sidekiq v8.1.7 lib/sidekiq/job.rb:79-85"
    way_out = "Give a block: `sidekiq_retry_in { 10 }`."
    bad = _job("sidekiq_retry_in 10")
    good = _job("sidekiq_retry_in { 10 }")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each call with an argument."""
        for call in job.macros(_IN, _EXHAUSTED):
            if nodes.positional(call):
                yield self.at(job.source, call, f"{nodes.method_name(call)} takes a block and no argument.")


class IgnoredDiscard(JobRule):
    """``:discard`` from sidekiq_retries_exhausted before it counted."""

    code = "exhausted-discard"
    title = ":discard from sidekiq_retries_exhausted is ignored"
    severity = "error"
    why = "Before 7.2.0 nobody looks at what the block gives: the job goes to the dead set all the same."
    source = "sidekiq v7.2.0 lib/sidekiq/job_retry.rb:242"
    way_out = "Say `sidekiq_options dead: false`."
    releases = "<7.2.0"
    bad = _job("sidekiq_retries_exhausted { :discard }", sidekiq="7.1.6")
    good = _job("sidekiq_options dead: false\n  sidekiq_retries_exhausted { |job| puts job }", sidekiq="7.1.6")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for one in _results(job, _EXHAUSTED):
            if nodes.text(one) == ":discard":
                yield self.at(job.source, one, "Before 7.2.0 :discard is ignored: the job goes to the dead set.")


class RetryBlockInActiveJob(JobRule):
    """Both blocks in an ActiveJob, before they counted there."""

    code = "retry-block-in-active-job"
    title = "A block about retries in an ActiveJob is ignored"
    severity = "error"
    why = "Before 7.1.3 Sidekiq asks the wrapper's class and not the ActiveJob: the block is never called."
    source = "sidekiq v7.1.3 lib/sidekiq/job_retry.rb:205 and 233"
    way_out = "Use retry_on and discard_on, or a Sidekiq::Job: `sidekiq-gen job NAME --base sidekiq`."
    releases = "<7.1.3"
    forms = ("active-job",)
    bad = _job("sidekiq_retry_in { 10 }", sidekiq="6.5.12", head="ExampleJob < ApplicationJob")
    good = _job("retry_on KeyError", sidekiq="6.5.12", head="ExampleJob < ApplicationJob")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for call in job.macros(_IN, _EXHAUSTED):
            message = f"{nodes.method_name(call)} in an ActiveJob is ignored before Sidekiq 7.1.3."
            yield self.at(job.source, call, message)


RULES: tuple[Rule, ...] = (
    UnusedRetryBlock(),
    IgnoredDuration(),
    EarlySymbol(),
    IgnoredResult(),
    ThirdArgument(),
    RetryInWithoutBlock(),
    IgnoredDiscard(),
    RetryBlockInActiveJob(),
)
