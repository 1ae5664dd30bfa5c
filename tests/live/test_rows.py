"""Jobs that work through rows, among clients that hold rows, twins, kills and rows that fail: none is lost."""

from __future__ import annotations

import json
import re
import signal
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.adversity import Client, kill_at_a_random_moment, settle
from live.app import App
from live.ruby import enqueue, run_ruby
from live.server import SidekiqServer
from live.specs import run_specs
from live.test_kinds import count, effects, made_for
from sidekiq_gen.sidekiq.capabilities import Capabilities
from sidekiq_gen.sidekiq.gems import Gems

if TYPE_CHECKING:
    from pathlib import Path

    from live.databases import MariaDB, PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from live.specs import Framework

ROWS = 300
MARKED = "--kind backfill --batch-size 10 --check-then-act charged_at"
# The ids of restaurants are UUIDs on PostgreSQL and strings on MariaDB.
ORDERED = """# frozen_string_literal: true

class Restaurant < ApplicationRecord
  default_scope { order(created_at: :desc) }
  before_create { self.id ||= SecureRandom.uuid }
end
"""


def iterates(variant: Variant) -> bool:
    return Capabilities(Gems(variant.sidekiq, rails=variant.rails)).iterable_rows


def cardinality(redis: Redis, app: App, name: str) -> int:
    found = redis.call(app.redis_url, "ZCARD", name)
    assert isinstance(found, int)
    return found


