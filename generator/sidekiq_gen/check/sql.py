"""SQL in the strings of a Ruby file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

_TEXTS = frozenset({"string", "heredoc_body", "subshell", "bare_string"})
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Statement:
    """A string that has what was looked for; a heredoc by its text, not by where it is named."""

    node: Node

    @property
    def text(self) -> str:
        """It as it is written, interpolations among it."""
        return nodes.text(self.node)

    def arguments_after(self, opening: re.Pattern[str]) -> list[str]:
        """The arguments of a function of SQL, as they are written; opening: its name and the bracket."""
        found = opening.search(self.text)
        return _split(self.text[found.end() :]) if found else []


def _split(text: str) -> list[str]:
    """What stands between commas up to the bracket that closes."""
    parts, depth = [""], 0
    for letter in text:
        if letter in _CLOSING:
            if depth == 0:
                break
            depth -= 1
        elif letter in _OPENING:
            depth += 1
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def statements_with(source: Source, sign: re.Pattern[str], *, within: Node | None = None) -> Iterator[Statement]:
    """The strings of a file, or of a part of it, that have a sign in them; comments and code are none."""
    whole = nodes.text(within or source.root)
    at, last = (within or source.root).start_byte, 0
    seen: set[int] = set()
    for found in sign.finditer(whole):
        at, last = at + len(whole[last : found.start()].encode()), found.start()
        node = source.root.descendant_for_byte_range(at, at + 1)
        while node is not None and node.type not in _TEXTS:
            node = node.parent
        if node is not None and node.start_byte not in seen:
            seen.add(node.start_byte)
            yield Statement(node)


def constant_of(text: Node) -> str:
    """The name of the constant that is set to a string; empty where it is not set to one."""
    around = text.parent
    while around is not None and around.type in {"call", "argument_list", "parenthesized_statements"}:
        around = around.parent
    named = nodes.field(around, "left") if around is not None and around.type == "assignment" else None
    return nodes.text(named) if named is not None and named.type == "constant" else ""


def constants_in(scope: Node) -> dict[str, list[Node]]:
    """Where each constant is used, not where it is set."""
    found: dict[str, list[Node]] = {}
    for one in nodes.walk(scope, into=nodes.METHODS | nodes.CLASSES):
        is_set = one.parent is not None and one.parent.type == "assignment" and one == nodes.field(one.parent, "left")
        if one.type == "constant" and not is_set:
            found.setdefault(nodes.text(one), []).append(one)
    return found
