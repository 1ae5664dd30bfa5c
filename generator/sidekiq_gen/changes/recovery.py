"""What a run that was killed has left: undone, or cleared away, as the first act of the next run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sidekiq_gen.changes.folders import opened
from sidekiq_gen.changes.journal import MAXIMUM_SIZE, decode
from sidekiq_gen.changes.lock import held_by_nobody, let_go, not_a_journal
from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.changes.signals import held
from sidekiq_gen.changes.system import read_all
from sidekiq_gen.changes.undo import clear, undo
from sidekiq_gen.errors import Refused
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sidekiq_gen.changes.folders import Root
    from sidekiq_gen.changes.journal import Journal

_SHOWN = 4  # paths in a sentence


def recover(path: Path) -> tuple[Notice, ...]:
    """Put right what a killed run has left below the root `path`; what is to be said about it.

    Does nothing while a run is writing there. What cannot be put right becomes a notice: whoever only reads goes on.
    """
    try:
        with held(), opened(path) as root:
            descriptor = held_by_nobody(root)
            if descriptor is None:
                return ()
            try:
                return recover_held(root, descriptor)
            finally:
                let_go(root, descriptor)
    except Refused as error:
        return (Notice("not-recovered", error.message, error.hint),)
    except OSError as error:
        return (_not_recovered(f"{JOURNAL} cannot be used: {error.strerror or error}."),)


def recover_held(root: Root, descriptor: int) -> tuple[Notice, ...]:
    """The same for whoever holds the journal already.

    Raises Refused: ``not-a-journal``, ``not-recovered``. Then the journal is still there, and nothing may be written.
    """
    try:
        journal = decode(read_all(descriptor, MAXIMUM_SIZE))
    except ValueError:
        raise not_a_journal() from None
    notices: tuple[Notice, ...] = ()
    if journal is not None:
        notices = _cleared(root, journal) if journal.state == "done" else _undone(root, journal)
    os.unlink(JOURNAL, dir_fd=root.descriptor)
    return notices


def _undone(root: Root, journal: Journal) -> tuple[Notice, ...]:
    undone = undo(root, journal)
    if undone.failed:
        raise _refusal(
            f"A run that was killed while it wrote {_listed(_paths(journal))} cannot be undone", undone.failed
        )
    notices = [
        Notice(
            "undone",
            f"A run that was killed while it wrote {_listed(_paths(journal))} was undone.",
            "All is as it was before that run; run that command again.",
        )
    ]
    if undone.theirs:
        old = f" The text from before is in {_listed(undone.kept)}." if undone.kept else ""
        notices.append(
            Notice(
                "changed-since",
                f"{_listed(undone.theirs)} was changed after that run, and is left as it is.",
                f"Look at it.{old}",
            )
        )
    return tuple(notices)


def _cleared(root: Root, journal: Journal) -> tuple[Notice, ...]:
    failed = clear(root, journal)
    if failed:
        raise _refusal(
            f"What a run that was killed has left beside {_listed(_paths(journal))} cannot be removed", failed
        )
    return (
        Notice(
            "cleared",
            f"A run had written {_listed(_paths(journal))} and was killed; its temporary files were removed.",
            "",
        ),
    )


def _refusal(what: str, failed: Sequence[tuple[str, OSError]]) -> Refused:
    notice = _not_recovered(f"{what}: {failed[0][1].strerror} ({_listed([path for path, _ in failed])}).")
    return Refused(notice.message, hint=notice.hint, code=notice.code)


def _not_recovered(message: str) -> Notice:
    return Notice("not-recovered", message, "Check the permissions and the disk there; the next run tries again.")


def _paths(journal: Journal) -> list[str]:
    return [entry.path for entry in journal.entries]


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
