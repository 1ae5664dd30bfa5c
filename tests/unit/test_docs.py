"""The pages that are written from the code say what the code says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from sidekiq_gen.check.rules.catalogue import BY_CODE

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("script", "name", "heading"),
    [
        ("write.py", "patterns.md", "\n| [`--"),
        ("write_templates.py", "templates.md", "\n### "),
        ("write_settings.py", "settings.md", "\n| `"),
        ("write_check.py", "check.md", "\n### "),
    ],
)
def test_the_page_is_up_to_date(script: str, name: str, heading: str) -> None:
    page = runpy.run_path(str(DOCS / script))["page"]()

    assert (DOCS / name).read_text(encoding="utf-8") == page
    assert page.count(heading) > 10


def test_the_contract_says_of_everything_what_it_is() -> None:
    rows = [line.split(" | ") for line in (DOCS / "templates.md").read_text(encoding="utf-8").splitlines()]
    silent = [row[0] for row in rows if len(row) == 3 and not row[2].rstrip(" |")]

    assert silent == []
    assert sum(len(row) == 3 for row in rows) > 50


def test_the_contract_names_no_place_on_this_machine() -> None:
    page = (DOCS / "templates.md").read_text(encoding="utf-8")

    assert not re.search(r"(?<![\w.])/(?:home|root|tmp|work|usr)/", page)


def test_the_comments_that_ignore_findings_name_rules_that_there_are() -> None:
    shown = re.findall(r"sidekiq-gen:ignore ([a-z-]+(?:, [a-z-]+)*) ", (DOCS / "check.in.md").read_text("utf-8"))

    assert len(shown) == 2
    assert {code for codes in shown for code in codes.split(", ")} <= BY_CODE.keys()
