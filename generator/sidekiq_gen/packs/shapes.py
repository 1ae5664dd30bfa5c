"""What a value may look like that somebody gives for a flag of a pack: it ends in Ruby, so that its form is checked."""

from __future__ import annotations

from typing import Any

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.regex import regex
from sidekiq_gen.toml import shown
from sidekiq_gen.values import dataclass

LONGEST = 200


@dataclass(frozen=True)
class Shape:
    """A form. told: what it is, in words. sample: a value that has it."""

    name: str
    pattern: str
    told: str
    sample: str


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("name", r"[a-z_][a-z0-9_]*", "a name in small letters, digits and underscores", "billing"),
        Shape(
            "word",
            r"[A-Za-z0-9_](?:[A-Za-z0-9_.:/@-]*[A-Za-z0-9_])?",
            "one word: letters, digits, _ . : / @ -",
            "billing",
        ),
        Shape("constant", r"[A-Z]\w*(?:::[A-Z]\w*)*", "a constant of Ruby", "Billing::Ledger"),
        Shape("text", r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", "one line of text", "billing"),
    )
}


def check(value: Any, shape: str, option: str) -> None:
    """Let nothing through that does not have the form.

    value: what the flag gives: a text, several of them, or what has no form of its own.

    Raises:
        InvalidInput: it does not have it: ``invalid-value``.
    """
    form = SHAPES[shape]
    for text in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(text, str) and not (len(text) <= LONGEST and regex(form.pattern).fullmatch(text)):
            raise InvalidInput(
                f"{option} {shown(text)} makes no sense.",
                hint=f"It takes {form.told}: {option} {form.sample}.",
                code="invalid-value",
            )
