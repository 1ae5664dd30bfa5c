"""Tables, lists of words and links to sources, in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

REPOSITORIES = {
    "sidekiq": "sidekiq/sidekiq",
    "sidekiq-cron": "sidekiq-cron/sidekiq-cron",
    "sidekiq-scheduler": "sidekiq-scheduler/sidekiq-scheduler",
    "sidekiq-throttled": "ixti/sidekiq-throttled",
    "sidekiq-unique-jobs": "mhenrixon/sidekiq-unique-jobs",
    "rails": "rails/rails",
}
_GEM, _TAG = rf"(?P<gem>{'|'.join(sorted(REPOSITORIES, key=len, reverse=True))})", r"(?P<tag>v\d+(?:\.\d+)+)"
# A whole path; `middleware.rb:38` alone does not say in which folder.
_PATH = r"(?P<path>(?:lib|docs|active\w+)/[\w./-]*\w)(?::(?P<line>\d+)(?:-(?P<last>\d+))?)?"
_WORD = re.compile(rf"(?<![\w./-])(?:{_GEM}(?= )|{_TAG}(?![\w.]*\w)|{_PATH})")


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell is escaped."""
    lines = [heading, ["---" for _ in heading], *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def joined(words: Sequence[str], last: str = "and") -> str:
    """Words in a sentence: ``a, b and c``."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def linked(source: str) -> str:
    """A source such as ``sidekiq v7.0.0 lib/sidekiq/config.rb:19`` with its paths linked to the line at the tag."""
    gem = tag = ""
    parts, end = [], 0
    for word in _WORD.finditer(source):
        gem, tag = word["gem"] or gem, "" if word["gem"] else word["tag"] or tag
        if word["path"] and gem and tag:
            parts += [source[end : word.start()], _link(word, REPOSITORIES[gem], tag)]
            end = word.end()
    return "".join([*parts, source[end:]])


def _link(word: re.Match[str], repository: str, tag: str) -> str:
    lines = f"#L{word['line']}" if word["line"] else ""
    lines += f"-L{word['last']}" if word["last"] else ""
    return f"[{word[0]}](https://github.com/{repository}/blob/{tag}/{word['path']}{lines})"
