"""Ruby as the house writes it: the last step of rendering, over a whole file.

Templates are written in one form, that of the defaults of `Layout` and `SpecStyle`. Each function here turns that form
into another one, and leaves literals and comments alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.ruby import layout

if TYPE_CHECKING:
    from sidekiq_gen.style import SpecStyle, Style

_GROUP = re.compile(r"^RSpec\.describe ([\w:]+) do$", re.MULTILINE)


def spoken(source: str, style: Style) -> str:
    """Ruby in the form of the templates, as the repo would have written it."""
    return layout.in_quotes(source, style.quotes)


def in_rspec(source: str, style: SpecStyle) -> str:
    """A spec in the form of the templates, as the repo would have written it."""
    receiver, kind = "" if style.bare else "RSpec.", f", type: :{style.type}" if style.type else ""
    source = _GROUP.sub(rf"{receiver}describe \1{kind} do", source)
    source = layout.outside_literals(source, r"(?<=\.)not_to\b", style.negation)
    if re.search(rf"\b{style.instance}\b", source):  # something else is called so
        return source
    return layout.outside_literals(source, r"(?<![\w@.:])job\b(?![:?!]) | (?<=let\(:)job(?=\))", style.instance)
