"""The locks of sidekiq-unique-jobs, and which conflict strategies each of them can take.

Source: the sidekiq-unique-jobs repository, lib/sidekiq_unique_jobs/config.rb (LOCKS, STRATEGIES) and lock/validator.rb,
lock/client_validator.rb, lock/server_validator.rb, which are the same from v7.0.1 to v9.0.0.alpha2; what a run consults
is in lock/*.rb.
"""

from __future__ import annotations

from typing import Literal

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.values import dataclass

Side = Literal["client", "server"]

SIDES: tuple[Side, ...] = ("client", "server")
STRATEGIES = {
    "log": "drop it, with one line in the log",
    "raise": "raise SidekiqUniqueJobs::Conflict, which Sidekiq retries",
    "reject": "move it to the Dead set",
    "replace": "delete the job that waits, enqueue this one",
    "reschedule": "enqueue it again for 5 seconds later",
}
"""Each strategy with what becomes of a duplicate.

Source: lib/sidekiq_unique_jobs/on_conflict/*.rb, for which v7.1.29, v8.0.10 and v8.1.0 have the same behaviour.
"""

_REFUSED: dict[Side, tuple[str, ...]] = {"client": ("raise", "reject", "reschedule"), "server": ("replace",)}


@dataclass(frozen=True)
class LockType:
    """One lock.

    aliases: other names the gem takes for it.
    validated: the sides whose strategy the gem's validator looks at. It goes by the name as written, so that for an
        alias it looks at both.
    consulted: the sides whose strategy is really asked for when there is a conflict.
    always: the strategy it follows whatever is written, if any.
    """

    name: str
    aliases: tuple[str, ...]
    validated: tuple[Side, ...]
    consulted: tuple[Side, ...]
    always: str | None = None


LOCKS: dict[str, LockType] = {
    lock.name: lock
    for lock in (
        LockType(
            "until_executed",
            ("until_completed", "until_performed", "until_processed", "until_successfully_completed"),
            SIDES,
            ("client",),
        ),
        LockType("until_executing", ("while_enqueued",), ("client",), ("client",)),
        LockType("until_expired", (), SIDES, ("client",)),
        LockType("until_and_while_executing", (), SIDES, SIDES),
        LockType("while_executing", ("around_perform", "while_busy", "while_working"), ("server",), ("server",)),
        LockType("while_executing_reject", (), SIDES, ("server",), always="reject"),
    )
}
"""Every lock by its proper name, the most useful ones first."""

_BY_ANY_NAME = {name: lock for lock in LOCKS.values() for name in (lock.name, *lock.aliases)}


def lock_type(name: str) -> LockType:
    """Return the lock of that name or alias; InvalidInput (``unique-lock``) when there is none."""
    try:
        return _BY_ANY_NAME[name]
    except KeyError:
        raise InvalidInput(
            f"sidekiq-unique-jobs has no lock called {name}.", hint=f"Locks: {', '.join(LOCKS)}.", code="unique-lock"
        ) from None


def on_conflict(lock: str, strategy: str) -> str | dict[str, str]:
    """Return what to write after ``on_conflict:`` for a strategy, in a form that the gem's own validators take.

    It is the strategy alone where that is valid, else one strategy for each of ``client`` and ``server``, with ``log``
    on the side that may not have it.

    Raises:
        InvalidInput: no such lock (``unique-lock``) or strategy (``unique-strategy``).
        Refused: this lock never follows that strategy (``unique-conflict-strategy``).
    """
    kind = lock_type(lock)
    if strategy not in STRATEGIES:
        raise InvalidInput(
            f"sidekiq-unique-jobs has no conflict strategy called {strategy}.",
            hint=f"Strategies: {', '.join(STRATEGIES)}.",
            code="unique-strategy",
        )
    if not follows(kind, strategy):
        raise Refused(
            f"The lock {lock} cannot {strategy} a duplicate: {_why_not(kind, strategy)}.",
            hint=f"With {lock} use one of: {', '.join(s for s in STRATEGIES if follows(kind, s))}.",
            code="unique-conflict-strategy",
        )
    validated = kind.validated if lock == kind.name else SIDES
    if not any(strategy in _REFUSED[side] for side in validated):
        return strategy
    return {side: "log" if strategy in _REFUSED[side] else strategy for side in SIDES}


def follows(kind: LockType, strategy: str) -> bool:
    """Say whether a duplicate meets with that strategy: ``replace`` belongs to the push, all but ``log`` to the run."""
    if strategy in ("log", kind.always):
        return True
    return kind.always is None and _side(strategy) in kind.consulted


def _side(strategy: str) -> Side:
    return "client" if strategy in _REFUSED["server"] else "server"


def _why_not(kind: LockType, strategy: str) -> str:
    if kind.always:
        return f"it always does {kind.always}"
    if _side(strategy) == "server":
        return "it turns duplicates away when they are enqueued, and there only log and replace are valid"
    return "it meets duplicates when they run, and there is nothing left to replace"
