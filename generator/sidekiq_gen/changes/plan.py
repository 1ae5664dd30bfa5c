"""What would become of every file, before anything is written."""

from __future__ import annotations

import codecs
import errno
import io
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from sidekiq_gen.changes.places import Places
from sidekiq_gen.errors import DecisionNeeded, Refused
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# So many files are named in a message.
MOST_NAMED = 100
Status = Literal["create", "insert", "identical", "force", "skip", "conflict", "remove", "update", "merge"]


@dataclass(frozen=True)
class PlannedFile:
    """One file of a plan.

    path: relative to the root, with forward slashes.
    text: what it is to hold; of one that is to be removed, what it would hold if nobody had changed it.
    status: Rails' word for what becomes of it.
    before: the bytes it holds now; None when there is no such file.
    goes: whether it is to be removed, once that is decided.
    """

    path: str
    text: str
    status: Status
    before: bytes | None = None
    goes: bool = False

    @property
    def content(self) -> bytes:
        """The new text as it stands on the disk; bytes that are no UTF-8 come through as they were."""
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def is_change(self) -> bool:
        """Whether something is, or would be, written or removed."""
        return self.is_step or self.status == "conflict"

    @property
    def is_step(self) -> bool:
        """Whether `apply` does anything to it."""
        return self.status in {"create", "insert", "force", "remove", "update", "merge"}

    @property
    def diff(self) -> str:
        """What is changed, as a unified diff, what is no UTF-8 replaced; empty where both are the same.

        A file that is created is compared with /dev/null, and so is one that is removed; one that is still to be
        decided about is compared with its text.
        """
        if self.before is None:
            return _printable(_of_a_new_file(self.path, self.text))
        from difflib import unified_diff

        removed = self.status == "remove"
        new = "/dev/null" if removed else f"{self.path} (new)"
        lines = unified_diff(
            _lines(self.before.decode("utf-8", "surrogateescape")),
            [] if removed else _lines(self.text),
            f"{self.path} (now)",
            new,
        )
        return _printable("".join(lines))


class Shared(Protocol):
    """A file that every run writes its part of: what it is to hold depends on what other runs have written.

    So its text is made again once no other run can write.
    """

    @property
    def path(self) -> str:
        """Relative to the root."""

    def text(self, plan: Plan, before: bytes | None) -> str | None:
        """What it is to hold, for what it holds and what becomes of the files of a plan; None for no such file."""


@dataclass(frozen=True)
class Plan:
    """Every file of one run.

    root: the repository, as a real path.
    files: in the order in which they are printed.
    record: what is written down of them, in the same transaction; None where nothing is.
    """

    root: Path
    files: tuple[PlannedFile, ...]
    record: Shared | None = None

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

    def with_files(self, files: Mapping[str, PlannedFile]) -> Plan:
        """The same plan with others in place of some of its files, by path; KeyError when it has no such file."""
        unknown = files.keys() - {file.path for file in self.files}
        if unknown:
            raise KeyError(min(unknown))
        return replace(self, files=tuple(files.get(file.path, file) for file in self.files))

    def require_decisions(self) -> None:
        """Raise DecisionNeeded (``conflict``) while there are conflicts left."""
        conflicts = self.conflicts
        if not conflicts:
            return
        paths = [file.path for file in conflicts]
        more = [f"and {len(paths) - MOST_NAMED:,} more"] if len(paths) > MOST_NAMED else []
        named = ", ".join([*paths[:MOST_NAMED], *more])
        if any(file.goes for file in conflicts):
            message = f"Not what would be written with these options: {named}."
            hint = "Give the options that it was written with, or pass --force to remove it or --skip to keep it; "
            hint += "nothing was removed."
        else:
            message = f"Already there with different content: {named}."
            hint = "Pass --force to overwrite or --skip to keep what is there; nothing was written."
        error = DecisionNeeded(message, hint=hint, code="conflict")
        error.files = tuple((path, "conflict") for path in paths)
        raise error


def plan_changes(
    root: Path, texts: Sequence[tuple[str, str]], *, force: bool, skip: bool, places: Places | None = None
) -> Plan:
    """Decide what becomes of each (path, text); only reads the disk.

    places: that are known already, of other plans of the same run and root.
    Returns a plan in the order of `texts`. A file with the same bytes is ``identical``, a missing one ``create``;
    any other is ``force``, ``skip`` or ``conflict``, depending on the flags (force wins). A text that stands in the
    place of another takes over its byte order mark and its line ends, where they are all the same.
    Raises Refused: ``outside-root``, ``version-control``, ``not-a-file``, ``unreadable``, ``same-file``.
    """
    places = places or Places(Path(os.path.realpath(root)))
    files = []
    taken: dict[Path, str] = {}
    for path, text in texts:
        target = places.find(path)
        before = contents(path, target)
        file = PlannedFile(path=path, text=text, status="create", before=before)
        if before is not None:
            file = replace(file, text=in_the_form_of(before, text))
            file = replace(file, status=_status(same=before == file.content, force=force, skip=skip))
        if file.status in {"create", "force", "conflict"} and (other := taken.setdefault(target, path)) != path:
            raise _same_file(other, path)
        files.append(file)
    return Plan(root=places.root, files=tuple(files))


def plan_record(plan: Plan, places: Places | None = None) -> PlannedFile | None:
    """What becomes of the file in which a plan is written down; None where there is, and would be, none.

    places: of the same root. Raises Refused: as `contents`.
    """
    if plan.record is None:
        return None
    path = plan.record.path
    before = contents(path, (places or Places(plan.root)).find(path))
    text = plan.record.text(plan, before)
    if text is None:
        return None if before is None else PlannedFile(path, "", "remove", before, goes=True)
    file = PlannedFile(path, text, "create" if before is None else "update", before)
    return replace(file, status="identical") if before == file.content else file


def in_the_form_of(before: bytes, text: str) -> str:
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


def _of_a_new_file(path: str, text: str) -> str:
    """A unified diff from nothing to a text, without loading what compares two."""
    lines = _lines(text)
    count = f"1,{len(lines)}" if len(lines) != 1 else "1"
    head = f"--- /dev/null\n+++ {path} (new)\n@@ -0,0 +{count} @@\n" if lines else ""
    return head + "".join(f"+{line}" for line in lines)


def _printable(text: str) -> str:
    """What is no UTF-8 replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


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