def beside_clients_and_a_twin(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    database: PostgreSQL | MariaDB,
    folder: Path,
) -> None:
    """A marked backfill, started twice with one connection each, of which one is killed, beside clients with locks."""
    adapter = "mysql2" if "mysql" in app.database_url else "pg"
    one = rendered.job_class(f"--model Restaurant {MARKED}", variant, "FillRestaurants", folder, adapter)
    work = 'restaurants.each { |restaurant| Effect.note("worked", restaurant.id) }\nsleep 0.05'
    app.write(rendered.with_work(one.files, work) | {"app/models/restaurant.rb": ORDERED})
    run_ruby(processes, variant, app, f"{ROWS}.times {{ Restaurant.create! }}")

    def marked() -> int:
        found = database.query("SELECT count(charged_at) FROM restaurants", app.database_url)
        return int(found[0][0])

    with (
        Client(processes, variant, app, "Restaurant") as client,
        SidekiqServer.start(processes, variant, app, redis, concurrency=1) as survivor,
        SidekiqServer.start(processes, variant, app, redis, concurrency=1) as twin,
    ):
        run_ruby(processes, variant, app, "2.times { FillRestaurantsJob.perform_async }")
        twin.wait_until(lambda: marked() > ROWS // 10)
        kill_at_a_random_moment(twin, 0.5)
        survivor.wait_until(lambda: cardinality(redis, app, "schedule") > 0)
        assert marked() < ROWS  # the last one is held by the client
        assert "restaurants are left, locked by others or new: running again in 30 seconds" in survivor.log
        client.let_go()
        settle(survivor)

    assert marked() == ROWS
    done = Counter(effects(database, app))
    assert (len(done), set(done.values())) == (ROWS, {1})
    assert [cardinality(redis, app, name) for name in ("retry", "dead")] == [0, 0]


@pytest.mark.scenario("backfill", "check-then-act")
def test_a_marked_backfill_leaves_no_row_and_does_none_twice(
    processes: Processes, variant: Variant, redis: Redis, postgresql: PostgreSQL, tmp_path: Path, promise: Note
) -> None:
    app = App.create(processes, postgresql, redis, DATABASE_POOL="1")

    beside_clients_and_a_twin(processes, variant, app, redis, postgresql, tmp_path)

    words = "clients lock rows, a second run is killed: each row exactly once; UUIDs, an ordered scope"
    promise(variant, "backfill", "check-then-act", words, ROWS)


def test_a_marked_backfill_leaves_no_row_on_mariadb(
    processes: Processes, variant: Variant, redis: Redis, mariadb: MariaDB, tmp_path: Path, promise: Note
) -> None:
    app = App.create(processes, mariadb, redis, DATABASE_POOL="1")

    beside_clients_and_a_twin(processes, variant, app, redis, mariadb, tmp_path)

    promise(variant, "backfill", "check-then-act", "the same on MariaDB, with strings for ids", ROWS)


@pytest.mark.scenario("backfill")
def test_a_backfill_without_a_mark_leaves_no_row(
    processes: Processes, variant: Variant, redis: Redis, postgresql: PostgreSQL, tmp_path: Path, promise: Note
) -> None:
    app = App.create(processes, postgresql, redis, DATABASE_POOL="1")
    flags = "--model Restaurant --kind backfill --batch-size 10"
    one = rendered.job_class(flags, variant, "TouchRestaurants", tmp_path)
    work = 'restaurants.each { |restaurant| Effect.note("worked", restaurant.id) }\nsleep 0.05'
    app.write(rendered.with_work(one.files, work) | {"app/models/restaurant.rb": ORDERED})
    start = "TouchRestaurantsJob.perform_async"
    run_ruby(processes, variant, app, f"{ROWS}.times {{ Restaurant.create! }}; {start}")

    for number in (signal.SIGTERM, signal.SIGKILL):
        before = len(effects(postgresql, app))
        with SidekiqServer.start(processes, variant, app, redis, concurrency=1) as server:
            server.wait_until(partial(more_than, postgresql, app, before + ROWS // 10))
            if number == signal.SIGTERM:
                server.kill(number)
            else:
                kill_at_a_random_moment(server, 0.3)
    run_ruby(processes, variant, app, start)
    with SidekiqServer.start(processes, variant, app, redis, concurrency=1) as server:
        server.wait_until(lambda: redis.call(app.redis_url, "EXISTS", "progress:TouchRestaurantsJob") == 0)
        server.drain()

    done = Counter(effects(postgresql, app))
    assert len(done) == ROWS
    assert done.total() <= ROWS + 10  # the batch that was killed
    words = "stopped, killed, started again: every row, at most one batch twice; UUIDs, an ordered scope"
    promise(variant, "backfill", "none", words, ROWS)


def more_than(database: PostgreSQL, app: App, least: int) -> bool:
    return len(effects(database, app)) > least


@pytest.mark.scenario("backfill", "check-then-act")
def test_a_marked_backfill_that_is_cancelled_does_not_begin_again(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    one = rendered.job_class(f"--model Order {MARKED}", variant, "FillOrders", tmp_path)
    job = rendered.with_work(one.files, "sleep 0.05")
    if not any("cancelled?" in text for text in job.values()):
        pytest.skip(f"Sidekiq {variant.sidekiq} cannot cancel an iteration")
    app.write(job)
    run_ruby(processes, variant, app, "2000.times { |n| Order.create!(id: n + 1) }")
    (jid,) = enqueue(processes, variant, app, "FillOrdersJob", [])

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: count(postgresql, app, "charged_at") > 50)
        run_ruby(processes, variant, app, "Sidekiq::Client.new.cancel!(ARGV.first)", str(jid))
        server.drain()

    assert count(postgresql, app, "charged_at") < 2000
    assert [cardinality(redis, app, name) for name in ("schedule", "retry", "dead")] == [0, 0, 0]
    promise(variant, "backfill", "check-then-act", "cancelled: it ends, with rows left", 2000)


@pytest.mark.scenario("backfill")
def test_a_row_that_fails_is_told_and_loses_no_other(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    one = rendered.job_class(f"--model Order {MARKED} --retry 1", variant, "FillOrders", tmp_path)
    work = 'orders.each { |order| order.status == "poison" ? raise("poison") : Effect.note("worked", order.id) }'
    app.write(rendered.with_work(one.files, work))
    poison = 'Order.find(25).update!(status: "poison"); FillOrdersJob.perform_async'
    run_ruby(processes, variant, app, f"100.times {{ |n| Order.create!(id: n + 1) }}; {poison}")
    others = [*range(1, 21), *(range(31, 101) if iterates(variant) else ())]

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: cardinality(redis, app, "retry") == 1)
        server.make_due("retry")
        server.wait_until(lambda: cardinality(redis, app, "dead") == 1)
        server.drain()
        assert sorted(map(int, effects(postgresql, app))) == others
        assert count(postgresql, app, "charged_at") == len(others)
        told = "10 orders from id 21 on failed: poison" if iterates(variant) else "poison"
        assert told in server.log

        revive = 'require "sidekiq/api"; Order.update_all(status: nil); Sidekiq::DeadSet.new.first.retry'
        run_ruby(processes, variant, app, revive)
        server.wait_until(lambda: count(postgresql, app, "charged_at") == 100)
        settle(server)

    assert sorted(map(int, effects(postgresql, app))) == list(range(1, 101))
    words = "a row that fails: reported, dead after the retries, done once it is fixed; "
    words += "others go on" if iterates(variant) else "those behind it wait"
    promise(variant, "backfill", "check-then-act", words, 100)


FAN_OUT = 20_000
SLICE = 100
MAKE = f"""
Restaurant.connection.execute(<<~SQL)
  INSERT INTO restaurants (id, created_at, updated_at)
  SELECT gen_random_uuid(), now(), now() FROM generate_series(1, {FAN_OUT})
SQL
FanRestaurantsJob.perform_async
"""


def enqueued(redis: Redis, app: App) -> Counter[str]:
    """How often each id was enqueued."""
    return Counter(json.loads(job)["args"][0] for job in redis.values(app.redis_url, "LRANGE", "queue:each", 0, -1))


@pytest.mark.scenario("fan-out")
def test_a_fan_out_loses_no_record_and_goes_on_where_it_was(
    processes: Processes,
    variant: Variant,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    app = App.create(processes, postgresql, redis, DATABASE_POOL="1")
    flags = f"--model Restaurant --kind fan-out --batch-size {SLICE}"
    one = rendered.job_class(flags, variant, "FanRestaurants", tmp_path)
    app.write({path: text for path, text in one.files.items() if path.startswith("app/")})
    job, child = (app.folder / f"app/jobs/{name}_job.rb" for name in ("fan_restaurants", "fan_restaurant"))
    child.write_text(child.read_text().replace('queue: "default"', 'queue: "each"'))
    slower, times = re.subn(r"( +)(.*(perform_bulk|push_all)\(slice)", r"\1sleep 0.01\n\1\2", job.read_text(), count=1)
    assert times == 1
    job.write_text(slower)
    app.write({"app/models/restaurant.rb": ORDERED})
    run_ruby(processes, variant, app, MAKE)

    def pushed() -> int:
        found = redis.call(app.redis_url, "LLEN", "queue:each")
        assert isinstance(found, int)
        return found

    for number in (signal.SIGTERM, signal.SIGKILL):
        with SidekiqServer.start(processes, variant, app, redis, concurrency=1, shutdown=1) as server:
            server.wait_until(lambda: pushed() > FAN_OUT // 4)
            server.kill(number)
        assert pushed() < FAN_OUT
        if number == signal.SIGKILL:
            assert redis.call(app.redis_url, "LLEN", "queue:default") == 0  # lost with its process
            run_ruby(processes, variant, app, "FanRestaurantsJob.perform_async")
        with SidekiqServer.start(processes, variant, app, redis, concurrency=1) as server:
            server.wait_until(lambda: server.ended() > 0)
        found = enqueued(redis, app)
        assert len(found) == FAN_OUT
        twice = found.total() - FAN_OUT
        words = "stopped in the middle: none lost" if number == signal.SIGTERM else "killed, enqueued again: none lost"
        if number == signal.SIGTERM and iterates(variant):
            assert twice <= SLICE
            words += ", at most one slice twice"
        else:
            assert twice >= FAN_OUT // 4  # it has started over
            words += ", it starts over"
        promise(variant, "fan-out", "none", words, FAN_OUT)
        redis.call(app.redis_url, "DEL", "queue:each")
        run_ruby(processes, variant, app, "FanRestaurantsJob.perform_async")


@pytest.mark.scenario("fan-out", "check-then-act")
def test_twin_fan_outs_have_each_record_done_once_but_the_one_that_fails(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    flags = "--model Order --kind fan-out --batch-size 10 --check-then-act charged_at --row-lock --retry 1"
    one = rendered.job_class(flags, variant, "FanOrders", tmp_path)
    work = 'raise "poison" if order.id == 25\nEffect.note("worked", order.id)'
    app.write(rendered.with_work(one.files, work))
    start = "100.times { |n| Order.create!(id: n + 1) }; 2.times { FanOrdersJob.perform_async }"
    run_ruby(processes, variant, app, start)

    with (
        Client(processes, variant, app, "Order") as client,
        SidekiqServer.start(processes, variant, app, redis, concurrency=10) as server,
    ):
        client.let_go()
        server.drain(count=202)

    assert sorted(map(int, effects(postgresql, app))) == [number for number in range(1, 101) if number != 25]
    assert cardinality(redis, app, "retry") == 2
    words = "two runs with clients that lock rows: each record once, a failing one does not block others"
    promise(variant, "fan-out", "check-then-act", words, 200)


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_specs_are_green_over_rows_that_are_there(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    made = [one for one in made_for(variant, framework, tmp_path) if one.kind in {"backfill", "fan-out"}]
    app.write({path: text for one in made for path, text in one.files.items()})
    seeds = "3.times { |n| Order.create!(id: 10**9 + n); Restaurant.create! }"
    run_ruby(processes, variant, app, f"{seeds}; 3.times {{ |n| Order.create!(id: -1 - n) }}")

    report = run_specs(processes, variant, app, framework)

    assert report.failures == []
    promise(variant, "backfill, fan-out", "all of its own", f"its {framework} spec is green over seeds", len(made))
