"""What --retry-after, --on-exhausted, --log-context, --throttle and --retry-for promise, on a real Sidekiq server."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.ruby import run_ruby
from live.server import SidekiqServer
from sidekiq_gen.sidekiq.tables.job import JobTable
from sidekiq_gen.sidekiq.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.databases import PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

DEATHS = """# frozen_string_literal: true

Sidekiq.configure_server do |config|
  config.death_handlers << ->(job, error) { Effect.note("death", "#{job['class']} #{error.class}") }
end
"""
# The jobs in the Dead set as the API shows them, with whether they were pushed and failed this year.
DEAD = """
require "sidekiq/api"
puts JSON.generate(Sidekiq::DeadSet.new.map { |job|
  failed_at = job["failed_at"].is_a?(Integer) ? job["failed_at"] / 1000.0 : job["failed_at"]
  recent = [job.created_at, job.enqueued_at, Time.at(failed_at)].all? { |time| time.year == ARGV.first.to_i }
  [job.klass, job["error_class"], job["retry_count"], recent]
}.sort)
"""
TWO_ORDERS = "Order.create!(id: 7); Order.create!(id: 8)"
# What two runs outside of the server leave in the log context.
ALONE = """
contexts = [-> { SayWhichJob.new.perform(7) }, -> { SayWhichJob.perform_inline(7) }].map do |run|
  run.call
  Sidekiq::Context.current.dup
