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

_BRACES = regex(r"\{([^{}]*)\}")
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
        found |= set(_matching(repo, "", path.split("/"), without, MAXIMUM_DEPTH))
    return tuple(sorted(found - {""}))


def alternatives(pattern: str) -> Iterator[str]:
    """The pattern without braces, once for each of what stands between them."""
    braces = _BRACES.search(pattern)
    if not braces:
        yield pattern
        return
    for part in braces[1].split(","):
        yield from alternatives(pattern[: braces.start()] + part + pattern[braces.end() :])


def _matching(repo: Repo, folder: str, segments: list[str], without: Collection[str], depth: int) -> Iterator[str]:
    if not segments:
        yield folder
        return
    first, rest = segments[0], segments[1:]
    below = f"{folder}/" if folder else ""
    if first == "**":
        yield from _matching(repo, folder, rest, without, depth)
        for name in repo.subfolders(folder) if depth else ():
            if name not in without:
                yield from _matching(repo, below + name, segments, without, depth - 1)
    elif _WILD.search(first):
        for name in repo.subfolders(folder):
            if fnmatchcase(name, first):
                yield from _matching(repo, below + name, rest, without, depth)
    elif repo.is_folder(below + first):
        yield from _matching(repo, below + first, rest, without, depth)
