"""Writes docs/patterns.md from the texts of the catalogue: `make docs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.job.answers import RETURNS
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.base import GROUPS
from sidekiq_gen.job.patterns.catalogue import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern

PAGE = Path(__file__).with_name("patterns.md")


def page() -> str:
    """The page as it should be."""
    parts = [
        "# Kinds and safeguards",
        "`sidekiq-gen patterns NAME` shows it for your repo, with what it gives there. `make docs` writes this page.",
        "## What a push returns",
        RETURNS,
        "## Kinds of job",
        *(part for kind in KINDS for part in _section(kind, f"--kind {kind.name}")),
    ]
    for group, heading in GROUPS.items():
        parts.append(f"## {heading}")
        for pattern in PATTERNS:
            if pattern.group == group:
                parts += _section(pattern, pattern.flags[0].option)
    return "\n\n".join(parts) + "\n"


def _section(known: Kind | Pattern, option: str) -> Iterator[str]:
    yield f"### `{option}`"
    yield f"{known.summary[:1].upper()}{known.summary[1:]}."
    yield known.paragraph
    yield f"{known.avoid}"
    yield f"What it costs: {known.cost[:1].lower()}{known.cost[1:]}"
    if known.not_executed:
        yield known.not_executed
    if known.flags:
        yield "\n".join(
            ["| flag | does |", "| --- | --- |", *(f"| `{flag.option}` | {flag.help} |" for flag in known.flags)]
        )
    for flag in known.flags:
        lines = known.explained(flag, None)
        if lines:
            rows = (f"| `{choice}` | {line} |" for choice, line in lines.items())
            yield "\n".join([f"| `{flag.option}` | does |", "| --- | --- |", *rows])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
