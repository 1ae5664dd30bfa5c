"""sidekiq-unique-jobs of an exact version: which Sidekiq it goes with, and what its locks really do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import Version

from sidekiq_gen.errors import Refused
from sidekiq_gen.sidekiq.capabilities import can
from sidekiq_gen.sidekiq.unique_comments import lock_comment, ttl_comment, ttl_hazard
from sidekiq_gen.sidekiq.unique_locks import LOCKS, STRATEGIES, LockType, lock_type, on_conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "LOCKS",
    "STRATEGIES",
    "LockType",
    "default_ttl",
    "gemfile_line",
    "leaks_on_discard",
    "lock_comment",
    "lock_type",
    "on_conflict",
    "pairing_error",
    "ttl_comment",
    "ttl_hazard",
]

_HOUR = 3_600
_DAY = 24 * _HOUR
_DEFAULT_TTLS: Mapping[str, int] = {
    "until_executed": _DAY,
    "until_executing": _DAY,
    "until_expired": _DAY,
    "while_executing": _HOUR,
    "while_executing_reject": _HOUR,
}


@dataclass(frozen=True)
class _Pairing:
    """From version `since` of the gem on, it works with Sidekiq from `low` up to, not including, `high`."""

    since: Version
    low: Version
    high: Version
    gemfile: str


_FOR_SIDEKIQ_6 = "~> 7.1.29"
_FOR_SIDEKIQ_7_AND_8 = "~> 8.1"

# Source: sidekiq-unique-jobs.gemspec at the tags. Those of 7.0.13 and of 7.1.7 to 7.1.28 also allow Sidekiq 7, but the
# gem cannot work there: v7.1.28 lib/sidekiq_unique_jobs/locksmith.rb:359 takes the 0 of redis-client for a lock that is
# held, and sidekiq_unique_jobs.rb:201 calls Sidekiq.redis_info, which Sidekiq v7.0.0 no longer has.
_PAIRINGS = tuple(
    _Pairing(Version(since), Version(low), Version(high), gemfile)
    for since, low, high, gemfile in (
        ("7.0.0", "5.0", "7.0", _FOR_SIDEKIQ_6),
        ("8.0.0", "7.0", "8.0", _FOR_SIDEKIQ_7_AND_8),
        ("8.0.11", "7.0", "9.0", _FOR_SIDEKIQ_7_AND_8),
        ("9.0.0a1", "8.0", "10.0", _FOR_SIDEKIQ_7_AND_8),
    )
)


def gemfile_line(sidekiq: Version) -> str:
    """Return the line for the Gemfile that brings the right sidekiq-unique-jobs for a Sidekiq."""
    pairing = next((pairing for pairing in _PAIRINGS if sidekiq < pairing.high), _PAIRINGS[-1])
    return f'gem "sidekiq-unique-jobs", "{pairing.gemfile}"'


def pairing_error(unique_jobs: Version, sidekiq: Version) -> Refused | None:
    """Return why the two cannot be used together, or None when they can.

    Its code is ``unique-jobs-too-old`` (before 7.0 the options had other names) or ``unique-jobs-pair``.
    """
    hint = f"Write in the Gemfile: {gemfile_line(sidekiq)}"
    fitting = [pairing for pairing in _PAIRINGS if pairing.since <= unique_jobs]
    if not fitting:
        return Refused(
            f"sidekiq-unique-jobs {unique_jobs} is older than 7.0, and its options had other names then.",
            hint=hint,
            code="unique-jobs-too-old",
        )
    pairing = fitting[-1]
    if pairing.low <= sidekiq < pairing.high:
        return None
    return Refused(
        f"sidekiq-unique-jobs {unique_jobs} does not work with Sidekiq {sidekiq}, "
        f"only from {pairing.low} up to, not including, {pairing.high}.",
        hint=hint,
        code="unique-jobs-pair",
    )


def default_ttl(lock: str) -> int | None:
    """Return the lock_ttl to write, in seconds, unless another is asked for; None to write none (see `ttl_hazard`)."""
    return _DEFAULT_TTLS.get(lock_type(lock).name)


def leaks_on_discard(lock: str, unique_jobs: Version, sidekiq: Version) -> bool:
    """Say whether ``:discard`` from sidekiq_retry_in leaves the lock behind.

    A lock that is held after a failed run is then freed only by its lock_ttl or by the gem's reaper, because that
    Sidekiq runs no death handlers for a discarded job. until_expired outlasts the job on purpose: that is no leak.
    """
    if can("discard_runs_death_handlers", sidekiq):
        return False
    held_after_failure = {
        "until_executed": can("unique_lock_held_through_retries", unique_jobs),
        "until_executing": can("unique_until_executing_relocks", unique_jobs),
        "until_and_while_executing": True,
    }
    return held_after_failure.get(lock_type(lock).name, False)
