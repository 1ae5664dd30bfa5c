"""Where a file sets Sidekiq up, or talks to its Redis: the blocks, and what is called on what they yield."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

CONFIGURING = ("configure_server", "configure_client", "configure_embed")
_SIDEKIQ = frozenset({"Sidekiq", "::Sidekiq"})
_OWN = frozenset({"", "self", "self.class"})
_UNNAMED = frozenset({"_1", "it"})
_PIPELINES = frozenset({"multi", "pipelined"})
_CONDITIONS = frozenset({"if", "unless", "elsif", "if_modifier", "unless_modifier", "conditional", "case"})
_ASKING = regex(r"respond_to\?|defined\?|VERSION|::MAJOR|gem_version|const_defined\?")


def is_sidekiq(node: Node | None) -> bool:
    """Whether a node is the constant Sidekiq itself."""
    return nodes.constant(node) in _SIDEKIQ


def calls_of_sidekiq(source: Source, *names: str) -> list[Node]:
    """The calls of these methods of the module Sidekiq itself, also as the left side of an assignment."""
    return [call for call in source.calls(*names) if is_sidekiq(nodes.receiver(call))]


def is_assigned(node: Node) -> bool:
    """Whether a node is the left side of an assignment: ``Sidekiq.logger = x``."""
    above = node.parent
    return above is not None and above.type == "assignment" and nodes.field(above, "left") == node


def block_parameters(call: Node) -> list[str]:
    """The names of what its block takes."""
    parameters = nodes.field(nodes.block(call), "parameters")
    return [] if parameters is None else [nodes.text(one) for one in parameters.named_children]


def settings(source: Source, *blocks: str) -> Iterator[tuple[str, Node]]:
    """Yield each call on what a block of ``Sidekiq.configure_...`` takes, with the name of that method.

    blocks: of these methods alone.
    """
    for configuring in calls_of_sidekiq(source, *(blocks or CONFIGURING)):
        names = block_parameters(configuring)[:1] or list(_UNNAMED)
        for call in nodes.calls_in(nodes.block(configuring)):
            if nodes.text(nodes.receiver(call)) in names:
                yield nodes.method_name(configuring), call


def redis_blocks(source: Source) -> list[Node]:
    """The calls that yield a connection: of ``Sidekiq.redis``, and of methods of this file that hand it their block."""
    lending = calls_of_sidekiq(source, "redis")
    handing = {
        nodes.text(nodes.field(method, "name"))
        for call in lending
        if (method := nodes.method_of(call)) is not None
        and any(_is_block(method, one) for one in nodes.arguments(call))
    }
    return lending + [call for call in source.calls(*sorted(handing)) if nodes.text(nodes.receiver(call)) in _OWN]


def _is_block(method: Node, given: Node) -> bool:
    """Whether an argument is the block that a method takes: ``def with(&block)``, ``Sidekiq.redis(&block)``."""
    parameters = nodes.field(method, "parameters")
    taken = [] if parameters is None else [nodes.text(one) for one in parameters.named_children]
    return given.type == "block_argument" and nodes.text(given) in taken


def redis_calls(source: Source) -> Iterator[tuple[str, Node]]:
    """Yield what is called on a connection that ``Sidekiq.redis`` yields, and on its pipelines: method and node.

    The node is the call, or the ``&:method`` that stands for it.
    """
    for lending in redis_blocks(source):
        for given in nodes.arguments(lending):
            if given.type == "block_argument" and given.named_children:
                yield nodes.name_of(given.named_children[0]), given
        names = set(block_parameters(lending)[:1]) or set(_UNNAMED)
        for call in nodes.calls_in(nodes.block(lending)):
            if nodes.text(nodes.receiver(call)) in names:
                yield nodes.method_name(call), call
                if nodes.method_name(call) in _PIPELINES:
                    names.update(block_parameters(call)[:1])


def is_guarded(node: Node) -> bool:
    """Whether a node stands in a branch that asks for a version, or whether something is there at all."""
    above = node.parent
    while above is not None:
        if above.type in _CONDITIONS:
            condition = nodes.field(above, "condition") or nodes.field(above, "value")
            if condition is not None and condition != node and _ASKING.search(nodes.text(condition)):
                return True
        above = above.parent
    return False


def references(source: Source, *words: str) -> Iterator[Node]:
    """Yield every ``object[...]`` of a file that has one of some words at all."""
    if any(word.encode() in source.data for word in words):
        yield from (one for one in every(source) if one.type == "element_reference")


def constants(source: Source, names: Collection[str]) -> Iterator[tuple[str, Node]]:
    """Yield every mention of constants as they are written in full, with the name; of ``A::B`` not its ``A``."""
    if not any(name.encode() in source.data for name in names):
        return
    for one in every(source):
        if one.type in {"constant", "scope_resolution"} and not _is_part(one):
            written = nodes.text(one).removeprefix("::")
            found = next((name for name in names if written == name or written.startswith(f"{name}::")), None)
            if found:
                yield found, one


def every(source: Source) -> Iterator[Node]:
    """Yield every named node of a file."""
    return nodes.walk(source.root, into=nodes.CLASSES | nodes.METHODS)


def _is_part(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "scope_resolution"
