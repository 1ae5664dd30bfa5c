"""The patterns for files in a configuration of RuboCop's."""

from __future__ import annotations

import posixpath
import re
from functools import cache

from sidekiq_gen.rails.globs import alternatives
from sidekiq_gen.regex import regex


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern means a file, as Ruby's File.fnmatch? with FNM_PATHNAME and FNM_EXTGLOB does.

    Source: rubocop v1.89 lib/rubocop/path_util.rb (match_path?): without a wildcard only the very path does.
    """
    if not any(mark in pattern for mark in "*?[{"):
        return path == pattern
    return any(_expression(one).fullmatch(path) for one in alternatives(pattern))


def below(folder: str, pattern: str) -> str:
    """A pattern of a file in a folder as one from the root; ``./`` and ``../`` are worked out."""
    return posixpath.normpath(posixpath.join(folder, pattern)) if pattern else pattern


# Folders, anything but a slash, one such character, one of some characters; group 1: whether all others are meant.
_WILDCARD = regex(r"(?:\*\*/)+|\*+|\?|\[([!^]?)([^\[\]/]+)\]")


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """The pattern without braces as a regular expression; ``**`` means folders only before a slash."""
    parts: list[str] = []
    position = 0
    for found in _WILDCARD.finditer(pattern):
        parts += [re.escape(pattern[position : found.start()]), _meaning(found)]
        position = found.end()
    try:
        return re.compile("".join([*parts, re.escape(pattern[position:])]))
    except re.error:
        return re.compile(re.escape(pattern))


def _meaning(wildcard: re.Match[str]) -> str:
    """What a wildcard stands for, as a regular expression."""
    text = wildcard[0]
    if text.startswith("["):
        characters = wildcard[2].replace("\\", r"\\")
        return f"[{'^' if wildcard[1] else ''}{characters}]"
    return "[^/]" if text == "?" else "(?:[^/.][^/]*/)*" if text.endswith("/") else "[^/]*"
