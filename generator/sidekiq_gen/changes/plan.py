"""What would become of every file, before anything is written."""

from __future__ import annotations

import codecs
import errno
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
Status = Literal["create", "insert", "identical", "force", "skip", "conflict", "remove"]


@dataclass(frozen=True)
class PlannedFile:
    """One file of a plan.

    path: relative to the root, with forward slashes.
    text: what it is to hold; "" where it is removed.
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
    def is_step(self) -> bool:
        """Whether `apply` does anything to it."""
        return self.status in {"create", "insert", "force", "remove"}

    @property
    def diff(self) -> str:
        """What is changed, as a unified diff, what is no UTF-8 replaced; empty where both are the same."""
        old = (self.before or b"").decode("utf-8", "surrogateescape")
        from difflib import unified_diff

        lines = unified_diff(_lines(old), _lines(self.text), f"{self.path} (now)", f"{self.path} (new)")
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
        return tuple(file for file in self.steps if file.status != "remove")

    @property
    def steps(self) -> tuple[PlannedFile, ...]:
        """The files that `apply` writes or removes."""
        return tuple(file for file in self.files if file.is_step)

    @property
    def changes(self) -> bool:
        """Whether anything would be written or removed, once it is decided."""
        return bool(self.steps or self.conflicts)

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
    any other is ``force``, ``skip`` or ``conflict``, depending on the flags (force wins). A text that stands in the
    place of another takes over its byte order mark and its line ends, where they are all the same.
    Raises Refused: ``outside-root``, ``version-control``, ``not-a-file``, ``unreadable``, ``same-file``.
    """
    real = Path(os.path.realpath(root))
    files = []
    places: dict[Path, str] = {}
    for path, text in texts:
        target = locate(real, path)
        before = contents(path, target)
        file = PlannedFile(path=path, text=text, status="create", before=before)
        if before is not None:
            file = replace(file, text=_in_the_form_of(before, text))
            file = replace(file, status=_status(same=before == file.content, force=force, skip=skip))
        if file.status in {"create", "force", "conflict"} and (other := places.setdefault(target, path)) != path:
            raise _same_file(other, path)
        files.append(file)
    return Plan(root=real, files=tuple(files))


def is_private(name: str) -> bool:
    """Whether a file or folder of this name belongs to version control.

    On some file systems case, and dots and spaces at the end, make no difference, and a name has a short form.
    """
    return name.rstrip(". ").casefold() in {".git", "git~1", ".hg", ".svn", ".jj"}


def _in_the_form_of(before: bytes, text: str) -> str:
    """The text with the byte order mark and the line ends of the file that it is to replace."""
    if before.startswith(codecs.BOM_UTF8) and not text.startswith("\ufeff"):
        text = f"\ufeff{text}"
    lines = before.count(b"\n")
    if lines and lines == before.count(b"\r\n") and "\r" not in text:
        text = text.replace("\n", "\r\n")
    return text


def _same_file(one: str, other: str) -> Refused:
    return Refused(
        f"{one} and {other} are one file.",
        hint="Both are to be written, with different texts: look for a symbolic link on the way.",
        code="same-file",
    )


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
        hint = "Make it readable for this user, or move it out of the way."
        if error.errno == errno.ENAMETOOLONG:
            path, hint = f"{path[:60]}...", "Choose a shorter name."
        raise Refused(f"{path} cannot be read: {error.strerror}.", hint=hint, code="unreadable") from error
    what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
    raise _in_the_way(f"{path} cannot be written: what is there is {what}.")


def _in_the_way(message: str) -> Refused:
    return Refused(message, hint="Move what is in the way, or choose another name or folder.", code="not-a-file")
