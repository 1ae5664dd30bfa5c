"""What --throttle promises, with a real sidekiq-throttled laid over the roots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.installed import installed
from live.ruby import run_ruby
from live.server import SidekiqServer

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.databases import PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

LIMIT, SECONDS, RUNS = 3, 2, 9
SLACK = 0.3  # seconds between the count in Redis and the row in the database, on a busy machine
# The stand-in of the app must not have been taken for the gem, which does nothing before 1.1 until it is told.
REAL = """# frozen_string_literal: true

raise "a stand-in" unless defined?(Sidekiq::Throttled::VERSION)
"""


@pytest.mark.scenario("throttle")
def test_so_many_runs_begin_in_so_many_seconds_over_all_processes(
    processes: Processes,
    throttled_variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    gem = f"sidekiq-throttled {throttled_variant.throttled}"
    app.write(
        installed(throttled_variant, tmp_path / "installed", gem=gem) | {"config/initializers/throttled.rb": REAL}
    )
    work = "Effect.note(self.class.name, order.id)"
    for name, flags in (("CallSlowly", f"--throttle {LIMIT}/{SECONDS} --queue slow"), ("CallAtWill", "")):
        one = rendered.job_class(f"order:record {flags}", throttled_variant, name, tmp_path)
        app.write(rendered.with_work(one.files, work))
    pushes = f"{RUNS}.times {{ CallSlowlyJob.perform_async(1); CallAtWillJob.perform_async(1) }}"
    run_ruby(processes, throttled_variant, app, f"Order.create!(id: 1); {pushes}")

    def begun(name: str) -> list[float]:
        rows = postgresql.query(
            f"SELECT EXTRACT(EPOCH FROM created_at) FROM effects WHERE name = '{name}Job' ORDER BY 1", app.database_url
        )
        return [float(moment) for (moment,) in rows]

    queues = ("default", "slow")
    with (
        SidekiqServer.start(processes, throttled_variant, app, redis, queues=queues) as first,
        SidekiqServer.start(processes, throttled_variant, app, redis, queues=queues) as second,
    ):
        first.wait_until(lambda: len(begun("CallSlowly")) == RUNS and len(begun("CallAtWill")) == RUNS)
        first.drain()
        second.drain()

    promise(throttled_variant, "record", "throttle", "the limit of runs per period holds across two processes", RUNS)
    slow, free = begun("CallSlowly"), begun("CallAtWill")
    assert [
        later - earlier for earlier, later in zip(slow, slow[LIMIT:], strict=False) if later - earlier < SECONDS - SLACK
    ] == []
    assert len(slow) == len(free) == RUNS
    assert free[LIMIT] - free[0] < SECONDS - SLACK  # without a limit they do come sooner
