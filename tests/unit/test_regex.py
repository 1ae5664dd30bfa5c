from __future__ import annotations

import ast
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.regex import Lazy, Needing, binary_regex, regex

try:
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse as parser

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


def patterns() -> list[Lazy]:
    """All that are at the top of a module."""
    names = [
        module.name for module in pkgutil.walk_packages([str(PACKAGE)], "sidekiq_gen.") if "__main__" not in module.name
    ]
    return [value for name in names for value in vars(import_module(name)).values() if isinstance(value, Lazy)]


def test_every_pattern_can_be_compiled() -> None:
    values = patterns()
    assert len(values) > 200
    for value in values:
        re.compile(value.pattern, value.flags)


def requires(tree: Any, words: tuple[str, ...]) -> bool:
    """Whether whatever a parsed pattern matches has one of the words in it."""
    run = ""
    for code, value in tree:
        name = str(code)
        run = run + chr(value) if name == "LITERAL" else "" if name not in {"AT", "ASSERT", "ASSERT_NOT"} else run
        if any(word in run for word in words):
            return True
        inner: list[Any] = []
        if name == "MAX_REPEAT" and [str(one[0]) for one in value[2]] == ["LITERAL"]:  # <{7}
            run = chr(value[2][0][1]) * value[0]
            if any(word in run for word in words):
                return True
        if name == "IN" and all(str(kind) == "LITERAL" and chr(one) in words for kind, one in value):  # [$<#]
            return True
        if name == "SUBPATTERN":
            inner = [value[3]]
        elif name in {"MAX_REPEAT", "MIN_REPEAT"} and value[0]:
            inner = [value[2]]
        elif name == "BRANCH":
            inner = value[1]
        if inner and all(requires(one, words) for one in inner):
            return True
    return False


def test_what_a_pattern_is_said_to_need_is_in_all_that_it_matches() -> None:
    said = [pattern for pattern in patterns() if isinstance(pattern, Needing)]
    assert len(said) > 40
    for one in said:
        assert all(one.words), one.pattern
        assert not one.flags & re.IGNORECASE, one.pattern
        assert requires(parser.parse(one.pattern, one.flags & ~re.UNICODE), one.words), one.pattern


@pytest.mark.parametrize(
    ("source", "words", "is_so"),
    [
        ("ab+c", ("a",), True),
        ("(?:ab|cab)c*", ("ab",), True),
        ("(?:ab|c)d", ("ab",), False),
        ("(?:ab|c)d", ("ab", "c"), True),
        ("[ab]c*", ("a", "b"), True),
        ("[ab]c*", ("a",), False),
        ("[^ab]c*", ("a", "b"), False),
        (r"[a\d]c*", ("a",), False),
        ("(ab)?d", ("ab",), False),
        ("(ab)+d", ("ab",), True),
        ("[ab]c", ("a",), False),
        (r"a\bb", ("ab",), True),
        ("a(?!b)b", ("ab",), True),
        ("a.b", ("ab",), False),
        ("ba{3}", ("aaa",), True),
        ("ba{3}", ("aaaa",), False),
        ("(?=ab)a", ("ab",), False),
    ],
)
def test_what_a_pattern_needs_is_read_from_it(source: str, words: tuple[str, ...], *, is_so: bool) -> None:
    assert requires(parser.parse(source), words) is is_so


@pytest.mark.parametrize("text", ["", "no word", "one red, two red", "red\nred"])
def test_a_pattern_that_needs_a_word_answers_as_any_other(text: str) -> None:
    own, plain = regex(r"^(.*?)(red)", re.MULTILINE, needs="red"), re.compile(r"^(.*?)(red)", re.MULTILINE)
    for name in ("search", "match", "fullmatch"):
        found, expected = getattr(own, name)(text), getattr(plain, name)(text)
        assert (found and found.groups()) == (expected and expected.groups())
    assert own.findall(text) == plain.findall(text)
    assert own.sub("blue", text) == plain.sub("blue", text)
    assert [one.span() for one in own.finditer(text, 2)] == [one.span() for one in plain.finditer(text, 2)]
    assert own.pattern == plain.pattern


def test_a_pattern_is_not_compiled_for_a_text_that_lacks_its_word() -> None:
    broken = regex("red(", needs="red")
    assert broken.search("blue") is None
    with pytest.raises(re.error):
        broken.search("red")
