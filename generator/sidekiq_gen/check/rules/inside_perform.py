"""What perform does with what it is given, and how it logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.jobs import signature
from sidekiq_gen.check.rule import Context, Edit, Example, Finding, JobRule, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job

_READING = frozenset({"fetch", "dig", "key?", "has_key?", "delete", "values_at", "slice", "include?"})
# What gives a hash its symbols back, or takes the argument for something else.
_TURNING = frozenset(
    "symbolize_keys! deep_symbolize_keys! transform_keys! deep_transform_keys! replace default_proc= default="
    " compare_by_identity is_a? kind_of? respond_to?".split()
)
_LEVELS = frozenset({"debug", "info", "warn", "error", "fatal", "unknown"})


def _perform(parameters: str, line: str) -> Example:
    body = f"  def perform({parameters})\n    {line}\n  end\n"
    return Example.job(f"class ExampleJob\n  include Sidekiq::Job\n\n{body}end\n")


class SymbolAccess(JobRule):
    """``options[:note]`` on an argument."""

    code = "symbol-access"
    title = "A hash from JSON is read with symbols"
    severity = "error"
    why = "A hash comes out of JSON with strings for keys: with a symbol it gives nil, in production and not in a test."
    source = "sidekiq v8.1.7 lib/sidekiq/processor.rb:228; facts: strict arguments"
    way_out = "Read it with strings, or turn it round first: `options = options.symbolize_keys`."
    bad = _perform("options", "options[:note]")
    good = _perform("options", 'options["note"]')

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each place where a parameter of perform, as it came, is asked for a symbol."""
        if job.perform is None:
            return
        names = set(signature(job.perform).names)
        body = list(nodes.walk(job.perform))
        names -= {name for one in body for name in _settled(one)}
        for one in body:
            name, keys = _read(one)
            if name in names:
                for key in keys:
                    said = nodes.name_of(key)
                    message = f'{name} comes out of JSON with strings for keys: {name}["{said}"].'
                    edits = (Edit(key.start_byte, key.end_byte, f'"{said}"'),) if key.type == "simple_symbol" else ()
                    yield self.at(job.source, one, message, *edits)


def _settled(node: Node) -> Iterator[str]:
    """The names that mean something else after, or besides, what was handed over."""
    if node.type in {"assignment", "operator_assignment"}:
        left = nodes.field(node, "left")
        if left is not None:
            yield from (nodes.text(one) for one in (left, *nodes.walk(left)) if one.type == "identifier")
    elif node.type in {"block_parameters", "lambda_parameters"}:
        yield from (nodes.text(one) for one in nodes.walk(node) if one.type == "identifier")
    elif node.type == "call" and nodes.method_name(node) in _TURNING:
        yield nodes.text(nodes.receiver(node))


def _read(node: Node) -> tuple[str, list[Node]]:
    """The local that is asked for keys, and the symbols among these."""
    if node.type == "element_reference":
        on, *given = node.named_children
    elif node.type == "call" and nodes.method_name(node) in _READING:
        found = nodes.receiver(node)
        if found is None:
            return "", []
        on, given = found, nodes.arguments(node)
        given = given[:1] if nodes.method_name(node) in {"fetch", "dig", "delete"} else given
    else:
        return "", []
    return nodes.text(on) if on.type == "identifier" else "", [one for one in given if one.type == "simple_symbol"]


class LoggerKeywords(JobRule):
    """``logger.info "paid", order_id: 1``."""

    code = "logger-keywords"
    title = "The logger is called with keywords"
    severity = "error"
    why = "Sidekiq's logger takes a message and nothing else: ArgumentError, which fails the job."
    source = "sidekiq v8.1.7 lib/sidekiq/logger.rb (a subclass of Ruby's Logger, whose info takes one argument)"
    way_out = "Put it into the context: `sidekiq-gen job NAME --log-context` writes it."
    bad = _perform("order_id", 'logger.info "paid", order_id: order_id')
    good = _perform("order_id", 'logger.info "paid #{order_id}"')

    def holds(self, context: Context) -> bool:
        """Where nothing else has taken the logger's place."""
        return super().holds(context) and not context.own_logger

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each such call on Sidekiq's logger."""
        made = (one for call in job.macros("delegate", "attr_reader", "attr_accessor") for one in nodes.arguments(call))
        if "logger" in job.methods or any(nodes.name_of(one) == "logger" for one in made):
            return
        for call in job.calls(*_LEVELS):
            named = any(one.type == "pair" for one in nodes.arguments(call))
            if nodes.text(nodes.receiver(call)) in {"logger", "Sidekiq.logger"} and named and nodes.positional(call):
                message = f"logger.{nodes.method_name(call)} takes a message and no keywords: ArgumentError."
                yield self.at(job.source, call, message)


RULES: tuple[Rule, ...] = (SymbolAccess(), LoggerKeywords())
