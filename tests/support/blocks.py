"""The fenced blocks of the pages that are written by hand."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_DOCS = [f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md") if not page.name.endswith(".in.md")]
PAGES = ["README.md", "SECURITY.md", "CONTRIBUTING.md", *sorted(_DOCS)]
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """The text of one of PAGES."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[tuple[str, str]]:
    """Each block of a page, in order: its language, empty for none, and its text as if it were not indented."""
    return [
        (language, re.sub(rf"^{margin}", "", block, flags=re.MULTILINE))
        for margin, language, block in _BLOCK.findall(text)
    ]
