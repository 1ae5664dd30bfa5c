"""A claim among adversities: rows that always fail, clients that hold rows, runs side by side, processes that die."""

from __future__ import annotations

import random
import signal
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from live import rendered
from live.app import App
from live.ruby import finish_ruby, run_ruby, start_ruby
from live.server import SidekiqServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from live.databases import MariaDB, PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

ROWS = 300
POISON = 3
PASSES = 5
# What a run has begun is noted outside of any transaction, what it has done inside of the one that marks the row.
TRIED = 'File.write("/app/log/tried", "#{%s.id}\\n", mode: "a")\n'
POISONED = 'raise "poison" if %s.name == "poison"\n'
DONE = 'Effect.note("worked", %s.id)\nsleep 0.002\n'
# A client that holds one row after another for 20 ms, as a web request does that updates it.
CLIENT = """
model, seconds = ARGV.first.constantize, 4
finish = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
ids = model.ids
while Process.clock_gettime(Process::CLOCK_MONOTONIC) < finish
  model.transaction do
    model.where(id: ids.sample).update_all(state: "looked at")
    sleep 0.02
  end
end
"""


def claim(variant: Variant, model: str, folder: Path, flags: str = "", adapter: str = "pg") -> dict[str, str]:
    row = model.lower()
    work = (TRIED + POISONED + DONE) % (row, row, row)
    one = rendered.job_class(
        f"--model {model} --kind claim --max-rows 20 {flags}", variant, "ClaimRows", folder, adapter
    )
    return rendered.with_work(one.files, work)


def seed(processes: Processes, variant: Variant, app: App, model: str, code: str) -> None:
    """Make rows, the first of which and two others always fail, and then whatever Ruby says."""
    run_ruby(
        processes,
        variant,
        app,
        f"ids = {model} == Restaurant ? Array.new({ROWS}) {{ SecureRandom.uuid }} : [*1..{ROWS}]\n"
        f"ids.each {{ |id| {model}.create!(id: id) }}\n"
        f'{model}.where(id: [ids.min, *ids.sample({POISON}) - [ids.min]].first({POISON})).update_all(name: "poison")\n'
        f"{code}",
    )


class Watched:
    """What became of the rows of an app."""

    def __init__(self, app: App, database: PostgreSQL | MariaDB, redis: Redis, table: str) -> None:
        self.app, self.database, self.redis, self.table = app, database, redis, table

    def rows(self, condition: str) -> list[str]:
        """The ids of the rows for which a condition of SQL holds."""
        found = self.database.query(f"SELECT id FROM {self.table} WHERE {condition}", self.app.database_url)
        return [row for (row,) in found]

    @property
    def done(self) -> Counter[str]:
        """How often each row has been done."""
        found = self.database.query("SELECT subject FROM effects WHERE name = 'worked'", self.app.database_url)
        return Counter(subject for (subject,) in found)

    @property
    def tried(self) -> Counter[str]:
        """How often each has been begun."""
        path = self.app.folder / "log/tried"
        return Counter(path.read_text(encoding="utf-8").split()) if path.exists() else Counter()

    def has_tried(self, rows: list[str], times: int) -> bool:
        """Whether each of the rows has been begun so often."""
        return all(self.tried[row] >= times for row in rows)

    def size(self, name: str) -> int:
        """How many jobs a sorted set of Sidekiq's holds."""
        size = self.redis.call(self.app.redis_url, "ZCARD", name)
        assert isinstance(size, int)
        return size

    def finish(self, server: SidekiqServer, between: str = "") -> Iterator[None]:
        """Let everything that is put off be due, again and again, until nothing is left of it."""
        for _ in range(30):
            server.drain()
            if not self.size("schedule") + self.size("retry"):
                return
            yield
            if between:
                self.database.query(between, self.app.database_url)
            ended = server.ended()
            server.make_due()
            server.wait_until(partial(self._more_than, ended, server))
        pytest.fail(f"never ends\n{server.log[-3000:]}")

    @staticmethod
    def _more_than(ended: int, server: SidekiqServer) -> bool:
        return server.ended() > ended


@pytest.mark.scenario("claim")
def test_rows_that_always_fail_take_one_attempt_a_pass_and_one_retry(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    app.write(claim(variant, "Order", tmp_path))
    seed(processes, variant, app, "Order", "ClaimRowsJob.perform_async")
    watched = Watched(app, postgresql, redis, "orders")
    poison = watched.rows("name = 'poison'")

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: len(watched.rows("processed_at IS NOT NULL")) == ROWS - len(poison))
        for passes in range(1, PASSES):
            server.drain()
            assert [watched.tried[row] for row in poison] == [passes] * len(poison)
            assert (watched.size("retry"), watched.size("schedule")) == (0, 1)
            server.make_due("schedule")
            server.wait_until(partial(watched.has_tried, poison, passes + 1))
        server.wait_until(lambda: watched.size("retry") == 1)
        server.drain()

    promise(variant, "claim", "none", "rows that always fail: one attempt per pass, one job in the retry set", ROWS)
    assert [watched.tried[row] for row in poison] == [PASSES] * len(poison)
    assert (watched.size("retry"), watched.size("schedule")) == (1, 0)
    assert set(watched.done.values()) == {1}
    assert len(watched.done) == ROWS - len(poison)
    assert "orders are left after 5 passes" in server.log


