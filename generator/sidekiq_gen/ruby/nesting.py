"""A class in the namespaces that are around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.ruby import layout

if TYPE_CHECKING:
    from collections.abc import Sequence


def nested(text: str, namespaces: Sequence[tuple[str, str]]) -> str:
    """A class inside the modules or classes around it; namespaces: each with its keyword, outermost first."""
    for name, keyword in reversed(namespaces):
        text = f"{keyword} {name}\n{layout.indent(text, 1)}\nend"
    return text
