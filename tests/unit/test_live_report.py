"""docs/live.md shows what docs/job.md promises: everything that is offered, executed on every release of the matrix."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from support.command import sidekiq_gen
from support.evidence import ROOT
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern

MATRIX = ("6.4.1", "6.5.12", "7.3.2", "7.3.10", "8.1.7")
# The parts of install, and the release from which on there is what they promise; unique jobs are laid over.
INSTALL = ("initializer", "configuration", "rake tasks", "limits", "health check", "unique jobs", "insertion")
# A row about a spec alone says nothing of a running job.
OF_A_SPEC = re.compile(r"its \w+ spec |RuboCop |rubocop-")
REPORT = ROOT / "docs/live.json"

Row = dict[str, str]


def releases(rows: Iterable[Mapping[str, str]], kind: str, pattern: str = "") -> set[str]:
    """The releases of Sidekiq on which a job was run for a kind, or for a pattern over any of them."""
    words = {pattern, pattern.replace("-", " ")}
    return {
        found[1]
        for row in rows
        if row["result"] == "kept" and not OF_A_SPEC.match(row["promise"])
        if (kind in row["kind"].split(", ") if kind else row["kind"] != "install")
        if not pattern or any(re.search(rf"(?<![\w-]){word}(?![\w-])", row["pattern"]) for word in words)
        if (found := re.search(r"-(\d[\d.]*)", row["release"]))
    }


def catalogue() -> Iterator[tuple[str, str]]:
    """Every kind, every pattern, and the parts of install, each with the empty text for what does not matter."""
    yield from ((kind.name, "") for kind in KINDS)
    yield from (("", pattern.name) for pattern in PATTERNS)
    yield from (("install", part) for part in INSTALL)


@pytest.mark.parametrize(("kind", "pattern"), [*catalogue()], ids=lambda name: name or "any")
def test_it_was_executed_on_every_release(kind: str, pattern: str) -> None:
    rows = json.loads(REPORT.read_text(encoding="utf-8"))

    lacking = [release for release in MATRIX if release not in releases(rows, kind, pattern)]

    assert lacking == [], "make live-report writes docs/live.md; CONTRIBUTING.md says which libraries it needs"


def test_the_table_for_people_is_of_the_same_run() -> None:
    rows = json.loads(REPORT.read_text(encoding="utf-8"))
    table = [
        line for line in REPORT.with_suffix(".md").read_text(encoding="utf-8").split("\n") if line.startswith("| ")
    ]

    assert len(table) == len(rows) + 2


CLOSED = re.compile(r"Sidekiq Pro\b|\bEnterprise\b")


@pytest.mark.parametrize("known", [*KINDS, *PATTERNS], ids=lambda known: known.name)
def test_what_is_closed_is_marked_as_not_executed_wherever_it_is_offered(known: Kind[Any] | Pattern[Any]) -> None:
    offered = [known.summary, *(flag.help for flag in known.flags)]
    assert known.closed or not any(CLOSED.search(text) for text in offered)
    assert ("not executed (closed source)" in known.not_executed) is bool(known.closed)
    table = [line for line in (ROOT / "docs/job.md").read_text(encoding="utf-8").split("\n") if line.startswith("| `")]
    option = known.name if known in KINDS else known.flags[0].option
    row = next((line for line in table if re.match(rf"\| `{option}\b", line)), "")
    assert ("(not run by the tests: closed source)" in row) is bool(CLOSED.search(row)) is bool(known.closed)


def test_the_mark_is_in_what_patterns_prints(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    marked = [known for known in (*KINDS, *PATTERNS) if known.closed]
    listed = sidekiq_gen(root, "patterns").out
    told = {
        one["name"]: one["not_executed"] for one in json.loads(sidekiq_gen(root, "patterns", "--json").out)["patterns"]
    }

    assert [name for name, words in told.items() if words] == [known.name for known in marked]
    for known in marked:
        assert known.not_executed in listed
        assert f"Executed\n  {known.not_executed}\n" in sidekiq_gen(root, "patterns", known.name).out


def row(**said: str) -> Row:
    usual = {"release": "trixie-7.3.2", "kind": "record", "pattern": "throttle", "promise": "so many", "result": "kept"}
    return {**usual, **said}


@pytest.mark.parametrize(
    ("found", "kind", "pattern", "expected"),
    [
        (row(), "record", "", {"7.3.2"}),
        (row(), "", "throttle", {"7.3.2"}),
        (row(release="bookworm-6.5.12+throttled-1.4.0"), "", "throttle", {"6.5.12"}),
        (row(kind="claim, backfill", pattern="none"), "backfill", "", {"7.3.2"}),
        (row(pattern="check-then-act with row lock"), "", "row-lock", {"7.3.2"}),
        (row(pattern="arrow lock"), "", "row-lock", set()),
        (row(result="broken"), "", "throttle", set()),
        (row(result="not run"), "", "throttle", set()),
        (row(promise="its rspec spec is green"), "", "throttle", set()),
        (row(promise="RuboCop 1.91 with rubocop-rails finds nothing"), "record", "", set()),
        (row(release="all"), "", "throttle", set()),
        (row(kind="install", pattern="unique jobs"), "", "unique", set()),
        (row(kind="install", pattern="unique jobs"), "install", "unique jobs", {"7.3.2"}),
    ],
)
def test_what_counts_is_a_promise_that_was_kept_by_a_running_job(
    found: Row, kind: str, pattern: str, expected: set[str]
) -> None:
    assert releases([found], kind, pattern) == expected
