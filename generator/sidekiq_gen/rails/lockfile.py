"""Bundler's lock file: which gems are locked, from where, and who asked for them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.reading import LOCKFILE, Unreadable, read_regular
from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.gems import GemSource, gem_version
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sidekiq_gen.sidekiq.versions import Version

LOCKFILES = ("Gemfile.lock", "gems.locked")
SOURCES: dict[str, GemSource] = {"GEM": "gem", "GIT": "git", "PATH": "path"}
SECTIONS = frozenset(
    {*SOURCES, "PLUGIN SOURCE", "PLATFORMS", "DEPENDENCIES", "CHECKSUMS", "RUBY VERSION", "BUNDLED WITH"}
)
# Folders that hold other people's code, or none: no lock file is suggested from there.
UNINTERESTING = frozenset({"node_modules", "vendor", "tmp", "log", "public", "coverage"})
MAXIMUM_FOLDERS = 1000

_SPEC = regex(r" {4}([^\s()!]+) \(([^\s()]+)\)")
_REQUIREMENT = regex(r" {6}([^\s()!]+)(?: \([^()]*\))?!?")
_CONFLICT = regex(
    r"^(?:<{7}|>{7}|\|{7})(?: .*)?$|^={7}$", re.MULTILINE, needs=("<<<<<<<", ">>>>>>>", "|||||||", "=======")
)


@dataclass(frozen=True)
class LockedGem:
    """One gem as it is locked.

    text: the version as it is written, without the platform: ``6.0.0.pre2``.
    requires: the names of the gems it asks for.
    """

    name: str
    version: Version
    text: str
    source: GemSource
    requires: tuple[str, ...]


@dataclass(frozen=True)
class Lockfile:
    """One lock file.

    path: where it was read.
    gems: every locked gem by name, in the order of the file.
    dependencies: the names that the Gemfile itself asks for.
    ruby_version: as written, for example ``3.3.4p94``; None when the file does not say.
    """

    path: Path
    gems: Mapping[str, LockedGem]
    dependencies: frozenset[str]
    ruby_version: str | None

    def get(self, name: str) -> LockedGem | None:
        """The locked gem of that name."""
        return self.gems.get(name)

    def is_direct(self, name: str) -> bool:
        """Whether the Gemfile itself asks for this gem."""
        return name in self.dependencies

    def required_by(self, name: str) -> tuple[str, ...]:
        """The names of the locked gems that ask for this one, in the order of the file."""
        return tuple(gem.name for gem in self.gems.values() if name in gem.requires)


def parse_lockfile(text: str, path: Path) -> Lockfile:
    """Read the text of a lock file; path is only remembered and named in messages.

    Gems come from the specs of GEM, GIT and PATH alone. One that is locked for several platforms is one gem.

    Raises:
        Refused: ``not-a-lockfile`` or ``lockfile-conflict``.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = [line.rstrip() for line in text.split("\n")]
    if "\0" in text or SECTIONS.isdisjoint(lines):
        raise _not_a_lockfile(path)
    conflict = _CONFLICT.search(text)
    if conflict:
        raise Refused(
            f"{path} has merge conflict markers (line {text.count(chr(10), 0, conflict.start()) + 1}).",
            hint="Resolve the conflict, for example with bundle lock, and run this again.",
            code="lockfile-conflict",
        )
    return _parse_lines(lines, path)


def _parse_lines(lines: list[str], path: Path) -> Lockfile:
    """Go through the lines once, section by section."""
    found: dict[str, tuple[str, Version, GemSource]] = {}
    requires: dict[str, dict[str, None]] = {}
    dependencies: set[str] = set()
    ruby_version = None
    section = spec = ""
    for line in lines:
        if line and not line[0].isspace():
            section, spec = line, ""
        elif section in SOURCES:
            if locked := _SPEC.fullmatch(line):
                spec = _remember(locked[1], locked[2], SOURCES[section], found)
            elif spec and (required := _REQUIREMENT.fullmatch(line)):
                requires.setdefault(spec, {})[required[1]] = None
        elif section == "DEPENDENCIES" and line:
            dependencies.add(line.split(maxsplit=1)[0].rstrip("!"))
        elif section == "RUBY VERSION" and line.lstrip().startswith("ruby "):
            ruby_version = line.split()[1]
    gems = {
        name: LockedGem(name, version, text, source, tuple(requires.get(name, ())))
        for name, (text, version, source) in found.items()
    }
    return Lockfile(path, gems, frozenset(dependencies), ruby_version)


