"""What shows that a kind or a pattern is there in full: templates, cases, fuzz values, live scenarios, documents."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidekiq_gen.ruby.templates import TREES, search_path
from support.cases import all_cases
from support.fuzzing import VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.ruby.templates import Folder

ROOT = Path(__file__).parents[2]
FOLDERS: tuple[Folder, ...] = (*TREES, "active_job")
PARTS = ("job", "rspec", "minitest")
# What the class of each has to say for itself, and that of a pattern besides.
WORDS = ("summary", "paragraph", "avoid", "cost")
OF_PATTERNS = ("group", "layer", "example")


@dataclass(frozen=True)
class Evidence:
    """What there is, by name.

    templates: paths below templates/. cases: flags and kinds of all cases. fuzzed: flags with values.
    scenarios: see `scenarios`. page: the first word of what stands in backticks in the tables of docs/job.md.
    rows: kinds and patterns that a promise of docs/live.json was kept for.
    """

    templates: frozenset[str]
    cases: frozenset[str]
    fuzzed: frozenset[str]
    scenarios: frozenset[str]
    page: frozenset[str]
    rows: frozenset[str]

    @classmethod
    def gather(cls) -> Evidence:
        """Read all of it."""
        templates = ROOT / "templates"
        table = [line for line in _text(ROOT / "docs/job.md").split("\n") if line.startswith("|")]
        rows = json.loads((ROOT / "docs/live.json").read_text(encoding="utf-8"))
        return cls(
            frozenset(path.relative_to(templates).as_posix() for path in templates.rglob("*.j2")),
            frozenset(word for case in all_cases() for word in _said(case.arguments.split())),
            frozenset(VALUES),
            frozenset(name for path in (ROOT / "tests/live").glob("test_*.py") for name in scenarios(_text(path))),
            frozenset(word for line in table for word in re.findall(r"`([^`\s]+)", line)),
            frozenset(row[key] for row in rows if row["result"] == "kept" for key in ("kind", "pattern")),
        )


def lacking(known: Kind[Any] | Pattern[Any], folder: str, evidence: Evidence) -> Iterator[str]:
    """What a kind or a pattern lacks, in words.

    folder: ``kinds`` or ``patterns``.
    """
    words = WORDS if folder == "kinds" else WORDS + OF_PATTERNS
    yield from (f"the attribute {word} in its class" for word in words if not hasattr(known, word))
    yield from _templates(known, folder, evidence)
    options = [flag.option for flag in known.flags]
    shown = [known.name] if folder == "kinds" else []
    yield from (
        f"a case in tests/support/cases.py: {word}" for word in [*shown, *options] if word not in evidence.cases
    )
    for flag in known.flags:
        if flag.type in {"text", "number", "list"} and flag.option not in evidence.fuzzed:
            yield f"values in tests/support/fuzzing.py: {flag.option}"
    if known.name not in evidence.scenarios:
        yield f'a live test with @pytest.mark.scenario("{known.name}") that says so to `promise`'
    yield from (f"a line in a table of docs/job.md: {word}" for word in [*shown, *options] if word not in evidence.page)
    if known.name not in evidence.rows:
        yield f"a row in docs/live.md (make live-report): {known.name}"


def _templates(known: Kind[Any] | Pattern[Any], folder: str, evidence: Evidence) -> Iterator[str]:
    """Every tree has a partial for some shape, and every shape has one in some tree."""
    unseen = getattr(known, "unseen", {})
    for part in PARTS:
        if part != "job" and unseen.keys() >= set(known.shapes or ("",)):
            continue
        own = f"{folder}/{known.identifier}"
        shapes = [f"{own}/{shape}/{part}.rb.j2" for shape in known.shapes]
        for tree in TREES:
            if not any(_there(path, tree, evidence) for path in (f"{own}/{part}.rb.j2", *shapes)):
                yield f"templates/common/{own}/{part}.rb.j2, or one in templates/{tree}"
        for shape, path in zip(known.shapes, shapes, strict=True):
            if part != "job" and shape in unseen:
                continue
            if not any(_there(one, tree, evidence) for one in (f"{own}/{part}.rb.j2", path) for tree in FOLDERS):
                yield f"templates/common/{path}, or one in a tree"


def _there(path: str, tree: Folder, evidence: Evidence) -> bool:
    """Whether the look-up of a tree comes upon it: there, in the tree of an earlier line, or in common."""
    return not evidence.templates.isdisjoint(search_path(tree, path))


def scenarios(source: str) -> frozenset[str]:
    """The names in `@pytest.mark.scenario(...)` over the live tests of a module that call their fixture `promise`."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return frozenset(
        argument.value
        for function in functions
        if function.name.startswith("test_") and any(_calls(node, "promise") for node in ast.walk(function))
        for mark in function.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.scenario"
        for argument in mark.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _said(words: list[str]) -> Iterator[str]:
    yield words[words.index("--kind") + 1] if "--kind" in words else "record"
    yield from words


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
