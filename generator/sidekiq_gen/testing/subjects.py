"""What there is to check: the templates of a repo, or a pack, with the snapshots that are there."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen import reading
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.packs import found
from sidekiq_gen.job.patterns.catalogue import patterns_of
from sidekiq_gen.packs.layers import REPO_FOLDER
from sidekiq_gen.testing.cases import Subject
from sidekiq_gen.testing.check import Checked
from sidekiq_gen.testing.levels import Said
from sidekiq_gen.testing.snapshots import ENDING, FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from sidekiq_gen.packs.layers import Layer
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project


def of_repo(app: RailsApp) -> Checked:
    """The templates of a repo, over those of its pack; its snapshots are in a folder ``snapshots`` beside them.

    Raises:
        InvalidInput: it has none (``no-templates``). Refused: they cannot be read.
    """
    own = [layer for layer in app.layers if layer.origin == "repo"]
    if not own:
        raise InvalidInput(
            "There is nothing to check: this repo has no templates of its own.",
            hint="Name a pack, sidekiq-gen templates check ./pack, or begin with sidekiq-gen templates copy PATH.",
            code="no-templates",
        )
    files = {f"{REPO_FOLDER}/{path}": text for layer in own for path, text in layer.sources}
    folder = app.root / REPO_FOLDER
    return Checked("repo", folder, _subject(app.pack, app.layers), files, _with(app.pack), snapshots_in(folder))


def of_pack(typed: str, base: Path) -> Checked:
    """A pack; its snapshots are in its folder ``snapshots``.

    typed: a folder with a slash in it, else the name of one that is installed. base: what a folder is relative to.

    Raises:
        InvalidInput: there is none, or it makes no sense. Refused: one of its files cannot be read.
    """
    pack = found(typed, base)
    folder = Path(pack.folder)
    layers = (pack.layer,) if pack.layer else ()
    return Checked(pack.name, folder, _subject(pack, layers), {}, _with(pack), snapshots_in(folder))


def _subject(pack: Pack | None, layers: tuple[Layer, ...]) -> Subject:
    own, attributes = (pack.patterns, pack.attributes) if pack else ((), ())
    return Subject(
        patterns_of(pack),
        frozenset(pattern.name for pattern in own),
        tuple(Said(one.flag, one.sample, one.required and one.default is None) for one in attributes),
        tuple(text for layer in layers for _, text in layer.sources),
        frozenset(name for pattern in own for name in pattern.needs_capabilities),
        frozenset(name for pattern in own for name in pattern.needs_gems),
    )


def _with(pack: Pack | None) -> Callable[[Project], Project]:
    return lambda project: project.with_pack(pack)


def snapshots_in(folder: Path) -> dict[str, str]:
    """The snapshots of a pack, by path below its folder.

    Raises:
        Refused: one cannot be read (``unreadable``).
    """
    snapshots: dict[str, str] = {}
    names: list[str] = []
    with suppress(OSError):
        names = sorted(path.name for path in (folder / FOLDER).iterdir() if path.name.endswith(ENDING))
    for name in names:
        path = f"{FOLDER}/{name}"
        try:
            snapshots[path] = reading.read_inside(folder, path, reading.SNAPSHOT).decode("utf-8")
        except (reading.Unreadable, UnicodeDecodeError) as error:
            reason = error.reason if isinstance(error, reading.Unreadable) else "is not UTF-8"
            raise Refused(
                f"{folder / path} {reason}.", hint="Remove it, and write it again with --update.", code="unreadable"
            ) from None
    return snapshots
