"""What is told of a job's error, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, FileRule, Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source


_HANDED = 3  # error, context, config


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
            most = _most_arguments(handler) if handler is not None else None
            if handler is not None and most is not None and most < _HANDED:
                yield self.at(
                    source, handler, f"This handler takes {most} arguments at most; Sidekiq 8 hands it three."
                )


def _most_arguments(handler: Node) -> int | None:
    """How many arguments a lambda takes at most; None for a proc, which takes any number, and for ``*``."""
    body = nodes.block(handler) if handler.type == "call" and nodes.method_name(handler) == "lambda" else None
    parameters = nodes.field(body or handler, "parameters") if body is not None or handler.type == "lambda" else None
    if parameters is None or any(one.type == "splat_parameter" for one in parameters.named_children):
        return None
    return sum(one.type in {"identifier", "optional_parameter"} for one in parameters.named_children)


RULES: tuple[Rule, ...] = (ErrorHandlerOfTwo(),)
