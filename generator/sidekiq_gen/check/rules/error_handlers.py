"""What is told of a job's error, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, FileRule, Finding, Rule
from sidekiq_gen.check.settings import block_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source


def _initializer(text: str, **more: Any) -> Example:
    return Example({"config/initializers/sidekiq.rb": text}, **more)


class ErrorHandlerOfTwo(FileRule):
    """An error handler that takes two arguments only."""

    code = "error-handler-arguments"
    title = "An error handler takes two arguments, and is handed three"
    severity = "error"
    releases = ">=8.0.0"
    why = "Sidekiq 8 calls it with error, context and config: a lambda of two raises, and the error is never reported."
    source = "sidekiq v8.0.0 lib/sidekiq/config.rb:305; run on 8.0.10, 8.1.7"
    way_out = "Take a third argument, for every release: ->(error, context, config = nil) { ... }."
    bad = _initializer(
        "Sidekiq.configure_server do |config|\n"
        "  config.error_handlers << ->(error, context) { Tracker.report(error, context) }\nend\n",
        sidekiq="8.0.10",
    )
    good = _initializer(
        "Sidekiq.configure_server do |config|\n"
        "  config.error_handlers << ->(error, context, config = nil) { Tracker.report(error, context) }\n"
        "  config.error_handlers << proc { |error, context| Tracker.report(error, context) }\nend\n",
        sidekiq="8.0.10",
    )

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each lambda that is added to the handlers and takes exactly two."""
        for call in source.calls("error_handlers"):
            adding = call.parent
            handler = nodes.field(adding, "right") if adding is not None and adding.type == "binary" else None
            if adding is not None and adding.type == "call" and nodes.method_name(adding) == "push":
                handler = next(iter(nodes.arguments(adding)), None)
            if handler is not None and _strict_arguments(handler) == 2:  # noqa: PLR2004 - error and context
                yield self.at(source, handler, "This handler takes two arguments; Sidekiq 8 hands it three.")


def _strict_arguments(handler: Node) -> int | None:
    """How many arguments a lambda takes, if exactly so many; None for anything else, also a proc."""
    parameters = nodes.field(handler, "parameters") if handler.type == "lambda" else None
    if handler.type == "call" and nodes.method_name(handler) == "lambda":
        return len(block_parameters(handler))
    if parameters is None or any(one.type != "identifier" for one in parameters.named_children):
        return None
    return len(parameters.named_children)


RULES: tuple[Rule, ...] = (ErrorHandlerOfTwo(),)
