"""All files of a plan or none, whatever happens on the way.

No file system can rename several files at once. So a run first writes down what it is about to do (`journal`), then
writes every new text beside its target, under a temporary name, and only then puts them in place, one by one. Until the
journal says ``done``, a failure, a signal, or the next run after a kill undoes all of it (`undo`); after it, nothing is
undone any more. Undoing, and not finishing: for that the disk alone says what is to be done, it needs no more space,
and a failure in the middle and a kill take the same path.

A target is replaced by letting it and the new text change places, and looked at afterwards: what somebody saved in the
last moment lies under the temporary name then, and is put back. Where the file system cannot do that the target is
moved away first, and the new text gets its name when no other has it. So nothing is ever written over.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.changes.fingerprints import fingerprint, look
from sidekiq_gen.changes.journal import Journal, mark
from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.changes.places import Places
from sidekiq_gen.changes.system import exchange, second_name, sync_folder, write_all
from sidekiq_gen.changes.undo import clear, undo
from sidekiq_gen.errors import Refused
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.changes.folders import Root
    from sidekiq_gen.changes.journal import Entry
    from sidekiq_gen.changes.plan import PlannedFile
    from sidekiq_gen.changes.signals import Hold

# More files than this are synced at once where sync(2) waits for the disk, as on Linux: one by one is most of a run.
_MANY = 100
# What a new text takes over from the one that it replaces; security.capability goes, as the set-user-ID bit does.
_ATTRIBUTES = ("user.", "system.posix_acl_access", "security.selinux")


class Transaction:
    """The files of one run, while the lock of the root is held.

    files: to be created, replaced or removed; what each holds now has been looked at.
    descriptor: of the journal, empty.
    """

    def __init__(self, root: Root, files: Sequence[PlannedFile], descriptor: int, hold: Hold) -> None:
        self._root = root
        self._files = files
        self._descriptor = descriptor
        self._hold = hold
        self._made: list[str] = []

    def run(self) -> None:
        """Do all of it; the hold is committed then.

        Raises Refused: ``cannot-write``, ``changed-meanwhile``, ``outside-root``, all with everything undone;
        ``cannot-undo``. Raises KeyboardInterrupt, with everything undone, when a signal has come.
        """
        journal = self._journal()
        try:
            self._begin(journal)
            self._stage(journal)
            self._mark("staged")
            journal = replace(journal, state="staged")
            for file, entry in zip(self._files, journal.entries, strict=True):
                with _blaming(file.path), self._root.folder(entry.folder) as folder:
                    _put(file, entry, folder)
                self._hold.heed()
            self._sync(journal)
            self._hold.heed()
            self._mark("done")
        except BaseException as error:
            self._undo(replace(journal, folders=tuple(self._made)), error)
            raise
        self._hold.committed = True
        if not clear(self._root, journal):
            self._close()

    def _journal(self) -> Journal:
        """What is about to be done."""
        found = []
        places = Places(self._root.path)
        for file in self._files:
            target = places.find(file.path).relative_to(self._root.path).as_posix()
            folder, _, name = target.rpartition("/")
            before = None if file.before is None else fingerprint(file.before)
            found.append((folder, name, before, None if file.status == "remove" else fingerprint(file.content)))
        with _blaming(self._files[0].path):
            folders = self._root.missing([folder for folder, _, _, after in found if folder and after])
        return Journal.of(found, folders)

    def _begin(self, journal: Journal) -> None:
        with _blaming(JOURNAL):
            write_all(self._descriptor, journal.encode())
            os.fsync(self._descriptor)
            sync_folder(self._root.descriptor)

    def _stage(self, journal: Journal) -> None:
        """Write every new text beside its target."""
        needed: dict[str, str] = {}  # the first file that needs a folder
        for file, entry in zip(self._files, journal.entries, strict=True):
            folder = entry.folder
            while folder and folder not in needed:
                needed[folder] = file.path
                folder = folder.rpartition("/")[0]
        for path in journal.folders:
            with _blaming(needed[path]), suppress(FileExistsError):
                self._root.make(path)
                self._made.append(path)
        together = len(self._files) > _MANY and sys.platform == "linux"
        for file, entry in zip(self._files, journal.entries, strict=True):
            if file.status != "remove":
                with _blaming(file.path), self._root.folder(entry.folder) as there:
                    _write(file, entry, there, sync=not together)
            self._hold.heed()
        if together:
            os.sync()

    def _mark(self, state: Literal["staged", "done"]) -> None:
        with _blaming(JOURNAL):
            write_all(self._descriptor, mark(state))
            try:
                os.fsync(self._descriptor)
            except OSError:
                if state != "done":  # then all is in place, and only a power failure could still undo it
                    raise

    def _sync(self, journal: Journal) -> None:
        """Have the disk know every new name before it knows that all is done."""
        folders = [entry.folder for entry in journal.entries]
        for path in dict.fromkeys([*folders, *(made.rpartition("/")[0] for made in self._made)]):
            with _blaming(path), self._root.folder(path) as folder:
                sync_folder(folder)

    def _undo(self, journal: Journal, error: BaseException) -> None:
        failed = undo(self._root, journal).failed
        if failed:
            paths = ", ".join(path for path, _ in failed)
            raise Refused(
                f"{paths} cannot be put back now: {failed[0][1].strerror or failed[0][1]}.",
                hint=f"{JOURNAL} says what is to be undone; the next run of sidekiq-gen in this repo does it.",
                code="cannot-undo",
            ) from error
        self._close()

    def _close(self) -> None:
        with suppress(OSError):  # then the next run finds that there is nothing left to do
            os.unlink(JOURNAL, dir_fd=self._root.descriptor)


def _write(file: PlannedFile, entry: Entry, folder: int, *, sync: bool) -> None:
    """Write the new text under its temporary name.

    sync: have the disk know it before this returns.
    """
    if file.before is None:
        with _new(folder, entry.new, 0o666) as descriptor:
            write_all(descriptor, file.content)
            if sync:
                os.fsync(descriptor)
        return
    try:
        model = os.open(entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        raise changed(file) from None
    try:
        if not os.access(entry.name, os.W_OK, dir_fd=folder):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with _new(folder, entry.new, 0o600) as descriptor:
            write_all(descriptor, file.content)
            _dress(descriptor, model)
            if sync:
                os.fsync(descriptor)
    finally:
        os.close(model)


def _put(file: PlannedFile, entry: Entry, folder: int) -> None:
    """Let the target be what it is to be."""
    try:
        if file.before is None:
            second_name(folder, entry.new, entry.name)
            return
        if file.status != "remove" and exchange(folder, entry.new, entry.name):
            _require(file, entry, folder, entry.new)
            return
        os.rename(entry.name, entry.old, src_dir_fd=folder, dst_dir_fd=folder)
        _require(file, entry, folder, entry.old)
        if file.status != "remove":
            second_name(folder, entry.new, entry.name)
    except (FileExistsError, FileNotFoundError):
        raise changed(file) from None


def _require(file: PlannedFile, entry: Entry, folder: int, moved: str) -> None:
    """What was at the target is what the plan has seen there."""
    found = look(folder, moved)
    if found is None or found.fingerprint != entry.before:
        raise changed(file)


@contextmanager
def _new(folder: int, name: str, mode: int) -> Iterator[int]:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _dress(descriptor: int, model: int) -> None:
    """Give a new file what belongs to the old one: owner, mode, extended attributes, access control list."""
    old, own = os.fstat(model), os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (own.st_uid, own.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode) & 0o777)
    if sys.platform == "linux":
        with suppress(OSError):  # a file system without them
            for name in os.listxattr(model):
                if name.startswith(_ATTRIBUTES):
                    os.setxattr(descriptor, name, os.getxattr(model, name))


def changed(file: PlannedFile) -> Refused:
    """The refusal for a file that is no longer what the plan has seen."""
    return Refused(
        f"{file.path} was changed by another process in the meantime.",
        hint="Look at it and run the command again; nothing was written.",
        code="changed-meanwhile",
    )


@contextmanager
def _blaming(path: str) -> Iterator[None]:
    """Tell the user which of the files could not be written, and why."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            reason = "a folder on the way to it was changed by another process"
        else:
            reason = error.strerror or str(error)
        raise Refused(
            f"{path or '.'} cannot be written: {reason}.",
            hint="Nothing was written. Check the permissions and the free space there.",
            code="cannot-write",
        ) from error
