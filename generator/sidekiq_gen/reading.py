"""The gate in: the one place, beside `changes`, where files are opened, and how large each sort of them may be.

Only regular files are opened: a named pipe or a device is looked at and left alone, and because it can take a file's
place between the look and the opening, the opening never waits (``O_NONBLOCK``) and what was opened is looked at again.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# In bytes. The largest that 49 public Rails repos have: a lockfile of 59 kB, a structure.sql of 534 kB, Ruby of 462 kB
# in one file, 69 kB of YAML. A file of one of these sizes is read, scanned and understood in under two seconds.
LOCKFILE = 10_000_000
SCHEMA = 10_000_000
RUBY = 1_000_000
YAML = 1_000_000
PROCESSES = 200_000  # scripts, charts, Procfile: what is larger is a program
SETTINGS = 100_000
TEMPLATE = 50_000
SNAPSHOT = 5_000_000
JOBS = 10_000_000

# A line of Ruby that is longer is data, and shows nothing of how people write. In characters.
LONGEST_LINE = 1_000

NOWHERE = "is a link that leads nowhere"
_OPENED = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK


class Unreadable(Exception):
    """A file or folder that is not read.

    reason: why, to follow "it": ``is larger than 1 MB``. missing: whether there is nothing at all in its place.
    """

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing

    @classmethod
    def of(cls, error: OSError | ValueError) -> Unreadable:
        """Why the system refused. A path with a zero byte in it, a ValueError, leads nowhere."""
        if isinstance(error, ValueError) or error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}:
            return cls(f"cannot be read: {os.strerror(getattr(error, 'errno', errno.ENOENT))}", missing=True)
        if error.errno == errno.ELOOP:
            return cls(NOWHERE)
        return cls(f"cannot be read: {error.strerror or type(error).__name__}")


def read_regular(path: Path | str, limit: int, *, follow: bool = True, seen: bool = False) -> bytes:
    """What is in a regular file.

    limit: how many bytes it may have. follow: whether the path itself may be a link. seen: whether it has been looked
    at before, so that it is enough to look at what was opened.

    Raises:
        Unreadable: it is missing, something else than a regular file, too large, or the system refuses.
    """
    try:
        if not seen:
            _check(os.stat(path, follow_symlinks=follow), limit)
        descriptor = os.open(path, _OPENED | (0 if follow else os.O_NOFOLLOW))
    except (OSError, ValueError) as error:
        raise Unreadable.of(error) from None
    try:
        found = os.fstat(descriptor)
        _check(found, limit)
        return _content(descriptor, found.st_size, limit)
    except OSError as error:
        raise Unreadable.of(error) from None
    finally:
        os.close(descriptor)


def read_inside(root: Path | str, path: str, limit: int) -> bytes:
    """What is in a regular file below a folder, as `read_regular` gives it.

    Raises:
        Unreadable: likewise; and where a link leads out of the folder.
    """
    base = os.path.realpath(root)
    real = os.path.realpath(os.path.join(base, path))
    if not is_within(real, base):
        raise Unreadable("is a link out of the root")
    return read_regular(real, limit, follow=False)


def is_within(path: str, folder: str) -> bool:
    """Whether one real path is the other or lies below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def size(limit: int) -> str:
    """A limit as people say it: ``100 kB``, ``1 MB``."""
    return f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit // 1000} kB"  # noqa: PLR2004 - a million


def _check(found: os.stat_result, limit: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        others = {stat.S_IFDIR: "is a folder", stat.S_IFLNK: NOWHERE}
        raise Unreadable(others.get(stat.S_IFMT(found.st_mode), "is not a regular file"))
    if found.st_size > limit:
        raise Unreadable(f"is larger than {size(limit)}")


def _content(descriptor: int, expected: int, limit: int) -> bytes:
    """All of it; one call where its size is what was said."""
    parts = [os.read(descriptor, expected + 1)]
    total = len(parts[0])
    while parts[-1] and total > expected:
        if total > limit:
            raise Unreadable(f"is larger than {size(limit)}")
        parts.append(os.read(descriptor, limit + 1 - total))
        total += len(parts[-1])
    return b"".join(parts)