def _remember(name: str, text: str, source: GemSource, found: dict[str, tuple[str, Version, GemSource]]) -> str:
    """Note a spec unless it is there for another platform already; its name, or nothing when it has no version."""
    if name not in found:
        try:
            found[name] = (text.partition("-")[0], gem_version(text), source)
        except ValueError:
            return ""
    return name


def read_lockfile(path: Path) -> Lockfile:
    """Read a lock file.

    Raises:
        Refused: ``lockfile-unreadable``, ``not-a-lockfile`` or ``lockfile-conflict``.
    """
    try:
        text = read_regular(path, LOCKFILE).decode("utf-8-sig")
    except Unreadable as error:
        raise Refused(
            f"{path} {error.reason}.",
            hint="Give the path of a readable lock file: --lockfile Gemfile.lock.",
            code="lockfile-unreadable",
        ) from None
    except UnicodeDecodeError as error:
        raise _not_a_lockfile(path) from error
    return parse_lockfile(text, path)


def find_lockfile(root: Path) -> Path | None:
    """The lock file of this very folder: ``Gemfile.lock``, else ``gems.locked``."""
    return next((root / name for name in LOCKFILES if os.path.lexists(root / name)), None)


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above start that holds a lock file.

    Above start, where other people may put one (a folder for temporary files, a shared disk), only one counts that
    belongs to this user, to root, or to whom start belongs.
    """
    start = start.resolve()
    holding = (folder for folder in (start, *start.parents) if find_lockfile(folder))
    return next((folder for folder in holding if not _foreign_lockfile(folder, start)), None)


def _foreign_lockfile(folder: Path, start: Path) -> Path | None:
    """The lock file of a folder above start, if it belongs to somebody who has nothing to do with start."""
    lockfile = find_lockfile(folder)
    if lockfile is None or folder == start or _owner(lockfile) in {0, os.geteuid(), _owner(start)}:
        return None
    return lockfile


def _owner(path: Path) -> int | None:
    """The id of the user that a file or folder belongs to; None where it cannot be told."""
    try:
        return path.lstat().st_uid
    except OSError:
        return None


def no_lockfile(start: Path) -> Refused:
    """The refusal for want of a lock file; its hint names the lock files just below start, as in a monorepo."""
    below = _lockfiles_below(start)
    foreign = next((found for folder in start.parents if (found := _foreign_lockfile(folder, start))), None)
    if foreign:
        hint = f"{foreign} belongs to somebody else: give --root {foreign.parent} to use it."
    elif below:
        names = ", ".join(below[:3]) + (" and others" if below[3:] else "")
        folder = below[0].rpartition("/")[0]
        hint = f"There is {names}: run it there, or give --root {folder}."
    else:
        hint = "Run it inside a Rails repo, or give --root, --lockfile or --sidekiq-version."
    return Refused(
        f"Neither {LOCKFILES[0]} nor {LOCKFILES[1]} was found in {start} or above it.", hint=hint, code="no-lockfile"
    )


def _lockfiles_below(start: Path) -> tuple[str, ...]:
    """The lock files one or two folders below start, as paths relative to it."""
    first = _subfolders(start)
    second = [f"{folder}/{name}" for folder in first for name in _subfolders(start / folder)]
    candidates = [*first, *second][:MAXIMUM_FOLDERS]
    return tuple(f"{folder}/{found.name}" for folder in candidates if (found := find_lockfile(start / folder)))


def _subfolders(folder: Path) -> list[str]:
    """The names of the folders in a folder that may hold an app."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(name for name in names if not name.startswith(".") and name not in UNINTERESTING)[:MAXIMUM_FOLDERS]


def _not_a_lockfile(path: Path) -> Refused:
    """The refusal of a file that Bundler did not write."""
    return Refused(
        f"{path} is not a lock file of Bundler.",
        hint="Run bundle lock to write one, or give another: --lockfile Gemfile.lock.",
        code="not-a-lockfile",
    )
