"""All that is written in docs, and what is there."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from pages import capabilities, patterns, picture, rules, settings, templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DOCS = Path(__file__).parents[2] / "docs"
# What makes the texts as they should be, by their path in docs.
WRITERS: Mapping[str, Callable[[], dict[str, str]]] = {
    module.__name__.rpartition(".")[2]: module.pages
    for module in (capabilities, patterns, picture, rules, settings, templates)
}


def there(paths: Iterable[str]) -> dict[str, str]:
    """The texts on disk at these paths, and of whatever else is in their folders below docs."""
    named = {path for path in paths if (DOCS / path).exists()}
    folders = {PurePath(path).parent.as_posix() for path in paths} - {"."}
    found = named | {f"{folder}/{file.name}" for folder in folders for file in (DOCS / folder).glob("*")}
    return {path: (DOCS / path).read_text(encoding="utf-8") for path in found}


def write(pages: Mapping[str, str]) -> None:
    """Write texts by their path in docs, and remove what else is in their folders."""
    for path in there(pages).keys() - pages.keys():
        (DOCS / path).unlink()
    for path, text in pages.items():
        target = DOCS / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
