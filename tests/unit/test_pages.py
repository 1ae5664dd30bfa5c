"""The pages of docs/patterns: what they show comes out, what they say holds, and what they rest on is named."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from live import rendered
from pages.every import DOCS, WRITERS, there
from pages.facts import BEHIND
from pages.patterns import prose
from pages.runs import Runs, cases, texts
from sidekiq_gen.job.interactions import EXCLUDES
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.sidekiq.capability import Capability

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [known.name for known in (*KINDS, *PATTERNS)]
FOLDER = DOCS / "patterns"
ALWAYS = {"connection_db_config", "lease_connection"}  # what every job with a database asks for


@pytest.mark.parametrize("writer", WRITERS)
def test_the_pages_that_come_from_the_code_are_up_to_date(writer: str) -> None:
    pages = WRITERS[writer]()

    assert there(pages) == pages
    assert all(pages.values())


def test_there_is_a_page_for_each_kind_and_safeguard() -> None:
    assert sorted(FOLDER.glob("*")) == sorted(FOLDER / f"{name}.md" for name in NAMES)


@pytest.mark.parametrize("release", ["6.4.1", "7.3.2", "8.1.7"])
def test_the_live_tests_run_the_command_line_of_each_page(release: str) -> None:
    variant: Any = SimpleNamespace(sidekiq=release, rails="7.2.2", unique_jobs=None, throttled=None)
    run = {case.arguments for case in (*rendered.cases(variant), *rendered.row_cases(variant)) if case.repo.rspec}

    assert [name for name, case in cases().items() if case.arguments not in run] == []
    assert sorted(cases()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_code_asks_of_the_release_is_among_the_facts(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = set()
    answer = Capability.__get__

    def heard(self: Capability, table: Any, owner: Any = None) -> Any:
        asked.add(self.name)
        return answer(self, table, owner)

    monkeypatch.setattr(Capability, "__get__", heard)
    texts(name, Runs(tmp_path))

    assert asked >= ALWAYS
    assert asked - ALWAYS <= {*BEHIND.get(name, ())}


def test_two_safeguards_that_exclude_each_other_say_so_on_both_pages() -> None:
    shown = {page.stem: page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md")}
    rows = [(row, one) for row in EXCLUDES for one in (row.first.name, row.second.name)]

    assert [(row.why, one) for row, one in rows if prose(row.why) not in shown[one]] == []
    assert len(rows) > 10


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Add --row-lock or --advisory-lock.", "Add `--row-lock` or `--advisory-lock`."),
        ("use --on-locked retry, or --kind claim", "use `--on-locked retry`, or `--kind claim`"),
        ("--on-missing log logs it", "`--on-missing log` logs it"),
        (
            "--retry-after 'Api::Busy=error.headers[\"retry-after\"]', or",
            "`--retry-after 'Api::Busy=error.headers[\"retry-after\"]'`, or",
        ),
        ("--retry 5. --mark-failed writes", "`--retry 5`. `--mark-failed` writes"),
        ("--discard-on ActiveRecord::RecordNotFound.", "`--discard-on ActiveRecord::RecordNotFound`."),
        (
            "--attempts attempts --next-attempt next_attempt_at",
            "`--attempts attempts` `--next-attempt next_attempt_at`",
        ),
        ("Notice `one`: `--migration` is code", "Notice `one`: `--migration` is code"),
    ],
)
def test_flags_in_sentences_are_code(text: str, shown: str) -> None:
    assert prose(text) == shown
