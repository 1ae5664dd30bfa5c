"""What file systems do each in their own way: renames that lose nothing, second names, synced folders.

Names are those of entries in one folder, which is given as a descriptor: nothing here follows a link.
Source of the flags: Linux include/uapi/linux/fs.h (RENAME_NOREPLACE, RENAME_EXCHANGE), renameat2(2).
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

_NOREPLACE, _EXCHANGE = 1, 2
# What a file system without hard links answers.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
# What a kernel or file system without such a rename answers, and one that cannot sync a folder.
_NOT_KNOWN = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
_UNSYNCED = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.EACCES)


def exchange(folder: int, one: str, other: str) -> bool:
    """Let two entries change places in one step; False where that cannot be had.

    Raises OSError, FileNotFoundError when one of them is missing.
    """
    return rename_with(_EXCHANGE, folder, one, other)


def move(folder: int, source: str, target: str) -> None:
    """Rename an entry where no other has the new name.

    Raises OSError, FileExistsError when there is one.
    """
    if second_name(folder, source, target):
        os.unlink(source, dir_fd=folder)


def second_name(folder: int, source: str, target: str) -> bool:
    """Give a file a new name beside the one that it has; False where it could only be renamed.

    Raises OSError, FileExistsError when the new name is taken.
    """
    try:
        os.link(source, target, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    else:
        return True
    if not rename_with(_NOREPLACE, folder, source, target):
        _rename_if_free(folder, source, target)
    return False


def sync_folder(folder: int) -> None:
    """Have the disk know which entries a folder has, where the file system can do that.

    Raises OSError: the disk has failed.
    """
    try:
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of it, however little the system takes at once."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def read_all(descriptor: int, most: int) -> bytes:
    """What a file holds from its beginning on; a byte more than `most` when it holds more than that."""
    parts, size = [], 0
    while size <= most and (part := os.pread(descriptor, min(1 << 20, most + 1 - size), size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _rename_if_free(folder: int, source: str, target: str) -> None:
    """For a file system with neither links nor such renames: who comes between the two steps loses."""
    with suppress(FileNotFoundError):
        os.stat(target, dir_fd=folder, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    os.rename(source, target, src_dir_fd=folder, dst_dir_fd=folder)


def rename_with(flags: int, folder: int, source: str, target: str) -> bool:
    """Rename within a folder as renameat2 does; False where the system or the file system does not have that."""
    if sys.platform != "linux":
        return False
    import ctypes

    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)  # glibc has it since 2.28
    if function is None:
        return False
    if function(folder, os.fsencode(source), folder, os.fsencode(target), ctypes.c_uint(flags)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_KNOWN:
        return False
    raise OSError(number, os.strerror(number))
