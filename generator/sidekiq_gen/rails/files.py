"""Reading in the repo: only regular files inside its root, up to a size, and nothing here ever raises."""

from __future__ import annotations

import contextlib
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sidekiq_gen import reading
from sidekiq_gen.errors import SidekiqGenError
from sidekiq_gen.memory import remembered
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.autoload import Autoload, find_autoload
from sidekiq_gen.rails.units import find_units
from sidekiq_gen.reading import is_within
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

# So many of the files that could not be read are named.
SHOWN = 3
# The text of a file of so many bytes is kept, as it is asked for again by another reader, or for another job.
KEPT = 100_000


@dataclass(frozen=True)
class Repo:
    """The files of one repo. Paths are POSIX text relative to the root: ``app/models/order.rb``."""

    root: Path

    @cached_property
    def unread(self) -> dict[str, str]:
        """What was asked for, is there, and could not be read: paths, each with why. It grows with every reading."""
        return {}

    @cached_property
    def documents(self) -> dict[str, Any]:
        """The YAML that has been read, by path, for `yaml.of_file`: a value that nobody changes."""
        return {}

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)

    @cached_property
    def _real_folders(self) -> dict[str, str | None]:
        return {}

    def read(self, path: str, limit: int = reading.RUBY) -> str | None:
        """The text of a file, undecodable bytes replaced; None where `data` is None. Of Ruby, long lines are empty."""
        if (path, limit) in self._texts:
            return self._texts[path, limit]
        data = self.data(path, limit)
        text = None if data is None else data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
        if text and path.endswith(".rb"):
            text = _without_long_lines(text)
        if data is None or len(data) <= KEPT:
            self._texts[path, limit] = text
        return text

    @cached_property
    def _regular(self) -> set[str]:
        """The regular files that a listing has shown; it grows with every listing."""
        return set()

    @cached_property
    def _texts(self) -> dict[tuple[str, int], str | None]:
        return {}

    def data(self, path: str, limit: int = reading.RUBY, *, note: bool = True) -> bytes | None:
        """The bytes of a file; None when it is missing, no regular file, outside the root, too large or unreadable.

        limit: how many bytes it may have. note: whether `unread` is to say so where there is something.
        """
        try:
            return self._data(path, limit)
        except reading.Unreadable as error:
            if note and not error.missing:
                self.unread[path] = error.reason
            return None

    def _data(self, path: str, limit: int) -> bytes:
        """The same.

        Raises:
            Unreadable: it cannot be had.
        """
        folder, _, name = path.rpartition("/")
        real = self._real_folder(folder)
        if real is None:
            raise self._outside(path)
        try:
            return reading.read_regular(f"{real}/{name}", limit, follow=False, seen=path in self._regular)
        except reading.Unreadable:
            if not os.path.islink(f"{real}/{name}"):
                raise
        target = self._real(f"{real}/{name}")
        if not self._inside(target):
            raise reading.Unreadable("is a link out of the root")
        return reading.read_regular(target, limit, follow=False)

    def stamp(self, path: str) -> tuple[int, int, int] | None:
        """When a file was last written, and when anything of it changed, in nanoseconds, and its size; None without."""
        try:
            found = os.stat(f"{self._real_root}/{path}")
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size

    @remembered
    def is_file(self, path: str) -> bool:
        """Whether there is a regular file of that path."""
        return os.path.isfile(f"{self._real_root}/{path}")

    @remembered
    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of that path."""
        return os.path.isdir(f"{self._real_root}/{path}")

    def same(self, one: str, other: str) -> bool:
        """Whether two paths, relative or absolute, lead to the same place."""
        return self._real(one) == self._real(other)

    @remembered
    def names(self, folder: str) -> tuple[str, ...]:
        """The sorted names of what is directly in a folder; none when there is no such folder."""
        return tuple(sorted(entry.name for entry in self._entries(folder)))

    def subfolders(self, folder: str) -> tuple[str, ...]:
        """The sorted names of the folders directly in a folder, without hidden ones and links."""
        seen = (one for one in self._entries(folder) if not one.name.startswith("."))
        return tuple(sorted(one.name for one in seen if one.is_dir(follow_symlinks=False)))

    def files(
        self,
        folder: str,
        ending: str | tuple[str, ...] = ".rb",
        without: Collection[str] = (),
        pruned: Collection[str] = (),
    ) -> tuple[str, ...]:
        """The sorted paths of the files below a folder whose names end so, or in one of several ways.

        without: the paths of folders that are left out. pruned: the names of those that are left out wherever they
        are. Links are followed where they stay inside the root and lead
        to what is not below the folder anyway.
        """
        return self._walked(folder, ending, frozenset(without), frozenset(pruned))

    @remembered
    def _walked(
        self, folder: str, ending: str | tuple[str, ...], without: frozenset[str], pruned: frozenset[str]
    ) -> tuple[str, ...]:
        """The same."""
        found: list[str] = []
        start = self._real_folder(folder)
        pending, seen = ([], set()) if start is None else ([folder], {start})
        while pending:
            current = pending.pop()
            real = self._real_folder(current)
            for entry in self._entries(current):
                name = entry.name
                path = f"{current}/{name}"
                link = entry.is_symlink()
                if link and not self._follow(path, seen):
                    continue
                if entry.is_dir():
                    if path not in without and name not in pruned:
                        pending.append(path)
                        if not link:
                            self._real_folders.setdefault(path, f"{real}/{name}")
                elif name.endswith(ending) and entry.is_file():
                    found.append(path)
                    if not link:
                        self._regular.add(path)
        return tuple(sorted(found))

    @cached_property
    def units(self) -> tuple[str, ...]:
        """What stands before ``app``, ``spec`` and ``test``: nothing, then ``packs/billing/`` and the like."""
        return ("", *self.unit_sources)

    @cached_property
    def unit_sources(self) -> dict[str, str]:
        """The parts of the repo beside the application itself, each with what shows that it is one."""
        return find_units(self)

    @cached_property
    def autoload(self) -> Autoload:
        """Where constants are loaded from."""
        return find_autoload(self)

    @property
    def app_files(self) -> tuple[tuple[str, str], ...]:
        """Every Ruby file that Rails loads a constant from: its path, and what names its constant."""
        return self.autoload.files

    @remembered
    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        """What is in a folder, listed once."""
        real = self._real_folder(folder)
        try:
            if real is None:
                raise self._outside(folder)
            with os.scandir(real) as entries:
                return list(entries)
        except (OSError, ValueError) as error:
            why = reading.Unreadable.of(error)
        except reading.Unreadable as error:
            why = error
        if not why.missing:
            self.unread[folder or "."] = why.reason
        return []

    def _follow(self, path: str, seen: set[str]) -> bool:
        """Whether a link leads to something new inside the root; seen is what has been walked, and grows."""
        real = self._real(path)
        if not os.path.exists(real) or not self._inside(real):
            return False
        if any(is_within(real, folder) or is_within(folder, real) for folder in seen):
            return False
        seen.add(real)
        return True

    def _real_folder(self, folder: str) -> str | None:
        """Where a folder really is; None where that is outside the root."""
        if folder not in self._real_folders:
            above, _, name = folder.rpartition("/")
            base = self._real_folder(above) if above else self._real_root
            place = f"{base}/{name}"
            # Below a folder whose place is known, only a link leads elsewhere: what is no plain name is worked out.
            plain = base is not None and name.strip(".") and "\0" not in name and not os.path.islink(place)
            real = place if plain else self._real(folder)
            self._real_folders[folder] = real if self._inside(real) else None
        return self._real_folders[folder]

    def _outside(self, path: str) -> reading.Unreadable:
        """Why something is not read that is not below the root; without a link in it, no repo would have it."""
        written = os.path.normpath(os.path.join(self._real_root, path))
        return reading.Unreadable("is a link out of the root", missing=not self._inside(written))

    def _real(self, path: str) -> str:
        """Where a path really leads; no file has one with a NUL in it, which a text of the repo may name."""
        return os.path.realpath(os.path.join(self._real_root, path.replace("\0", "\ufffd")))

    def _inside(self, real: str) -> bool:
        return is_within(real, self._real_root)

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Where something is refused inside, its hint says what could not be read: that may be the reason."""
        try:
            yield
        except SidekiqGenError as error:
            error.hint = " ".join([error.hint, *(notice.message for notice in self.notices())])
            raise

    def notices(self) -> Iterator[Notice]:
        """What is to be known of what could not be read so far."""
        if not self.unread:
            return
        said = [f"{path} {why}" for path, why in sorted(self.unread.items())]
        more = f"; {len(said) - SHOWN} others as well" if len(said) > SHOWN else ""
        yield Notice(
            "not-read",
            f"{'; '.join(said[:SHOWN])}{more}: it counts as if it were not there.",
            "Make it readable, or be sure that it does not matter for this.",
        )


def _without_long_lines(text: str) -> str:
    if len(text) <= reading.LONGEST_LINE:
        return text
    lines = text.split("\n")
    if max(map(len, lines)) <= reading.LONGEST_LINE:
        return text
    return "\n".join(line if len(line) <= reading.LONGEST_LINE else "" for line in lines)
