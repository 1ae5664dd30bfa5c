"""Reading with all processors: where there are many files, each process reads a share of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sidekiq_gen.check.engine import read_one
from sidekiq_gen.check.storing import restored, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.check.facts import FileFacts
    from sidekiq_gen.check.rule import Context, Rule
    from sidekiq_gen.rails.app import RailsApp

# Fewer files than this are read before another process has begun.
WORTH_IT = 500
_MOST = 4
_PIPE = 1 << 20  # bytes


def read_all(
    paths: Sequence[str], app: RailsApp, rules: Sequence[Rule], context: Context
) -> dict[str, FileFacts | None]:
    """The facts of these files; None for one that says nothing. What cannot be read is left out, and noted."""
    count = min(_MOST, len(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else 1
    if len(paths) < WORTH_IT or count == 1:
        return _read(paths, app, rules, context)
    shares = [paths[number::count] for number in range(count)]
    others = [(_started(share, app, rules, context), share) for share in shares[1:]]
    found = _read(shares[0], app, rules, context)
    for (child, pipe), share in others:
        answer = _answer(child, pipe)
        if answer is None:
            found |= _read(share, app, rules, context)
        else:
            found |= answer[0]
            app.repo.unread.update(answer[1])
    return found


def _read(paths: Sequence[str], app: RailsApp, rules: Sequence[Rule], context: Context) -> dict[str, FileFacts | None]:
    found = {}
    for path in paths:
        data = app.repo.data(path)
        if data is not None:
            found[path] = read_one(path, data, rules, context)
    return found


def _started(share: Sequence[str], app: RailsApp, rules: Sequence[Rule], context: Context) -> tuple[int, int]:
    """Have another process read these; returns its number, and where its answer comes from."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    status = 1
    try:
        os.close(reader)
        app.repo.unread.clear()
        answer = stored([_read(share, app, rules, context), app.repo.unread]).encode()
        while answer:
            answer = answer[os.write(writer, answer) :]
        status = 0
    finally:  # whatever happened, this process is not the one that goes on; without an answer the other one reads
        os._exit(status)


def _answer(child: int, pipe: int) -> tuple[dict[str, FileFacts | None], dict[str, str]] | None:
    """What another process has found; None where it failed."""
    parts = []
    try:
        while part := os.read(pipe, _PIPE):
            parts.append(part)
    finally:
        os.close(pipe)
        _, status = os.waitpid(child, 0)
    if status:
        return None
    found, unread = restored(b"".join(parts))
    return found, unread
