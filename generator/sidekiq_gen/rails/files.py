"""Reading in the repo: only regular files inside its root, and nothing here ever raises."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.rails.autoload import Autoload, find_autoload
from sidekiq_gen.rails.units import find_units

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


@dataclass(frozen=True)
class Repo:
    """The files of one repo. Paths are POSIX text relative to the root: ``app/models/order.rb``."""

    root: Path

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)

    def read(self, path: str) -> str | None:
        """The text of a file, undecodable bytes replaced; None when it is missing, unreadable or outside the root."""
        return self.read_found(path) if self.is_file(path) and self._inside(self._real(path)) else None

    def read_found(self, path: str) -> str | None:
        """As ``read``, for a path that ``files`` has returned."""
        data = self.bytes_found(path)
        return None if data is None else data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")

    def bytes_found(self, path: str) -> bytes | None:
        """The bytes of a file that ``files`` has returned; None when it cannot be read."""
        try:
            with open(f"{self._real_root}/{path}", "rb", buffering=0) as file:
                return file.read()
        except OSError:
            return None

    def size(self, path: str) -> int:
        """How many bytes a file has; 0 when it cannot be told."""
        try:
            return os.path.getsize(f"{self._real_root}/{path}")
        except OSError:
            return 0

    def is_file(self, path: str) -> bool:
        """Whether there is a regular file of that path."""
        return os.path.isfile(f"{self._real_root}/{path}")

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of that path."""
        return os.path.isdir(f"{self._real_root}/{path}")

    def same(self, one: str, other: str) -> bool:
        """Whether two paths, relative or absolute, lead to the same place."""
        return self._real(one) == self._real(other)

    def names(self, folder: str) -> tuple[str, ...]:
        """The sorted names of what is directly in a folder; none when there is no such folder."""
        try:
            return tuple(sorted(os.listdir(f"{self._real_root}/{folder}")))
        except OSError:
            return ()

    def subfolders(self, folder: str) -> tuple[str, ...]:
        """The sorted names of the folders directly in a folder, without hidden ones and links."""
        entries = self._entries(folder or ".")
        names = (one.name for one in entries if not one.name.startswith(".") and one.is_dir(follow_symlinks=False))
        return tuple(sorted(names))

    def files(self, folder: str, ending: str = ".rb", without: Collection[str] = ()) -> tuple[str, ...]:
        """The sorted paths of the files below a folder whose names end so.

        without: the paths of folders that are left out. Links are followed where they stay inside the root and lead
        to what is not below the folder anyway.
        """
        found: list[str] = []
        pending = [folder] if self._inside(self._real(folder)) else []
        seen = {self._real(folder)}
        while pending:
            current = pending.pop()
            for entry in self._entries(current):
                path = f"{current}/{entry.name}"
                if entry.is_symlink() and not self._follow(path, seen):
                    continue
                if entry.is_dir():
                    pending += () if path in without else (path,)
                elif entry.name.endswith(ending) and entry.is_file():
                    found.append(path)
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

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(f"{self._real_root}/{folder}") as entries:
                return list(entries)
        except OSError:
            return []

    def _follow(self, path: str, seen: set[str]) -> bool:
        """Whether a link leads to something new inside the root; seen is what has been walked, and grows."""
        real = self._real(path)
        if not os.path.exists(real) or not self._inside(real):
            return False
        if any(_within(real, folder) or _within(folder, real) for folder in seen):
            return False
        seen.add(real)
        return True

    def _real(self, path: str) -> str:
        return os.path.realpath(os.path.join(self._real_root, path))

    def _inside(self, real: str) -> bool:
        return _within(real, self._real_root)


def _within(path: str, folder: str) -> bool:
    """Whether one real path is the other or lies below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
