"""One Ruby file, parsed once: its calls by name, its classes, what is around a place."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes, parsing
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

_TESTS = ("spec/", "test/", "features/")


def is_test(path: str) -> bool:
    """Whether a file is part of a test suite, in whatever unit of the repo."""
    return path.startswith(_TESTS) or any(f"/{folder}" in path for folder in _TESTS)


@dataclass(frozen=True)
class Source:
    """A file of the repo.

    path: POSIX text relative to the root. data: its bytes.
    """

    path: str
    data: bytes

    @property
    def is_test(self) -> bool:
        """Whether it is part of a test suite, in whatever unit of the repo."""
        return is_test(self.path)

    def column(self, node: Node) -> int:
        """The column that a node begins in: characters, from 1; the grammar counts bytes."""
        before = self.data[node.start_byte - node.start_point[1] : node.start_byte]
        return len(before.decode("utf-8", "replace")) + 1

    @cached_property
    def root(self) -> Node:
        """The tree."""
        return parsing.parse(self.data)

    @cached_property
    def found(self) -> dict[str, list[Node]]:
        """Calls, classes, modules, methods, rescues and comments by type, in order."""
        found: dict[str, list[Node]] = {}
        for node in parsing.wanted(self.root):
            found.setdefault(node.type, []).append(node)
        return found

    def of_type(self, *types: str) -> list[Node]:
        """The nodes of these types, of those that `parsing` looks for."""
        return [node for one in types for node in self.found.get(one, ())]

    @cached_property
    def _calls(self) -> dict[str, list[Node]]:
        by_name: dict[str, list[Node]] = {}
        for call in self.found.get("call", ()):
            by_name.setdefault(nodes.method_name(call), []).append(call)
        return by_name

    def calls(self, *names: str) -> list[Node]:
        """The calls of these methods anywhere in the file."""
        return [call for name in names for call in self._calls.get(name, ())]

    @cached_property
    def _scopes(self) -> list[_Scope]:
        """Its classes and modules, outer ones first."""
        scopes: list[_Scope] = []
        for node in sorted(self.of_type("class", "module"), key=lambda one: one.start_byte):
            around = _around(scopes, node.start_byte, len(scopes))
            outer = scopes[around].names if around is not None else ()
            written = nodes.constant(nodes.field(node, "name"))
            alone = written.startswith("::") or not outer
            name = written.removeprefix("::") if alone else f"{outer[0]}::{written}"
            scopes.append(_Scope(node.start_byte, node.end_byte, (name, *outer), around))
        return scopes

    def nesting(self, node: Node) -> tuple[str, ...]:
        """The full names of the classes and modules around a place, the innermost first; that of a class without it."""
        place = self._scope(node)
        if place is None:
            return ()
        is_itself = (place.start, place.end) == (node.start_byte, node.end_byte)
        return place.names[1:] if is_itself else place.names

    def full_name(self, node: Node) -> str:
        """The full name of a class or module."""
        place = self._scope(node)
        return place.names[0] if place is not None else ""

    def _scope(self, node: Node) -> _Scope | None:
        """The innermost class or module that a node is in, or is."""
        found = _around(self._scopes, node.start_byte, bisect_right(self._starts, node.start_byte))
        return None if found is None else self._scopes[found]

    @cached_property
    def _starts(self) -> list[int]:
        return [one.start for one in self._scopes]


@dataclass(frozen=True)
class _Scope:
    """Where a class begins and ends; its full name and those of what is around it; the place of the next outer one."""

    start: int
    end: int
    names: tuple[str, ...]
    outer: int | None


def _around(scopes: list[_Scope], at: int, begun: int) -> int | None:
    """The place of the innermost one that a byte is in; begun: how many of them begin at it or before it."""
    found = begun - 1 if begun else None
    while found is not None and scopes[found].end <= at:
        found = scopes[found].outer
    return found
