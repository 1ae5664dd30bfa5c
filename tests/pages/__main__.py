"""Writes every page that comes from the code."""

from __future__ import annotations

from pathlib import Path

from pages import capabilities, rules

DOCS = Path(__file__).parents[2] / "docs"

if __name__ == "__main__":
    folder = DOCS / "rules"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for name, text in [("capabilities.md", capabilities.page()), *rules.pages()]:
        (DOCS / name).write_text(text, encoding="utf-8")
