from __future__ import annotations

import ast
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.regex import Lazy, binary_regex, regex

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parents[2] / "generator" / "sidekiq_gen"


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.search("(")


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    lazy, compiled = regex("^a(?P<b>b+)$", re.MULTILINE), re.compile("^a(?P<b>b+)$", re.MULTILINE)
    text = "abb\nab"
    for _ in "12":
        assert lazy.findall(text) == compiled.findall(text) == ["bb", "b"]
        assert lazy.sub(r"\g<b>", text) == compiled.sub(r"\g<b>", text)
    assert (lazy.pattern, lazy.flags, lazy.groups) == (compiled.pattern, compiled.flags, compiled.groups)
    assert binary_regex(b"a+").findall(b"aa ba") == [b"aa", b"a"]


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What is executed when a module is imported."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.Lambda)):
            yield child
            yield from at_import(child)


def test_no_module_compiles_a_pattern_when_it_is_imported() -> None:
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
    calls = [(path, node) for path, tree in modules.items() for node in at_import(tree) if isinstance(node, ast.Call)]
    assert len(calls) > 300
    assert [f"{path}:{node.lineno}" for path, node in calls if ast.unparse(node.func) == "re.compile"] == []


def test_every_pattern_can_be_compiled() -> None:
    names = [
        module.name for module in pkgutil.walk_packages([str(PACKAGE)], "sidekiq_gen.") if "__main__" not in module.name
    ]
    values = [value for name in names for value in vars(import_module(name)).values() if isinstance(value, Lazy)]
    assert len(values) > 200
    for value in values:
        re.compile(value.pattern, value.flags)
