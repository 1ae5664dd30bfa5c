"""What everything that is known about the repo is read from: its files, its lockfile, its constants."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.memory import remembered
from sidekiq_gen.rails import gems
from sidekiq_gen.rails.constants import Constants
from sidekiq_gen.rails.files import Repo
from sidekiq_gen.rails.inflections import Inflections, find_inflections
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    import re
    from pathlib import Path

    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.lockfile import LockedGem, Lockfile
    from sidekiq_gen.style import Form


@dataclass(frozen=True)
class Source:
    """One repo. Nothing is read before it is asked for, and a file that cannot be read counts as missing.

    lockfile: None when the Sidekiq version was given by hand and there is none.
    asked_form: what a new job is to be; None leaves it to what most jobs are.
    pack: the templates, patterns and attributes that were asked for; None for none.
    """

    root: Path
    lockfile: Lockfile | None
    asked_form: Form | None = None
    pack: Pack | None = None

    def gem(self, name: str) -> LockedGem | None:
        """The locked gem of that name."""
        return self.lockfile.get(name) if self.lockfile else None

    @property
    def gem_names(self) -> frozenset[str]:
        """The names of all locked gems."""
        return gems.names(self.lockfile)

    @cached_property
    def rails(self) -> LockedGem | None:
        """Rails itself, else its ``railties``."""
        return gems.rails_gem(self.lockfile)

    @cached_property
    def repo(self) -> Repo:
        """Its files, each read once."""
        return Repo(self.root)

    @cached_property
    def inflections(self) -> Inflections:
        """How words change in this repo."""
        return find_inflections(self.repo)

    @property
    def acronyms(self) -> tuple[str, ...]:
        """The acronyms that the repo teaches Rails' inflector."""
        return self.inflections.acronyms

    @cached_property
    def constants(self) -> Constants:
        """Which file defines which constant."""
        return Constants(self.repo, self.inflections)

    def names(self, folder: str) -> tuple[str, ...]:
        """The names of what is directly in a folder."""
        return self.repo.names(folder)

    @remembered
    def configured(self, sign: re.Pattern[str], ending: str = ".rb") -> bool:
        """Whether a file under ``config`` whose name ends so has a text like that."""
        return any(sign.search(self.repo.read(path) or "") for path in self.repo.files("config", ending))

    def _path(self, path: str | None) -> Path | None:
        return self.root / path if path else None

    def defined_elsewhere(self, class_name: str, target: Path) -> Path | None:
        """A file below the root, other than target, that defines a class; target may be relative to the root."""
        return self._path(self.constants.defined_elsewhere(class_name, str(target)))

    @remembered
    def hides(self, namespace: str) -> tuple[str, ...]:
        """The constants directly below a namespace that hide one of the same name at the top, sorted."""
        return self.constants.hides(namespace, self.gem_names)

    @remembered
    def namespace_keyword(self, constant: str) -> Literal["module", "class"]:
        """What a namespace is opened with: ``class`` when a file defines it as one."""
        return self.constants.keyword(constant)
