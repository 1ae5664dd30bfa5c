"""The template trees: how a template is found, and how a Ruby file is put together."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from sidekiq_gen.ruby import layout

if TYPE_CHECKING:
    from jinja2 import Template

    from sidekiq_gen.style import Style


@cache
def environment() -> Environment:
    """The Jinja environment: strict, and silent about the white space of its own tags."""
    return Environment(
        loader=PackageLoader("sidekiq_gen", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Ruby, not HTML
    )


def find_template(tree: str, name: str) -> Template:
    """A template by name: that of the tree where it has its own, else the one in ``common``."""
    return environment().select_template([f"{tree}/{name}", f"common/{name}"])


def ruby_file(style: Style, requires: str, text: str) -> str:
    """A whole Ruby file: the magic comment where the house has it, what is required, the text."""
    comment = "# frozen_string_literal: true" if style.frozen_string_literal else ""
    return layout.in_quotes(layout.sections(comment, requires, text), style.quotes) + "\n"
