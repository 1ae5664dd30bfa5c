"""The places where a job is pushed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.facts import PushFacts
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

# What pushes a Sidekiq::Job, each with how many arguments come before those of perform.
# Source: sidekiq v8.1.7 lib/sidekiq/job.rb, lib/sidekiq/testing.rb
PUSHING = {"perform_async": 0, "perform_in": 1, "perform_at": 1, "perform_inline": 0, "perform_sync": 0}
BULK = frozenset({"perform_bulk"})
_HIDING = frozenset({"splat_argument", "forward_argument"})
# Methods that give a Time, a Date or the like, whatever they are called on: ActiveSupport's and Ruby's own.
_TIMES = frozenset(
    "ago from_now since until beginning_of_day end_of_day beginning_of_month end_of_month beginning_of_week "
    "end_of_week midnight tomorrow yesterday".split()
)
_NOW = frozenset({"Time", "Date", "DateTime", "Time.zone"})
_MAKING_TIMES = frozenset({"now", "today", "current", "parse", "at", "new", "local", "utc", "yesterday", "tomorrow"})


@dataclass(frozen=True)
class Push:
    """One place, with its tree."""

    source: Source
    node: Node

    @property
    def method(self) -> str:
        """``perform_async``, ``perform_bulk``, ..."""
        return nodes.method_name(self.node)

    @cached_property
    def _chain(self) -> tuple[Node | None, Node | None]:
        """What it is called on in the end, and the ``set(...)`` before it."""
        on, options = nodes.receiver(self.node), None
        while on is not None and on.type == "call" and nodes.method_name(on) == "set":
            on, options = nodes.receiver(on), on
        return on, options

    @property
    def target(self) -> str:
        """The constant of the job; empty where it is none, or the class pushes itself."""
        return nodes.constant(self._chain[0])

    @property
    def on_self(self) -> bool:
        """Whether a class pushes itself: ``perform_async(1)``, ``self.class.perform_async(1)``."""
        on = self._chain[0]
        return on is None or nodes.text(on) in {"self", "self.class"}

    @property
    def arguments(self) -> list[Node]:
        """What is meant for perform, pairs among it; all of `perform_bulk`'s."""
        return nodes.arguments(self.node)[PUSHING.get(self.method, 0) :]

    @cached_property
    def facts(self) -> PushFacts:
        """What is kept of it."""
        around = self.source.nesting(self.node)
        given = [one for one in self.arguments if one.type != "block_argument"]
        everything = nodes.arguments(self.node)
        hidden = self.method in BULK or any(one.type in _HIDING for one in everything)
        shapes = [shape(one) for one in given if one.type not in {"pair", "hash_splat_argument"}]
        if any(one.type in {"pair", "hash_splat_argument"} for one in given):
            shapes.append("keywords")
        return PushFacts(
            self.source.path,
            nodes.line(self.node),
            self.node.start_point[1] + 1,
            self.target,
            around[0] if self.on_self and around else "",
            around,
            self.method,
            None if hidden else tuple(shapes),
            {key: nodes.text(value) for key, value in nodes.pairs(self._chain[1]).items()},
            self.source.is_test,
        )


def shape(node: Node) -> str:
    """What kind of value an argument is.

    One of ``string symbol integer float boolean nil array hash range regex lambda time record self unknown``: ``time``
    for anything that is a point in time or a length of it, ``record`` where a finder of ActiveRecord is called.
    """
    kinds = {
        "string": "string",
        "heredoc_beginning": "string",
        "simple_symbol": "symbol",
        "delimited_symbol": "symbol",
        "integer": "integer",
        "float": "float",
        "true": "boolean",
        "false": "boolean",
        "nil": "nil",
        "array": "array",
        "string_array": "array",
        "symbol_array": "array",
        "hash": "hash",
        "range": "range",
        "regex": "regex",
        "lambda": "lambda",
        "self": "self",
    }
    if node.type in kinds:
        return kinds[node.type]
    if node.type != "call":
        return "unknown"
    called, on = nodes.method_name(node), nodes.receiver(node)
    if called in _TIMES and on is not None:
        return "time"
    if nodes.text(on) in _NOW and called in _MAKING_TIMES:
        return "time"
    if nodes.constant(on) and called in {"find", "find_by", "find_by!", "first", "last", "create!", "create", "new"}:
        return "record"
    return "unknown"


def pushes_of(source: Source) -> list[Push]:
    """The pushes of a file."""
    return [Push(source, call) for call in source.calls(*PUSHING, *BULK)]
