"""How much of the templates is Ruby: `python tests/support/templates.py [FOLDER]` prints it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"

_COMMENT = re.compile(r"\{#.*?#\}\n?", re.DOTALL)
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_OPENS = re.compile(r"\{%-?\s*(end)?(if|for)\b")


@dataclass(frozen=True)
class Figures:
    """The lines of a template that are neither blank nor Jinja's comments, such as the declared names.

    ruby: without any tag. tags: with nothing but tags. mixed: Ruby with tags in it.
    inline: those of mixed that have a condition in them. depth: of blocks in each other.
    """

    ruby: int
    tags: int
    mixed: int
    inline: tuple[str, ...]
    depth: int

    @property
    def lines(self) -> int:
        """All of them."""
        return self.ruby + self.tags + self.mixed


def figures(source: str) -> Figures:
    """Measure one template."""
    source = _COMMENT.sub("", source)
    tags = [found.span() for found in _TAG.finditer(source)]
    ruby, only_tags, mixed = 0, 0, []
    start = 0
    for line in source.split("\n"):
        end = start + len(line)
        inside = [(max(first, start), min(last, end)) for first, last in tags if first < end and last > start]
        rest = list(source[start:end])
        for first, last in inside:
            rest[first - start : last - start] = " " * (last - first)
        start = end + 1
        if not line.strip():
            continue
        if not inside:
            ruby += 1
        elif "".join(rest).strip() or "{{" in line:
            mixed.append(line)
        else:
            only_tags += 1
    inline = tuple(line for line in mixed if "{%" in line or re.search(r"\{\{[^}]*\s(if|else)\s", line))
    return Figures(ruby, only_tags, len(mixed), inline, _depth(source))


def _depth(source: str) -> int:
    deepest = depth = 0
    for found in _OPENS.finditer(source):
        depth += -1 if found[1] else 1
        deepest = max(deepest, depth)
    return deepest


def measured(folder: Path = TEMPLATES) -> dict[str, Figures]:
    """All templates below a folder, by path."""
    return {
        path.relative_to(folder).as_posix(): figures(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.j2"))
    }


def summary(all_figures: dict[str, Figures]) -> str:
    """One line for all of them."""
    known = all_figures.values()
    lines, ruby = sum(one.lines for one in known), sum(one.ruby for one in known)
    return (
        f"{len(known)} templates, {lines} lines that are not blank: {ruby / lines:.1%} Ruby, "
        f"{sum(one.tags for one in known) / lines:.1%} tags, {sum(one.mixed for one in known) / lines:.1%} mixed; "
        f"{sum(len(one.inline) for one in known)} inline conditions, blocks {max(one.depth for one in known)} deep"
    )


if __name__ == "__main__":
    sys.stdout.write(summary(measured(Path(sys.argv[1]) if len(sys.argv) > 1 else TEMPLATES)) + "\n")
