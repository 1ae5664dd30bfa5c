"""What git has of a repo at one commit, read without a checkout and without running anything that the repo names.

Only plumbing is called: ``rev-parse``, ``ls-tree`` and ``cat-file --batch`` apply no filter, no textconv, no hook and
no file system monitor. A partial clone would fetch what it lacks, which can start a program of the repo's
configuration: every transport is refused (git 2.39 Documentation/git.txt, GIT_ALLOW_PROTOCOL).
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.quoting import shortened
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_OPTIONS = ("--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false")
_REGULAR = (b"100644", b"100755")


@dataclass(frozen=True)
class Blob:
    """A regular file of a commit.

    name: what git calls its content, in hexadecimal digits. size: in bytes.
    """

    name: str
    size: int


@dataclass(frozen=True)
class Tree:
    """The regular files of a commit below the root of the repo that is checked.

    ref: as it was given. blobs: by path relative to that root.
    """

    ref: str
    blobs: dict[str, Blob]
    _process: subprocess.Popen[bytes]

    def content(self, path: str) -> bytes:
        """What a file held; KeyError where the commit has no such file.

        Raises:
            Refused: git does not have it, as in a partial clone.
        """
        blob, process = self.blobs[path], self._process
        asked, answers = process.stdin, process.stdout
        if asked is None or answers is None:
            raise _unreadable(self.ref, path)
        try:
            asked.write(f"{blob.name}\n".encode())
            asked.flush()
            head = answers.readline().split()
        except OSError:
            head = []
        if len(head) != 3 or head[1] != b"blob":  # noqa: PLR2004 - name, type, size
            raise _unreadable(self.ref, path)
        data = answers.read(int(head[2]) + 1)
        return data[:-1]


@contextmanager
def opened(root: Path, ref: str) -> Iterator[Tree]:
    """Have git read a commit: a branch, tag, or whatever else git takes for one.

    Raises:
        InvalidInput: ``invalid-ref``. Refused: ``no-git``, ``no-git-repository``, ``unknown-ref``, ``unreadable-ref``.
    """
    if not ref or ref.startswith("-") or not ref.isprintable():
        raise InvalidInput(
            f"--against {shortened(ref)!a} is not a revision.",
            hint="Give a branch, a tag or a commit: --against origin/main.",
            code="invalid-ref",
        )
    inside = _git(root, "rev-parse", "--is-inside-work-tree")
    if inside.returncode:
        raise Refused(
            f"git cannot read the repository here: {_reason(inside.stderr)}.",
            hint="--against compares the working tree with a revision in git.",
            code="no-git-repository",
        )
    commit = _git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").stdout.decode().strip()
    if not commit:
        raise Refused(
            f"git knows no revision {shortened(ref)}.",
            hint="Fetch it first, also in a shallow clone: git fetch origin BRANCH.",
            code="unknown-ref",
        )
    listed = _git(root, "ls-tree", "-r", "-l", "-z", commit)
    if listed.returncode:
        raise Refused(
            f"git cannot list {shortened(ref)}: {_reason(listed.stderr)}.",
            hint="Fetch all of it, or see what git fsck says.",
            code="unreadable-ref",
        )
    process = _start(root, "cat-file", "--batch")
    try:
        yield Tree(ref, dict(_blobs(listed.stdout)), process)
    finally:
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        process.wait()


def _blobs(listed: bytes) -> Iterator[tuple[str, Blob]]:
    """The regular files of a listing: ``100644 blob NAME    SIZE<TAB>PATH``, with a zero byte behind each."""
    for entry in listed.split(b"\0"):
        about, tab, path = entry.partition(b"\t")
        words = about.split()
        if tab and words[0] in _REGULAR and words[3].isdigit():
            yield path.decode("utf-8", "surrogateescape"), Blob(words[2].decode(), int(words[3]))


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    with _found():
        return subprocess.run(  # noqa: S603 - nothing of it comes from the repo
            _command(root, words),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def _start(root: Path, *words: str) -> subprocess.Popen[bytes]:
    with _found():
        return subprocess.Popen(  # noqa: S603 - likewise
            _command(root, words),
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )


def _command(root: Path, words: Sequence[str]) -> list[str]:
    return ["git", "-C", str(root), *_OPTIONS, *words]


@contextmanager
def _found() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(
            f"git cannot be started: {error.strerror}.",
            hint="Install git: --against reads a revision with it.",
            code="no-git",
        ) from error


def _environment() -> dict[str, str]:
    """That of this process, without what would lead git elsewhere, as it is inside a hook."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def _reason(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ").rstrip(".") if lines else "it says nothing"


def _unreadable(ref: str, path: str) -> Refused:
    return Refused(
        f"git does not have {path} of {shortened(ref)}.",
        hint="In a partial clone, fetch the revision in full first.",
        code="unreadable-ref",
    )
