"""No regular expression of the package takes time with the square of what it is given."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sidekiq_gen
from sidekiq_gen.reading import LONGEST_LINE
from sidekiq_gen.regex import Lazy, regex
from support.growth import LINEAR_AT_MOST, attacks, growth, in_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = Path(sidekiq_gen.__file__).parent
MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(sidekiq_gen.__path__, "sidekiq_gen.")
    if not found.name.endswith("__main__")
)
# Modules that read something else than Ruby, of which the reader lets lines be as long as they are.
NOT_RUBY = frozenset(
    f"sidekiq_gen.{name}"
    for name in (
        *(
            "rails.yaml",
            "rails.yaml_events",
            "rails.yaml_plain",
            "rails.databases",
            "rails.queues",
            "rails.schema",
            "rails.checks",
        ),
        *("rails.processes", "rails.units", "rails.lockfile", "rails.house.linter", "rails.stored"),
        *("install.queues", "install.schedule_yaml", "install.deployment", "settings", "toml"),
    )
)
# What takes time with the square of what it is given, and why that is never much.
BOUNDED = {
    ("sidekiq_gen.rails.inflections", "_NO_CHOICE"): "200 characters between the slashes of one line of Ruby",
    ("sidekiq_gen.rails.inflections", "_WORD"): "the rest of one line of Ruby",
    ("sidekiq_gen.rails.yaml", "_FALLBACK"): "the last 200 characters of a tag",
}
# Modules that are given nothing but what the templates have made.
RENDERED = frozenset(f"sidekiq_gen.ruby.{name}" for name in ("environment", "layout", "mocha", "literals"))
METHODS = frozenset({"match", "fullmatch", "search", "finditer"})


def _patterns(module: str) -> Iterator[tuple[str, Any]]:
    """Every pattern that a module makes: its name, and itself."""
    for name, value in vars(importlib.import_module(module)).items():
        for pattern in _flat(value):
            yield name, pattern


def _flat(value: object) -> Iterator[Any]:
    if isinstance(value, (Lazy, re.Pattern)):
        yield value
    elif isinstance(value, (dict, tuple, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _flat(one)


@cache
def _sources() -> dict[str, str]:
    return {
        ".".join(("sidekiq_gen", *path.relative_to(PACKAGE).with_suffix("").parts)): path.read_text()
        for path in PACKAGE.rglob("*.py")
    }


def _methods(module: str, name: str) -> set[str]:
    """How a pattern is used; all that there is where that cannot be told from its name."""
    texts = [_sources().get(module, "")] if name.startswith("_") else [*_sources().values()]
    uses = {use for text in texts for use in re.findall(rf"\b{name}\.(\w+)", text)} - {"pattern", "flags"}
    if not uses:
        return {"match", "fullmatch", "finditer"}
    return {use if use in METHODS else "finditer" for use in uses}


def _work(pattern: Any, methods: set[str]) -> Callable[[str], object]:
    def work(text: str) -> object:
        subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
        for method in methods:
            found = getattr(pattern, method)(subject)
            if method == "finditer":
                sum(1 for _ in found)
        return None

    return work


def _slow(pattern: Any, methods: set[str], *, ruby: bool) -> str | None:
    """The beginning of a text on which a pattern is slow; None where there is none."""
    source = pattern.pattern.decode() if isinstance(pattern.pattern, bytes) else pattern.pattern
    work = _work(pattern, methods)
    for make in attacks(source, pattern.flags & ~re.UNICODE):
        if growth(work, in_lines(make) if ruby else make) > LINEAR_AT_MOST:
            return make(60)
    return None


WITH_PATTERNS = [module for module in MODULES if module not in RENDERED and next(_patterns(module), None)]


def test_there_are_patterns() -> None:
    found = [(module, name) for module in MODULES for name, _ in _patterns(module)]
    assert len(found) > 300
    assert set(BOUNDED) <= set(found)
    assert set(MODULES) >= NOT_RUBY | RENDERED


@pytest.mark.parametrize("module", WITH_PATTERNS)
def test_they_are_linear(module: str) -> None:
    slow = {
        name: text
        for name, pattern in _patterns(module)
        if (module, name) not in BOUNDED
        and (text := _slow(pattern, _methods(module, name), ruby=module not in NOT_RUBY)) is not None
    }
    assert slow == {}


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [(r"^\s*\w+x", re.MULTILINE), (r"\[\s*([^\]]*?)\s*\]", 0), (r"(?:\w+,?)+;", 0), (r"\(.*?\)", 0)],
)
def test_it_can_fail(pattern: str, flags: int) -> None:
    assert _slow(regex(pattern, flags), {"finditer"}, ruby=False) is not None


def test_lines_of_ruby_are_bounded() -> None:
    assert all(len(line) <= LONGEST_LINE for line in in_lines(lambda length: "(" * length)(10_000).split("\n"))
