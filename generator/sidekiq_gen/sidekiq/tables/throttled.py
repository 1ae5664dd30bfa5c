"""What sidekiq-throttled needs and offers, by its release."""

from __future__ import annotations

from sidekiq_gen.sidekiq.capability import Table, rows_of
from sidekiq_gen.sidekiq.gems import THROTTLED

row = rows_of(THROTTLED)


class ThrottledTable(Table):
    """What sidekiq-throttled needs and offers, by its release."""

    throttled_job_module = row(
        ">=0.16.0",
        "include Sidekiq::Throttled::Job; below it is Sidekiq::Throttled::Worker",
        "v0.16.0 lib/sidekiq/throttled/job.rb:25",
    )
    throttled_setup = row(
        "<1.1.0", "does nothing until Sidekiq::Throttled.setup! has been called", "v1.1.0 lib/sidekiq/throttled.rb:106"
    )
    throttled_super_fetch = row(
        ">=1.3.0",
        "throttles what Sidekiq Pro fetches with super_fetch",
        "v1.3.0 lib/sidekiq/throttled/patches/super_fetch.rb:49",
    )
    throttled_setup_gone = row(
        ">=1.5.0",
        "Sidekiq::Throttled.setup! is gone; from 1.1.0 on it only warns",
        "v1.4.0 lib/sidekiq/throttled.rb:92",
    )
