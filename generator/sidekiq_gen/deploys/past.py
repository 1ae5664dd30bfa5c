"""The repo as it was at a commit, for everything that reads a repo."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen import reading
from sidekiq_gen.memory import remembered
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.files import Repo
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.deploys.git import Tree


@dataclass(frozen=True)
class PastRepo(Repo):
    """The files of a commit. It has no links: what was one is not there."""

    tree: Tree

    @cached_property
    def _paths(self) -> list[str]:
        return sorted(self.tree.blobs)

    @cached_property
    def _folders(self) -> dict[str, set[str]]:
        """What is directly in each folder; the names of folders end with a slash."""
        found: dict[str, set[str]] = {"": set()}
        for path in self.tree.blobs:
            folder, _, name = path.rpartition("/")
            found.setdefault(folder, set()).add(name)
            while folder and f"{folder.rpartition('/')[2]}/" not in found.get(folder.rpartition("/")[0], ()):
                folder, _, name = folder.rpartition("/")
                found.setdefault(folder, set()).add(f"{name}/")
        return found

    def _data(self, path: str, limit: int) -> bytes:
        blob = self.tree.blobs.get(_plain(path))
        if blob is None:
            raise reading.Unreadable("is not there", missing=True)
        if blob.size > limit:
            raise reading.Unreadable(f"is larger than {reading.size(limit)}")
        return self.tree.content(_plain(path))

    @remembered
    def is_file(self, path: str) -> bool:
        """Whether the commit has a regular file of that path."""
        return _plain(path) in self.tree.blobs

    @remembered
    def is_folder(self, path: str) -> bool:
        """Whether it has a folder of that path."""
        return _plain(path) in self._folders

    @remembered
    def names(self, folder: str) -> tuple[str, ...]:
        """The sorted names of what is directly in a folder."""
        return tuple(sorted(name.rstrip("/") for name in self._folders.get(_plain(folder), ())))

    def subfolders(self, folder: str) -> tuple[str, ...]:
        """The sorted names of the folders directly in a folder, without hidden ones."""
        inside = self._folders.get(_plain(folder), ())
        return tuple(sorted(name[:-1] for name in inside if name.endswith("/") and not name.startswith(".")))

    def _walked(
        self, folder: str, ending: str | tuple[str, ...], without: frozenset[str], pruned: frozenset[str]
    ) -> tuple[str, ...]:
        plain = _plain(folder)
        start = f"{plain}/" if plain else ""
        first, found = bisect_left(self._paths, start), []
        left_out = tuple(f"{_plain(one)}/" for one in without)
        for at in range(first, len(self._paths)):
            path = self._paths[at]
            if not path.startswith(start):
                break
            if path.endswith(ending) and not path.startswith(left_out) and pruned.isdisjoint(path.split("/")[:-1]):
                found.append(path)
        return tuple(found)


def _plain(path: str) -> str:
    """A path without the dots and slashes that mean nothing."""
    return "/".join(part for part in path.split("/") if part not in {"", "."})


@dataclass(frozen=True)
class PastApp(RailsApp):
    """The app as it was; the lockfile is today's, as what is not safe is judged for the code that is to run."""

    past: PastRepo | None = None

    @cached_property
    def repo(self) -> Repo:
        """The files of the commit."""
        return self.past or Repo(self.root)
