"""What a job class can say and do, by release of Sidekiq: options, retries, arguments, tests."""

from __future__ import annotations

from sidekiq_gen.sidekiq.capability import Table, rows_of
from sidekiq_gen.sidekiq.gems import SIDEKIQ

row = rows_of(SIDEKIQ)


class JobTable(Table):
    """What a job class can say and do, by release of Sidekiq: options, retries, arguments, tests."""

    # the class
    job_module = row(
        ">=6.3.0", "include Sidekiq::Job (6.2.2 has it only after require 'sidekiq/job')", "v6.3.0 lib/sidekiq.rb:9"
    )
    queue_as = row(">=6.3.0", "queue_as names the queue", "v6.3.0 lib/sidekiq/worker.rb:232")
    nested_options_string_keys = row(
        ">=7.3.0",
        "hashes inside sidekiq_options get string keys; below they keep their symbols",
        "v7.3.0 lib/sidekiq/job.rb:74",
    )
    tags_option = row(
        ">=6.0.1", "the option tags, shown on log lines and in the Web UI", "v6.0.1 lib/sidekiq/api.rb:392"
    )
    backtrace_cleaned = row(
        ">=7.1.0",
        "the option backtrace saves what config[:backtrace_cleaner] leaves, in Rails the app's own lines",
        "v7.1.0 lib/sidekiq/job_retry.rb:163",
    )
    log_level_option = row(
        ">=6.0.1", "the option log_level, for the log lines of one job", "v6.0.1 lib/sidekiq/job_logger.rb:27"
    )
    client_class_option = row(
        ">=6.5.0",
        "the option client_class, for the client that pushes the job",
        "v6.5.0 lib/sidekiq/transaction_aware_client.rb:41",
    )
    job_interrupted = row(
        ">=7.3.0", "interrupted? in any job says that the process is stopping", "v7.3.0 lib/sidekiq/job.rb:176"
    )
    job_profiling = row(">=8.0.0", "set(profile: token) profiles one run", "v8.0.0 lib/sidekiq/processor.rb:124")

    # retries
    retry_in_kill = row(
        ">=6.5.2", "sidekiq_retry_in may return :kill or :discard", "v6.5.2 lib/sidekiq/job_retry.rb:176"
    )
    retry_in_job_hash = row(
        ">=7.0.8", "sidekiq_retry_in is handed the job as third argument", "v7.0.8 lib/sidekiq/job_retry.rb:198"
    )
    retry_in_duration = row(
        ("<6.5.2", ">=7.0.7"),
        "sidekiq_retry_in may return a duration or a float; between, only an integer counts",
        "v7.0.7 lib/sidekiq/job_retry.rb:204",
    )
    retry_in_for_active_job = row(
        ">=7.1.3", "sidekiq_retry_in works in an ActiveJob class", "v7.1.3 lib/sidekiq/job_retry.rb:205"
    )
    retries_exhausted_discard = row(
        ">=7.2.0",
        "sidekiq_retries_exhausted may return :discard to keep the job out of the dead set",
        "v7.2.0 lib/sidekiq/job_retry.rb:242",
    )
    retries_exhausted_for_active_job = row(
        ">=7.1.3", "sidekiq_retries_exhausted works in an ActiveJob class", "v7.1.3 lib/sidekiq/job_retry.rb:233"
    )
    discard_runs_death_handlers = row(
        ">=8.0.7", "death handlers run for a job that is discarded", "v8.0.7 lib/sidekiq/job_retry.rb:189"
    )
    discarded_at = row(
        ">=8.0.8",
        "death handlers find discarded_at in a job that does not go to the dead set",
        "v8.0.8 lib/sidekiq/job_retry.rb:189",
    )
    retry_for = row(
        ">=7.1.3", "the option retry_for retries for a length of time", "v7.1.3 lib/sidekiq/job_retry.rb:175"
    )
    retry_for_overrides_retry = row(
        ">=8.1.0",
        "with retry_for the count in retry is ignored; below, whichever limit is reached first ends the retries",
        "v8.1.0 lib/sidekiq/job_retry.rb:184",
    )
    retry_jitter_by_second = row(
        ">=8.0.0",
        "the jitter of a retry is any number of seconds; below, a multiple of the attempt",
        "v8.0.0 lib/sidekiq/job_retry.rb:196",
    )

    # arguments
    strict_arguments_switch = row(
        ">=6.4.0", "Sidekiq.strict_args! sets what happens to arguments that JSON changes", "v6.4.0 lib/sidekiq.rb:256"
    )
    strict_arguments_warn = row(
        ">=6.4.0,<7.0.0", "arguments that JSON changes are warned about", "v6.4.0 lib/sidekiq.rb:29"
    )
    strict_arguments_raise = row(
        ">=7.0.0", "arguments that JSON changes raise ArgumentError", "v7.0.0 lib/sidekiq/config.rb:19"
    )
    strict_arguments_exact_class = row(
        ">=7.0.4",
        "subclasses of String, Array and Hash are refused as arguments too",
        "v7.0.4 lib/sidekiq/job_util.rb:68",
    )

    # tests
    testing_api = row(
        ">=8.1.1", "Sidekiq.testing!(:fake) instead of require 'sidekiq/testing'", "v8.1.1 lib/sidekiq.rb:50"
    )
    testing_file_quiet = row(
        "<8.1.1", "require 'sidekiq/testing' prints no deprecation", "v8.1.1 lib/sidekiq/testing.rb:2"
    )
    testing_nesting_refused = row(
        ">=7.2.0", "a test mode set in a block inside another such block raises", "v7.2.0 lib/sidekiq/testing.rb:19"
    )
    jobs_by_class = row(
        ">=6.4.2", "Sidekiq::Queues.jobs_by_class; below only jobs_by_worker", "v6.4.2 lib/sidekiq/testing.rb:173"
    )
    perform_inline = row(">=6.4.0", "perform_inline runs a job at once", "v6.4.0 lib/sidekiq/worker.rb:202")
    perform_inline_plain_ruby = row(
        ">=7.0.0", "perform_inline works without ActiveSupport", "v7.0.0 lib/sidekiq/job.rb:222"
    )
    perform_inline_strict = row(
        ">=8.1.0", "perform_inline refuses arguments that JSON changes", "v8.1.0 lib/sidekiq/job.rb:229"
    )
