"""What --backtrace, --tags and --no-dead promise, on a real Sidekiq server."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from live import rendered
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

# The backtraces and tags of the jobs that wait for a retry or are dead, as the API shows them.
KEPT = """
require "sidekiq/api"
kept = [Sidekiq::RetrySet.new, Sidekiq::DeadSet.new].flat_map(&:to_a)
puts JSON.generate(kept.to_h { |job| [job.klass, [job.error_backtrace&.size, job.tags]] })
"""
DEEP = "dig = ->(depth) { depth.zero? ? raise(PaymentGateway::Timeout) : dig.call(depth - 1) }\ndig.call(30)"
FAILS = "raise PaymentGateway::Timeout"


def make(variant: Variant, app: App, folder: Path, name: str, flags: str, work: str) -> None:
    one = rendered.job_class(f"order:record {flags}", variant, name, folder)
    app.write(rendered.with_work(one.files, work))


@pytest.mark.scenario("options")
def test_a_failed_job_keeps_its_backtrace_and_its_tags(
    processes: Processes, variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    make(variant, app, tmp_path, "KeepSome", "--backtrace 3 --tags billing --tags nightly", DEEP)
    make(variant, app, tmp_path, "KeepAll", "--backtrace true --retry 0 --tags team:payments", DEEP)
    make(variant, app, tmp_path, "KeepNone", "", DEEP)
    names = ("KeepSomeJob", "KeepAllJob", "KeepNoneJob")
    run_ruby(processes, variant, app, f"Order.create!(id: 1); {'; '.join(f'{n}.perform_async(1)' for n in names)}")

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=3)
        lines = [line for line in server.log.splitlines() if re.search(r"(?: [A-Z]+)?: (?:start|fail)\s*$", line)]

    promise(variant, "record", "options", "backtrace and tags are kept with the failed job; tags are in the log", 3)
    kept = json.loads(run_ruby(processes, variant, app, KEPT).splitlines()[-1])
    assert kept["KeepSomeJob"] == [3, ["billing", "nightly"]]
    assert kept["KeepAllJob"][0] > 30
    assert kept["KeepAllJob"][1] == ["team:payments"]
    assert kept["KeepNoneJob"] == [None, []]
    tagged = [line for line in lines if "billing" in line and "nightly" in line]
    assert len(tagged) == 2
    assert all("class=KeepSomeJob" in line for line in tagged)


@pytest.mark.scenario("options")
def test_a_job_that_is_not_to_be_dead_is_gone_after_its_last_retry(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    exhausted = "--on-exhausted --mark-failed failed_at"
    make(variant, app, tmp_path, "Vanish", f"--retry 1 --no-dead {exhausted}", FAILS)
    make(variant, app, tmp_path, "VanishAtOnce", "--retry 5 --no-dead --discard-on PaymentGateway::Timeout", FAILS)
    make(variant, app, tmp_path, "Stay", "--retry 1", FAILS)
    names = ("VanishJob", "VanishAtOnceJob", "StayJob")
    pushes = "; ".join(f"Order.create!(id: {n}); {name}.perform_async({n})" for n, name in enumerate(names, 1))
    run_ruby(processes, variant, app, pushes)

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=3)
        server.make_due("retry")
        server.drain(count=5)

    promise(variant, "record", "options", "with dead: false, gone after the last retry, reported and marked", 3)
    dead = [json.loads(entry)["class"] for entry in redis.values(app.redis_url, "ZRANGE", "dead", 0, -1)]
    assert dead == ["StayJob"]
    assert redis.call(app.redis_url, "ZCARD", "retry") == 0
    marked = postgresql.query("SELECT id FROM orders WHERE failed_at IS NOT NULL", app.database_url)
    assert [row[0] for row in marked] == ["1"]
