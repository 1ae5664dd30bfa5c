"""What a file holds, in a form that a journal can carry and that can be compared without keeping texts."""

from __future__ import annotations

import hashlib
import os
import stat

from sidekiq_gen.changes.system import read_all
from sidekiq_gen.values import dataclass

# What is larger was not written by us, and need not be read.
MAXIMUM_SIZE = 1 << 26  # bytes


@dataclass(frozen=True)
class Found:
    """What a name stands for.

    fingerprint: "" for what is no regular file, or too large to be one of ours.
    """

    status: os.stat_result
    fingerprint: str


def fingerprint(content: bytes) -> str:
    """The size in bytes and the SHA-256 of a content: ``3-ba78…``."""
    return f"{len(content)}-{hashlib.sha256(content).hexdigest()}"


def look(folder: int, name: str) -> Found | None:
    """What an entry of a folder is, no link followed; None when there is none.

    Raises OSError: it cannot be read.
    """
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAXIMUM_SIZE:
            return Found(status, "")
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return None
    try:
        return Found(os.fstat(descriptor), fingerprint(read_all(descriptor, MAXIMUM_SIZE)))
    finally:
        os.close(descriptor)
