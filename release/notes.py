"""Prints what CHANGELOG.md says of the release that a tag names, which has to be the one that is checked out.

    python release/notes.py v0.1.0

It needs nothing but Python, so that a tag that does not fit fails before anything is built.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSION = re.compile(r'^__version__ = "(\d+\.\d+\.\d+)"$', re.MULTILINE)
HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
DATED = re.compile(r"(\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}")


def notes(tag: str, version: str, changelog: str) -> str:
    """The section of a release, without its heading.

    tag: ``v0.1.0``. version: of the package, ``0.1.0``. changelog: in the form of Keep a Changelog, newest first.

    Raises:
        ValueError: the tag names another version, or CHANGELOG.md has no dated section for it at its top, or changes
            that are in no release yet.
    """
    if tag != f"v{version}":
        raise ValueError(f"The tag {tag} is not that of the package, v{version}.")
    _, *parts = HEADING.split(changelog)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    if sections.pop("Unreleased", "").strip():
        raise ValueError("CHANGELOG.md has changes under Unreleased.")
    newest = next(iter(sections), "nothing")
    found = DATED.fullmatch(newest)
    if not found or found[1] != version:
        raise ValueError(f"CHANGELOG.md begins with {newest}, not with {version} and a date.")
    return sections[newest].strip() + "\n"


def package_version() -> str:
    """What `sidekiq-gen --version` says, read from its source."""
    found = VERSION.search((ROOT / "generator/sidekiq_gen/__init__.py").read_text(encoding="utf-8"))
    if not found:
        raise ValueError("There is no version in generator/sidekiq_gen/__init__.py.")
    return found[1]


if __name__ == "__main__":
    try:
        sys.stdout.write(notes(sys.argv[1], package_version(), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    except ValueError as error:
        sys.exit(str(error))
