"""The parts of a modular monolith: packs, components, modules, engines, each with its own app, spec and test folders.

Source: packs-specification lib/packs/specification/configuration.rb:9 (where packs are, and what packs.yml says of it),
packs-rails lib/packs/rails/integrations/rails.rb:19 (their folders are the application's), packwerk
lib/packwerk/configuration.rb:73 and package_set.rb:33 (what packwerk.yml says), and Bundler's lockfile, whose PATH
sections name the gems that are kept in the repo.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from sidekiq_gen.rails.globs import NEVER, folders
from sidekiq_gen.reading import LOCKFILE
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo

PARTS = ("app", "spec", "test")
USUAL = ("packs/*", "packs/*/*", "components/*", "modules/*", "engines/*")
PACKAGE = "package.yml"

# By file and key, and what is meant where that is left out; packs.yml is then silent about the usual places.
_CONFIGURATIONS = (("packs.yml", "pack_paths", ()), ("packwerk.yml", "package_paths", ("**",)))
_LOCKFILES = ("Gemfile.lock", "gems.locked")
_PATH_GEMS = regex(r"^PATH\n  remote: (\S+)$", re.MULTILINE, needs="PATH\n")
# A package that is looked for everywhere is in none of these.
_ELSEWHERE = NEVER | {"app", "spec", "test", "config", "db"}


def find_units(repo: Repo) -> dict[str, str]:
    """What stands before ``app``, ``spec`` and ``test`` of each part: ``packs/billing/``; and what shows that."""
    found: dict[str, str] = {}
    for unit, source in _candidates(repo):
        if any(repo.is_folder(f"{unit}/{part}") for part in PARTS):
            found.setdefault(f"{unit}/", source)
    return found


def _candidates(repo: Repo) -> Iterator[tuple[str, str]]:
    for pattern in USUAL:
        yield from ((unit, pattern) for unit in folders(repo, pattern))
    for file, key, default in _CONFIGURATIONS:
        for pattern in _patterns(repo, file, key, default):
            packages = folders(repo, pattern, _ELSEWHERE)
            yield from ((package, file) for package in packages if repo.is_file(f"{package}/{PACKAGE}"))
    for name in _LOCKFILES:
        for found in _PATH_GEMS.finditer(repo.read(name, LOCKFILE) or ""):
            path = posixpath.normpath(found[1])
            if not path.startswith(("/", "..")) and path != ".":
                yield path, name


def _patterns(repo: Repo, file: str, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """The places that a file of configuration names; none without that file."""
    if not repo.is_file(file):
        return ()
    from sidekiq_gen.rails import yaml  # which most repos need for nothing here

    return tuple(yaml.texts(yaml.mapping(yaml.of_file(repo, file)).get(key))) or default
