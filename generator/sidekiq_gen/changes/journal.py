"""The journal: what a run is about to do, so that the next one can undo it when this one is killed.

It is one hidden file in the root of the repo, there only while a run writes. It is the lock as well (flock(2)): whoever
holds it may write, and the kernel lets go of it when the holder dies, so that a journal that nobody holds is one of a
run that was killed. In the root, because every command finds the root first, for every user and without a home; a file
and not the folder itself, because a folder cannot be locked on NFS and is locked by others (``flock . command``).
The targets may be on other file systems: each temporary file lies beside its target, and the journal only names it.

    sidekiq-gen journal 1 ...      what it is, for whoever finds it
    {"token": ..., "folders": [...], "files": [...]}
    staged                         every temporary file is complete; from here on targets change
    done                           every target is as it is to be; only temporary files are left to be removed

Every line is synced before the next step. A journal without its second line belongs to a run that had not begun.
The journal of a repo is data from that repo: what is read is checked here, and `undo` trusts it no further.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Literal

from sidekiq_gen.changes.names import temporary
from sidekiq_gen.changes.places import is_private
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

_TITLE = b"sidekiq-gen journal 1"
_HEAD = _TITLE + b": a run writes, or was killed; the next run of sidekiq-gen in this repo undoes what is half done.\n"
_TOKEN = regex(r"[0-9a-f]{16}")
_FINGERPRINT = regex(r"[0-9]{1,19}-[0-9a-f]{64}")
MAXIMUM_SIZE = 1 << 26  # bytes

State = Literal["begun", "staged", "done"]


@dataclass(frozen=True)
class Entry:
    """One file of a transaction.

    folder: where it really lies, relative to the root; "" for the root itself.
    name: its name there.
    before, after: fingerprints of what it held and is to hold; None for no file.
    new, old: the names, in the same folder, of the new text and of what was moved out of the way.
    """

    folder: str
    name: str
    before: str | None
    after: str | None
    new: str
    old: str

    @property
    def path(self) -> str:
        """Relative to the root."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


@dataclass(frozen=True)
class Journal:
    """What a run is about to do.

    folders: those that it makes, each after the one above it.
    state: how far it has got.
    """

    token: str
    folders: tuple[str, ...]
    entries: tuple[Entry, ...]
    state: State = "begun"

    @classmethod
    def of(cls, files: Sequence[tuple[str, str, str | None, str | None]], folders: Sequence[str]) -> Journal:
        """A new one, for files given as folder, name, and fingerprints before and after."""
        return cls._named(os.urandom(8).hex(), files, folders, "begun")

    @classmethod
    def _named(
        cls, token: str, files: Sequence[tuple[str, str, str | None, str | None]], folders: Sequence[str], state: State
    ) -> Journal:
        """Temporary names follow from the token: they never stand in the journal."""
        entries = tuple(
            Entry(*file, new=temporary(token, number, "new"), old=temporary(token, number, "old"))
            for number, file in enumerate(files)
        )
        return cls(token, tuple(folders), entries, state)

    def encode(self) -> bytes:
        """Its first two lines."""
        files = [[entry.folder, entry.name, entry.before, entry.after] for entry in self.entries]
        document = json.dumps({"token": self.token, "folders": self.folders, "files": files})
        return _HEAD + document.encode("ascii") + b"\n"


def mark(state: Literal["staged", "done"]) -> bytes:
    """The line that says how far a run has got."""
    return f"{state}\n".encode("ascii")


def decode(content: bytes) -> Journal | None:
    """Read a journal; None for one of a run that had not begun.

    Raises ValueError: this is no journal of ours.
    """
    if len(content) > MAXIMUM_SIZE:
        raise ValueError
    head, _, rest = content.partition(b"\n")
    document, end, states = rest.partition(b"\n")
    if not end:
        if head.rstrip(b"\0") and not head.startswith(_TITLE) and not _HEAD.startswith(head):
            raise ValueError
        return None
    if not head.startswith(_TITLE):
        raise ValueError
    try:
        read = json.loads(document)
    except RecursionError:
        raise ValueError from None
    lines = states.split(b"\n")[:-1]
    state: State = "done" if b"done" in lines else "staged" if b"staged" in lines else "begun"
    return _checked(read, state)


def _checked(read: Any, state: State) -> Journal:
    """A journal that says nothing but what one of ours could say."""
    if not isinstance(read, dict) or set(read) != {"token", "folders", "files"}:
        raise ValueError
    token, folders, files = read["token"], read["folders"], read["files"]
    if not (
        isinstance(token, str) and _TOKEN.fullmatch(token) and isinstance(folders, list) and isinstance(files, list)
    ):
        raise ValueError
    if not all(isinstance(folder, str) and _is_path(folder) for folder in folders):
        raise ValueError
    if not all(_is_file(file) for file in files):
        raise ValueError
    return Journal._named(token, [tuple(file) for file in files], folders, state)  # noqa: SLF001 - the class of this module


def _is_file(file: Any) -> bool:
    if not isinstance(file, list) or len(file) != len(("folder", "name", "before", "after")):
        return False
    folder, name, before, after = file
    if not (isinstance(folder, str) and isinstance(name, str)) or "/" in name:
        return False
    prints = [one for one in (before, after) if one is not None]
    return (
        _is_path(f"{folder}/{name}" if folder else name)
        and bool(prints)
        and all(isinstance(one, str) and _FINGERPRINT.fullmatch(one) for one in prints)
    )


def _is_path(path: str) -> bool:
    """Whether it stays below the root, and out of what belongs to version control."""
    parts = path.split("/")
    return "\0" not in path and all(part not in {"", ".", ".."} and not is_private(part) for part in parts)
