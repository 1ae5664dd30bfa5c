"""The root as a descriptor: every folder below it is reached step by step, and no link is followed on the way."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# A folder that may be passed through and not be listed is good enough, where the system tells the two apart.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW


@dataclass(frozen=True)
class Root:
    """The root of a repo, opened once.

    Folders are named as in a plan: relative to the root, with forward slashes, "" for the root itself.
    """

    path: Path
    descriptor: int

    @contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """A descriptor of a folder below the root.

        Raises OSError: FileNotFoundError when it is missing; ELOOP or ENOTDIR when a link or a file is on the way.
        """
        current = os.open(".", _FOLDER, dir_fd=self.descriptor)
        try:
            for name in path.split("/") if path else ():
                below = os.open(name, _FOLDER, dir_fd=current)
                current, above = below, current
                _close(above)
            yield current
        finally:
            _close(current)

    def missing(self, folders: Sequence[str]) -> list[str]:
        """Those of the folders, and of the folders above them, that are not there yet; each after the one above it."""
        known = {""}
        missing = []
        for folder in folders:
            parts = folder.split("/")
            for path in ("/".join(parts[:count]) for count in range(1, len(parts) + 1)):
                if path not in known:
                    known.add(path)
                    if not self._is_there(path):
                        missing.append(path)
        return missing

    def make(self, path: str) -> None:
        """Make one folder; FileExistsError when there is something already."""
        above, _, name = path.rpartition("/")
        with self.folder(above) as folder:
            os.mkdir(name, dir_fd=folder)

    def remove(self, path: str) -> None:
        """Remove one empty folder; OSError when it is missing or not empty."""
        above, _, name = path.rpartition("/")
        with self.folder(above) as folder:
            os.rmdir(name, dir_fd=folder)

    def _is_there(self, path: str) -> bool:
        above, _, name = path.rpartition("/")
        try:
            with self.folder(above) as folder:
                os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True


@contextmanager
def opened(path: Path) -> Iterator[Root]:
    """The root at a real path; OSError when it cannot be opened."""
    root = Root(path, os.open(path, _FOLDER))
    try:
        yield root
    finally:
        _close(root.descriptor)


def _close(descriptor: int) -> None:
    with suppress(OSError):  # nothing was written through it
        os.close(descriptor)
