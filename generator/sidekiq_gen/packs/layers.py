"""Templates that lie over the built-in ones: those of the repo, and those of a pack. Read once, and then a value."""

from __future__ import annotations

import os
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from sidekiq_gen import reading
from sidekiq_gen.errors import Refused
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

REPO_FOLDER = "lib/templates/sidekiq_gen"
ENDING = ".j2"
MOST_FILES = 500
DEEPEST = 12


@dataclass(frozen=True)
class Layer:
    """The templates of one origin.

    name: ``repo``, or the name of the pack. place: the folder they are in, as a person reads it.
    sources: path and text of each, by path: ``("common/job.rb.j2", "...")``.
    """

    origin: Literal["repo", "pack"]
    name: str
    place: str
    sources: tuple[tuple[str, str], ...]

    def __hash__(self) -> int:
        """Cheap, since every look-up of a template asks for it."""
        return hash((self.origin, self.name, self.place, self.digest))

    @cached_property
    def digest(self) -> str:
        """Tells apart what is in two layers: hexadecimal digits."""
        digest = sha256()
        for path, text in self.sources:
            digest.update(f"{path}\0{text}\0".encode())
        return digest.hexdigest()

    @cached_property
    def by_path(self) -> Mapping[str, str]:
        """The texts by path."""
        return dict(self.sources)

    def shown(self, path: str) -> str:
        """Where one of them is, as a person reads it: ``lib/templates/sidekiq_gen/common/job.rb.j2``."""
        return f"{self.place}/{path}"


def repo_layer(root: Path) -> Layer | None:
    """The templates of a repo; None where it has none, which is told by one look.

    Raises:
        Refused: one of them cannot be read.
    """
    if not os.path.isdir(root / REPO_FOLDER):  # noqa: PTH112 - Path.is_dir raises where a folder above is closed
        return None
    return read_layer("repo", "repo", REPO_FOLDER, root, REPO_FOLDER)


def read_layer(origin: Literal["repo", "pack"], name: str, place: str, root: Path, folder: str) -> Layer | None:
    """The templates in a folder below a root, out of which no link may lead; None where there are none.

    Raises:
        Refused: one cannot be read, or there are too many: ``broken-template``.
    """
    sources: list[tuple[str, str]] = []
    for path in _paths(root, folder, place):
        try:
            text = reading.read_inside(root, f"{folder}/{path}", reading.TEMPLATE).decode("utf-8")
        except reading.Unreadable as error:
            raise _refused(f"{place}/{path}", error.reason) from None
        except UnicodeDecodeError:
            raise _refused(f"{place}/{path}", "is not UTF-8") from None
        sources.append((path, text.removeprefix("\ufeff").replace("\r\n", "\n")))
    return Layer(origin, name, place, tuple(sorted(sources))) if sources else None


def _paths(root: Path, folder: str, place: str) -> Iterator[str]:
    """The paths of the templates in a folder, relative to it."""
    pending, found = [("", 0)], 0
    while pending:
        below, depth = pending.pop()
        here = root / folder / below
        try:
            with os.scandir(here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            shown = f"{place}/{below}".removesuffix("/")
            raise _refused(shown, reading.Unreadable.of(error).reason) from None
        for entry in listed:
            path = f"{below}{entry.name}"
            if entry.is_symlink() and entry.is_dir():
                raise _refused(f"{place}/{path}", "is a link to a folder, which is not followed")
            if entry.is_dir():
                if depth == DEEPEST:
                    raise _refused(f"{place}/{path}", "is too deep")
                pending.append((f"{path}/", depth + 1))
            elif entry.name.endswith(ENDING):
                found += 1
                if found > MOST_FILES:
                    raise _refused(place, f"has more than {MOST_FILES} templates")
                yield path


def _refused(path: str, reason: str) -> Refused:
    return Refused(
        f"{path} {reason}.",
        hint="Make it a readable file of UTF-8 in this folder, or move it out of the way.",
        code="broken-template",
    )
