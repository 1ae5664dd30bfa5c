"""What a run does whose record is not there: not committed yet, or deleted while the run waits for its lock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.ruby import finish_ruby, run_ruby, start_ruby
from live.server import SidekiqServer

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.databases import PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

WAYS = {
    "Log": "--on-missing log",
    "Retry": "--on-missing retry",
    "Bury": "--on-missing discard",
    "Drop": "--on-missing discard --discard-to nowhere",
}
# Jobs are pushed inside a transaction, which is committed when they have run.
PUSHES = """
Order.transaction do
  Order.create!(id: 7)
  ARGV.each { |job| Object.const_get(job).perform_async(7) }
  puts "pushed"
  $stdout.flush
  sleep 3
end
"""
# A row that jobs wait for is deleted.
DELETES = """
Order.create!(id: 8)
Order.transaction do
  Order.find(8).lock!
  ARGV.each { |job| Object.const_get(job).perform_async(8) }
  sleep 3
  Order.find(8).destroy!
end
"""


def classes(redis: Redis, app: App, name: str) -> dict[str, str]:
    """The jobs in a sorted set, each with the class of its error."""
    entries = [json.loads(entry) for entry in redis.values(app.redis_url, "ZRANGE", name, 0, -1)]
    return {entry["class"]: entry.get("error_class", "") for entry in entries}


def make(variant: Variant, app: App, folder: Path, flags: str, suffix: str) -> list[str]:
    """Write a job for each way; their classes."""
    for name, way in WAYS.items():
        one = rendered.job_class(f"order:record --retry 5 {way} {flags}", variant, f"Find{name}{suffix}", folder)
        app.write(rendered.with_work(one.files, 'Effect.note("worked", self.class.name)'))
    return [f"Find{name}{suffix}Job" for name in WAYS]


@pytest.mark.scenario("record")
def test_a_record_that_is_not_committed_yet(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    jobs = make(variant, app, tmp_path, "", "Early")

    with SidekiqServer.start(processes, variant, app, redis) as server:
        pushing = start_ruby(processes, variant, app, PUSHES, *jobs)
        server.wait_until(lambda: server.ended() == len(jobs))
        assert pushing.poll() is None, "the transaction was committed before the jobs had run"
        finish_ruby(processes, pushing)
        assert classes(redis, app, "retry") == {"FindRetryEarlyJob": "ActiveRecord::RecordNotFound"}
        server.make_due("retry")
        server.drain(count=len(jobs) + 1)

    promise(variant, "record", "on-missing", "a record not committed yet: logged, found by a retry, or given up", 4)
    assert postgresql.query("SELECT subject FROM effects", app.database_url) == [["FindRetryEarlyJob"]]
    assert [line for line in server.log.splitlines() if "WARN" in line and "there is no Order 7" in line][1:] == []
    assert "skipped: there is no Order 7" in server.log
    assert classes(redis, app, "dead") == {"FindBuryEarlyJob": "ActiveRecord::RecordNotFound"}
    assert redis.call(app.redis_url, "ZCARD", "retry") == 0


@pytest.mark.scenario("record")
def test_a_record_that_is_deleted_while_a_run_waits_for_its_lock(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    jobs = make(variant, app, tmp_path, "--row-lock", "Late")

    with SidekiqServer.start(processes, variant, app, redis) as server:
        run_ruby(processes, variant, app, DELETES, *jobs)
        server.drain(count=len(jobs))
        missing = "ActiveRecord::RecordNotFound"
        assert classes(redis, app, "retry") == {"FindLogLateJob": missing, "FindRetryLateJob": missing}
        server.make_due("retry")
        server.drain(count=len(jobs) + 2)

    promise(variant, "record", "on-missing", "a record deleted while the run waits for its lock: the same", 4)
    assert postgresql.query("SELECT subject FROM effects", app.database_url) == []
    assert server.log.count("skipped: there is no Order 8") == 1
    assert classes(redis, app, "retry") == {"FindRetryLateJob": missing}
    assert classes(redis, app, "dead") == {"FindBuryLateJob": missing}
