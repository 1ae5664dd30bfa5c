"""Which lines of the gems' repositories show a gate, beyond the source that each row of the table names itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.sidekiq.gems import RAILS, SIDEKIQ, THROTTLED, UNIQUE_JOBS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.sidekiq.gems import Gem

Edge = Literal["came", "went"]


@dataclass(frozen=True)
class Shown:
    """A line that came with the release it is read in, or was in it for the last time.

    where: tag, file and line.
    edge: ``came`` or ``went``; None where only one of them is the case, and the tags say which.
    against: whether the line shows that something cannot be done.
    why: what a reader has to know, for example about the same line elsewhere in the release before.
    """

    where: str
    edge: Edge | None = None
    against: bool = False
    why: str = ""


_UNIQUE = "lib/sidekiq_unique_jobs"
_ENSURE = "the unlock stands in an ensure: it follows a failed run too; the file has no other"
_RESULT = "the result of the run is that of the unlock, not that of the job"
_JID = "what the block returns, whatever the job does"
_TTL = "the unlock says whether the lock was still there, and nil or false counts as a conflict"

# Rows with several gates, lines that show what cannot be done, and lines that stand elsewhere as well.
_MORE: dict[str, tuple[Shown, ...]] = {
    "retry_in_duration": (
        Shown("v6.5.1 lib/sidekiq/job_retry.rb:222"),
        Shown("v7.0.7 lib/sidekiq/job_retry.rb:204"),
    ),
    "strict_arguments_warn": (Shown("v6.4.0 lib/sidekiq.rb:29"), Shown("v6.5.12 lib/sidekiq.rb:30")),
    "decimal_arguments": (
        Shown("v7.1.6 activejob/lib/active_job/arguments.rb:104", "went", against=True, why="a decimal as text"),
    ),
    "testing_file_quiet": (Shown("v8.1.1 lib/sidekiq/testing.rb:2", against=True, why="the line is the warning"),),
    "module_index": (Shown("v6.5.0 lib/sidekiq.rb:98"), Shown("v6.5.12 lib/sidekiq.rb:106")),
    "dead_limits_for_kills": (Shown("v6.5.12 lib/sidekiq/api.rb:852", "went"), Shown("v7.3.5 lib/sidekiq/api.rb:833")),
    "skip_default_job_logging": (Shown("v7.3.0 lib/sidekiq/job_logger.rb:15", "came", why="7.3.1 reads @config"),),
    "logged_job_attributes": (Shown("v8.0.9 lib/sidekiq/config.rb:39", "came", why="8.0.10 adds a comma"),),
    "bulk_lazy": (
        Shown(
            "v7.1.0 lib/sidekiq/client.rb:145", why="job.rb has it for perform_bulk, which calls push_bulk from here on"
        ),
    ),
    "client_pool_keyword": (Shown("v7.0.0 lib/sidekiq/client.rb:45", why="the constructor of another class"),),
    "transactional_push_builtin": (
        Shown("v7.3.10 lib/sidekiq/transaction_aware_client.rb:11", "came"),
        Shown("v7.3.10 lib/sidekiq/transaction_aware_client.rb:11", "went", why="7.3.10 is younger than 8.0.0"),
        Shown("v8.0.6 lib/sidekiq/transaction_aware_client.rb:11"),
    ),
    "unique_ttl_duration": (
        Shown(f"v8.0.10 {_UNIQUE}/lock_ttl.rb:74"),
        Shown(f"v8.1.0 {_UNIQUE}/lock_ttl.rb:99", why="the same words stand without the condition before"),
    ),
    "unique_ttl_callable": (Shown(f"v8.0.11 {_UNIQUE}/lock_ttl.rb:92", why="there it is for lock_args_method"),),
    "unique_wait_capped": (
        Shown(f"v8.0.12 {_UNIQUE}/locksmith.rb:40"),
        Shown(f"v8.1.0 {_UNIQUE}/locksmith.rb:40", why="of 9.0.0 there are only pre-releases"),
    ),
    "unique_lock_held_through_retries": (
        Shown(f"v7.1.30 {_UNIQUE}/lock/until_executed.rb:38", against=True, why=_ENSURE),
        Shown(f"v7.1.33 {_UNIQUE}/lock/until_executed.rb:38", "went", against=True, why=_ENSURE),
        Shown(f"v8.0.3 {_UNIQUE}/lock/until_executed.rb:38", "came", against=True, why=_ENSURE),
        Shown(f"v8.0.13 {_UNIQUE}/lock/until_executed.rb:38", "went", against=True, why=_ENSURE),
    ),
    "unique_until_executing_raises": (
        Shown(f"v7.1.22 {_UNIQUE}/lock/until_executing.rb:36", against=True, why="the rescue does not raise again"),
        Shown(f"v7.1.23 {_UNIQUE}/lock/until_executing.rb:39", why="the file had no other raise"),
    ),
    "unique_while_executing_ignores_result": (
        Shown(f"v7.1.29 {_UNIQUE}/lock/while_executing.rb:45", why=_RESULT),
        Shown(f"v7.1.31 {_UNIQUE}/lock/while_executing.rb:45", why=_JID),
        Shown(f"v8.0.2 {_UNIQUE}/lock/while_executing.rb:45", why=_RESULT),
        Shown(f"v8.0.5 {_UNIQUE}/lock/while_executing.rb:45", why=_JID),
    ),
    "unique_while_executing_outlives_ttl": (
        Shown(f"v7.1.29 {_UNIQUE}/lock/while_executing.rb:45", against=True, why=_TTL),
        Shown(f"v8.0.0 {_UNIQUE}/lock/while_executing.rb:45", "came", against=True, why=_TTL),
        Shown(f"v8.0.2 {_UNIQUE}/lock/while_executing.rb:45", "went", against=True, why=_TTL),
    ),
    "unique_until_and_while_runs_expired": (
        Shown(
            f"v8.0.13 {_UNIQUE}/locksmith.rb:124",
            against=True,
            why="a lock that has expired cannot be freed, and the job is not run",
        ),
    ),
    "throttled_setup": (
        Shown("v1.1.0 lib/sidekiq/throttled.rb:106", against=True, why="from here on requiring the gem sets it up"),
    ),
    "throttled_setup_gone": (Shown("v1.4.0 lib/sidekiq/throttled.rb:92", against=True, why="setup! is there"),),
}

# What else the package says about versions: since when a gemspec asks for which Sidekiq, or for which rack.
_CLAIMS: dict[str, tuple[Gem, tuple[Shown, ...]]] = {
    "pairing of sidekiq-unique-jobs": (
        UNIQUE_JOBS,
        (
            Shown("v7.0.0 sidekiq-unique-jobs.gemspec:75", "came"),
            Shown("v8.0.0 sidekiq-unique-jobs.gemspec:47", "came"),
            Shown("v8.0.11 sidekiq-unique-jobs.gemspec:46", "came"),
            Shown("v9.0.0.alpha1 sidekiq-unique-jobs.gemspec:48", "came"),
        ),
    ),
    "pairing of sidekiq-throttled": (
        THROTTLED,
        (
            Shown("v0.16.0 README.md:260", "came", why="this gemspec names no low end"),
            Shown("v0.17.0 sidekiq-throttled.gemspec:33", "came"),
            Shown("v1.0.0 sidekiq-throttled.gemspec:37", "came"),
            Shown("v1.0.1 sidekiq-throttled.gemspec:37", "came"),
            Shown("v2.0.0 sidekiq-throttled.gemspec:35", "came"),
        ),
    ),
    "an id although nothing is pushed yet": (
        SIDEKIQ,
        (Shown("v6.5.0 lib/sidekiq/transaction_aware_client.rb:17", "came"),),
    ),
    "end of Sidekiq 6.5 in sidekiq-throttled": (THROTTLED, (Shown("v1.4.0 README.adoc:293", "went"),)),
    "rack of sidekiq": (
        SIDEKIQ,
        (Shown("v8.0.0 sidekiq.gemspec:28", "came"), Shown("v8.1.0 sidekiq.gemspec:28", "came")),
    ),
    "rack of rails": (
        RAILS,
        (
            Shown("v7.1.0 actionpack/actionpack.gemspec:39", "came"),
            Shown("v7.2.0 actionpack/actionpack.gemspec:40", "came"),
            Shown("v7.2.3 actionpack/actionpack.gemspec:41", "came"),
        ),
    ),
}


def evidence() -> Iterator[tuple[str, Gem, tuple[Shown, ...]]]:
    """Yield what is to be shown, of which gem, and by which lines: every row of the table, then the other claims."""
    for row in TABLE:
        yield row.name, row.gem, _MORE.get(row.name, (Shown(row.source.removeprefix(f"{row.gem} ")),))
    for name, (gem, lines) in _CLAIMS.items():
        yield name, gem, lines
