"""What --unique promises, with a real sidekiq-unique-jobs laid over the roots."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.ruby import enqueue, run_ruby
from live.samples import UNIQUE_JOBS_WIRING
from live.server import SidekiqServer
from sidekiq_gen.sidekiq.capabilities import Capabilities
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.unique_locks import LOCKS, STRATEGIES
from support.command import sidekiq_gen

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

INITIALIZER = {"config/initializers/unique_jobs.rb": UNIQUE_JOBS_WIRING}
VALIDATE = """
require "sidekiq_unique_jobs/lock/validator"
require "sidekiq_unique_jobs/lock/client_validator"
require "sidekiq_unique_jobs/lock/server_validator"
verdicts = JSON.parse(ARGV.first).to_h do |name|
  options = Object.const_get(name).get_sidekiq_options
  [name, SidekiqUniqueJobs::Lock::Validator.validate(options).errors.to_h.transform_values(&:to_s)]
end
puts JSON.generate(verdicts)
"""


def test_the_gem_itself_finds_every_lock_and_strategy_valid(
    processes: Processes, unique_variant: Variant, app: App, tmp_path: Path, promise: Note
) -> None:
    app.write(INITIALIZER)
    names = []
    for lock in LOCKS:
        for strategy in STRATEGIES:
            name = f"{lock}_{strategy}".title().replace("_", "")
            case = rendered.target(rendered.scenario(unique_variant), unique_variant, name)
            root = case.repo.write(tmp_path / name)
            flags = ("--unique", lock, "--on-conflict", strategy, "--no-input")
            done = sidekiq_gen(root, "job", name, "order:record", *flags)
            if done.status == 1:  # refused: no valid form carries the intent
                continue
            assert done.status == 0, done.err
            path = next(root.glob("app/jobs/*.rb"))
            app.write({f"app/jobs/{path.name}": path.read_text(encoding="utf-8")})
            names.append(f"{name}Job")

    printed = run_ruby(processes, unique_variant, app, VALIDATE, json.dumps(names))

    promise(unique_variant, "record", "unique", "the gem's own validator accepts the options", len(names))
    assert json.loads(printed.splitlines()[-1]) == {name: {} for name in names}
    assert len(names) >= len(LOCKS) * 2


@pytest.mark.scenario("unique")
def test_a_duplicate_is_refused_until_the_lock_is_free(
    processes: Processes, unique_variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    app.write(INITIALIZER)
    work = 'Effect.note("tried", order.id)\nraise PaymentGateway::Timeout if order.status == "failing"'
    for name, flags in {
        "OnceAtATime": "--retry 1 --unique until_executed --unique-ttl 600",
        "OnceForAWhile": "--retry 1 --unique until_executed --unique-ttl 3",
    }.items():
        one = rendered.job_class(f"order:record {flags}", unique_variant, name, tmp_path)
        app.write(rendered.with_work(one.files, work))
    code = 'Order.create!(id: 1); Order.create!(id: 2, status: "failing"); Order.create!(id: 3)'
    run_ruby(processes, unique_variant, app, code)

    def push(job: str, order: int, times: int = 1) -> list[bool]:
        return [bool(jid) for jid in enqueue(processes, unique_variant, app, job, *[[order]] * times)]

    can = Capabilities(
        Gems(unique_variant.sidekiq, unique_jobs=unique_variant.unique_jobs, rails=unique_variant.rails),
    )
    assert push("OnceAtATimeJob", 1, 3) == [True, False, False]  # pending
    assert push("OnceForAWhileJob", 3, 2) == [True, False]
    expires = time.monotonic() + 3.5
    with SidekiqServer.start(processes, unique_variant, app, redis) as server:
        server.drain(count=2)
        assert push("OnceAtATimeJob", 1) == [True]  # after success
        assert push("OnceAtATimeJob", 2) == [True]
        server.drain(count=4)
        held = push("OnceAtATimeJob", 2) == [False]  # while it waits for its retry
        assert held == can.unique_lock_held_through_retries
        for _ in range(40):  # until it is dead, with its duplicate where there is one
            server.make_due("retry")
            if not redis.call(app.redis_url, "ZCARD", "retry") and not server.waiting():
                break
            time.sleep(0.25)
        server.drain()
        assert push("OnceAtATimeJob", 2) == [True]  # after death
        server.drain()
    assert push("OnceForAWhileJob", 3) == [True]
    time.sleep(max(0.0, expires - time.monotonic()) + 3.5)
    assert push("OnceForAWhileJob", 3) == [True]  # after its time
    promise(unique_variant, "record", "unique", "refused while it waits; allowed after success, death and TTL", 9)


RETURNED = "puts JSON.generate([{}].map {{ |jid| jid.class.name }})"
AFTER_COMMIT = {"config/initializers/push.rb": "Sidekiq.transactional_push!\n"}


def test_what_a_push_returns_is_an_id_or_nil(
    processes: Processes, unique_variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    app.write(INITIALIZER)
    for name, flags in {
        "PushOnce": "--unique until_executed",
        "PushLatest": "--unique until_executed --on-conflict replace",
    }.items():
        app.write(rendered.job_class(f"order:record {flags}", unique_variant, name, tmp_path).files)

    def returned(pushes: str) -> list[str]:
        printed = run_ruby(processes, unique_variant, app, pushes).splitlines()
        found: list[str] = json.loads(next(line for line in printed if line.startswith("[")))
        return found

    assert returned(RETURNED.format("PushOnceJob.perform_async(1), PushOnceJob.perform_async(1)")) == [
        "String",
        "NilClass",
    ]
    assert returned(RETURNED.format("PushLatestJob.perform_async(1), PushLatestJob.perform_async(1)")) == [
        "String",
        "String",
    ]
    assert redis.call(app.redis_url, "LLEN", "queue:default") == 2
    promise(unique_variant, "record", "unique", "a push returns an id, or nil for a duplicate that is refused", 4)
    can = Capabilities(
        Gems(unique_variant.sidekiq, unique_jobs=unique_variant.unique_jobs, rails=unique_variant.rails),
    )
    if not (can.transactional_push_builtin and can.after_all_transactions_commit):
        return
    app.write(AFTER_COMMIT)
    three = RETURNED.format(", ".join(["PushOnceJob.perform_async(2)"] * 3))
    assert returned(f"Order.transaction {{ {three} }}") == ["String"] * 3
    rolled_back = RETURNED.format("PushOnceJob.perform_async(3)")
    assert returned(f"Order.transaction {{ {rolled_back}; raise ActiveRecord::Rollback }}") == ["String"]
    assert redis.call(app.redis_url, "LLEN", "queue:default") == 3
    promise(unique_variant, "record", "unique", "after the commit a push always returns an id", 4)
