"""Questions about a piece of Ruby: what is called, with what, and inside of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tree_sitter import Node

METHODS = frozenset({"method", "singleton_method"})
CLASSES = frozenset({"class", "module", "singleton_class", "program"})
_SHORT = 40
_BODIES = frozenset({"block_body", "body_statement", "then", "else", "begin", "argument_list"})
_BRANCHES = {
    "if": ("consequence", "alternative"),
    "unless": ("consequence", "alternative"),
    "elsif": ("consequence", "alternative"),
    "conditional": ("consequence", "alternative"),
    "if_modifier": ("body",),
    "unless_modifier": ("body",),
}
_NAMES = frozenset({"identifier", "constant", "scope_resolution"})
_STRINGS = frozenset({"string", "bare_string"})
_SYMBOLS = frozenset({"simple_symbol", "hash_key_symbol", "delimited_symbol", "bare_symbol"})


def text(node: Node | None) -> str:
    """A node as it is written; empty for none."""
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def short(node: Node) -> str:
    """The same on one line, as it is told in a sentence."""
    words = " ".join(text(node).split())
    return words if len(words) <= _SHORT else f"{words[: _SHORT - 3]}..."


def line(node: Node) -> int:
    """The line that it begins on, from 1."""
    return node.start_point[0] + 1


def field(node: Node | None, name: str) -> Node | None:
    """One of its parts by the grammar's name for it: ``receiver``, ``method``, ``arguments``, ``block``, ``body``."""
    return None if node is None else node.child_by_field_name(name)


def method_name(call: Node) -> str:
    """What a call calls: ``perform_async``; empty for ``object.()``."""
    return text(field(call, "method"))


def receiver(call: Node) -> Node | None:
    """What it is called on; None for ``self`` left out."""
    return field(call, "receiver")


def constant(node: Node | None) -> str:
    """The name of a constant as it is written, ``Billing::ChargeJob`` or ``::ChargeJob``; empty for anything else."""
    return text(node) if node is not None and node.type in {"constant", "scope_resolution"} else ""


def arguments(call: Node) -> list[Node]:
    """The arguments of a call in order, a block-pass and ``key: value`` pairs among them, without comments."""
    found = field(call, "arguments")
    return [] if found is None else [one for one in found.named_children if one.type not in {"comment", "heredoc_body"}]


def positional(call: Node) -> list[Node]:
    """Those that are no pairs, no ``**`` and no block."""
    return [one for one in arguments(call) if one.type not in {"pair", "hash_splat_argument", "block_argument"}]


def pairs(node: Node | None) -> dict[str, Node]:
    """The values of a hash, or of the ``key: value`` arguments of a call, by key, where that is a literal."""
    if node is None:
        return {}
    children = arguments(node) if node.type == "call" else node.named_children
    if node.type == "call" and not any(one.type == "pair" for one in children):
        braced = [one for one in children if one.type == "hash"]
        children = braced[-1].named_children if braced else []
    found = {}
    for pair in children:
        key = name_of(field(pair, "key")) if pair.type == "pair" else ""
        value = field(pair, "value") if key else None
        if key and value is not None:
            found[key] = value
    return found


def name_of(node: Node | None) -> str:
    """What a symbol, key or string literal says: ``low`` of ``:low``, ``low:``, ``"low"``; empty for anything else."""
    if node is None:
        return ""
    if node.type in _SYMBOLS:
        return text(node).removeprefix(":").strip("\"'")
    if node.type in _STRINGS and not any(one.type == "interpolation" for one in node.named_children):
        return "".join(text(one) for one in node.named_children)
    return ""


def block(call: Node) -> Node | None:
    """Its ``do … end`` or ``{ … }``."""
    return field(call, "block")


def statements(body: Node | None) -> list[Node]:
    """What a body does in order; a ``begin`` without a rescue is looked into by nobody."""
    return [] if body is None else [one for one in body.named_children if one.type not in {"comment", "heredoc_body"}]


def within(node: Node, *, types: Collection[str], until: Collection[str] = CLASSES | METHODS) -> Iterator[Node]:
    """The nodes of these types around a node, the nearest first, up to the method or class that it stands in."""
    above = node.parent
    while above is not None and above.type not in until:
        if above.type in types:
            yield above
        above = above.parent


def inside_call(node: Node, names: Collection[str]) -> Node | None:
    """The nearest call of one of these methods whose block the node stands in, in the same method; None without one."""
    for above in within(node, types={"block", "do_block"}):
        call = above.parent
        if call is not None and call.type == "call" and method_name(call) in names:
            return call
    return None


def method_of(node: Node) -> Node | None:
    """The method that a node stands in."""
    above = node.parent
    while above is not None and above.type not in CLASSES:
        if above.type in METHODS:
            return above
        above = above.parent
    return None


def walk(node: Node, *, into: Collection[str] = ()) -> Iterator[Node]:
    """All named nodes below one, in the order of the file, without those of classes and methods inside it.

    into: of these types, ``method`` or ``class``, they are looked into all the same.
    """
    stops = (CLASSES | METHODS) - set(into)
    pending = list(reversed(node.named_children))
    while pending:
        one = pending.pop()
        yield one
        if one.type not in stops:
            pending.extend(reversed(one.named_children))


def calls_in(node: Node | None, *names: str) -> Iterator[Node]:
    """The calls of these methods below a node, or every call; a bare word is none to the grammar."""
    if node is None:
        return
    for one in walk(node):
        if one.type == "call" and (not names or method_name(one) in names):
            yield one


def bare_calls(node: Node | None, *names: str) -> Iterator[Node]:
    """The words below a node that may be calls without arguments, ``exit`` or ``lock_key``; names: only these."""
    if node is None:
        return
    for one in walk(node):
        if one.type == "identifier" and (not names or text(one) in names) and not _names_something(one):
            yield one


def _names_something(word: Node) -> bool:
    above = word.parent
    return above is not None and any(
        (part := above.child_by_field_name(name)) is not None and part.id == word.id
        for name in ("method", "left", "name")
    )


def chain(call: Node | None) -> tuple[Node | None, list[Node]]:
    """What a chain of calls begins with, ``Order`` of ``Order.all.each``, and its calls, the first one first."""
    calls: list[Node] = []
    while call is not None and call.type == "call":
        calls.append(call)
        call = receiver(call)
    return call, calls[::-1]


def is_number(node: Node) -> bool:
    """Whether it is a literal number."""
    return node.type in {"integer", "float"}


def results(body: Node | None) -> Iterator[Node]:
    """What a block or a branch may give: its last value, those of the branches in it, and what ``next`` hands back."""
    if body is None or body.type == "next":
        return
    if body.type in {"block", "do_block"}:
        for one in walk(body):
            if one.type == "next":
                yield from results(next(iter(one.named_children), None))
        yield from results(field(body, "body"))
    elif body.type in _BODIES or body.type in _BRANCHES or body.type == "case":
        for part in _ends(body):
            yield from results(part)
    else:
        yield body


def _ends(body: Node) -> Sequence[Node | None]:
    """The parts of a body or a branch that may have the last word."""
    if body.type in _BODIES:
        return [one for one in statements(body) if one.type not in {"rescue", "ensure", "else"}][-1:]
    if body.type in _BRANCHES:
        return [field(body, part) for part in _BRANCHES[body.type]]
    branches = [one for one in body.named_children if one.type in {"when", "else"}]
    return [one if one.type == "else" else field(one, "body") for one in branches]
