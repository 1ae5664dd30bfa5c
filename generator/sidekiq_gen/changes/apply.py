"""The only writer: every file of a plan, or none."""

from __future__ import annotations

import errno
import os
import signal
import stat
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from sidekiq_gen.changes.plan import Plan, PlannedFile, contents, locate
from sidekiq_gen.errors import Refused
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What a filesystem without hard links answers.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


@dataclass(frozen=True)
class _Staged:
    """One file whose new text already lies beside its target, under a temporary name."""

    file: PlannedFile
    target: Path
    temporary: Path


def apply(plan: Plan) -> None:
    """Write the files of `plan` that are to be written.

    When anything goes wrong on the way, or the user stops it, the tree is put back as it was and the reason is raised.
    Raises Refused: ``cannot-write``, ``changed-meanwhile`` (what the plan saw is no longer what is there),
    ``cannot-undo`` (the tree could not be put back; the message says what lies where), and what `plan_changes` raises.
    Raises DecisionNeeded while the plan has conflicts.
    """
    plan.require_decisions()
    with _signals_held() as heed, ExitStack() as folders, ExitStack() as temporaries, ExitStack() as undo:
        staged = []
        for file in plan.writes:
            with _blaming(file):
                staged.append(_stage(plan.root, file, folders, temporaries))
            heed()
        backups = []
        for one in staged:
            with _blaming(one.file):
                backups += _put(one, undo)
            heed()
        undo.pop_all()
        folders.pop_all()
        for backup in backups:
            _discard(backup)


def _stage(root: Path, file: PlannedFile, folders: ExitStack, temporaries: ExitStack) -> _Staged:
    """Write the new text under a temporary name, in the folder where it belongs."""
    target = locate(root, file.path)
    _require_unchanged(file, target)
    if file.before is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    for folder in reversed([parent for parent in target.parents if not parent.exists()]):
        with suppress(FileExistsError):
            folder.mkdir()
            folders.callback(_discard_folder, folder)
    temporary = _write_beside(target, file.content, like=target if file.before is not None else None)
    temporaries.callback(_discard, temporary)
    return _Staged(file=file, target=target, temporary=temporary)


def _put(one: _Staged, undo: ExitStack) -> list[Path]:
    """Move a staged text to its place; returns the backup, if there was something to back up."""
    if one.file.before is None:
        _create(one, undo)
        return []
    try:
        backup = _back_up(one, one.file.before)
    except FileNotFoundError:
        raise _changed(one.file) from None
    try:
        _require_unchanged(one.file, one.target)
        one.temporary.replace(one.target)
    except BaseException:
        _discard(backup)
        raise
    undo.callback(_put_back, one, backup)
    return [backup]


def _create(one: _Staged, undo: ExitStack) -> None:
    """A hard link, unlike a rename, never replaces a file that has appeared meanwhile."""
    try:
        try:
            os.link(one.temporary, one.target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            os.close(os.open(one.target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
            undo.callback(_take_back, one)
            one.temporary.replace(one.target)
        else:
            undo.callback(_take_back, one)
    except FileExistsError:
        raise _changed(one.file) from None


def _back_up(one: _Staged, before: bytes) -> Path:
    """Give the old file a second name, so that putting it back needs no space and loses nothing of it."""
    backup = _name_beside(one.target)
    try:
        os.link(one.target, backup)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _write_beside(one.target, before, like=one.target)
    return backup


def _write_beside(target: Path, content: bytes, *, like: Path | None) -> Path:
    """Write a new file, with the mode and, where allowed, the owner of the file `like`; all of it or nothing."""
    path = _name_beside(target)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, no path
            stream.write(content)
            stream.flush()
            if like is not None:
                _dress(descriptor, like.stat())
            os.fsync(descriptor)
    except BaseException:
        _discard(path)
        raise
    return path


def _dress(descriptor: int, model: os.stat_result) -> None:
    own = os.fstat(descriptor)
    if (model.st_uid, model.st_gid) != (own.st_uid, own.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, model.st_uid, model.st_gid)
    if stat.S_IMODE(model.st_mode) != stat.S_IMODE(own.st_mode):
        os.fchmod(descriptor, stat.S_IMODE(model.st_mode))


def _require_unchanged(file: PlannedFile, target: Path) -> None:
    if contents(file.path, target) != file.before:
        raise _changed(file)


def _changed(file: PlannedFile) -> Refused:
    return Refused(
        f"{file.path} was changed by another process in the meantime.",
        hint="Look at it and run the command again; nothing was written.",
        code="changed-meanwhile",
    )


def _name_beside(target: Path) -> Path:
    """A hidden name that nobody else uses; Ruby's autoloaders pass over hidden files."""
    return target.with_name(f".sidekiq-gen-{os.urandom(8).hex()}")


def _discard(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _discard_folder(folder: Path) -> None:
    with suppress(OSError):  # not empty: something else has moved in
        folder.rmdir()


def _take_back(one: _Staged) -> None:
    try:
        one.target.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_undo(f"{one.file.path} was created and cannot be removed again", error) from error


def _put_back(one: _Staged, backup: Path) -> None:
    try:
        backup.replace(one.target)
    except OSError as error:
        raise _cannot_undo(
            f"{one.file.path} cannot be put back, its old text is in {backup.name} beside it", error
        ) from error


def _cannot_undo(what: str, error: OSError) -> Refused:
    return Refused(f"{what}: {error.strerror}.", hint="Restore that file by hand.", code="cannot-undo")


@contextmanager
def _blaming(file: PlannedFile) -> Iterator[None]:
    """Tell the user which of the files could not be written, and why."""
    try:
        yield
    except OSError as error:
        raise Refused(
            f"{file.path} cannot be written: {error.strerror or error}.",
            hint="Nothing was written. Check the permissions and the free space there.",
            code="cannot-write",
        ) from error


@contextmanager
def _signals_held() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C and its like back, so that no step is cut in two.

    Yields a function to call between steps: it raises KeyboardInterrupt when one is waiting. What was held is
    delivered at the end, after the tree was put back, and then does what it always does.
    """
    waiting: list[int] = []
    handlers = {}
    with suppress(ValueError):  # a thread other than the main one: signals do not come here
        for number in _STOPPING:
            if signal.getsignal(number) not in {signal.SIG_IGN, None}:
                handlers[number] = signal.signal(number, lambda number, _: waiting.append(number))

    def heed() -> None:
        if waiting:
            raise KeyboardInterrupt

    try:
        yield heed
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for late in waiting:
            signal.raise_signal(late)
