"""Writes docs/patterns.md, which lists the pages of write_patterns.py: `make docs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.job.answers import RETURNS
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.base import GROUPS
from sidekiq_gen.job.patterns.catalogue import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern

HEAD = (
    "A job has one kind, which is its shape, and any number of safeguards laid over it. Each has a page: when to "
    "use it and when not, what it costs, its flags, the Ruby that comes out for several releases of Sidekiq, and "
    "what happens when it meets another safeguard. `sidekiq-gen patterns NAME` shows the same for your repo. "
    "`make docs` writes these pages."
)
PAGE = Path(__file__).with_name("patterns.md")


def page() -> str:
    """The page as it should be."""
    parts = [
        "# Kinds and safeguards",
        HEAD,
        "## Kinds of job",
        _table((kind.name, f"--kind {kind.name}", kind) for kind in KINDS),
    ]
    for group, heading in GROUPS.items():
        of_group = [pattern for pattern in PATTERNS if pattern.group == group]
        parts.append(f"## {heading}")
        parts.append(_table((pattern.name, pattern.flags[0].option, pattern) for pattern in of_group))
    parts += ["## What a push returns", RETURNS]
    return "\n\n".join(parts) + "\n"


def _table(rows: Iterable[tuple[str, str, Kind | Pattern]]) -> str:
    lines = (f"| [`{option}`](patterns/{name}.md) | {_sentence(known)} |" for name, option, known in rows)
    return "\n".join(["| option | what it does |", "| --- | --- |", *lines])


def _sentence(known: Kind | Pattern) -> str:
    return f"{known.summary[:1].upper()}{known.summary[1:]}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
