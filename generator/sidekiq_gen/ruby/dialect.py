"""Ruby as the house writes it: the last step of rendering, over a whole file.

Templates are written in one form, that of the defaults of `Layout` and `SpecStyle`. Each function here turns that form
into another one, and leaves literals and comments alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.ruby import layout

if TYPE_CHECKING:
    from sidekiq_gen.style import Style


def spoken(source: str, style: Style) -> str:
    """Ruby in the form of the templates, as the repo would have written it."""
    return layout.in_quotes(source, style.quotes)
