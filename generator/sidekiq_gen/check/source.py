"""One Ruby file, parsed once: its calls by name, its classes, what is around a place."""

from __future__ import annotations

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
    def _scopes(self) -> list[tuple[int, int, str]]:
        """Where each class and module begins and ends, and its full name; outer ones first."""
        scopes: list[tuple[int, int, str]] = []
        for node in sorted(self.of_type("class", "module"), key=lambda one: one.start_byte):
            written = nodes.constant(nodes.field(node, "name"))
            around = [name for start, end, name in scopes if start <= node.start_byte < end]
            full = written.removeprefix("::") if written.startswith("::") or not around else f"{around[-1]}::{written}"
            scopes.append((node.start_byte, node.end_byte, full))
        return scopes

    def nesting(self, node: Node) -> tuple[str, ...]:
        """The full names of the classes and modules around a place, the innermost first; that of a class without it."""
        at = node.start_byte
        found = [name for start, end, name in self._scopes if start <= at < end and (start, end) != (at, node.end_byte)]
        return tuple(reversed(found))

    def full_name(self, node: Node) -> str:
        """The full name of a class or module."""
        return next(name for start, end, name in self._scopes if (start, end) == (node.start_byte, node.end_byte))
