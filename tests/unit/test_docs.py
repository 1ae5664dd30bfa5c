"""The page about kinds and safeguards says what the catalogue says."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_up_to_date() -> None:
    page = runpy.run_path(str(DOCS / "write.py"))["page"]()

    assert (DOCS / "patterns.md").read_text(encoding="utf-8") == page
    assert page.count("\n### ") > 10
