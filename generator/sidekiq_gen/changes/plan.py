"""What would become of every file, before anything is written."""

from __future__ import annotations

import difflib
import io
import os
import stat
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import DecisionNeeded, Refused
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# So many files are named in a message.
MOST_NAMED = 100
Status = Literal["create", "insert", "identical", "force", "skip", "conflict"]


@dataclass(frozen=True)
class PlannedFile:
    """One file of a plan.

    path: relative to the root, with forward slashes.
    text: what it is to hold.
    status: Rails' word for what becomes of it.
    before: the bytes it holds now; None when there is no such file.
    """

    path: str
    text: str
    status: Status
    before: bytes | None = None

    @property
    def content(self) -> bytes:
        """The new text as it stands on the disk; bytes that are no UTF-8 come through as they were."""
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def replaces(self) -> bool:
        """Whether something that is there is, or would be, changed."""
        return self.before is not None and self.status in {"insert", "force", "conflict"}

    @property
    def diff(self) -> str:
        """What is changed, as a unified diff, what is no UTF-8 replaced; empty where both are the same."""
        old = (self.before or b"").decode("utf-8", "surrogateescape")
        lines = difflib.unified_diff(_lines(old), _lines(self.text), f"{self.path} (now)", f"{self.path} (new)")
        return "".join(lines).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@dataclass(frozen=True)
class Plan:
    """Every file of one run.

    root: the repository, as a real path.
    files: in the order in which they are printed.
    """

    root: Path
    files: tuple[PlannedFile, ...]

    @property
    def conflicts(self) -> tuple[PlannedFile, ...]:
        """The files that nobody has decided about yet."""
        return tuple(file for file in self.files if file.status == "conflict")

    @property
    def writes(self) -> tuple[PlannedFile, ...]:
        """The files that `apply` writes."""
        return tuple(file for file in self.files if file.status in {"create", "insert", "force"})

    @property
    def changes(self) -> bool:
        """Whether anything would be written, once it is decided."""
        return bool(self.writes or self.conflicts)

    def with_statuses(self, statuses: Mapping[str, Status]) -> Plan:
        """The same plan with other statuses for some of its files, by path; KeyError when it has no such file."""
        unknown = statuses.keys() - {file.path for file in self.files}
        if unknown:
            raise KeyError(min(unknown))
        return replace(
            self,
            files=tuple(
                replace(file, status=statuses[file.path]) if file.path in statuses else file for file in self.files
            ),
        )

    def require_decisions(self) -> None:
        """Raise DecisionNeeded (``conflict``) while there are conflicts left."""
        paths = [file.path for file in self.conflicts]
        if not paths:
            return
        more = [f"and {len(paths) - MOST_NAMED:,} more"] if len(paths) > MOST_NAMED else []
        raise DecisionNeeded(
            f"Already there with different content: {', '.join([*paths[:MOST_NAMED], *more])}.",
            hint="Pass --force to overwrite or --skip to keep what is there; nothing was written.",
            code="conflict",
        )


def plan_changes(root: Path, texts: Sequence[tuple[str, str]], *, force: bool, skip: bool) -> Plan:
    """Decide what becomes of each (path, text); only reads the disk.

    Returns a plan in the order of `texts`. A file with the same bytes is ``identical``, a missing one ``create``;
    any other is ``force``, ``skip`` or ``conflict``, depending on the flags (force wins).
    Raises Refused: ``outside-root``, ``not-a-file``, ``unreadable``.
    """
    real = Path(os.path.realpath(root))
    files = []
    for path, text in texts:
        before = contents(path, locate(real, path))
        file = PlannedFile(path=path, text=text, status="create", before=before)
        if before is not None:
            file = replace(file, status=_status(same=before == file.content, force=force, skip=skip))
        files.append(file)
    return Plan(root=real, files=tuple(files))


def _lines(text: str) -> list[str]:
    """The lines of `text` with their ends, as diff counts them: only a line feed ends one."""
    lines = list(io.StringIO(text, newline="\n"))
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines


def _status(*, same: bool, force: bool, skip: bool) -> Status:
    if same:
        return "identical"
    if force:
        return "force"
    return "skip" if skip else "conflict"


def locate(root: Path, path: str) -> Path:
    """Where `path` really lies, every link followed.

    root: a real path. path: relative to it.
    Raises Refused: ``outside-root`` when it leads out of the root, ``not-a-file`` when it names nothing.
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
    return target


def contents(path: str, target: Path) -> bytes | None:
    """The bytes of the file at `target`, None when nothing is there.

    path: what to call it in a message.
    Raises Refused: ``not-a-file`` when something else is in the way, ``unreadable`` when it cannot be read.
    """
    try:
        mode = target.stat().st_mode
        if stat.S_ISREG(mode):
            return target.read_bytes()
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise _in_the_way(f"{path} cannot be written: a folder on the way to it is a file.") from None
    except OSError as error:
        raise Refused(
            f"{path} cannot be read: {error.strerror}.",
            hint="Make it readable for this user, or move it out of the way.",
            code="unreadable",
        ) from error
    what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
    raise _in_the_way(f"{path} cannot be written: what is there is {what}.")


def _in_the_way(message: str) -> Refused:
    return Refused(message, hint="Move what is in the way, or choose another name or folder.", code="not-a-file")
