"""The patterns for files in a configuration of RuboCop's."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sidekiq_gen.rails.globs import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern means a file, as Ruby's File.fnmatch? with FNM_PATHNAME and FNM_EXTGLOB does.

    Source: rubocop v1.89 lib/rubocop/path_util.rb (match_path?): without a wildcard only the very path does.
    """
    if not any(mark in pattern for mark in "*?[{"):
        return path == pattern
    return any(_means(one.split("/"), path.split("/")) for one in alternatives(pattern))


def below(folder: str, pattern: str) -> str:
    """A pattern of a file in a folder as one from the root; ``./`` and ``../`` are worked out."""
    return posixpath.normpath(posixpath.join(folder, pattern)) if pattern else pattern


def _means(pattern: list[str], path: list[str]) -> bool:
    """Whether the segments of a pattern without braces mean those of a path; ``**`` means folders only before others.

    The places in the path that a segment can lead to are looked at together, so that many stars take no longer.
    """
    places = {0}
    for number, segment in enumerate(pattern):
        if segment == "**" and number < len(pattern) - 1:
            for place in sorted(places):
                places |= set(_folders(path, place))
        else:
            wanted = segment.replace("[^", "[!")
            places = {place + 1 for place in places if place < len(path) and fnmatchcase(path[place], wanted)}
    return len(path) in places


def _folders(path: list[str], place: int) -> Iterator[int]:
    """The places behind the folders that ``**`` means from one on: those whose names begin with no dot."""
    for number in range(place, len(path) - 1):
        if path[number].startswith("."):
            return
        yield number + 1
