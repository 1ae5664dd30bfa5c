"""Texts that git has kept, by the ids that the record has of them.

Only ``cat-file --batch`` is called, which applies no filter, no textconv and no hook, and no transport is allowed that
a partial clone would fetch with (git 2.39 Documentation/git.txt, GIT_ALLOW_PROTOCOL). Where there is no git, or it
has none of them, that is no failure: the merge does without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LONGEST = 10.0  # seconds
_OPTIONS = ("--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false")
_ALLOWED = {"GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def texts_of(root: Path, ids: Iterable[str]) -> dict[str, bytes]:
    """What git has of these, by id, each asked for once."""
    wanted = list(dict.fromkeys(ids))
    git = shutil.which("git") if wanted else None
    if git is None:
        return {}
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(  # noqa: S603 - plumbing that runs nothing of the repo
            [git, *_OPTIONS, "cat-file", "--batch"],
            cwd=root,
            env={**_environment(), **_ALLOWED},
            input="".join(f"{one}\n" for one in wanted).encode("ascii"),
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
        return _read(done.stdout)
    return {}


def _read(answers: bytes) -> dict[str, bytes]:
    """What a batch of answers holds: a line with id, type and size, the content, a line end; or a line that says no."""
    found: dict[str, bytes] = {}
    at = 0
    while (end := answers.find(b"\n", at)) >= 0:
        words = answers[at:end].split()
        at = end + 1
        if len(words) == 3 and words[2].isdigit():  # noqa: PLR2004 - id, type, size
            size = int(words[2])
            if words[1] == b"blob":
                found[words[0].decode("ascii")] = answers[at : at + size]
            at += size + 1
    return found


def _environment() -> dict[str, str]:
    """That of this process, without what would lead git elsewhere, as it is inside a hook."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