end
puts JSON.generate(contexts)
"""
NOTED = 'Effect.note("tried", self.class.name)\n'
RATE_LIMITED = f"{NOTED}raise PaymentGateway::RateLimited.new(retry_after: 2)"


def make(variant: Variant, app: App, folder: Path, name: str, flags: str, work: str) -> None:
    one = rendered.job_class(f"order:record {flags}", variant, name, folder)
    app.write(rendered.with_work(one.files, work))


def tried(postgresql: PostgreSQL, app: App) -> dict[str, int]:
    rows = postgresql.query("SELECT subject, count(*) FROM effects WHERE name = 'tried' GROUP BY 1", app.database_url)
    return {name: int(count) for name, count in rows}


@pytest.mark.scenario("retry-after")
def test_an_error_with_a_delay_of_its_own_postpones_the_job(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    flags = "--retry 0 --retry-after PaymentGateway::RateLimited --retry-after-limit 2"
    make(variant, app, tmp_path, "ComeBack", f"{flags} --advisory-lock --lock-scope session", RATE_LIMITED)
    once = f'{RATE_LIMITED} if Effect.where(name: "tried", subject: self.class.name).one?'
    make(variant, app, tmp_path, "ComeBackOnce", flags, once)
    make(variant, app, tmp_path, "FailAsUsual", flags.replace("--retry 0", "--retry 3"), f"{NOTED}raise IOError")
    names = ("ComeBackJob", "ComeBackOnceJob", "FailAsUsualJob")
    run_ruby(processes, variant, app, f"Order.create!(id: 1); {'; '.join(f'{n}.perform_async(1)' for n in names)}")

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=3)
        scheduled = redis.values(app.redis_url, "ZRANGE", "schedule", 0, -1, "WITHSCORES")
        waits = [float(score) - time.time() for score in scheduled[1::2]]
        assert sorted(json.loads(entry)["class"] for entry in scheduled[::2]) == ["ComeBackJob", "ComeBackOnceJob"]
        assert {json.loads(entry)["class"]: json.loads(entry)["args"] for entry in scheduled[::2]} == {
            "ComeBackJob": [1, 1],
            "ComeBackOnceJob": [1, 1],
        }
        assert all(-3 < wait < 8 for wait in waits)
        for count in (5, 6):
            server.make_due("schedule")
            server.drain(count=count)

    promise(variant, "record", "retry-after", "re-enqueued with its delay, up to the limit; others retried as usual", 6)
    assert tried(postgresql, app) == {"ComeBackJob": 3, "ComeBackOnceJob": 2, "FailAsUsualJob": 1}
    assert redis.call(app.redis_url, "ZCARD", "schedule") == 0
    dead = [json.loads(entry)["class"] for entry in redis.values(app.redis_url, "ZRANGE", "dead", 0, -1)]
    retried = [json.loads(entry)["class"] for entry in redis.values(app.redis_url, "ZRANGE", "retry", 0, -1)]
    assert (dead, retried) == (["ComeBackJob"], ["FailAsUsualJob"])


@pytest.mark.scenario("on-exhausted")
def test_the_end_of_all_retries_is_reported_and_marked(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    exhausted = "--on-exhausted --mark-failed failed_at"
    declined = "--discard-on PaymentGateway::CardDeclined"
    wanted = {
        "DieAtLast": (f"--retry 1 {exhausted}", "PaymentGateway::Timeout", 1),
        "DieAtOnce": (f"--retry 0 {exhausted}", "PaymentGateway::Timeout", 2),
        "MarkDeclined": (f"--retry 3 {exhausted} {declined} --discard-to nowhere", "PaymentGateway::CardDeclined", 3),
        "StillTrying": (f"--retry 3 {exhausted}", "PaymentGateway::Timeout", 4),
        "BuryDeclined": (f"--retry 3 {exhausted} {declined}", "PaymentGateway::CardDeclined", 5),
    }
    app.write({"config/initializers/deaths.rb": DEATHS})
    calls = []
    for name, (flags, error, order) in wanted.items():
        make(variant, app, tmp_path, name, flags, f"{NOTED}raise {error}")
        calls.append(f"Order.create!(id: {order}); {name}Job.perform_async({order})")
    run_ruby(processes, variant, app, "; ".join(calls))

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=5)
        server.make_due("retry")
        server.drain(count=7)

    promise(variant, "record", "on-exhausted", "reported once and marked when retries are exhausted or pointless", 5)
    failed = postgresql.query("SELECT id FROM orders WHERE failed_at IS NOT NULL ORDER BY id", app.database_url)
    assert failed == [["1"], ["2"], ["3"], ["5"]]
    once = ("BuryDeclinedJob", "DieAtOnceJob", "MarkDeclinedJob")
    assert tried(postgresql, app) == dict.fromkeys(once, 1) | {"DieAtLastJob": 2, "StillTryingJob": 2}
    dead = json.loads(run_ruby(processes, variant, app, DEAD, time.strftime("%Y")).splitlines()[-1])
    assert dead == [
        ["BuryDeclinedJob", "PaymentGateway::CardDeclined", 0, True],
        ["DieAtLastJob", "PaymentGateway::Timeout", 1, True],
        ["DieAtOnceJob", "PaymentGateway::Timeout", 0, True],
    ]
    died = postgresql.query("SELECT subject FROM effects WHERE name = 'death' ORDER BY 1", app.database_url)
    assert [one for (one,) in died] == [f"{name} {error}" for name, error, *_ in dead]
    tracker = {"6": "Honeybadger.notify", "7": "Sentry.capture_exception"}.get(variant.sidekiq[0])
    if tracker:
        told = postgresql.query(f"SELECT subject FROM effects WHERE name = '{tracker}'", app.database_url)
        assert sorted(told) == [["PaymentGateway::CardDeclined"], *[["PaymentGateway::Timeout"]] * 2]


@pytest.mark.scenario("log-context")
def test_the_context_is_on_the_lines_of_the_run_and_on_no_others(
    processes: Processes, variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    at_work = 'logger.info("at work")'
    make(variant, app, tmp_path, "SayWhich", "--log-context", at_work)
    make(variant, app, tmp_path, "FailToSay", "--log-context --retry 0", f"{at_work}\nraise PaymentGateway::Timeout")
    make(variant, app, tmp_path, "SayNothing", "", at_work)
    make(variant, app, tmp_path, "SayInline", "", f"SayWhichJob.perform_inline(8)\n{at_work}")
    make(variant, app, tmp_path, "SayBoth", "--log-context", f"SayWhichJob.perform_inline(8)\n{at_work}")
    jobs = ("SayWhichJob", "SayNothingJob", "FailToSayJob", "SayInlineJob", "SayBothJob", "SayNothingJob")
    pushes = "; ".join(f"{job}.perform_async(7)" for job in jobs)
    printed = run_ruby(processes, variant, app, f"{TWO_ORDERS}; {pushes}; {ALONE}")

    with SidekiqServer.start(processes, variant, app, redis, concurrency=1) as server:
        server.drain(count=len(jobs))
        lines = re.findall(r" class=(\w+)(.*?)(?: INFO)?: (start|started|at work|done|fail)$", server.log, re.MULTILINE)

    promise(
        variant, "record", "log-context", "on each line of the run except Sidekiq's start; on none of another run", 8
    )
    assert json.loads(printed.splitlines()[-1]) == [{}, {}]
    found = [(job, event, re.findall(r"order_id=(\S+)", pairs)) for job, pairs, event in lines]
    assert found == [
        *said("SayWhichJob", "start", "started", "at work", "done"),
        *unsaid("SayNothingJob", "start", "at work", "done"),
        *said("FailToSayJob", "start", "started", "at work", "fail"),
        *unsaid("SayInlineJob", "start", "at work", "at work", "done"),
        *said("SayBothJob", "start", "started", "at work", "at work", "done"),
        *unsaid("SayNothingJob", "start", "at work", "done"),
    ]


def said(job: str, start: str, *events: str) -> list[tuple[str, str, list[str]]]:
    """The lines of a run that carry its order; Sidekiq's own first one is written before it is known."""
    return [*unsaid(job, start), *((job, event, ["7"]) for event in events)]


def unsaid(job: str, *events: str) -> list[tuple[str, str, list[str]]]:
    return [(job, event, []) for event in events]


def test_retries_end_with_their_time(
    processes: Processes, variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    if not JobTable.retry_for.holds_for(Version(variant.sidekiq)):
        pytest.skip("retry_for came with Sidekiq 7.1.3")
    make(variant, app, tmp_path, "TryForAWhile", "--retry-for 2", "raise PaymentGateway::Timeout")
    make(variant, app, tmp_path, "TryForLong", "--retry-for 3600", "raise PaymentGateway::Timeout")
    run_ruby(
        processes,
        variant,
        app,
        "Order.create!(id: 1); TryForAWhileJob.perform_async(1); TryForLongJob.perform_async(1)",
    )

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=2)
        time.sleep(3)
        server.make_due("retry")
        server.drain(count=4)

    promise(variant, "record", "retry-for", "retried until its time is up, then dead", 2)
    dead = [json.loads(entry)["class"] for entry in redis.values(app.redis_url, "ZRANGE", "dead", 0, -1)]
    retried = [json.loads(entry)["class"] for entry in redis.values(app.redis_url, "ZRANGE", "retry", 0, -1)]
    assert (dead, retried) == (["TryForAWhileJob"], ["TryForLongJob"])
