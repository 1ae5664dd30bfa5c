"""What there is to check: the templates of a repo, or a pack, with the snapshots that are there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sidekiq_gen import reading
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.packs.layers import REPO_FOLDER
from sidekiq_gen.testing.cases import Subject
from sidekiq_gen.testing.check import Checked
from sidekiq_gen.testing.snapshots import ENDING, FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.rails.app import RailsApp


def of_repo(app: RailsApp) -> Checked:
    """The templates of a repo; its snapshots are beside them, in ``lib/templates/sidekiq_gen/snapshots``.

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
    subject = Subject(PATTERNS, sources=tuple(text for layer in own for _, text in layer.sources))
    folder = app.root / REPO_FOLDER
    return Checked("repo", folder, subject, files, lambda project: project, snapshots_in(folder))


def snapshots_in(folder: Path) -> dict[str, str]:
    """The snapshots of a pack, by path below its folder.

    Raises:
        Refused: one cannot be read (``unreadable``).
    """
    found: dict[str, str] = {}
    names: list[str] = []
    with suppress(OSError):
        names = sorted(path.name for path in (folder / FOLDER).iterdir() if path.name.endswith(ENDING))
    for name in names:
        path = f"{FOLDER}/{name}"
        try:
            found[path] = reading.read_inside(folder, path, reading.SNAPSHOT).decode("utf-8")
        except (reading.Unreadable, UnicodeDecodeError) as error:
            reason = error.reason if isinstance(error, reading.Unreadable) else "is not UTF-8"
            raise Refused(
                f"{folder / path} {reason}.", hint="Remove it, and write it again with --update.", code="unreadable"
            ) from None
    return found
