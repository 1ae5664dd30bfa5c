"""Undoing what a journal says, from what lies on the disk alone.

A run whose step has failed, and the next run after one that was killed, do the same here. It can be stopped anywhere
itself and begun again. What is ours is known by what it holds, and where there is a second name for it by its inode:
what somebody else has saved in the meantime is neither removed nor replaced.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sidekiq_gen.changes.fingerprints import Found, look
from sidekiq_gen.changes.system import exchange, move, sync_folder
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.changes.folders import Root
    from sidekiq_gen.changes.journal import Entry, Journal

# The folder was removed, or something else has its name: what we put there has gone with it.
_GONE = (errno.ENOENT, errno.ELOOP, errno.ENOTDIR)
# A folder that is not empty, or that may not be removed: a mount point, one in a folder that may not be written.
_STAYS = (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS)


@dataclass
class Undone:
    """What came of it.

    theirs: paths of files that somebody has changed since, and that are left as they are.
    kept: for some of these, where the text is that they had before.
    failed: paths of files that could not be put back, each with the reason.
    """

    theirs: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: list[tuple[str, OSError]] = field(default_factory=list)


def undo(root: Root, journal: Journal) -> Undone:
    """Put back what a run has changed, and remove what it has left; raises nothing but what is no OSError."""
    undone = Undone()
    for entry in reversed(journal.entries):
        with _going_on(entry, undone.failed), root.folder(entry.folder) as folder:
            if journal.state == "begun":  # targets are as they were
                _remove(folder, entry.new)
            else:
                _Undo(folder, entry, undone).run()
                with suppress(OSError):  # back it is, whether or not the disk knows already
                    sync_folder(folder)
    for path in () if undone.failed else reversed(journal.folders):
        with suppress(OSError):  # not empty: something else has moved in
            root.remove(path)
    return undone


def clear(root: Root, journal: Journal) -> list[tuple[str, OSError]]:
    """Remove what a run needs no more that has done all it was to do; what could not be removed, and why.

    Folders go as well whose last file it has removed: to version control they do not exist.
    """
    failed: list[tuple[str, OSError]] = []
    for entry in journal.entries:
        with _going_on(entry, failed), root.folder(entry.folder) as folder:
            _remove(folder, entry.new)
            _remove(folder, entry.old)
    for entry in () if failed else journal.entries:
        if entry.after is None:
            with _going_on(entry, failed):
                _remove_empty(root, entry.folder)
    return failed


def _remove_empty(root: Root, path: str) -> None:
    """Remove a folder, and those above it, as long as they are empty and may be removed."""
    while path:
        try:
            root.remove(path)
        except OSError as error:
            if error.errno in _STAYS:
                return
            if error.errno not in _GONE:
                raise
        path = path.rpartition("/")[0]


@contextmanager
def _going_on(entry: Entry, failed: list[tuple[str, OSError]]) -> Iterator[None]:
    """Whatever happens to one file, the others are seen to."""
    try:
        yield
    except OSError as error:
        if error.errno not in _GONE:
            failed.append((entry.path, error))


@dataclass
class _Undo:
    """One entry, in its folder."""

    folder: int
    entry: Entry
    undone: Undone

    def run(self) -> None:
        """Put back what was there, or take away what was not."""
        displaced = self._displaced()
        if displaced:
            self._put_back(displaced)
        elif self.entry.before is None:
            self._take_away()
        elif self._is_ours(look(self.folder, self.entry.name)):  # somebody has removed what was to be put back
            self.undone.theirs.append(self.entry.path)
        target = look(self.folder, self.entry.name)
        for name in (self.entry.new, self.entry.old):
            found = look(self.folder, name)
            is_second_name = found and target and os.path.samestat(found.status, target.status)
            if self._is_ours(found) or is_second_name:  # of what somebody has written into our file
                _remove(self.folder, name)

    def _displaced(self) -> str | None:
        """The name under which lies what was at the target: a temporary name that holds something else than ours."""
        for name in (self.entry.old, self.entry.new):
            found = look(self.folder, name)
            if found and not self._is_ours(found):
                return name
        return None

    def _put_back(self, name: str) -> None:
        target = look(self.folder, self.entry.name)
        if target is None:
            move(self.folder, name, self.entry.name)
        elif self._is_ours(target):
            self._change_back(name)
        else:
            self._keep_theirs(name, target)

    def _change_back(self, name: str) -> None:
        if not exchange(self.folder, name, self.entry.name):
            os.rename(name, self.entry.name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        elif not self._is_ours(look(self.folder, name)):  # saved by somebody in that very moment
            exchange(self.folder, name, self.entry.name)
            self._keep_theirs(name, look(self.folder, self.entry.name))

    def _keep_theirs(self, name: str, target: Found | None) -> None:
        """Somebody has saved another text: it stays, and so does the one from before, under a name that says so."""
        old = look(self.folder, name)
        if old and target and (os.path.samestat(old.status, target.status) or self._is_same(old, target)):
            _remove(self.folder, name)
            return
        self.undone.theirs.append(self.entry.path)
        saved = f"{self.entry.name}.orig"
        with suppress(FileExistsError):
            move(self.folder, name, saved)
            name = saved
        self.undone.kept.append(f"{self.entry.folder}/{name}" if self.entry.folder else name)

    def _take_away(self) -> None:
        """Remove what we created. It is moved away first, so that it is known what is removed."""
        entry, new = self.entry, look(self.folder, self.entry.new)
        target = look(self.folder, entry.name)
        if target is None:
            return
        if not self._is_ours(target) or (new and not os.path.samestat(new.status, target.status)):
            self.undone.theirs.append(entry.path)
            return
        _remove(self.folder, entry.old)
        os.rename(entry.name, entry.old, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        if not self._is_ours(look(self.folder, entry.old)):  # saved by somebody in that very moment
            with suppress(FileExistsError):
                move(self.folder, entry.old, entry.name)
            self.undone.theirs.append(entry.path)

    def _is_ours(self, found: Found | None) -> bool:
        return found is not None and bool(found.fingerprint) and found.fingerprint == self.entry.after

    def _is_same(self, one: Found, other: Found) -> bool:
        return bool(one.fingerprint) and one.fingerprint == other.fingerprint


def _remove(folder: int, name: str) -> None:
    """Remove a temporary file, if it is there."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
