"""The repo as it was for the texts that are recorded: with the gems of then, and without the files of `install`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen import reading
from sidekiq_gen.memory import remembered
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.files import Repo
from sidekiq_gen.rails.lockfile import LockedGem
from sidekiq_gen.rails.project import Project
from sidekiq_gen.sidekiq.gems import RAILS, SIDEKIQ, THROTTLED, UNIQUE_JOBS, gem_version
from sidekiq_gen.sidekiq.release import Release
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from sidekiq_gen.rails.lockfile import Lockfile
    from sidekiq_gen.sidekiq.gems import Gems


def with_gems(project: Project, gems: Gems) -> Project:
    """The project as if these were locked.

    Raises:
        Refused: there are no templates for that Sidekiq.
    """
    if gems == project.release.gems:
        return project
    lockfile = project.app.lockfile
    app = replace(project.app, lockfile=_locked(lockfile, gems)) if lockfile else project.app
    return Project(app, Release(gems), project.told)


def _locked(lockfile: Lockfile, gems: Gems) -> Lockfile:
    """The lockfile with these versions; a gem that was not there is not."""
    rails = next((name for name in (RAILS, "railties") if name in lockfile.gems), RAILS)
    texts = {SIDEKIQ: gems.sidekiq, UNIQUE_JOBS: gems.unique_jobs, THROTTLED: gems.throttled, rails: gems.rails}
    found = {name: gem for name, gem in lockfile.gems.items() if name not in texts and name not in {RAILS, "railties"}}
    for name, text in texts.items():
        if text is not None:
            there = lockfile.gems.get(name)
            requires = there.requires if there else ()
            found[name] = LockedGem(name, gem_version(text), text, gems.source if name == SIDEKIQ else "gem", requires)
    return replace(lockfile, gems=found)


@dataclass(frozen=True)
class RepoWithout(Repo):
    """The files of a repo, without some."""

    hidden: frozenset[str] = frozenset()

    def _data(self, path: str, limit: int) -> bytes:
        if path in self.hidden:
            raise reading.Unreadable("is not there", missing=True)
        return super()._data(path, limit)

    @remembered
    def is_file(self, path: str) -> bool:
        """Whether there is a regular file of that path."""
        return path not in self.hidden and super().is_file(path)

    @remembered
    def _walked(
        self, folder: str, ending: str | tuple[str, ...], without: frozenset[str], pruned: frozenset[str]
    ) -> tuple[str, ...]:
        found = super()._walked(folder, ending, without, pruned)
        return tuple(path for path in found if path not in self.hidden)


@dataclass(frozen=True)
class AppWithout(RailsApp):
    """The app without some of its files."""

    hidden: frozenset[str] = frozenset()

    @cached_property
    def repo(self) -> Repo:
        """Its other files."""
        return RepoWithout(self.root, self.hidden)


def without(project: Project, paths: frozenset[str]) -> Project:
    """The project as if it had none of these files."""
    app = project.app
    return replace(project, app=AppWithout(app.root, app.lockfile, app.asked_form, app.pack, paths))
