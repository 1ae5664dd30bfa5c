"""The classes of a file, as a rule looks at them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.facts import ClassFacts, Signature
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

_OPTIONS = "sidekiq_options"
_VISIBILITIES = frozenset({"public", "private", "protected"})
_INCLUDING = frozenset({"include", "prepend"})
# What Sidekiq calls. Source: v8.1.7 lib/sidekiq/processor.rb, lib/sidekiq/job/iterable.rb
ENTRIES = frozenset({"perform", "each_iteration", "build_enumerator"})


@dataclass(frozen=True)
class Job:
    """A class that may be a job, with its tree.

    Whether it is one, other files decide: what a rule finds in it counts only then.
    """

    source: Source
    node: Node

    @property
    def name(self) -> str:
        """In full."""
        return self.source.full_name(self.node)

    @cached_property
    def body(self) -> list[Node]:
        """The statements of the class; those of ``class << self`` are not among them."""
        return nodes.statements(nodes.field(self.node, "body"))

    @cached_property
    def methods(self) -> dict[str, Node]:
        """Its instance methods by name, also ``private def x``."""
        found = {}
        for one in self.body:
            inner = nodes.arguments(one) if one.type == "call" else []
            for method in (one, *inner):
                if method.type == "method":
                    found[nodes.text(nodes.field(method, "name"))] = method
        return found

    @property
    def perform(self) -> Node | None:
        """Its `perform`."""
        return self.methods.get("perform")

    def is_public(self, name: str) -> bool:
        """Whether one of its methods can be called from outside."""
        word = "public"
        for one in self.body:
            if one.type == "identifier" and nodes.text(one) in _VISIBILITIES:
                word = nodes.text(one)
            elif one.type == "method" and nodes.text(nodes.field(one, "name")) == name:
                break
        for call in self.macros(*_VISIBILITIES):
            given = nodes.arguments(call)
            if name in {nodes.name_of(one) or nodes.text(nodes.field(one, "name")) for one in given}:
                word = nodes.method_name(call)
        return word == "public"

    def macros(self, *names: str) -> list[Node]:
        """The calls in its body of these methods, ``sidekiq_options`` or ``discard_on``, on nothing or on self."""
        return [call for call in self._macros if nodes.method_name(call) in names]

    @cached_property
    def _macros(self) -> list[Node]:
        found = [one for one in self.body if one.type == "call"]
        for one in self.body:  # `sidekiq_options ... if something`
            body = nodes.field(one, "body") if one.type in {"if_modifier", "unless_modifier"} else None
            if body is not None and body.type == "call":
                found.append(body)
        return [one for one in found if nodes.text(nodes.receiver(one)) in {"", "self"}]

    @cached_property
    def options(self) -> dict[str, Node]:
        """The values of its ``sidekiq_options`` by key."""
        return {key: value for call in self.macros(_OPTIONS) for key, value in nodes.pairs(call).items()}

    def calls(self, *names: str) -> Iterator[Node]:
        """The calls of these methods anywhere in the class, its nested classes left out."""
        for one in nodes.walk(self.node, into=nodes.METHODS | {"singleton_class"}):
            if one.type == "call" and (not names or nodes.method_name(one) in names):
                yield one

    @cached_property
    def running(self) -> dict[str, Node]:
        """Its methods that a run goes through, as far as they call each other by name, by name."""
        found: dict[str, Node] = {}
        pending = [name for name in ENTRIES if name in self.methods]
        while pending:
            name = pending.pop(0)
            if name not in found:
                found[name] = self.methods[name]
                pending += [called for called, _ in _own_calls(self.methods[name]) if called in self.methods]
        return found

    def runs_outside(self, node: Node, calls: frozenset[str]) -> bool:
        """Whether a run can come to a place without a block of one of these calls around it."""
        if calls not in self._known_outside:
            around = calls | self._passing(calls)
            self._known_outside[calls] = around, self._come_to_outside(around)
        around, outside = self._known_outside[calls]
        name = nodes.text(nodes.field(nodes.method_of(node), "name"))
        return name in outside and nodes.inside_call(node, around) is None

    @cached_property
    def _known_outside(self) -> dict[frozenset[str], tuple[frozenset[str], frozenset[str]]]:
        return {}

    def _come_to_outside(self, around: frozenset[str]) -> frozenset[str]:
        """The methods that a run can come to without a block of one of these calls around."""
        found: set[str] = set()
        pending = [name for name in ENTRIES if name in self.methods]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += [
                    called
                    for called, site in _own_calls(self.methods[name])
                    if called in self.methods and called not in found and nodes.inside_call(site, around) is None
                ]
        return frozenset(found)

    def _passing(self, calls: frozenset[str]) -> frozenset[str]:
        """Its methods that run the block they are given inside of one of these calls."""
        return frozenset(
            name
            for name, method in self.methods.items()
            if any(one.type == "yield" and nodes.inside_call(one, calls) for one in nodes.walk(method))
        )

    @cached_property
    def facts(self) -> ClassFacts:
        """What is kept of it."""
        includes = [
            text for call in self._including() for one in nodes.arguments(call) if (text := nodes.constant(one))
        ]
        superclass = nodes.field(self.node, "superclass")
        return ClassFacts(
            self.name,
            self.source.path,
            nodes.line(self.node),
            self.node.type == "module",
            self.source.nesting(self.node),
            nodes.text(superclass.named_children[0]) if superclass is not None and superclass.named_children else "",
            tuple(includes),
            signature(self.perform) if self.perform is not None else None,
            {key: nodes.text(value) for key, value in self.options.items()},
            {nodes.method_name(call) or call.type: nodes.line(call) for call in (*self._macros, *self._aliases)},
            tuple(self._class_methods()),
        )

    @property
    def _aliases(self) -> list[Node]:
        return [one for one in self.body if one.type == "alias"]

    def _class_methods(self) -> Iterator[str]:
        for one in self.body:
            if one.type == "singleton_method":
                yield nodes.text(nodes.field(one, "name"))
            elif one.type == "singleton_class":
                for inner in nodes.statements(nodes.field(one, "body")):
                    if inner.type == "method":
                        yield nodes.text(nodes.field(inner, "name"))

    def _including(self) -> Iterator[Node]:
        yield from self.macros(*_INCLUDING)
        for call in self.macros("included"):
            block = nodes.block(call)
            if block is not None:
                yield from nodes.calls_in(block, *_INCLUDING)


def _own_calls(method: Node) -> Iterator[tuple[str, Node]]:
    """What a method may call of its own object, each with the place; a local variable of that name counts as well."""
    for one in nodes.bare_calls(method):
        yield nodes.text(one), one
    for call in nodes.calls_in(method):
        if nodes.text(nodes.receiver(call)) in {"", "self"}:
            yield nodes.method_name(call), call


def signature(method: Node) -> Signature:
    """What a method takes."""
    names, least, most, keywords, required = [], 0, 0, [], []
    unbounded = False
    parameters = nodes.field(method, "parameters")
    for one in parameters.named_children if parameters is not None else ():
        name = nodes.text(one) if one.type == "identifier" else nodes.text(nodes.field(one, "name"))
        if one.type in {"identifier", "destructured_parameter"}:
            names.append(name)
            least, most = least + 1, most + 1
        elif one.type == "optional_parameter":
            names.append(name)
            most += 1
        elif one.type in {"splat_parameter", "forward_parameter"}:
            unbounded = True
        elif one.type == "keyword_parameter":
            keywords.append(name)
            if nodes.field(one, "value") is None:
                required.append(name)
    return Signature(tuple(names), least, None if unbounded else most, tuple(keywords), tuple(required))


def classes_of(source: Source) -> list[Job]:
    """The classes and modules of a file, in order."""
    return [Job(source, node) for node in sorted(source.of_type("class", "module"), key=lambda one: one.start_byte)]
