"""How jobs are enqueued, iterated over and found again, by release of Sidekiq."""

from __future__ import annotations

from sidekiq_gen.sidekiq.capability import Table, rows_of
from sidekiq_gen.sidekiq.gems import SIDEKIQ

row = rows_of(SIDEKIQ)


class PushTable(Table):
    """How jobs are enqueued, iterated over and found again, by release of Sidekiq."""

    # enqueueing
    set_wait = row(">=6.3.0", "set(wait: ...) and set(wait_until: ...)", "v6.3.0 lib/sidekiq/worker.rb:179")
    perform_bulk = row(
        ">=6.3.0", "perform_bulk pushes many jobs in a few round trips", "v6.3.0 lib/sidekiq/worker.rb:194"
    )
    bulk_keeps_places = row(
        ">=7.1.0",
        "perform_bulk answers nil for a refused job; below, refused jobs are missing from the answer",
        "v7.1.0 lib/sidekiq/client.rb:142",
    )
    bulk_lazy = row(
        ">=7.1.0", "Client.push_bulk takes a lazy enumerator and batch_size", "v7.1.0 lib/sidekiq/client.rb:145"
    )
    bulk_at = row(">=8.0.8", "perform_bulk takes at: with points in time as numbers", "v8.0.8 lib/sidekiq/job.rb:251")
    bulk_spread_interval = row(
        ">=8.0.8",
        "perform_bulk takes spread_interval: to spread the jobs over some seconds",
        "v8.0.8 lib/sidekiq/client.rb:120",
    )
    push_bulk_at_array = row(
        ">=6.0.1", "Client.push_bulk takes one point in time for each job", "v6.0.1 lib/sidekiq/client.rb:102"
    )
    client_pool_keyword = row(
        ">=7.0.0", "Client.new(pool: pool); a positional pool is warned about", "v7.0.0 lib/sidekiq/client.rb:45"
    )
    transactional_push = row(
        ">=6.5.0",
        "Sidekiq.transactional_push! pushes after the commit of the open transaction",
        "v6.5.0 lib/sidekiq/transaction_aware_client.rb:33",
    )
    transactional_push_builtin = row(
        (">=7.3.10,<8.0.0", ">=8.0.6"),
        "transactional_push! needs no after_commit_everywhere with ActiveRecord 7.2 or later",
        "v7.3.10 lib/sidekiq/transaction_aware_client.rb:11",
    )
    transactional_push_outside_batches = row(
        ">=7.2.2",
        "inside a batch a job is pushed at once, whatever transactional_push! says",
        "v7.2.2 lib/sidekiq/transaction_aware_client.rb:18",
    )

    # iteration
    iterable_job = row(
        ">=7.3.0",
        "Sidekiq::IterableJob goes on where a stopped process left off",
        "v7.3.0 lib/sidekiq/iterable_job.rb:32",
    )
    iterable_rows = row(
        ">=7.3.2",
        "an iterable job that is stopped begins its batch of rows again; before, it passes over it",
        "v7.3.2 lib/sidekiq/job/iterable/active_record_enumerator.rb:25",
    )
    iterable_arguments = row(
        ">=7.3.3", "an iterable job reads its arguments with arguments", "v7.3.3 lib/sidekiq/job/iterable.rb:37"
    )
    iterable_cancel = row(
        ">=7.3.3",
        "cancel! and cancelled? in an iterable job, Client#cancel!(jid) from outside",
        "v7.3.3 lib/sidekiq/job/iterable.rb:49",
    )
    iterable_on_cancel = row(
        ">=8.0.0", "an iterable job has the callback on_cancel", "v8.0.0 lib/sidekiq/job/iterable.rb:100"
    )
    iterable_cursor = row(">=8.0.0", "an iterable job reads its cursor", "v8.0.0 lib/sidekiq/job/iterable.rb:67")
    iterable_current_object = row(
        ">=8.0.7",
        "an iterable job reads the object at hand with current_object",
        "v8.0.7 lib/sidekiq/job/iterable.rb:41",
    )
    max_iteration_runtime = row(
        ">=8.0.8",
        "config[:max_iteration_runtime] makes an iterable job give way after so many seconds",
        "v8.0.8 lib/sidekiq/job/iterable.rb:277",
    )

    # records of jobs
    job_record_class = row(
        ">=6.2.2",
        "records of jobs are Sidekiq::JobRecord; below they are Sidekiq::Job",
        "v6.2.2 lib/sidekiq/api.rb:303",
    )
    both_wrappers_unwrapped = row(
        ">=7.3.3",
        "a record of an ActiveJob job shows its class, whichever of the two wrappers it stands in",
        "v7.3.3 lib/sidekiq/api.rb:376",
    )
    dead_limits_for_kills = row(
        ("<7.0.0", ">=7.3.5"),
        "DeadSet#kill trims to what is configured; in between to Sidekiq's defaults",
        "v7.3.5 lib/sidekiq/api.rb:833",
    )
    millisecond_timestamps = row(
        ">=8.0.0",
        "times in a payload are integers of milliseconds; below, floats of seconds",
        "v8.0.0 lib/sidekiq/job_util.rb:66",
    )
    dead_job_times = row(
        ">=8.0.0", "a record answers failed_at and retried_at with a Time", "v8.0.0 lib/sidekiq/api.rb:444"
    )
    dead_set_class_limits = row("<7.0.0", "DeadSet.max_jobs and DeadSet.timeout", "v6.5.12 lib/sidekiq/api.rb:875")
    dead_set_kill_error = row(
        ">=7.3.1", "DeadSet#kill takes the error that killed the job", "v7.3.1 lib/sidekiq/api.rb:830"
    )
    dead_set_trim = row(">=7.3.5", "DeadSet#trim drops what is over the limits", "v7.3.5 lib/sidekiq/api.rb:832")
    job_set_bulk_actions = row(
        ">=7.3.5", "retry_all and kill_all on every sorted set; below only on some", "v7.3.5 lib/sidekiq/api.rb:693"
    )
    safe_set_iteration = row(
        ">=8.1.2",
        "jobs can be deleted or retried inside each; below, some are skipped",
        "v8.1.2 lib/sidekiq/api.rb:830",
    )
    work_objects = row(">=7.2.1", "WorkSet yields objects with methods", "v7.2.1 lib/sidekiq/api.rb:1142")
    work_hashes = row("<8.0.0", "what WorkSet yields can be read like a hash", "v7.3.10 lib/sidekiq/api.rb:1216")
