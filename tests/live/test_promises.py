"""What each pattern promises, kept by rendered jobs on a real Sidekiq server, under stress."""

from __future__ import annotations

import json
import re
import signal
import time
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from live import rendered
from live.provider import Provider
from live.ruby import finish_ruby, run_ruby, start_ruby
from live.server import SidekiqServer
from sidekiq_gen.sidekiq.capabilities import Capabilities
from sidekiq_gen.sidekiq.gems import Gems

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from live.app import App
    from live.databases import MariaDB, PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

ARGUMENT = re.compile(r"(\w+):(\w+)")  # of a command line, with its type
BIG = 3_000_000_000  # above 2**31
STAY = 0.15  # seconds in the critical section
PATIENCE = 20  # seconds for a run with another id to come, which waits where it must not
AT_ONCE = 8
ENTER_AND_LEAVE = """
Effect.note("enter", self.class.name + "/" + RECORD.id.to_s)
Meeting.wait(self.class.name, RECORD.id)
Effect.note("leave", self.class.name + "/" + RECORD.id.to_s)
"""
# Whoever is in the critical section stays until a run of the same class for another id has been there too.
MEETING = f"""
module Meeting
  LOCK = Mutex.new
  CHANGED = ConditionVariable.new
  SEEN = Hash.new {{ |seen, job| seen[job] = [] }}

  def self.wait(job, id)
    finish = Process.clock_gettime(Process::CLOCK_MONOTONIC) + {PATIENCE}
    LOCK.synchronize do
      SEEN[job] |= [id]
      CHANGED.broadcast
      while SEEN[job].one? && (left = finish - Process.clock_gettime(Process::CLOCK_MONOTONIC)).positive?
        CHANGED.wait(LOCK, left)
      end
    end
    sleep {STAY}
  end
end
"""
LOCKS = {
    "advisory": "--advisory-lock",
    "advisory-retry": "--advisory-lock --on-locked retry",
    "session": "--advisory-lock --lock-scope session",
    "session-retry": "--advisory-lock --lock-scope session --on-locked retry",
    "row": "--row-lock",
}
Interval = tuple[float, float]


def create(processes: Processes, variant: Variant, app: App, orders: Sequence[int], restaurants: int = 0) -> list[str]:
    """Make orders with these ids and some restaurants; returns the ids of the restaurants, which are UUIDs."""
    code = """
      JSON.parse(ARGV[0]).each { |id| Order.create!(id: id, state: "pending") }
      puts JSON.generate(Array.new(ARGV[1].to_i) { Restaurant.create!(state: "pending").id })
    """
    printed = run_ruby(processes, variant, app, code, json.dumps(orders), str(restaurants))
    ids: list[str] = json.loads(printed.splitlines()[-1])
    return ids


def push(processes: Processes, variant: Variant, app: App, calls: Sequence[tuple[str, list[object]]]) -> None:
    """`perform_async` for many classes, in one process."""
    code = "JSON.parse(ARGV.first).each { |job, arguments| Object.const_get(job).perform_async(*arguments) }"
    run_ruby(processes, variant, app, code, json.dumps(calls))


def stays(database: PostgreSQL | MariaDB, app: App) -> dict[str, list[Interval]]:
    """When each critical section was entered and left, by job class and id, as the database has it."""
    epoch = "UNIX_TIMESTAMP(created_at)" if "mysql" in app.database_url else "EXTRACT(EPOCH FROM created_at)"
    rows = database.query(f"SELECT name, subject, {epoch} FROM effects ORDER BY subject, created_at", app.database_url)
    opened: dict[str, list[Interval]] = {}
    times: dict[str, list[tuple[float, str]]] = {}
    for name, subject, moment in rows:
        times.setdefault(subject, []).append((float(moment), name))
    for subject, events in times.items():
        entered = [moment for moment, name in events if name == "enter"]
        left = [moment for moment, name in events if name == "leave"]
        opened[subject] = list(zip(entered, left, strict=True))
    return opened


