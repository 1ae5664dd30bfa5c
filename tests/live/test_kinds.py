"""The kinds that work through rows: their specs, and what they promise under stress."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.rubocop import lay_out, rubocop, ruby_warnings
from live.ruby import enqueue, run_ruby
from live.server import SidekiqServer
from live.specs import run_specs
from support.cases import rows

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.databases import MariaDB, PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from live.specs import Framework


def made_for(variant: Variant, framework: Framework, folder: Path, adapter: str = "pg") -> list[rendered.Rendered]:
    return [
        rendered.render(case, folder / str(number))
        for number, case in enumerate(rendered.row_cases(variant))
        if case.repo.rspec == (framework == "rspec") and case.repo.adapter in {adapter, "sqlite3"}
    ]


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_every_spec_of_these_kinds_is_green(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    made = made_for(variant, framework, tmp_path)
    app.write({path: text for one in made for path, text in one.files.items()})

    report = run_specs(processes, variant, app, framework)

    for kind in ("claim", "backfill", "fan-out"):
        own = [one for one in made if one.kind == kind]
        promise(variant, kind, "all of its own", f"its {framework} spec is green", len(own))
    assert report.failures == []
    assert sorted(report.files) == sorted(path for one in made for path in one.files if not path.startswith("app/"))
    assert all(report.files.values())


def test_the_youngest_rubocop_finds_nothing_in_these_kinds(
    processes: Processes, variant: Variant, forky: Variant, tmp_path: Path
) -> None:
    frameworks: tuple[Framework, ...] = ("rspec", "minitest")
    made = (one.files for name in frameworks for one in made_for(variant, name, tmp_path / name))
    folder = lay_out(tmp_path / "rendered", made)

    offenses = rubocop(processes, forky, folder) + ruby_warnings(processes, forky, folder)

    assert [str(offense) for offense in offenses] == []


CURSOR = "(cursor:)\n    active_record_batches_enumerator(remaining.select(:id), cursor: cursor"
# What is taken out of a rendered job, and what is left in its place: each must make an example fail.
MUTANTS = {
    "claim": [
        ('.lock("FOR UPDATE SKIP LOCKED")', ""),
        ("order.update_column(:processed_at, Time.current)", ""),
        ("Order.transaction do", "1.then do"),
        ("after ? backlog.where(Order.arel_table[:id].gt(after)) : backlog", "backlog"),
        (".limit(MAX_ROWS)", ""),
        ("return unless backlog.exists?", ""),
        (" if ids.size == MAX_ROWS", " if ids.empty?"),
        ("perform_async(ids.last, pass)", "perform_async(nil, pass)"),
        ("rescue StandardError => e", "rescue IOError => e"),
        (" if pass >= MAX_PASSES", " if pass > MAX_PASSES"),
        ("self.class.perform_in(15 * (4**pass), nil, pass + 1)", ""),
        ("nil, pass + 1)", "nil, pass)"),
        ("where(processed_at: nil)", "all"),
    ],
    "claim-counted": [
        (".where(attempts: [nil, 0...MAX_ATTEMPTS])", ""),
        ("count_failure(id, e)", ""),
        ("attempts: times", "attempts: 1"),
        (" if times >= MAX_ATTEMPTS", ""),
    ],
    "claim-rests": [
        (", next_attempt_at: Time.current + (15 * (4**times))", ""),
        ("where(next_attempt_at: [nil, Time.zone.at(0)..Time.current])", "all"),
        ("order.update_column(:failed_at, Time.current)", ""),
    ],
    "backfill-column": [
        ('.lock("FOR UPDATE SKIP LOCKED")', ""),
        ("Order.transaction do", "1.then do"),
        (".update_all(charged_at: Time.current)", ".size"),
        ("where(charged_at: nil)", "all"),
        ("remaining.where(id:", "Order.where(id:"),
        (".limit(BATCH_SIZE)", ""),
        ("batch_size: BATCH_SIZE", "batch_size: 1000"),
        ("(**)\n    active_record_batches_enumerator(remaining.select(:id), cursor: nil", CURSOR),
        ("batch.where(Order.arel_table[:id].gt(after)) if after", "batch"),
        ("self.class.perform_async(last.id)", "nil"),
        ("rescue StandardError => e", "rescue IOError => e"),
        ("raise if @failures.size == MAX_FAILURES", ""),
        ("raise @failures.first if @failures", ""),
        ("return if cancelled?", ""),
        ("return unless remaining.exists?", ""),
        ("elsif remaining.exists?", "else"),
        ("self.class.perform_in(PAUSE)", "nil"),
        ('logger.info("orders are left', '("orders are left'),
    ],
    "backfill": [
        ('progress("SET", orders.last.id, "EX", PROGRESS_TTL)', ""),
        (', "EX", PROGRESS_TTL', ""),
        ('progress("DEL")', "nil"),
        (" unless cancelled?", ""),
        ('progress("GET")', "nil"),
        ('logger.info("resuming', '("resuming'),
        ("remaining.where(Order.arel_table[:id].gt(finished))", "remaining"),
        ("cursor: cursor", "cursor: nil"),
        ("batch.where(Order.arel_table[:id].gt(after)) if after", "batch"),
        ("self.class.perform_async(orders.last.id)", ""),
        ("batch_size: BATCH_SIZE", "batch_size: 1000"),
        (".limit(BATCH_SIZE)", ""),
    ],
    "fan-out": [
        ("of: BATCH_SIZE", "of: 1000"),
        ("slice.ids.zip", "[slice.ids]"),
        ("batch_size: BATCH_SIZE", "batch_size: 1000"),
        ("slice.map(&:id).zip", "[slice.map(&:id)]"),
        ("cursor: cursor", "cursor: nil"),
    ],
}


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_a_job_without_one_of_its_lines_fails_its_spec(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    files: dict[str, str] = {}
    mutants: dict[str, str] = {}
    number = 0
    for name, changes in MUTANTS.items():
        case = next(case for case in rows() if case.name == f"8-{framework}-{name}")
        for before, after in changes:
            number += 1
            place = replace(case, repo=replace(case.repo, records="factory"))
            one = rendered.render(rendered.target(place, variant, f"ChargeMutant{number}"), tmp_path / str(number))
            job, spec = (
                next(path for path in one.files if path.startswith(folder) and f"mutant{number}_job" in path)
                for folder in ("app", "spec" if framework == "rspec" else "test")
            )
            text = one.files[job]
            if before in text:
                files |= one.files | {job: text.replace(before, after)}
                mutants[spec] = f"{name} without {before}"
    app.write(files)

    report = run_specs(processes, variant, app, framework, only=list(mutants), until_failure=True)

    promise(variant, "claim, backfill, fan-out", "all of its own", f"its {framework} spec fails without", len(mutants))
    survivors = [
        name for spec, name in mutants.items() if all(example.status == "passed" for example in report.files[spec])
    ]
    assert survivors == []
    assert len(mutants) > 20


def rows_of(job: str, arguments: str, variant: Variant, folder: Path, work: str, adapter: str = "pg") -> dict[str, str]:
    one = rendered.job_class(f"--model Order {arguments}", variant, job, folder, adapter)
    return rendered.with_work(one.files, work)


def seed(processes: Processes, variant: Variant, app: App, count: int, code: str = "") -> None:
    """Make rows, and then whatever Ruby says."""
    run_ruby(processes, variant, app, f"{count}.times {{ |n| Order.create!(id: n + 1) }}\n{code}")


def effects(database: PostgreSQL | MariaDB, app: App) -> list[str]:
    return [subject for (subject,) in database.query("SELECT subject FROM effects", app.database_url)]


def count(database: PostgreSQL | MariaDB, app: App, column: str) -> int:
    return int(database.query(f"SELECT count({column}) FROM orders", app.database_url)[0][0])


NOTE = 'Effect.note("worked", order.id)\nsleep 0.004'
NOTE_ALL = 'orders.each { |order| Effect.note("worked", order.id) }\nsleep 0.05'


def share_a_backlog(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    database: PostgreSQL | MariaDB,
    files: dict[str, str],
) -> None:
    app.write(files)
    seed(processes, variant, app, 300, "4.times { ClaimOrdersJob.perform_async }")
    with (
        SidekiqServer.start(processes, variant, app, redis) as first,
        SidekiqServer.start(processes, variant, app, redis) as second,
    ):
        first.wait_until(lambda: count(database, app, "processed_at") == 300)
        first.drain()
        second.drain()
        runs = first.ended() + second.ended()

    assert sorted(map(int, effects(database, app))) == list(range(1, 301))
    assert runs >= 300 / 20  # the bound is kept, and runs enqueue each other
    assert redis.call(app.redis_url, "ZCARD", "retry") == 0


@pytest.mark.scenario("claim")
def test_workers_share_a_backlog(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    files = rows_of("ClaimOrders", "--kind claim --max-rows 20", variant, tmp_path, NOTE)

    share_a_backlog(processes, variant, app, redis, postgresql, files)

    promise(variant, "claim", "none", "workers in two processes drain a backlog, each row once, within the limits", 300)


ORDERED = """# frozen_string_literal: true

