"""Ruby's grammar: the one place that loads tree-sitter, which no other command does."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser, Query

# What a file is asked for, in one pass: see `Source`.
_WANTED = "[(call) (class) (module) (method) (singleton_method) (rescue) (rescue_modifier) (comment)] @found"

# The deepest of 6,284 files of public repos that have to do with jobs is 48 deep. No node that is deeper than both of
# these together is missed: that many nodes lie one behind the other there.
DEEPEST, _STRIDE = 150, 50


@cache
def language() -> Language:
    """The grammar."""
    import tree_sitter
    import tree_sitter_ruby

    return tree_sitter.Language(tree_sitter_ruby.language())


@cache
def _parser() -> Parser:
    import tree_sitter

    return tree_sitter.Parser(language())


@cache
def _query() -> Query:
    import tree_sitter

    query: Query = tree_sitter.Query(language(), _WANTED)
    return query


def parse(data: bytes) -> Node:
    """The root of the tree of a Ruby file; what does not parse stands in it as an ERROR, the rest is there."""
    return _parser().parse(data).root_node


def is_deep(root: Node) -> bool:
    """Whether anything in a tree is nested absurdly deep: it is looked at so often that nothing deeper is missed.

    Asking a node what is around it takes as long as it is deep.
    """
    cursor = root.walk()
    for number in range(0, root.descendant_count, _STRIDE):
        cursor.goto_descendant(number)
        if cursor.depth > DEEPEST:
            return True
    return False


def wanted(root: Node) -> list[Node]:
    """Every call, class, module, method, rescue and comment below a node, in the order of the file."""
    import tree_sitter

    return tree_sitter.QueryCursor(_query()).captures(root).get("found", [])
