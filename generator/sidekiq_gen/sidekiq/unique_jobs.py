"""sidekiq-unique-jobs of an exact version: which Sidekiq it goes with, and what its locks really do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.sidekiq import pairing
from sidekiq_gen.sidekiq.gems import UNIQUE_JOBS
from sidekiq_gen.sidekiq.tables.job import JobTable
from sidekiq_gen.sidekiq.tables.unique_jobs import UniqueJobsTable
from sidekiq_gen.sidekiq.unique_comments import lock_comment, ttl_comment, ttl_hazard
from sidekiq_gen.sidekiq.unique_locks import lock_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.sidekiq.versions import Version

__all__ = [
    "default_ttl",
    "gemfile_line",
    "leaks_on_discard",
    "lock_comment",
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


# Source: sidekiq-unique-jobs.gemspec at the tags. Those of 7.0.13 and of 7.1.7 to 7.1.28 also allow Sidekiq 7, but the
# gem cannot work there: v7.1.28 lib/sidekiq_unique_jobs/locksmith.rb:359 takes the 0 of redis-client for a lock that is
# held, and sidekiq_unique_jobs.rb:201 calls Sidekiq.redis_info, which Sidekiq v7.0.0 no longer has.
PAIRINGS = (
    ("7.0.0", "5.0", "7.0"),
    ("8.0.0", "7.0", "8.0"),
    ("8.0.11", "7.0", "9.0"),
    ("9.0.0a1", "8.0", "10.0"),
)
# From the oldest Sidekiq of each on.
_GEMFILE = (("7.0", "~> 8.1"), ("6.0", "~> 7.1.29"))


def gemfile_line(sidekiq: Version) -> str:
    """Return the line for the Gemfile that brings the right sidekiq-unique-jobs for a Sidekiq."""
    return pairing.gemfile_line(UNIQUE_JOBS, sidekiq, _GEMFILE)


def pairing_error(unique_jobs: Version, sidekiq: Version) -> Refused | None:
    """Return why the two cannot be used together, or None when they can.

    Its code is ``unique-jobs-too-old`` (before 7.0 the options had other names) or ``unique-jobs-pair``.
    """
    hint = f"Write in the Gemfile: {gemfile_line(sidekiq)}"
    known = pairing.pairing_of(unique_jobs, PAIRINGS)
    if known is None:
        return Refused(
            f"{UNIQUE_JOBS} {unique_jobs} is older than 7.0, and its options had other names then.",
            hint=hint,
            code="unique-jobs-too-old",
        )
    if known.fits(sidekiq):
        return None
    return Refused(
        f"{UNIQUE_JOBS} {unique_jobs} does not work with Sidekiq {sidekiq}, "
        f"only from {known.low} up to, not including, {known.high}.",
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
    if JobTable.discard_runs_death_handlers.holds_for(sidekiq):
        return False
    held_after_failure = {
        "until_executed": UniqueJobsTable.unique_lock_held_through_retries.holds_for(unique_jobs),
        "until_executing": UniqueJobsTable.unique_until_executing_relocks.holds_for(unique_jobs),
        "until_and_while_executing": True,
    }
    return held_after_failure.get(lock_type(lock).name, False)