COUNTED = [
    ("Order", "--attempts attempts", ""),
    (
        "Restaurant",
        "--attempts retry_count --next-attempt next_attempt_at",
        "UPDATE restaurants SET next_attempt_at = NULL",
    ),
]


@pytest.mark.scenario("claim", "on-exhausted")
@pytest.mark.parametrize(("model", "flags", "wake"), COUNTED, ids=["attempts", "rests"])
def test_a_row_that_always_fails_is_given_up(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
    model: str,
    flags: str,
    wake: str,
) -> None:
    app.write(claim(variant, model, tmp_path, f"{flags} --on-exhausted --mark-failed failed_at --retry 12"))
    seed(processes, variant, app, model, "2.times { ClaimRowsJob.perform_async }")
    watched = Watched(app, postgresql, redis, f"{model.lower()}s")
    poison = watched.rows("name = 'poison'")

    with SidekiqServer.start(processes, variant, app, redis) as server:
        rested = [
            len(watched.rows("next_attempt_at > CURRENT_TIMESTAMP AT TIME ZONE 'UTC'"))
            for _ in watched.finish(server, wake)
        ]
        log = server.log

    promise(variant, "claim", "on-exhausted", f"rows that always fail are given up after five attempts: {flags}", ROWS)
    # The other run may take a row in the moment between its failure and the count of it: once more at most.
    assert {watched.tried[row] for row in poison} <= {5, 6}
    assert sorted(watched.rows("failed_at IS NOT NULL")) == sorted(poison)
    assert [log.count(f"{model} {row}: given up after 5 attempts") for row in poison] == [1] * len(poison)
    assert len(watched.done) == ROWS - len(poison)
    assert set(watched.done.values()) == {1}
    reported = postgresql.query("SELECT subject FROM effects WHERE name <> 'worked'", app.database_url)
    keeps = not variant.sidekiq.startswith("8")  # that repo reports to Rails.error, which keeps no Effect
    assert len(reported) == (len(poison) if keeps else 0)
    assert watched.size("dead") == 0
    assert any(rested) or not wake


@pytest.mark.parametrize("kind", ["integers", "uuids-pool-of-one", "strings-on-mariadb"])
@pytest.mark.scenario("claim")
def test_no_row_is_left_lost_or_done_twice(
    processes: Processes,
    variant: Variant,
    redis: Redis,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    promise: Note,
    kind: str,
) -> None:
    """Two servers, a client that holds rows, one server killed at a random moment, the other one stopped."""
    database: Any = request.getfixturevalue("mariadb" if "mariadb" in kind else "postgresql")
    pool = {"DATABASE_POOL": "1"} if "pool" in kind else {}
    app = App.create(processes, database, redis, **pool)
    model = "Order" if kind == "integers" else "Restaurant"
    files = claim(variant, model, tmp_path, "--attempts none", "mysql2" if "mariadb" in kind else "pg")
    app.write({path: text.replace(POISONED % model.lower(), "") for path, text in files.items()})
    assert not any("poison" in text for text in app_texts(app, files))
    seed(processes, variant, app, model, "2.times { ClaimRowsJob.perform_async }")
    watched = Watched(app, database, redis, f"{model.lower()}s")
    concurrency = 1 if pool else 3

    client = start_ruby(processes, variant, app, CLIENT, model)
    with (
        SidekiqServer.start(processes, variant, app, redis, concurrency=concurrency) as lasting,
        SidekiqServer.start(processes, variant, app, redis, concurrency=concurrency) as dying,
    ):
        run_ruby(processes, variant, app, "2.times { ClaimRowsJob.perform_async }")
        lasting.wait_until(lambda: len(watched.done) > random.randint(20, 120))  # noqa: S311 - no secret
        dying.kill()
        lasting.kill(signal.SIGTERM)
    finish_ruby(processes, client)
    # The jobs of the killed server are gone: what is there belongs to the one that was stopped.
    with SidekiqServer.start(processes, variant, app, redis, concurrency=concurrency) as server:
        if not server.waiting() + watched.size("schedule") + watched.size("retry") and not server.executions:
            run_ruby(processes, variant, app, "ClaimRowsJob.perform_async")  # as a schedule would
        for _ in watched.finish(server):
            pass

    promise(variant, "claim", "none", f"clients, two servers, kill -9, SIGTERM: no row left or twice ({kind})", ROWS)
    assert watched.rows("processed_at IS NULL") == []
    assert len(watched.done) == ROWS
    assert set(watched.done.values()) == {1}


def app_texts(app: App, files: dict[str, str]) -> list[str]:
    return [(app.folder / path).read_text(encoding="utf-8") for path in files]