def overlap(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def lock_jobs(variant: Variant, folder: Path, locks: dict[str, str], adapter: str = "pg") -> dict[str, tuple[str, str]]:
    """Job classes for every lock, on orders and on restaurants: name -> file, text."""
    made = {}
    for lock, flags in locks.items():
        for record in ("order", "restaurant"):
            name = f"Lock{record.capitalize()}{lock.replace('-', '').capitalize()}"
            one = rendered.job_class(f"{record}:record {flags} --retry 25", variant, name, folder, adapter)
            path, text = next(iter(rendered.with_work(one.files, ENTER_AND_LEAVE.replace("RECORD", record)).items()))
            made[f"{name}Job"] = (path, text)
    return made


def stress_locks(
    processes: Processes, variant: Variant, app: App, redis: Redis, jobs: dict[str, tuple[str, str]]
) -> dict[str, list[str]]:
    """Run every job at once for each of two ids; returns the ids, as text, by job class."""
    app.write(dict(jobs.values()) | {"app/services/meeting.rb": MEETING})
    orders = [BIG, BIG + 1]
    restaurants = create(processes, variant, app, orders, 2)
    calls: list[tuple[str, list[object]]] = []
    for name in jobs:
        ids: list[Any] = restaurants if "Restaurant" in name else orders
        calls += [(name, [one]) for _ in range(AT_ONCE) for one in ids]
    push(processes, variant, app, calls)
    with SidekiqServer.start(processes, variant, app, redis, concurrency=18) as server:
        server.drain(count=len(calls))
        for _ in range(60):
            if not redis.call(app.redis_url, "ZCARD", "schedule"):
                break
            server.make_due("schedule")
            time.sleep(0.2)
            server.drain()
        assert redis.call(app.redis_url, "ZCARD", "schedule") == 0
        assert redis.call(app.redis_url, "ZCARD", "retry") == 0
        assert redis.call(app.redis_url, "ZCARD", "dead") == 0
    return {name: [str(one) for one in (restaurants if "Restaurant" in name else orders)] for name in jobs}


def check_locks(entered: dict[str, list[Interval]], ids: dict[str, list[str]]) -> None:
    for name, (first, second) in ids.items():
        own, other = entered[f"{name}/{first}"], entered[f"{name}/{second}"]
        for stay in (own, other):
            assert not [pair for pair in combinations(stay, 2) if overlap(*pair)], name
            # Whoever is turned away skips or comes again: both have happened, or all have waited for their turn.
            assert (
                len(stay) == AT_ONCE if name.endswith(("RetryJob", "retryJob", "RowJob")) else 1 <= len(stay) <= AT_ONCE
            )
        assert any(overlap(one, another) for one in own for another in other), f"{name}: different ids waited"


@pytest.mark.scenario("advisory-lock", "row-lock")
def test_a_lock_lets_one_in_at_a_time_and_others_go_on(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    jobs = lock_jobs(variant, tmp_path, LOCKS)

    ids = stress_locks(processes, variant, app, redis, jobs)

    entered = stays(postgresql, app)
    for lock in LOCKS:
        promise(
            variant, "record", f"{lock} lock", "one at a time for one id, others go on; big ids, UUIDs", 4 * AT_ONCE
        )
    check_locks(entered, ids)
    skipping = [
        entered[f"{name}/{one}"] for name in jobs if "Retry" not in name and "Row" not in name for one in ids[name]
    ]
    assert any(len(stay) < AT_ONCE for stay in skipping), "nobody ever met a taken lock"


def test_mysql_locks_let_one_in_at_a_time(
    processes: Processes,
    variant: Variant,
    mysql_app: App,
    redis: Redis,
    mariadb: MariaDB,
    tmp_path: Path,
    promise: Note,
) -> None:
    locks = {name: flags for name, flags in LOCKS.items() if not name.startswith("advisory")}
    jobs = lock_jobs(variant, tmp_path, locks, adapter="mysql2")

    ids = stress_locks(processes, variant, mysql_app, redis, jobs)

    for lock in locks:
        promise(variant, "record", f"{lock} lock", "the same on MariaDB", 4 * AT_ONCE)
    check_locks(stays(mariadb, mysql_app), ids)


def test_without_a_lock_they_do_meet(
    processes: Processes, forky: Variant, app: App, redis: Redis, postgresql: PostgreSQL, tmp_path: Path, promise: Note
) -> None:
    jobs = lock_jobs(forky, tmp_path, {"none": ""})

    ids = stress_locks(processes, forky, app, redis, jobs)

    entered = stays(postgresql, app)
    promise(forky, "record", "none", "without a lock, runs do overlap (control)", 4 * AT_ONCE)
    for name in jobs:
        assert any(overlap(*pair) for pair in combinations(entered[f"{name}/{ids[name][0]}"], 2))


@pytest.mark.scenario("check-then-act")
def test_fifty_duplicates_have_one_effect(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    names = {"row": "ChargeOnceByRow", "advisory": "ChargeOnceByName", "session": "ChargeOnceBySession"}
    for lock, name in names.items():
        one = rendered.job_class(f"order:record --check-then-act charged_at {LOCKS[lock]}", variant, name, tmp_path)
        app.write(rendered.with_work(one.files, f'Effect.note("{name}", order.id)\nsleep 0.02'))
    orders = [BIG + number for number in range(len(names))]
    create(processes, variant, app, orders)
    pushes = "; ".join(f"{name}Job.perform_async({order})" for name, order in zip(names.values(), orders, strict=True))
    with (
        SidekiqServer.start(processes, variant, app, redis, concurrency=10) as first,
        SidekiqServer.start(processes, variant, app, redis, concurrency=10) as second,
    ):
        for child in [start_ruby(processes, variant, app, f"10.times {{ {pushes} }}") for _ in range(5)]:
            finish_ruby(processes, child)
        first.wait_until(lambda: first.ended() + second.ended() >= 50 * len(names))
        assert first.ended() + second.ended() == 50 * len(names)

    for lock in names:
        promise(variant, "record", f"check-then-act with {lock} lock", "fifty duplicates, one effect", 50)
    effects = postgresql.query("SELECT name, subject FROM effects", app.database_url)
    assert sorted(effects) == sorted([name, str(order)] for name, order in zip(names.values(), orders, strict=True))
    assert postgresql.query("SELECT count(charged_at) FROM orders", app.database_url) == [["3"]]


MOMENTS = 10


@pytest.mark.scenario("idempotency-key")
def test_a_key_keeps_a_killed_job_from_charging_twice(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    flags = "order:record --advisory-lock --check-then-act charged_at --idempotency-key"
    one = rendered.job_class(flags, variant, "ChargeByKey", tmp_path)
    orders = [BIG + number for number in range(MOMENTS)]
    keys = [f"charge-by-key-{order}" for order in orders]
    with Provider() as provider:
        work = f'Net::HTTP.post(URI("{provider.url}"), idempotency_key)\nsleep 0.1'
        app.write({path: f'require "net/http"\n\n{text}' for path, text in rendered.with_work(one.files, work).items()})
        create(processes, variant, app, orders)
        push = "JSON.parse(ARGV.first).each { |id| ChargeByKeyJob.set(queue: id.to_s).perform_async(id) }"
        run_ruby(processes, variant, app, push, json.dumps(orders))
        for number, order in enumerate(orders):
            with SidekiqServer.start(processes, variant, app, redis, queues=[str(order)]) as server:
                provider.wait_for_call(keys[number])
                time.sleep(number * 0.016)  # each a little later between the call and the mark, the last ones after it
                assert server.kill() == -signal.SIGKILL
        cut_off = postgresql.query("SELECT count(*) FROM orders WHERE charged_at IS NULL", app.database_url)
        run_ruby(processes, variant, app, push.replace("set(queue: id.to_s).", ""), json.dumps(orders))
        with SidekiqServer.start(processes, variant, app, redis) as server:
            server.drain(count=MOMENTS)

    words = "killed between call and mark, run again: charged once"
    promise(variant, "record", "idempotency-key", words, MOMENTS)
    assert provider.charges == dict.fromkeys(keys, 1)
    assert sum(calls - 1 for calls in provider.calls.values()) == int(cut_off[0][0]) >= MOMENTS // 2
    assert postgresql.query("SELECT count(charged_at) FROM orders", app.database_url) == [[str(MOMENTS)]]


DEATHS = """# frozen_string_literal: true

Sidekiq.configure_server do |config|
  config.death_handlers << ->(job, _error) { Effect.note("death", job["class"]) }
end
"""
FAILING = 'Effect.note("tried", self.class.name)\nraise ERROR'


@pytest.mark.scenario("discard-on")
def test_errors_end_a_job_or_not_as_asked(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    declined = "--discard-on PaymentGateway::CardDeclined"
    wanted = {
        # name: flags, error, attempts, in the Dead set, waiting for a retry
        "BuryDeclined": (declined, "PaymentGateway::CardDeclined", 1, True, False),
        "DropDeclined": (f"{declined} --discard-to nowhere", "PaymentGateway::CardDeclined", 1, False, False),
        "KeepTrying": (declined, "PaymentGateway::Timeout", 3, True, False),
        "DropUnretried": (
            f"{declined} --discard-to nowhere --retry 0",
            "PaymentGateway::CardDeclined",
            1,
            False,
            False,
        ),
        "RetryNever": ("--retry false", "PaymentGateway::Timeout", 1, False, False),
        "RetryZero": ("--retry 0", "PaymentGateway::Timeout", 1, True, False),
        "RetryTwice": ("--retry 2", "PaymentGateway::Timeout", 3, True, False),
    }
    app.write({"config/initializers/deaths.rb": DEATHS})
    for name, (flags, error, *_) in wanted.items():
        retry = "" if "--retry" in flags else "--retry 2"
        one = rendered.job_class(f"order:record {flags} {retry}", variant, name, tmp_path)
        app.write(rendered.with_work(one.files, FAILING.replace("ERROR", error)))
    create(processes, variant, app, [BIG])
    push(processes, variant, app, [(f"{name}Job", [BIG]) for name in wanted])

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=len(wanted))
        waiting = {json.loads(entry)["class"] for entry in redis.values(app.redis_url, "ZRANGE", "retry", 0, -1)}
        assert waiting == {"KeepTryingJob", "RetryTwiceJob"}
        for count in (2, 4):
            server.make_due("retry")
            server.drain(count=len(wanted) + count)

    promise(variant, "record", "discard-on", "ends a job at once, into the Dead set or nowhere; others are retried", 4)
    promise(variant, "record", "retry", "retried as often as configured, then the death handlers run once", 3)
    tried = dict(
        postgresql.query("SELECT subject, count(*) FROM effects WHERE name = 'tried' GROUP BY 1", app.database_url)
    )
    dead = [json.loads(entry) for entry in redis.values(app.redis_url, "ZRANGE", "dead", 0, -1)]
    assert tried == {f"{name}Job": str(attempts) for name, (_, _, attempts, _, _) in wanted.items()}
    assert {entry["class"] for entry in dead} == {f"{name}Job" for name, row in wanted.items() if row[3]}
    assert len(dead) == sum(row[3] for row in wanted.values())
    assert all(entry["args"] == [BIG] and entry["error_class"] == wanted[entry["class"][:-3]][1] for entry in dead)
    assert redis.call(app.redis_url, "ZCARD", "retry") == 0

    can = Capabilities(Gems(variant.sidekiq, rails=variant.rails))
    died = {"BuryDeclinedJob", "KeepTryingJob", "RetryNeverJob", "RetryZeroJob", "RetryTwiceJob"}
    if can.discard_runs_death_handlers:
        died.add("DropDeclinedJob")
    deaths = postgresql.query("SELECT subject, count(*) FROM effects WHERE name = 'death' GROUP BY 1", app.database_url)
    assert {name: int(count) for name, count in deaths} == dict.fromkeys(died, 1)


SAMPLES: dict[str, object] = {
    "integer": 7,
    "string": "text",
    "decimal": "19.99",
    "date": "2026-01-31",
    "time": "2026-01-31T12:00:00Z",
    "array": [1, 2],
    "float": 1.5,
    "hash": {"key": 1},
}


@pytest.mark.scenario("record", "plain")
def test_every_rendered_job_runs_through_the_real_thing(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    every = [case for case in rendered.cases(variant) if case.repo.adapter == "pg" and case.repo.rspec]
    cases = [case for case in every if "--calls" not in case.arguments]  # a collaborator is no work to be filled in
    names, shapes = [], []
    for number, case in enumerate(cases):
        one = rendered.render(case, tmp_path / str(number))
        app.write(rendered.with_work(one.files, 'Effect.note("worked", self.class.name)\nself.class.name'))
        names.append(f"{case.job}Job")
        words = (ARGUMENT.fullmatch(word) for word in case.arguments.split())
        shapes.append([found.groups() for found in words if found and found[2] in {"record", *SAMPLES}])
    restaurants = create(processes, variant, app, [BIG + number for number in range(len(cases))], len(cases))
    calls: list[tuple[str, list[object]]] = []
    for number, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        records = {"order": BIG + number, "restaurant": restaurants[number]}
        calls.append((name, [records[argument] if kind == "record" else SAMPLES[kind] for argument, kind in shape]))

    push(processes, variant, app, calls)
    with SidekiqServer.start(processes, variant, app, redis, concurrency=10) as server:
        server.drain(count=len(calls))

    for kind in ("record", "plain"):
        own = [case for case in cases if ("--kind plain" in case.arguments) == (kind == "plain")]
        promise(variant, kind, "every combination", "runs through Redis and a real server", len(own))
    worked = postgresql.query("SELECT subject FROM effects WHERE name = 'worked'", app.database_url)
    assert sorted(name for (name,) in worked) == sorted(names)
    assert app.warnings == []
    assert len(names) > 50
