"""Where the files of a plan really lie, and where none may."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from sidekiq_gen.errors import Refused


class Places:
    """Where the files of one run lie; each folder is looked up once.

    root: a real path. It is for one step of a run: what others do to a folder later is not seen here.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: dict[str, str] = {}

    def find(self, path: str) -> Path:
        """Where `path` really lies, as `locate` has it.

        Raises Refused, likewise.
        """
        above, slash, name = path.rpartition("/")
        folder = above + slash  # "/" is not ""
        real = self._folders.get(folder)
        if real is not None and name not in {"", ".", ".."} and "\0" not in name and not is_private(name):
            target = f"{real}/{name}"
            if not os.path.islink(target):  # noqa: PTH114 - which a name that is too long makes raise
                return Path(target)
        found = locate(self.root, path)
        if found.name == name and not os.path.islink(self.root / path):  # noqa: PTH114 - likewise
            self._folders[folder] = str(found.parent)
        return found


def locate(root: Path, path: str) -> Path:
    """Where `path` really lies, every link followed.

    root: a real path. path: relative to it.
    Raises Refused: ``outside-root`` when it leads out of the root, ``not-a-file`` when it names nothing,
    ``version-control`` when it leads into what belongs to git or its like.
    """
    parts = PurePosixPath(path).parts
    if not parts or "\0" in path:
        raise Refused(
            f"{path!r} is not the name of a file.",
            hint="Name a file below the root of the repository.",
            code="not-a-file",
        )
    target = Path(os.path.realpath(root.joinpath(*parts)))
    if ".." in parts or PurePosixPath(path).is_absolute() or root not in target.parents:
        raise Refused(
            f"{path} leads out of {root}.",
            hint="Files are written below the root of the repository only; look for a symbolic link on the way.",
            code="outside-root",
        )
    if any(is_private(part) for part in (*parts, *target.relative_to(root).parts)):
        raise Refused(
            f"{path} leads into what belongs to version control.",
            hint="Nothing is written there: choose another name or folder, or look for a symbolic link on the way.",
            code="version-control",
        )
    return target


def is_private(name: str) -> bool:
    """Whether a file or folder of this name belongs to version control.

    On some file systems case, and dots and spaces at the end, make no difference, and a name has a short form.
    """
    return name.rstrip(". ").casefold() in {".git", "git~1", ".hg", ".svn", ".jj"}
