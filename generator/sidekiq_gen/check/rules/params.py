"""What a controller was sent, handed on to a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, Finding, PushRule, Rule
from sidekiq_gen.sidekiq.tables.job import JobTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.pushes import Push
    from sidekiq_gen.check.source import Source

_NARROWING = frozenset({"permit", "permit!", "require", "expect", "slice", "except", "merge"})
_PARAMETERS, _INDIFFERENT = "parameters", "hash with indifferent access"
_DEPTH = 2  # methods that answer what other methods answer
_TO_HASH = frozenset({"to_h", "to_unsafe_h", "to_unsafe_hash"})
_JOB = "class ExampleJob\n  include Sidekiq::Job\n\n  def perform(order)\n  end\nend\n"


def _pushed(argument: str) -> Example:
    controller = (
        f"class OrdersController < ApplicationController\n  def create\n    ExampleJob.perform_async({argument})\n"
        "  end\n\n  private\n\n  def order_params\n    params.require(:order).permit(:total)\n  end\nend\n"
    )
    return Example({"app/jobs/example_job.rb": _JOB, "app/controllers/orders_controller.rb": controller})


class ParamsArgument(PushRule):
    """The parameters of a request as an argument."""

    code = "params-argument"
    title = "The parameters of a request are handed to a job"
    severity = "error"
    releases = ">=7.0.0"
    words = ("params",)
    why = "ActionController::Parameters is no Hash: the push raises ArgumentError, since JSON would change it."
    source = "sidekiq v7.0.0 lib/sidekiq/job_util.rb:16-36, v7.0.4 :68 (exact classes); rails strong_parameters.rb"
    way_out = "Pass order_params.to_h.to_hash: to_h answers a HashWithIndifferentAccess, which is refused too."
    bad = _pushed("order_params")
    good = _pushed("order_params.to_h.to_hash")

    def holds(self, context: Context) -> bool:
        """Where strict arguments are not switched off."""
        return super().holds(context) and context.strict

    def looks_into(self, source: Source) -> bool:
        """Into controllers: elsewhere params may be anything."""
        return super().looks_into(source) and "controllers/" in source.path

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each argument that is `params` narrowed down, or a method of this file that answers that."""
        exact = JobTable.strict_arguments_exact_class.holds_for(context.release.version)
        refused = {_PARAMETERS, _INDIFFERENT} if exact else {_PARAMETERS}
        for one in push.arguments:
            if _kind(one, push.source) in refused:
                yield self.at(push.source, one, f"{nodes.short(one)} is no Hash: {push.method} raises ArgumentError.")


def _kind(node: Node, source: Source, depth: int = 0) -> str:
    """What a value is: parameters, what their ``to_h`` answers, or anything else (empty)."""
    if node.type == "identifier":
        name = nodes.text(node)
        if name == "params":
            return _PARAMETERS
        named = (one for one in source.of_type("method") if nodes.text(nodes.field(one, "name")) == name)
        method = next(named, None) if depth < _DEPTH else None
        body = nodes.statements(nodes.field(method, "body"))
        last = body[-1] if body else None
        if last is not None and last.type in {"assignment", "operator_assignment"}:
            last = nodes.field(last, "right")
        return "" if last is None else _kind(last, source, depth + 1)
    on = nodes.receiver(node) if node.type == "call" else None
    if on is None:
        return ""
    of, called = _kind(on, source, depth), nodes.method_name(node)
    if called in _NARROWING:
        return of
    return _INDIFFERENT if of == _PARAMETERS and called in _TO_HASH else ""


RULES: tuple[Rule, ...] = (ParamsArgument(),)
