"""What is kept between runs outside of the repo: it can be lost at any time, and nothing depends on it being there.

A file appears whole or not at all. Whatever goes wrong here is nobody's concern: the next run reads everything again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.changes.system import write_all
from sidekiq_gen.reading import Unreadable, read_regular

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 100_000_000  # bytes
_OWN = 0o700
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Where this user's caches are: in XDG_CACHE_HOME, else in ``~/.cache``; None where neither is to be had.

    Source: XDG Base Directory Specification 0.8: a path in it that is not absolute is to be ignored.
    """
    said, home = Path(environment.get("XDG_CACHE_HOME", "")), Path(environment.get("HOME", ""))
    if said.is_absolute():
        return said / "sidekiq-gen"
    return home / ".cache" / "sidekiq-gen" if home.is_absolute() else None


def kept(file: Path) -> bytes | None:
    """What is kept there; None where nothing is, or it cannot be read."""
    try:
        return read_regular(file, _LARGEST, follow=False)
    except Unreadable:
        return None


def keep(file: Path, content: bytes) -> None:
    """Keep this there for the next run, if that is possible."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=_OWN)
        descriptor = os.open(beside, _FLAGS, 0o600)
        try:
            write_all(descriptor, content)
        finally:
            os.close(descriptor)
        beside.replace(file)
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            beside.unlink(missing_ok=True)
