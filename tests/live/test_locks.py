"""What a run does that finds its lock taken, what locks and keys are named after, and what a lost connection means."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from live import rendered
from live.ruby import run_ruby
from live.server import SidekiqServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from live.app import App
    from live.databases import MariaDB, PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

HOLD = 6  # seconds
LAST = 10  # how often a run is postponed at most
SESSION = "--lock-scope session"
LOCKS = {"transaction": "", "session": SESSION}
ONCE = "order:record --advisory-lock --on-locked retry --retry 0 --on-exhausted --mark-failed failed_at"
WORK = f'Effect.note("begun", self.class.name)\nlogger.info("at work")\nsleep {HOLD}'
DONE = 'logger.info("at work")\nsleep 0.6\nEffect.note("done", DONE.to_json)'


def write(app: App, variant: Variant, folder: Path, jobs: Mapping[str, tuple[str, str]], adapter: str = "pg") -> None:
    """Job classes by name: their command lines and their work."""
    for name, (arguments, work) in jobs.items():
        one = rendered.job_class(arguments, variant, name, folder, adapter)
        app.write(rendered.with_work(one.files, work))


def push(processes: Processes, variant: Variant, app: App, *calls: tuple[str, list[Any]], before: str = "") -> None:
    code = "JSON.parse(ARGV.first).each { |job, arguments| Object.const_get(job).perform_async(*arguments) }"
    run_ruby(processes, variant, app, f"{before}\n{code}", json.dumps(calls))


def lose_a_lock(processes: Processes, variant: Variant, app: App, redis: Redis, names: list[str]) -> None:
    """A run of each job holds its lock for some seconds; a second one meets it twice, a third one for the last time."""
    orders = {name: number for number, name in enumerate(names, start=1)}
    rows = "; ".join(f"Order.create!(id: {number})" for number in orders.values())
    one: list[tuple[str, list[Any]]] = [(name, [order]) for name, order in orders.items()]
    last: list[tuple[str, list[Any]]] = [(name, [order, LAST]) for name, order in orders.items()]
    push(processes, variant, app, *one, before=rows)
    with SidekiqServer.start(processes, variant, app, redis, concurrency=12) as server:

        def postponed() -> dict[str, tuple[list[Any], float]]:
            found = redis.values(app.redis_url, "ZRANGE", "schedule", 0, -1, "WITHSCORES")
            entries = [json.loads(entry) for entry in found[::2]]
            waits = [float(score) - time.time() for score in found[1::2]]
            return {one["class"]: (one["args"], wait) for one, wait in zip(entries, waits, strict=True)}

        server.wait_until(lambda: server.log.count("at work") == len(names))
        push(processes, variant, app, *one, *last)
        server.wait_until(lambda: len(postponed()) == len(names))
        first = postponed()
        assert {name: arguments for name, (arguments, _) in first.items()} == {n: [o, 1] for n, o in orders.items()}
        assert all(1 < wait < 10 for _, wait in first.values()), first
        server.make_due("schedule")
        server.wait_until(lambda: sorted(args[-1] for args, _ in postponed().values()) == [2] * len(names))
        assert all(7 < wait < 20 for _, wait in postponed().values())
        server.drain(count=4 * len(names))
        server.make_due("schedule")
        server.drain(count=5 * len(names))
        log = server.log
        assert not [run for run in server.executions if run.event == "fail"]
    for name, order in orders.items():
        assert len(re.findall(rf"rescheduled: {name}:{order} is locked by another run", log)) == 2
        told = rf"rescheduled too many times, the work was not done: {name}:{order} is locked"
        assert len(re.findall(told, log)) == 1
    for waiting in ("retry", "dead", "schedule"):
        assert redis.call(app.redis_url, "ZCARD", waiting) == 0
    assert redis.call(app.redis_url, "GET", "stat:failed") in {None, "0", 0}


def check_losers(database: PostgreSQL | MariaDB, app: App, names: list[str]) -> None:
    effects = database.query("SELECT name, subject FROM effects", app.database_url)
    assert sorted(effects) == sorted(["begun", name] for name in names)  # and no tracker was told of anything
    marks = "SELECT count(*) FROM orders WHERE charged_at IS NOT NULL AND failed_at IS NULL"
    assert [int(count) for (count,) in database.query(marks, app.database_url)] == [len(names)]


@pytest.mark.scenario("advisory-lock")
def test_losing_a_lock_is_no_failure(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    jobs = {f"Lose{lock.capitalize()}": (f"{ONCE} --check-then-act charged_at {LOCKS[lock]}", WORK) for lock in LOCKS}
    write(app, variant, tmp_path, jobs)
    names = [f"{name}Job" for name in jobs]

    lose_a_lock(processes, variant, app, redis, names)

    for lock in LOCKS:
        words = "without the lock: re-enqueued with a growing delay, no failure, no report, gives up in the end"
        promise(variant, "record", f"{lock} lock", words, 3)
    check_losers(postgresql, app, names)


def test_losing_a_lock_of_mysql_is_no_failure(
    processes: Processes,
    variant: Variant,
    mysql_app: App,
    redis: Redis,
    mariadb: MariaDB,
    tmp_path: Path,
    promise: Note,
) -> None:
    write(mysql_app, variant, tmp_path, {"LoseSession": (f"{ONCE} --check-then-act charged_at", WORK)}, "mysql2")

    lose_a_lock(processes, variant, mysql_app, redis, ["LoseSessionJob"])

    promise(variant, "record", "session lock", "whoever loses it comes back and fails nothing, on MariaDB", 3)
    check_losers(mariadb, mysql_app, ["LoseSessionJob"])


DIFFERENT: dict[str, tuple[str, str, list[list[Any]]]] = {
    # name: arguments, what is noted, calls whose work is all different
    "NameLists": ("tags:array --kind plain", "tags", [[[1]], [[2]], [[1, 2]], [[1, "2"]], [[]]]),
    "NameTexts": (
        "from:string to:string --kind plain",
        "[from, to]",
        [["acct-1", "2"], ["acct", "1-2"], ["acct:1", "2"], ["acct", "1:2"], ["", None], [None, ""]],
    ),
    "NameHashes": ("extras:hash --kind plain", "extras", [[{"a": 1}], [{"a": "1"}], [{"b": 1}], [{}]]),
    "NameAmounts": ("order:record amount:decimal", "amount.to_s", [[1, "1.5"], [1, "2.5"], [1, "15"]]),
}


def do_different_work(
    processes: Processes, variant: Variant, app: App, redis: Redis, folder: Path, adapter: str
) -> tuple[int, str]:
    """Run everything that differs at once, and one list a second time; returns how many differ, and the log."""
    flags = f"--advisory-lock --idempotency-key {SESSION if adapter == 'mysql2' else ''}"
    noted = 'Effect.note("key", idempotency_key)\n'
    jobs = {
        name: (f"{arguments} {flags}", noted + DONE.replace("DONE", what))
        for name, (arguments, what, _) in DIFFERENT.items()
    }
    write(app, variant, folder, jobs, adapter)
    calls: list[tuple[str, list[Any]]] = [
        (f"{name}Job", arguments) for name, (_, _, lists) in DIFFERENT.items() for arguments in lists
    ]
    push(processes, variant, app, *calls, before="Order.create!(id: 1)")
    again: list[tuple[str, list[Any]]] = [("NameListsJob", [[1]])]
    with SidekiqServer.start(processes, variant, app, redis, concurrency=len(calls) + 2) as server:
        server.wait_until(lambda: "at work" in server.log)
        push(processes, variant, app, *again)
        server.drain(count=len(calls) + 1)
        return len(calls), server.log


@pytest.mark.scenario("idempotency-key")
@pytest.mark.parametrize("adapter", ["pg", "mysql2"])
def test_no_work_is_dropped_for_another_whose_arguments_differ(
    request: pytest.FixtureRequest,
    processes: Processes,
    variant: Variant,
    redis: Redis,
    tmp_path: Path,
    promise: Note,
    adapter: str,
) -> None:
    app: App = request.getfixturevalue("app" if adapter == "pg" else "mysql_app")
    database: PostgreSQL | MariaDB = request.getfixturevalue("postgresql" if adapter == "pg" else "mariadb")

    count, log = do_different_work(processes, variant, app, redis, tmp_path, adapter)

    promise(variant, "plain", "advisory-lock", f"work whose arguments differ at all is all done, {adapter}", count)
    promise(variant, "plain", "idempotency-key", f"arguments that differ at all have other keys, {adapter}", count)
    done = database.query("SELECT subject FROM effects WHERE name = 'done'", app.database_url)
    keys = database.query("SELECT DISTINCT subject FROM effects WHERE name = 'key'", app.database_url)
    skipped = log.count("is locked by another run")
    assert skipped in {0, 1}  # the second run of the same list, unless the first one was done by then
    assert len(done) == count + 1 - skipped
    assert len(keys) == count


def test_a_session_lock_that_is_lost_with_its_connection_is_no_secret(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    write(app, variant, tmp_path, {"KeepLock": (f"order:record --advisory-lock {SESSION} --retry 0", WORK)})
    push(processes, variant, app, ("KeepLockJob", [1]), before="Order.create!(id: 1)")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: "at work" in server.log)
        (pid,) = postgresql.query(held, app.database_url)[0]
        postgresql.query(f"SELECT pg_terminate_backend({pid})", app.database_url)
        push(processes, variant, app, ("KeepLockJob", [1]))
        server.wait_until(lambda: server.log.count("at work") == 2)  # while the first one is at work
        assert server.ended() == 0
        server.drain(count=2)
        told = "was no longer locked when the work ended" in server.log
        failed = [one for one in server.executions if one.event == "fail"]

    promise(variant, "record", "session lock", "lost with its connection: logged, or the run fails", 2)
    assert told or failed, (told, failed)
    assert postgresql.query(held, app.database_url) == []
