"""What each release of Rails can do for a job, and which pairs with Sidekiq cannot be bundled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.capability import Table, rows_of
from sidekiq_gen.sidekiq.gems import RAILS
from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.sidekiq.versions import Version

row = rows_of(RAILS)


class RailsTable(Table):
    """What each release of Rails can do for a job, and which pairs with Sidekiq cannot be bundled."""

    # ActiveRecord
    with_connection = row(
        ">=7.2.0",
        "Model.with_connection lends a connection to a block",
        "v7.2.0 activerecord/lib/active_record/connection_handling.rb:295",
    )
    lease_connection = row(
        ">=7.2.0",
        "Model.lease_connection, the later name of Model.connection",
        "v7.2.0 activerecord/lib/active_record/connection_handling.rb:255",
    )
    connection_db_config = row(
        ">=6.1.0",
        "Model.connection_db_config tells how it is connected; connection_config before",
        "v6.1.0 activerecord/lib/active_record/connection_handling.rb:310",
    )
    after_all_transactions_commit = row(
        ">=7.2.0",
        "ActiveRecord.after_all_transactions_commit runs a block after the outermost commit",
        "v7.2.0 activerecord/lib/active_record.rb:557",
    )
    transaction_after_commit = row(
        ">=7.2.0",
        "transaction yields an object with after_commit",
        "v7.2.0 activerecord/lib/active_record/transaction.rb:85",
    )
    insert_all = row(
        ">=6.0.0",
        "insert_all skips rows that are there already",
        "v6.0.0 activerecord/lib/active_record/persistence.rb:123",
    )
    insert_all_timestamps = row(
        ">=7.0.0",
        "insert_all and upsert_all set created_at and updated_at",
        "v7.0.0 activerecord/lib/active_record/insert_all.rb:65",
    )
    find_or_create_by_race = row(
        ">=7.1.0",
        "find_or_create_by finds the row again when another process was faster",
        "v7.1.0 activerecord/lib/active_record/relation.rb:176",
    )
    find_each_order = row(
        ">=6.1.0", "find_each takes order:", "v6.1.0 activerecord/lib/active_record/relation/batches.rb:68"
    )
    batches_by_range = row(
        ">=7.1.0", "in_batches takes use_ranges:", "v7.1.0 activerecord/lib/active_record/relation/batches.rb:239"
    )
    batches_cursor = row(
        ">=8.0.0",
        "find_each and in_batches take cursor: with the columns to walk along",
        "v8.0.0 activerecord/lib/active_record/relation/batches.rb:85",
    )

    # ActiveJob
    retry_on_jitter = row(">=6.1.0", "retry_on takes jitter:", "v6.1.0 activejob/lib/active_job/exceptions.rb:56")
    decimal_arguments = row(
        ">=7.2.0",
        "a BigDecimal is an argument of an ActiveJob; before it arrives as text, unless that is switched on",
        "v7.1.6 activejob/lib/active_job/arguments.rb:104",
    )
    after_discard = row(
        ">=7.1.0",
        "after_discard in an ActiveJob class, also after the last retry_on",
        "v7.1.0 activejob/lib/active_job/exceptions.rb:130",
    )
    perform_all_later = row(
        ">=7.1.0",
        "ActiveJob.perform_all_later pushes many jobs at once",
        "v7.1.0 activejob/lib/active_job/enqueuing.rb:16",
    )
    polynomially_longer = row(
        ">=7.1.0", "retry_on wait: :polynomially_longer", "v7.1.0 activejob/lib/active_job/exceptions.rb:30"
    )
    exponentially_longer = row(
        "<7.2.0",
        "retry_on wait: :exponentially_longer, deprecated in 7.1",
        "v7.1.6 activejob/lib/active_job/exceptions.rb:171",
    )
    unlimited_attempts = row(
        ">=7.0.0", "retry_on attempts: :unlimited", "v7.0.0 activejob/lib/active_job/exceptions.rb:61"
    )
    discard_on_report = row(
        ">=8.1.0",
        "discard_on and retry_on take report: for Rails.error",
        "v8.1.0 activejob/lib/active_job/exceptions.rb:109",
    )
    job_continuations = row(
        ">=8.1.0",
        "ActiveJob::Continuable goes on at the step where a stopped process left off",
        "v8.1.0 activejob/lib/active_job/continuable.rb:13",
    )
    enqueue_after_commit = row(
        ">=7.2.0",
        "enqueue_after_transaction_commit in an ActiveJob class",
        "v7.2.0 activejob/lib/active_job/enqueue_after_transaction_commit.rb:7",
    )
    enqueue_after_commit_boolean = row(
        ">=8.0.0",
        "enqueue_after_transaction_commit is true or false; in 7.2 :always, :never or :default",
        "v8.0.0 activejob/lib/active_job/enqueue_after_transaction_commit.rb:29",
    )

    # ActiveSupport
    stub_const = row(
        ">=7.1.0",
        "stub_const(Job, :LIMIT, 1) { ... } in a test",
        "v7.1.0 activesupport/lib/active_support/testing/constant_stubbing.rb:21",
    )
    rails_error_reporter = row(
        ">=7.0.0",
        "Rails.error.report(error, handled: ...) hands an error to the subscribed trackers; 7.0 requires handled:",
        "v7.0.0 activesupport/lib/active_support/error_reporter.rb:95",
    )
    error_reporter_source = row(
        ">=7.1.0", "Rails.error.report takes source:", "v7.1.0 activesupport/lib/active_support/error_reporter.rb:172"
    )


@dataclass(frozen=True)
class ImpossiblePair:
    """Releases of Sidekiq and Rails that Bundler cannot resolve together.

    sidekiq, rails: packaging specifiers.
    reason: what stands between them.
    needs: the versions of Rails that fit, in words.
    """

    sidekiq: str
    rails: str
    reason: str
    needs: str


# sidekiq v8.0.0 sidekiq.gemspec asks for rack 3.1, v8.1.0 for 3.2; rails v7.0.8 actionpack/actionpack.gemspec allows
# rack 2 only, v7.2.2.2 less than 3.2, v7.2.3 less than 3.3.
IMPOSSIBLE_PAIRS = (
    ImpossiblePair(">=8.0.0", "<7.1.0", "Sidekiq 8 needs rack 3, and Rails before 7.1 allows rack 2 only", "Rails 7.1"),
    ImpossiblePair(
        ">=8.1.0", ">=7.2.0,<7.2.3", "Sidekiq 8.1 needs rack 3.2, and this Rails allows less than that", "Rails 7.2.3"
    ),
)


def impossible_pair(sidekiq: Version, rails: Version) -> ImpossiblePair | None:
    """Return what keeps the two apart, or None when they can be bundled together."""
    for pair in IMPOSSIBLE_PAIRS:
        if holds(pair.sidekiq, sidekiq) and holds(pair.rails, rails):
            return pair
    return None
