"""What becomes of a duplicate, for whoever enqueues it or waits for its work.

Source: sidekiq-unique-jobs v8.0.10 lib/sidekiq_unique_jobs/on_conflict/log.rb writes one line at the level info, and
nothing is enqueued or run; lock/*.rb say on which side. What a push then answers: sidekiq v8.1.7
lib/sidekiq/client.rb:106 (nil) and lib/sidekiq/transaction_aware_client.rb:30 (an id that it made before).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.notices import Notice
from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.unique_locks import lock_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.sidekiq.unique_locks import Side

# What lets pushes wait for the commit of the open transaction.
AFTER_COMMIT = regex(r"^[^#\n]*\bSidekiq\.transactional_push!", re.MULTILINE, needs="Sidekiq.transactional_push!")

NOT_ENQUEUED = "a duplicate is not enqueued: one line in the log"
NOT_RUN = "a run that meets another is dropped: one line in the log"

# What is lost with a duplicate that is not enqueued, by lock, and the way out.
_LOST: Mapping[str, tuple[str, str]] = {
    "until_executed": (
        "what changes while the first one runs may wait for nobody.",
        "Use --unique until_executing where a change during a run needs another run.",
    ),
    "until_executing": (
        "the one that waits does the work of both.",
        "Let the work read what there is when it runs, not when it was enqueued.",
    ),
    "until_and_while_executing": (
        "the one that waits does the work of both.",
        "Let the work read what there is when it runs, not when it was enqueued.",
    ),
    "until_expired": (
        "until its time is up, whatever changes meanwhile.",
        "Use --unique until_executing where a change needs another run.",
    ),
}

ID_OF_NO_JOB = Notice(
    "id-of-no-job",
    "With Sidekiq.transactional_push!, perform_async answers a job id also for a duplicate that is refused later.",
    "Rely on the record, not on that id: twenty pushes give twenty ids and one job.",
)


def turns_away_pushes(lock: str) -> bool:
    """Whether the lock meets duplicates when they are enqueued."""
    return "client" in lock_type(lock).consulted


def drops(lock: str, strategy: str | Mapping[str, str]) -> tuple[Side, ...]:
    """The sides on which a duplicate is dropped with a line in the log."""
    kind = lock_type(lock)

    def said(side: Side) -> str:
        return kind.always or (strategy if isinstance(strategy, str) else strategy[side])

    return tuple(side for side in kind.consulted if said(side) == "log")


def rejects(lock: str, strategy: str | Mapping[str, str]) -> bool:
    """Whether a duplicate goes to the Dead set while another job of its kind runs."""
    server = strategy if isinstance(strategy, str) else strategy["server"]
    return lock == "while_executing_reject" or (
        lock in {"while_executing", "until_and_while_executing"} and server == "reject"
    )


def comment(lock: str, strategy: str | Mapping[str, str]) -> str:
    """What is dropped, for a comment beside the strategy; empty where that is nothing."""
    dropped = drops(lock, strategy)
    return NOT_RUN if "server" in dropped else NOT_ENQUEUED if dropped else ""


def notices(lock: str, strategy: str | Mapping[str, str]) -> Iterator[Notice]:
    """What is to be known of dropped duplicates."""
    dropped = drops(lock, strategy)
    if "client" in dropped:
        lost, hint = _LOST[lock_type(lock).name]
        yield Notice(
            "duplicate-is-not-enqueued", f"A duplicate is not enqueued, one line in the log says so: {lost}", hint
        )
    if "server" in dropped:
        yield Notice(
            "duplicate-is-not-run",
            "A run that meets another one is dropped: one line in the log, and its work is not done.",
            "Use --on-conflict reschedule where it has to be done as well.",
        )
