"""Ruby as the house writes it: the last step of rendering, over a whole file.

Templates are written in one form, that of the defaults of `Layout` and `SpecStyle`. Each function here turns that form
into another one, and leaves literals and comments alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.ruby import idioms, literals, placing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.style import Logger, Style

_DIRECTIVE = " # rubocop:disable Rails/SkipsModelValidations"


def spoken(source: str, style: Style) -> str:
    """Ruby in the form of the templates, as the repo would have written it."""
    source = placing.placed(idioms.worded(source, style.layout), style.layout, style.width)
    return literals.in_quotes(source, style.quotes)


def directed(source: str, minded: Sequence[str]) -> str:
    """Ruby in which each write without validations that RuboCop minds says why it may stay, to RuboCop."""
    if not minded:
        return source
    call = re.compile(rf"\.(?:{'|'.join(minded)})\(")
    lines = zip(source.split("\n"), literals.blanked(source).split("\n"), strict=True)
    return "\n".join(f"{line}{_DIRECTIVE}" if call.search(mask) else line for line, mask in lines)


def logged(source: str, logger: Logger) -> str:
    """A job, or what tests it, with the logger of the house; a job's own is Sidekiq's."""
    if logger == "logger":
        return source
    receiver = logger.partition(".")[0]
    source = literals.outside_literals(source, r"(?<![\w@.:])(?:(?:job|Sidekiq)\.logger\b | logger(?=\.))", logger)
    return literals.outside_literals(source, r"(?<![\w.:])(?:@job|Sidekiq)\.stub\((?=:logger\b)", f"{receiver}.stub(")
