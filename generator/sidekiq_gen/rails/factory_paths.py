"""The files that define factories and fabricators: in the folders where the gems look, and where the repo says so.

Sources: factory_bot v6.6.0 lib/factory_bot/find_definitions.rb (``factories``, ``test/factories``, ``spec/factories``,
each as a file and as a folder), factory_bot_rails v6.5 lib/factory_bot_rails/railtie.rb (relative to the root).
"""

from __future__ import annotations

import fnmatch
import posixpath
from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import code_lines
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo

TESTS = ("spec", "test")
_STEMS = ("factories", "fabricators")

_PATHS = regex(r"\b(?:definition_file_paths|fabricator_paths?)\s*(?:<<|\+?=(?![=~])|\.(?:push|unshift|concat)\b)(.*)")
_OPEN = regex(r"[\[(,]\s*\Z")
_LITERAL = regex(r"[\"']([^\"'\n]+)[\"']|%w[\[({]([^\[({\])}]*)[\])}]")
_JOINED = regex(r"\b(join|expand_path)\(([^()]*)\)")
_ROOT = regex(r"#\{[^{}]*\}/")
MAXIMUM_LINES = 10


def find_files(repo: Repo) -> Iterator[str]:
    """The paths of those files, each once, in order."""
    found = (path for place in _places(repo) for path in _below(repo, place))
    yield from dict.fromkeys(found)


def support_files(repo: Repo) -> Iterator[str]:
    """The Ruby files that set the tests up: their helpers and what is in their folders for support."""
    for tests in TESTS:
        for name in ("rails_helper", "spec_helper", "test_helper"):
            if repo.is_file(path := f"{tests}/{name}.rb"):
                yield path
        yield from repo.files(f"{tests}/support")


def _places(repo: Repo) -> Iterator[str]:
    """The folders, or files without their ending, that hold definitions."""
    yield "factories"
    for unit in repo.units:
        for tests in TESTS:
            names = (name.removesuffix(".rb") for name in repo.names(f"{unit}{tests}"))
            yield from (f"{unit}{tests}/{name}" for name in names if name.startswith(_STEMS))
    files = (*support_files(repo), "config/application.rb", *repo.files("config/environments"))
    for path in (*files, *repo.files("config/initializers")):
        text = repo.read(path) or ""
        if "definition_file_paths" in text or "fabricator_path" in text:
            for place in _configured(text, path):
                yield from _expanded(repo, place)


def _configured(text: str, path: str) -> Iterator[str]:
    """The places that a file of the configuration names, relative to the root; some may lead out of it."""
    lines = list(code_lines(text))
    for number, line in enumerate(lines):
        found = _PATHS.search(line)
        if not found:
            continue
        said = found[1]
        for further in lines[number + 1 : number + MAXIMUM_LINES]:
            if said.count("[") == said.count("]") and said.count("(") == said.count(")") and not _OPEN.search(said):
                break
            said += f" {further.strip()}"
        for joined in _JOINED.finditer(said):
            parts = [part for part in _words(joined[2]) if part != "__FILE__"]
            beside = path if "__FILE__" in joined[2] else posixpath.dirname(path) if "__dir__" in joined[2] else ""
            yield posixpath.normpath(posixpath.join(beside, *parts))
        for word in _words(_JOINED.sub("", said)):
            yield posixpath.normpath(word)


def _words(text: str) -> list[str]:
    """The string literals in a text, without the root where they begin with it."""
    literals = [part for one in _LITERAL.finditer(text) for part in ([one[1]] if one[1] else one[2].split())]
    return [_ROOT.sub("", literal) for literal in literals]


def _expanded(repo: Repo, place: str) -> Iterator[str]:
    """The places that one with stars means; none for one that leads out of the repo."""
    if place.startswith(("..", "/", "#")) or place == ".":
        return
    *outer, last = place.split("/")
    folders = [""]
    for part in outer:
        if "*" in part:  # links are left out, as they may lead back
            names = ((one, name) for one in folders for name in fnmatch.filter(repo.subfolders(one), part))
            folders = [posixpath.join(one, name) for one, name in names]
        else:
            folders = [posixpath.join(one, part) for one in folders]
    for folder in folders:
        names_there = fnmatch.filter(repo.names(folder), last) if "*" in last else [last]
        yield from (posixpath.join(folder, name) for name in names_there)


def _below(repo: Repo, place: str) -> Iterator[str]:
    """The file of a place, and the Ruby files below its folder."""
    if repo.read(f"{place}.rb") is not None:
        yield f"{place}.rb"
    yield from repo.files(place)
