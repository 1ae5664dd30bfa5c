"""What each release of sidekiq-unique-jobs can do, and where its locks differ."""

from __future__ import annotations

from sidekiq_gen.sidekiq.capability import Table, rows_of
from sidekiq_gen.sidekiq.gems import UNIQUE_JOBS

row = rows_of(UNIQUE_JOBS)


class UniqueJobsTable(Table):
    """What each release of sidekiq-unique-jobs can do, and where its locks differ."""

    # options
    unique_lock_ttl_option = row(
        ">=6.0.20",
        "the end of a lock is called lock_ttl; below lock_expiration",
        "v6.0.20 lib/sidekiq_unique_jobs/locksmith.rb:18",
    )
    unique_server_configure = row(
        ">=7.0.1",
        "SidekiqUniqueJobs::Server.configure installs the reaper and the death handler",
        "v7.0.1 lib/sidekiq_unique_jobs/server.rb:19",
    )
    unique_ttl_duration = row(
        ("<8.0.11", ">=8.1.0"),
        "lock_ttl takes a duration; between, it is ignored or raises",
        "v8.1.0 lib/sidekiq_unique_jobs/lock_ttl.rb:99",
    )
    unique_ttl_callable = row(
        ">=8.0.11",
        "lock_ttl takes a proc or the name of a class method",
        "v8.0.11 lib/sidekiq_unique_jobs/lock_ttl.rb:92",
    )
    unique_wait_capped = row(
        ">=8.0.12,<9.0.0", "lock_timeout waits five seconds at most", "v8.0.12 lib/sidekiq_unique_jobs/locksmith.rb:40"
    )
    unique_global_on_conflict = row(
        ">=8.1.0",
        "config.on_conflict sets the strategy of every job",
        "v8.1.0 lib/sidekiq_unique_jobs/lock_config.rb:67",
    )
    unique_client_reschedule = row(
        ">=8.1.0",
        "on_conflict reschedule works on the client; below it overflows the stack",
        "v8.1.0 lib/sidekiq_unique_jobs/middleware.rb:36",
    )
    unique_schedule_in = row(
        ">=8.0.4",
        "the option schedule_in sets the seconds until a rescheduled job runs",
        "v8.0.4 lib/sidekiq_unique_jobs/on_conflict/reschedule.rb:24",
    )
    unique_reject_excludes = row(
        ">=8.0.11",
        "a duplicate that goes to the dead set leaves the lock of the job that runs; below its death handler frees it",
        "v8.0.11 lib/sidekiq_unique_jobs/on_conflict/reject.rb:40",
    )
    unique_digest_algorithm = row(
        ">=8.0.11",
        "config.digest_algorithm chooses between :legacy and :modern",
        "v8.0.11 lib/sidekiq_unique_jobs/config.rb:26",
    )
    unique_testing_quiet = row(
        ">=8.1.0",
        "require 'sidekiq_unique_jobs/testing' prints no deprecation on Sidekiq 8.1.1 and later",
        "v8.1.0 lib/sidekiq_unique_jobs/testing.rb:9",
    )

    # how the locks behave
    unique_lock_held_through_retries = row(
        ("<7.1.30", ">=8.0.0,<8.0.3", ">=8.1.0"),
        "until_executed keeps the lock while a failed job waits for its retry",
        "v8.0.3 lib/sidekiq_unique_jobs/lock/until_executed.rb:38",
    )
    unique_until_executing_relocks = row(
        ">=7.1.22",
        "until_executing takes the lock again when a run fails",
        "v7.1.22 lib/sidekiq_unique_jobs/lock/until_executing.rb:38",
    )
    unique_until_executing_raises = row(
        ("<7.1.22", ">=7.1.23"),
        "until_executing lets the error of a failed run through; 7.1.22 swallows it, so that nothing is retried",
        "v7.1.23 lib/sidekiq_unique_jobs/lock/until_executing.rb:39",
    )
    unique_until_expired_outlives_reaper = row(
        ">=7.1.26",
        "until_expired lasts its lock_ttl; below, the reaper frees the lock soon after the job is done",
        "v7.1.26 lib/sidekiq_unique_jobs/lua/lock.lua:61",
    )
    unique_while_executing_ignores_result = row(
        ("<7.1.30", ">=7.1.31,<8.0.3", ">=8.0.5"),
        "while_executing does not take a run that returned nil or false for a conflict",
        "v7.1.29 lib/sidekiq_unique_jobs/lock/while_executing.rb:45",
    )
    unique_while_executing_outlives_ttl = row(
        (">=7.1.30,<8.0.0", ">=8.0.3"),
        "while_executing does not take a run that outlasted its lock_ttl for a conflict",
        "v7.1.29 lib/sidekiq_unique_jobs/lock/while_executing.rb:45",
    )
    unique_until_and_while_runs_expired = row(
        ">=8.1.0",
        "until_and_while_executing runs a job whose lock_ttl has passed, unless a duplicate took the lock",
        "v8.0.13 lib/sidekiq_unique_jobs/locksmith.rb:124",
    )
