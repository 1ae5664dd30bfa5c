"""The places where a job is pushed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.facts import PushFacts
from sidekiq_gen.check.shapes import is_symbol_key, shape
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

# What pushes a Sidekiq::Job, each with how many arguments come before those of perform; the last one an ActiveJob.
# Source: sidekiq v8.1.7 lib/sidekiq/job.rb, lib/sidekiq/testing.rb
PUSHING = {
    "perform_async": 0,
    "perform_in": 1,
    "perform_at": 1,
    "perform_inline": 0,
    "perform_sync": 0,
    "perform_later": 0,
}
BULK = frozenset({"perform_bulk"})
# What Sidekiq::Client is asked for with the class of the job, each with where the class stands; after it come the
# arguments of perform. Source: sidekiq v8.1.7 lib/sidekiq/client.rb:262-300
_ENQUEUING = {"enqueue": 0, "enqueue_to": 1, "enqueue_in": 1, "enqueue_to_in": 2}
_PAYLOADS = {"push": "one", "push_bulk": "many"}
_CLIENT = "Sidekiq::Client"
_HIDING = frozenset({"splat_argument", "forward_argument", "forward_arguments"})
_PAIRS = frozenset({"pair", "hash_splat_argument"})


@dataclass(frozen=True)
class Push:
    """One place, with its tree."""

    source: Source
    node: Node

    @property
    def method(self) -> str:
        """``perform_async``, ``perform_bulk``, or what the client is asked for: ``push``, ``enqueue``."""
        return nodes.method_name(self.node)

    @cached_property
    def _by_client(self) -> bool:
        return self.method in _PAYLOADS or self.method in _ENQUEUING

    @cached_property
    def _payload(self) -> dict[str, Node]:
        """What is handed to the client's ``push`` and ``push_bulk``, by key."""
        return nodes.pairs(self.node) if self.method in _PAYLOADS else {}

    @cached_property
    def _chain(self) -> tuple[Node | None, Node | None]:
        """What it is called on in the end, and the ``set(...)`` before it."""
        on, options = nodes.receiver(self.node), None
        while on is not None and on.type == "call" and nodes.method_name(on) == "set":
            on, options = nodes.receiver(on), on
        return on, options

    @cached_property
    def _job(self) -> Node | None:
        """What stands for the class of the job."""
        if self.method in _PAYLOADS:
            return self._payload.get("class")
        if self.method in _ENQUEUING:
            return next(iter(nodes.arguments(self.node)[_ENQUEUING[self.method] :]), None)
        return self._chain[0]

    @property
    def target(self) -> str:
        """The constant of the job; empty where it is none, or the class pushes itself."""
        if self.method in _PAYLOADS and self._job is not None and self._job.type == "string":
            return nodes.name_of(self._job)
        return nodes.constant(self._job)

    @property
    def on_instance(self) -> str:
        """The constant of the class where an instance of it is asked: ``ExampleJob.new.perform_async``."""
        on = None if self._by_client else self._chain[0]
        made = on is not None and on.type == "call" and nodes.method_name(on) == "new"
        return nodes.constant(nodes.receiver(on)) if made and on is not None else ""

    @property
    def interval(self) -> Node | None:
        """What `perform_in` and `perform_at` get before the arguments of perform."""
        before = nodes.arguments(self.node)[: PUSHING.get(self.method, 0)]
        return before[0] if before else None

    @property
    def bulk(self) -> Node | None:
        """The list of lists of a bulk push, however it is written."""
        if self.method in BULK:
            return next(iter(nodes.positional(self.node)), None)
        return self._payload.get("args") if self.method == "push_bulk" else None

    @property
    def on_self(self) -> bool:
        """Whether a class pushes itself: ``perform_async(1)``, ``self.class.perform_async(1)``."""
        if self._job is None:
            return not self._by_client
        return nodes.text(self._job) in {"self", "self.class"}

    @cached_property
    def rows(self) -> list[list[Node]] | None:
        """The arguments of perform of each job that is pushed, pairs among them; None where they are not to be seen."""
        if self.method in BULK or self.method in _PAYLOADS:
            args = self._payload.get("args") if self.method == "push" else self.bulk
            if args is None:
                return None
            return _row(args) if self.method == "push" else _rows(args)
        before = _ENQUEUING[self.method] + 1 if self.method in _ENQUEUING else PUSHING[self.method]
        return [[one for one in nodes.arguments(self.node)[before:] if one.type != "block_argument"]]

    @property
    def arguments(self) -> list[Node]:
        """What is meant for perform, pairs among it; of a bulk push all that is written out."""
        return [one for row in self.rows or () for one in row]

    @cached_property
    def facts(self) -> PushFacts:
        """What is kept of it."""
        around = self.source.nesting(self.node)
        return PushFacts(
            self.source.path,
            nodes.line(self.node),
            self.source.column(self.node),
            self.target,
            around[0] if self.on_self and around else "",
            around,
            self.method,
            self._shapes(),
            {key: nodes.text(value) for key, value in self._options().items()},
            self.source.is_test,
        )

    def _options(self) -> dict[str, Node]:
        given = self._payload if self._by_client else nodes.pairs(self._chain[1])
        return {key: value for key, value in given.items() if key not in {"class", "args"}}

    def _shapes(self) -> tuple[str, ...] | None:
        """The shapes of the arguments, which all jobs of a bulk push have in common as far as their number goes."""
        if not self.rows or any(one.type in _HIDING for one in (*self.arguments, *nodes.arguments(self.node))):
            return None
        found = [_shapes(row) for row in self.rows]
        return found[0] if len({len(one) for one in found}) == 1 else None


def _shapes(row: Sequence[Node]) -> tuple[str, ...]:
    shapes = [shape(one) for one in row if one.type not in _PAIRS]
    pairs = [one for one in row if one.type in _PAIRS]
    if pairs:
        keys = [key for one in pairs if (key := nodes.field(one, "key")) is not None]
        shapes.append("keywords" if any(map(is_symbol_key, keys)) or not keys else "hash")
    return tuple(shapes)


def _row(args: Node) -> list[list[Node]] | None:
    return [nodes.statements(args)] if args.type == "array" else None


def _rows(args: Node) -> list[list[Node]] | None:
    """The jobs of ``[[1], [2]]``, and of ``ids.map { |id| [id] }``, where one stands for all."""
    if args.type == "array":
        inner = nodes.statements(args)
        return [nodes.statements(one) for one in inner] if all(one.type == "array" for one in inner) else None
    if args.type == "call" and nodes.method_name(args) in {"map", "collect", "filter_map"}:
        made = nodes.statements(nodes.field(nodes.block(args), "body"))
        return _row(made[-1]) if made and not _leaves(made) else None
    return None


def _leaves(statements: Sequence[Node]) -> bool:
    """Whether a block may give something else than its last value."""
    return any(one.type == "next" for each in statements for one in (each, *nodes.walk(each)))


def pushes_of(source: Source) -> list[Push]:
    """The pushes of a file."""
    own = [Push(source, call) for call in source.calls(*PUSHING, *BULK)]
    through = (Push(source, call) for call in source.calls(*_PAYLOADS, *_ENQUEUING))
    return own + [one for one in through if _on_client(one.node)]


def _on_client(call: Node) -> bool:
    on = nodes.receiver(call)
    if on is not None and on.type == "call" and nodes.method_name(on) == "new":
        on = nodes.receiver(on)
    return nodes.constant(on).removeprefix("::") == _CLIENT
