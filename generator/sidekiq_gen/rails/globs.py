"""The folders that match a pattern of Ruby's: ``packs/*``, ``lib/**/``, ``app/{models,jobs}``.

Source: the documentation of Dir.glob of Ruby, and rails v8.1.0 railties/lib/rails/paths.rb:222 (what a path with such
a pattern comes to).
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sidekiq_gen.rails.files import Repo

# Folders that ``**`` does not look into, as nobody loads constants from them and they may be large.
NEVER = frozenset({"node_modules", "vendor", "tmp", "log", "public", "coverage"})
# It goes so deep.
MAXIMUM_DEPTH = 8
# A pattern with braces means at most so many without, and a longer one stands for itself.
MAXIMUM_ALTERNATIVES = 1_000
MAXIMUM_LENGTH = 1_000

_BRACES = regex(r"\{([^{}]*)\}", needs="{")
_WILD = regex(r"[*?\[]")


def folders(repo: Repo, pattern: str, without: Collection[str] = NEVER) -> tuple[str, ...]:
    """The folders of the repo that match a pattern, sorted, relative to the root; never the root itself.

    without: the names of folders that ``**`` does not look into.
    """
    found: set[str] = set()
    for plain in alternatives(pattern):
        path = posixpath.normpath(plain)
        if path.startswith(("/", "..")) or path == ".":
            continue
        reached = {""}
        for segment in path.split("/"):
            reached = set(_below(repo, reached, segment, without))
        found |= reached
    return tuple(sorted(found - {""}))


def alternatives(pattern: str) -> Iterator[str]:
    """The pattern without braces, once for each of what stands between them; not more than MAXIMUM_ALTERNATIVES."""
    pending = [pattern]
    given = 0
    while pending and given < MAXIMUM_ALTERNATIVES:
        one = pending.pop()
        braces = _BRACES.search(one) if len(one) <= MAXIMUM_LENGTH else None
        if not braces:
            given += 1
            yield one
            continue
        parts = braces[1].split(",")
        pending += [one[: braces.start()] + part + one[braces.end() :] for part in reversed(parts)]


def _below(repo: Repo, folders: Collection[str], segment: str, without: Collection[str]) -> Iterator[str]:
    """The folders that one segment of a pattern leads to from some others; ``**`` to these as well."""
    if segment == "**":
        reached = new = {*folders}
        for _ in range(MAXIMUM_DEPTH):
            new = {path for name, path in _subfolders(repo, new) if name not in without} - reached
            reached |= new
        yield from reached
    elif _WILD.search(segment):
        yield from (path for name, path in _subfolders(repo, folders) if fnmatchcase(name, segment))
    else:
        paths = (posixpath.join(folder, segment) for folder in folders)
        yield from (path for path in paths if repo.is_folder(path))


def _subfolders(repo: Repo, folders: Collection[str]) -> Iterator[tuple[str, str]]:
    """The name and the path of each folder directly in some others."""
    return ((name, posixpath.join(folder, name)) for folder in folders for name in repo.subfolders(folder))
