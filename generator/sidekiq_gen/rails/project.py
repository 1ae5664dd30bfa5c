"""Where we are: the repo, its lockfile, and the Sidekiq to write for."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused, SidekiqGenError
from sidekiq_gen.quoting import shortened
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.lockfile import Lockfile, find_lockfile, find_root, no_lockfile, read_lockfile
from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.gems import SIDEKIQ, THROTTLED, UNIQUE_JOBS, Gems, GemSource, gem_version
from sidekiq_gen.sidekiq.release import Release, sidekiq_not_locked
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sidekiq_gen.notices import Notice
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.style import Form

_VERSION = regex(r"[0-9]+(?:\.[0-9A-Za-z]+)*")


@dataclass(frozen=True)
class Where:
    """What the command line says about the place.

    root, lockfile, sidekiq_version: as typed; None when left out.
    """

    root: Path | None = None
    lockfile: Path | None = None
    sidekiq_version: str | None = None

    def words(self) -> list[str]:
        """The words of a command line that say the same."""
        pairs = (("--root", self.root), ("--lockfile", self.lockfile), ("--sidekiq-version", self.sidekiq_version))
        return [word for option, value in pairs if value is not None for word in (option, str(value))]


@dataclass(frozen=True)
class Project:
    """The repo and its release.

    told: what was to be said before anything was read.
    """

    app: RailsApp
    release: Release
    told: tuple[Notice, ...] = ()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the detection itself has to say."""
        return (*self.told, *self.release.notices())

    def writing(self, form: Form | None) -> Project:
        """The same for a job of this form; None leaves it to what most jobs are."""
        if form in {None, self.app.form}:
            return self
        return replace(self, app=replace(self.app, asked_form=form))

    def with_pack(self, pack: Pack | None) -> Project:
        """The same with a pack, or without one."""
        return self if pack == self.app.pack else replace(self, app=replace(self.app, pack=pack))


def detect_project(where: Where, start: Path, first: Callable[[Path], tuple[Notice, ...]] = lambda _: ()) -> Project:
    """Find the repo, read its lockfile, choose the release.

    first: called with the root before anything is read there; what it says is told first.

    Raises:
        InvalidInput: a folder or version on the command line makes no sense.
        Refused: there is no lockfile, no Sidekiq in it, or one that is not supported.
    """
    root = _root(where, start)
    told = first(root)
    with telling(told):
        return _detected(where, root, told)


@contextmanager
def telling(notices: tuple[Notice, ...]) -> Iterator[None]:
    """Have what ends the run here say these too: nobody else has said them yet."""
    try:
        yield
    except SidekiqGenError as error:
        error.notices = notices
        raise


def _detected(where: Where, root: Path, told: tuple[Notice, ...]) -> Project:
    lockfile = _lockfile(where, root)
    text, source = _sidekiq(where, lockfile)
    app = RailsApp(root, lockfile)
    unique_jobs, throttled, rails = app.gem(UNIQUE_JOBS), app.gem(THROTTLED), app.rails
    release = Release(
        Gems(
            text,
            source,
            unique_jobs=unique_jobs.text if unique_jobs else None,
            throttled=throttled.text if throttled else None,
            rails=rails.text if rails else None,
        )
    )
    return Project(app, release, told)


def _root(where: Where, start: Path) -> Path:
    if where.root is not None:
        if not os.path.isdir(where.root):  # noqa: PTH112 - Path.is_dir raises where a folder above is closed
            raise InvalidInput(
                f"--root {shortened(where.root)} is not a folder.",
                hint="Give the folder of a Rails repo.",
                code="invalid-root",
            )
        return where.root.resolve()
    found = find_root(start)
    if found is None and where.lockfile is not None:
        found = where.lockfile.parent
    if found is None and where.sidekiq_version is not None:
        found = start
    if found is None:
        raise no_lockfile(start)
    return found.resolve()


def _lockfile(where: Where, root: Path) -> Lockfile | None:
    path = where.lockfile or find_lockfile(root)
    if path is None:
        if where.sidekiq_version is not None:
            return None
        raise no_lockfile(root)
    if where.lockfile is not None and not os.path.lexists(path):
        raise Refused(
            f"There is no lockfile {shortened(path)}.", hint="Give one that exists to --lockfile.", code="no-lockfile"
        )
    return read_lockfile(path)


def _sidekiq(where: Where, lockfile: Lockfile | None) -> tuple[str, GemSource]:
    """The version to write for, as it is spelled, and the section of the lockfile that names Sidekiq."""
    gem = lockfile.get(SIDEKIQ) if lockfile else None
    if where.sidekiq_version is not None:
        return _checked(where.sidekiq_version), gem.source if gem else "gem"
    if gem is None:
        raise sidekiq_not_locked(lockfile.path.name if lockfile else "The repo")
    return gem.text, gem.source


def _checked(typed: str) -> str:
    """What was typed as a version, if it is one."""
    try:
        if _VERSION.fullmatch(typed):
            gem_version(typed)
            return typed
    except ValueError:  # absurdly long
        pass
    raise InvalidInput(
        f"--sidekiq-version {typed[:40]!a} is not a version.",
        hint="Give the number of a release: --sidekiq-version 7.3.2.",
        code="invalid-version",
    )
