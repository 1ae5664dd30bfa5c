"""Writes every page that comes from the code."""

from __future__ import annotations

from pages.every import WRITERS, write

if __name__ == "__main__":
    for pages in WRITERS.values():
        write(pages())
