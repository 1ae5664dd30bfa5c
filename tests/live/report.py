"""What has just been executed, as a table: release, kind, pattern, promise, how often, and with what result.

    pytest tests/live --live-report FOLDER

A test notes what it shows with the fixture `promise`; the outcome of the test is the result. Each process of xdist
sends its notes with the reports of its tests, so that one process writes `live.md` and `live.json`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    Note = Callable[..., None]

PROPERTY = "promise"
OVERLAID = {"unique": "sidekiq-unique-jobs", "throttle": "sidekiq-throttled"}  # pattern -> gem, tested in test_PATTERN
WHAT = """\
`make live-report` writes this table from a run of the live tests.

- **release**: the Debian release and the version of Sidekiq; after a plus, another gem
- **executed**: how many cases were run to check the promise
- **result**: `kept`, `broken` or `not run`\
"""
RESULTS = {"passed": "kept", "failed": "broken", "skipped": "not run"}


@dataclass(frozen=True, order=True)
class Row:
    """One promise on one release; `executed` counts what was run to see it."""

    release: str
    kind: str
    pattern: str
    promise: str
    executed: int
    result: str


class Ledger:
    """Collects the notes of all tests; a plugin of the session that writes the report."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[Row] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take over the notes of a test when it has been run."""
        for pattern, gem in OVERLAID.items():
            if report.when == "setup" and report.skipped and f"test_{pattern}" in report.nodeid:
                words = f"{gem} is not in Debian and was not laid over"
                self.rows.append(Row("all", "record", pattern, words, 0, RESULTS[report.outcome]))
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == PROPERTY:
                self.rows.append(Row(**json.loads(str(value)), result=RESULTS[report.outcome]))

    def pytest_sessionfinish(self) -> None:
        """Write both files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        rows = sorted(set(self.rows))
        text = json.dumps([asdict(row) for row in rows], indent=2)
        (self.folder / "live.json").write_text(f"{text}\n", encoding="utf-8")
        (self.folder / "live.md").write_text(markdown(rows), encoding="utf-8")


def markdown(rows: Iterable[Row]) -> str:
    """The table for people."""
    rows = list(rows)
    lines = ["# What has been executed", "", WHAT, ""]
    lines += ["| release | kind | pattern | promise | executed | result |", "| --- | --- | --- | --- | ---: | --- |"]
    lines += [
        f"| {row.release} | {row.kind} | {row.pattern} | {row.promise} | {row.executed} | {row.result} |"
        for row in rows
    ]
    releases = sorted({row.release for row in rows})
    totals = [f"{name}: {sum(row.executed for row in rows if row.release == name)}" for name in releases]
    return "\n".join([*lines, "", f"Executed in all, by release: {'; '.join(totals)}.", ""])


@pytest.fixture
def promise(record_property: Callable[[str, object], None]) -> Note:
    """Notes one row of the report: `promise(variant, kind, pattern, words, executed)`."""

    def note(release: object, kind: str, pattern: str, words: str, executed: int) -> None:
        row = {"release": str(release), "kind": kind, "pattern": pattern, "promise": words, "executed": executed}
        record_property(PROPERTY, json.dumps(row))

    return note