class Order < ApplicationRecord
  default_scope { order(id: :desc) }
end
"""


@pytest.mark.scenario("claim", "backfill")
def test_a_default_scope_with_an_order_loses_no_row(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    flags = "--kind backfill --batch-size 10"
    app.write(rows_of("FillOrders", f"{flags} --check-then-act charged_at", variant, tmp_path, "nil"))
    app.write(rows_of("TouchOrders", flags, variant, tmp_path, NOTE_ALL.replace("sleep 0.05", "")))
    files = rows_of("ClaimOrders", "--kind claim --max-rows 20", variant, tmp_path, NOTE)

    share_a_backlog(processes, variant, app, redis, postgresql, files | {"app/models/order.rb": ORDERED})

    run_ruby(processes, variant, app, "Effect.delete_all; FillOrdersJob.perform_async; TouchOrdersJob.perform_async")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: count(postgresql, app, "charged_at") == 300)
        server.wait_until(lambda: len(effects(postgresql, app)) == 300)
        server.drain()
    assert sorted(map(int, effects(postgresql, app))) == list(range(1, 301))
    promise(variant, "claim, backfill", "none", "each row once with a default_scope that has an order", 900)


def test_workers_share_a_backlog_on_mariadb(
    processes: Processes,
    variant: Variant,
    mysql_app: App,
    redis: Redis,
    mariadb: MariaDB,
    tmp_path: Path,
    promise: Note,
) -> None:
    files = rows_of("ClaimOrders", "--kind claim --max-rows 20", variant, tmp_path, NOTE, "mysql2")

    share_a_backlog(processes, variant, mysql_app, redis, mariadb, files)

    promise(variant, "claim", "none", "the same on MariaDB", 300)


def test_a_killed_claim_gives_its_row_back_and_a_failing_row_holds_up_nothing(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    work = 'Effect.note("worked", order.id)\nsleep 60 if order.status == "slow"\nraise "poison" if order.id == 1'
    app.write(rows_of("ClaimOrders", "--kind claim", variant, tmp_path, work))
    slow = 'Order.find(3).update!(status: "slow")\nClaimOrdersJob.perform_async'
    seed(processes, variant, app, 5, slow)
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: count(postgresql, app, "processed_at") == 1)
        time.sleep(0.3)
        server.kill()
    run_ruby(processes, variant, app, "Order.update_all(status: nil); ClaimOrdersJob.perform_async")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=1)

    promise(variant, "claim", "none", "killed in the middle of a row: the next run does it", 1)
    promise(variant, "claim", "none", "a failing row does not block others, and is tried again in another pass", 4)
    done = postgresql.query("SELECT subject FROM effects WHERE name = 'worked'", app.database_url)
    assert sorted(subject for (subject,) in done) == ["2", "3", "4", "5"]
    assert count(postgresql, app, "processed_at") == 4
    assert [redis.call(app.redis_url, "ZCARD", name) for name in ("schedule", "retry")] == [1, 0]


@pytest.mark.scenario("backfill")
def test_a_backfill_goes_on_after_a_stop_and_after_a_crash(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    flags = "--kind backfill --batch-size 10"
    app.write(rows_of("FillOrders", f"{flags} --check-then-act processed_at", variant, tmp_path, NOTE_ALL))
    app.write(rows_of("TouchOrders", flags, variant, tmp_path, NOTE_ALL))
    seed(processes, variant, app, 300, "FillOrdersJob.perform_async")

    def filled(least: int) -> bool:
        return count(postgresql, app, "processed_at") > least

    for number in (signal.SIGTERM, signal.SIGKILL):
        enough = count(postgresql, app, "processed_at") + 50
        with SidekiqServer.start(processes, variant, app, redis) as server:
            server.wait_until(partial(filled, enough))
            server.kill(number)
    assert 100 < count(postgresql, app, "processed_at") < 300
    run_ruby(processes, variant, app, "2.times { FillOrdersJob.perform_async }")  # the killed one is lost
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: count(postgresql, app, "processed_at") == 300)
        server.drain()
    assert sorted(map(int, effects(postgresql, app))) == list(range(1, 301))
    promise(variant, "backfill", "check-then-act", "stopped, killed, two runs started at once: each row once", 300)

    run_ruby(processes, variant, app, "Effect.delete_all; TouchOrdersJob.perform_async")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: len(effects(postgresql, app)) > 100)
        server.kill()
    assert 0 < int(str(redis.call(app.redis_url, "TTL", "progress:TouchOrdersJob"))) <= 12 * 3600
    run_ruby(processes, variant, app, "TouchOrdersJob.perform_async")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: "300" in effects(postgresql, app))
        server.drain()
        assert "to start over, delete progress:TouchOrdersJob in Redis" in server.log
    touched = effects(postgresql, app)
    promise(variant, "backfill", "none", "killed and started again: resumes, at most one batch twice", 300)
    assert sorted({int(one) for one in touched}) == list(range(1, 301))
    assert len(touched) <= 310
    assert redis.call(app.redis_url, "GET", "progress:TouchOrdersJob") is None

    run_ruby(processes, variant, app, "Effect.delete_all; TouchOrdersJob.perform_async")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: len(effects(postgresql, app)) > 100)
        server.kill()
    redis.call(app.redis_url, "DEL", "progress:TouchOrdersJob")  # as Redis does it after twelve hours
    run_ruby(processes, variant, app, "Effect.delete_all; TouchOrdersJob.perform_async")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: len(effects(postgresql, app)) == 300)
        server.drain()
    assert sorted(map(int, effects(postgresql, app))) == list(range(1, 301))
    promise(variant, "backfill", "none", "abandoned long ago: a new run begins with the first row", 300)


@pytest.mark.scenario("backfill")
def test_a_cancelled_backfill_keeps_its_progress(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    files = rows_of("TouchOrders", "--kind backfill --batch-size 10", variant, tmp_path, NOTE_ALL)
    job = next(text for path, text in files.items() if path.startswith("app/"))
    if "cancelled?" not in job:
        pytest.skip(f"Sidekiq {variant.sidekiq} cannot cancel an iteration")
    app.write(files)
    seed(processes, variant, app, 2000)
    (jid,) = enqueue(processes, variant, app, "TouchOrdersJob", [])

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: len(effects(postgresql, app)) > 50)
        run_ruby(processes, variant, app, "Sidekiq::Client.new.cancel!(ARGV.first)", str(jid))
        server.drain()  # the flag is looked at every five seconds
        assert ("cancelled: a new run resumes" in server.log) is ("on_cancel" in job)
    last = max(map(int, effects(postgresql, app)))
    assert last < 2000
    assert str(redis.call(app.redis_url, "GET", "progress:TouchOrdersJob")) == str(last)

    run_ruby(processes, variant, app, "TouchOrdersJob.perform_async")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: "2000" in effects(postgresql, app))
        server.drain()
    promise(variant, "backfill", "none", "cancelled and started again: resumes, every row once", 2000)
    assert sorted(map(int, effects(postgresql, app))) == list(range(1, 2001))
    assert redis.call(app.redis_url, "GET", "progress:TouchOrdersJob") is None


MEMORY = r"""
require "sidekiq/api"
kilobytes = -> { File.read("/proc/self/status")[/VmRSS:\s+(\d+)/, 1].to_i }
make = lambda do |first, last|
  Order.connection.execute(<<~SQL)
    INSERT INTO orders (id, created_at, updated_at) SELECT n, now(), now() FROM generate_series(#{first}, #{last}) n
  SQL
end
Order.delete_all
make.call(1, 20_000)
FanOrdersJob.new.perform
make.call(20_001, 200_000)
GC.start
Sidekiq.redis { |connection| connection.call("FLUSHDB") }
before = kilobytes.call
FanOrdersJob.new.perform
puts JSON.generate([kilobytes.call - before, Sidekiq::Queue.new("default").size])
"""


@pytest.mark.scenario("fan-out")
def test_a_fan_out_enqueues_each_id_once_in_flat_memory(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    app.write(rows_of("FanOrders", "--kind fan-out --check-then-act charged_at", variant, tmp_path, NOTE))
    run_ruby(processes, variant, app, "120.times { |n| Order.create!(id: n + 1) }; FanOrdersJob.perform_async")
    with SidekiqServer.start(processes, variant, app, redis, concurrency=10) as server:
        server.drain(count=121)
    assert sorted(map(int, effects(postgresql, app))) == list(range(1, 121))
    promise(variant, "fan-out", "none", "each id gets one job", 120)

    printed = run_ruby(processes, variant, app, MEMORY)
    growth, size = json.loads(printed.splitlines()[-1])
    promise(variant, "fan-out", "none", "ten times as many ids need no more memory", size)
    assert size == 200_000
    assert growth < 20_000  # kilobytes; the ids alone as jobs would take ten times that
