"""One run at a time writes in a repo: who holds its journal."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidekiq_gen.changes.folders import Root

# A run holds the lock for milliseconds, one with ten thousand jobs for seconds.
PATIENCE = 5.0  # seconds
_PAUSE = 0.02


@contextmanager
def locked(root: Root, heed: Callable[[], None]) -> Iterator[int]:
    """Hold the lock of a root; yields a descriptor of the journal, which is made where there is none.

    A journal that is empty when it is let go of is removed.
    Raises Refused: ``locked`` (another run has it for longer than PATIENCE), ``not-a-journal``;
    OSError when the root cannot be written.
    """
    end = time.monotonic() + PATIENCE
    while (descriptor := _held(root, os.O_RDWR | os.O_CREAT)) is None:
        if time.monotonic() > end:
            raise Refused(
                f"Another run of sidekiq-gen is writing in {root.path}, and has not ended for {PATIENCE:.0f} seconds.",
                hint="Nothing was written. Wait for it, or end it, and run this again: a run that is killed is undone.",
                code="locked",
            )
        heed()
        time.sleep(_PAUSE)
    try:
        yield descriptor
    finally:
        let_go(root, descriptor)


def held_by_nobody(root: Root) -> int | None:
    """A descriptor of a journal that is there and that no run holds, locked; None when there is none.

    Raises Refused (``not-a-journal``); OSError when it cannot be opened.
    """
    try:
        return _held(root, os.O_RDWR)
    except FileNotFoundError:
        return None


def let_go(root: Root, descriptor: int) -> None:
    """Close a journal, and remove it when it is empty: nothing is left that it stands for. Raises nothing."""
    with suppress(OSError):  # the next run removes it
        if is_fresh(descriptor) and os.fstat(descriptor).st_nlink:
            os.unlink(JOURNAL, dir_fd=root.descriptor)
    with suppress(OSError):
        os.close(descriptor)


def is_fresh(descriptor: int) -> bool:
    """Whether a journal says nothing yet and can be written: it is not that of a run that was killed."""
    writable = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR
    return writable and os.fstat(descriptor).st_size == 0


def _held(root: Root, flags: int) -> int | None:
    """A locked descriptor of the file that has the journal's name now; None when another run has it."""
    while True:
        descriptor = _opened(root, flags)
        with ExitStack() as stack:
            stack.callback(os.close, descriptor)
            if not _lock(descriptor):
                return None
            if _is_current(root, descriptor):
                stack.pop_all()
                return descriptor
        # It was removed by its holder in the meantime: there is another one, or none.


def _opened(root: Root, flags: int) -> int:
    flags |= os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        try:
            return os.open(JOURNAL, flags, 0o644, dir_fd=root.descriptor)
        except PermissionError:  # that of another user, which need not be written to be undone
            with suppress(FileNotFoundError):  # it is the root that may not be written
                return os.open(JOURNAL, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=root.descriptor)
            raise
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            raise not_a_journal() from None
        raise


def _lock(descriptor: int) -> bool:
    """Whether it is ours now. A file system that knows no locks gives it to everybody."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise not_a_journal()
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}:
            raise
    return True


def _is_current(root: Root, descriptor: int) -> bool:
    try:
        named = os.stat(JOURNAL, dir_fd=root.descriptor, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(named, os.fstat(descriptor))


def not_a_journal() -> Refused:
    """The refusal for what has the journal's name and is none."""
    return Refused(
        f"{JOURNAL} is no journal of sidekiq-gen.",
        hint="Nothing was written. Look at it, and move it out of the way: sidekiq-gen needs that name.",
        code="not-a-journal",
    )
