"""Literals and comments of Ruby, and what stands outside of them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection

    from sidekiq_gen.style import Quotes


def quote(text: str, quotes: Quotes) -> str:
    """A string literal in the repo's quotes; interpolation and apostrophes need double ones."""
    if quotes == "single" and not re.search(r"#\{|'|\\", text):
        return f"'{text}'"
    return f'"{text}"'


def in_quotes(source: str, quotes: Quotes) -> str:
    """Ruby whose plain string literals stand in the repo's quotes; comments, and literals that need theirs, stay."""
    if quotes == "double":
        return source
    return _TOKEN.sub(lambda found: quote(found[1], quotes) if found[1] is not None else found[0], source)


def outside_literals(source: str, pattern: str, new: str) -> str:
    """Ruby in which what a pattern without groups means is replaced, but for literals and comments."""
    if not re.search(pattern, source, _FLAGS):  # most often there is none, and the rest of Ruby need not be told apart
        return source
    return _token_or(f"({pattern})").sub(lambda found: new if found[2] else found[0], source)


def blanked(source: str) -> str:
    """Ruby of the same length with an underscore for each character of literals and a space for those of comments."""
    return _token_or(_REGEXP).sub(lambda found: (" " if found[0].startswith("#") else "_") * len(found[0]), source)


def from_the_top(source: str, names: Collection[str]) -> str:
    """Ruby that names these constants from the top: ``::Order``; literals, comments and its own constants stay."""
    hidden = set(names) - {one[1] or one[2] for one in _OWN_CONSTANT.finditer(source)}
    if not hidden:
        return source
    token = re.compile(rf"{_TOKEN.pattern} | {_REGEXP} | (?<![\w:.@$])((?:{'|'.join(sorted(hidden))})\b)", _FLAGS)
    return token.sub(lambda found: f"::{found[2]}" if found[2] else found[0], source)


@cache
def _token_or(pattern: str) -> re.Pattern[str]:
    """A literal or comment, or something else."""
    return re.compile(rf"{_TOKEN.pattern} | {pattern}", _FLAGS)


# Each of these begins with the character that it cannot do without: Python looks for nothing else then, which takes a
# quarter of the time.
_REGEXP = r"/(?<=[(\s,\[]/)(?=\S)(?:[^/\\\n]|\\.)+/"  # a division has a space behind it
_OWN_CONSTANT = regex(r"^[ \t]*(?:class|module) ([A-Z]\w*)\b(?!::)|^[ \t]*([A-Z]\w*) = ", re.MULTILINE)
_FLAGS = re.MULTILINE | re.VERBOSE
# A plain literal in double quotes (group 1); a comment, a literal with interpolation, or one in single quotes.
_TOKEN = regex(
    r"""
    "( (?: [^"\\\n\#] | \#(?![{$@]) )* )"
    | "(?: [^"\\\n\#] | \\. | \#(?!\{) | \#\{ (?: [^{}"\n] | "[^"\n]*" | \{[^{}\n]*\} )* \} )*"
    | \'(?: [^\'\\\n] | \\. )*\'
    | \# (?<!\S\#) [^\n]*
    """,
    _FLAGS,
)
