"""A job in a house with a base class, and in namespaces that hide constants: it runs, and so does its spec."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.ruby import run_ruby
from live.server import SidekiqServer
from live.specs import run_specs

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.databases import PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from live.specs import Framework

HEAD = "# frozen_string_literal: true\n\n"
# Iffy hides Order, and its jobs inherit their queue and their retries.
FILES = {
    "app/jobs/base_job.rb": f"{HEAD}class BaseJob\n  include Sidekiq::Job\n\n"
    '  sidekiq_options queue: "low", retry: 3\nend\n',
    "app/models/iffy/order/line.rb": f"{HEAD}module Iffy\n  module Order\n    class Line\n    end\n  end\nend\n",
}
NESTED = "module Iffy\n  class {name}Job < ::BaseJob\n    def perform(id)\n    end\n  end\nend\n"
COMPACT = "class Iffy::{name}Job < BaseJob\n  def perform(id)\n  end\nend\n"
FLAGS = "--model Order --advisory-lock --check-then-act charged_at"


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_a_job_of_the_house_inherits_and_finds_its_constants(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    framework: Framework,
    tmp_path: Path,
    promise: Note,
) -> None:
    app.write(FILES)
    for form, existing in {"Nested": NESTED, "Compact": COMPACT}.items():
        houses = {f"app/jobs/iffy/{name.lower()}_job.rb": HEAD + existing.format(name=name) for name in ("A", "B")}
        case = rendered.target(rendered.scenario(variant, FLAGS), variant, f"Iffy::{form}Charge")
        case = replace(case, repo=replace(case.repo, rspec=framework == "rspec", files=FILES | houses))
        one = rendered.render(case, tmp_path / form)
        app.write(one.files | rendered.with_work(one.files, 'Effect.note("charged", order.id)'))
        assert "< BaseJob" in one.files[one.job]
        assert ("::Order" in one.files[one.job]) == (form == "Nested")

    report = run_specs(processes, variant, app, framework)
    push = "Order.create!(id: 1); Order.create!(id: 2); Iffy::NestedChargeJob.perform_async(1); "
    run_ruby(processes, variant, app, f"{push} Iffy::CompactChargeJob.perform_async(2)")
    waiting = [json.loads(entry) for entry in redis.values(app.redis_url, "LRANGE", "queue:low", 0, -1)]
    with SidekiqServer.start(processes, variant, app, redis, queues=("low",)) as server:
        server.drain(count=2)

    promise(
        variant, "record", "advisory-lock, check-then-act", "inherits the base class of the repo, with its options", 2
    )
    assert not report.failures
    assert [entry["retry"] for entry in waiting] == [3, 3]
    assert sorted(postgresql.query("SELECT subject FROM effects", app.database_url)) == [["1"], ["2"]]


# Most jobs here rescue what find raises, log with Rails' logger, and leave queue and retries to Sidekiq.
RESCUING = (
    "class {name}Job\n  include Sidekiq::Job\n\n  def perform(order_id)\n    order = Order.find(order_id)\n"
    '    Rails.logger.info("done: #{{order.id}}")\n  rescue ActiveRecord::RecordNotFound\n    true\n  end\nend\n'
)


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_a_job_rescues_logs_and_is_silent_as_the_house(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    framework: Framework,
    tmp_path: Path,
) -> None:
    house = {f"app/jobs/{name.lower()}_job.rb": HEAD + RESCUING.format(name=name) for name in ("Pack", "Ship", "Send")}
    case = rendered.target(rendered.scenario(variant, "--model Order --on-exhausted"), variant, "ChargeIt")
    case = replace(case, repo=replace(case.repo, rspec=framework == "rspec", files=house))
    one = rendered.render(case, tmp_path / framework)
    app.write(one.files | rendered.with_work(one.files, 'Effect.note("charged", order.id)'))

    report = run_specs(processes, variant, app, framework)
    run_ruby(
        processes, variant, app, "Order.create!(id: 1); ChargeItJob.perform_async(1); ChargeItJob.perform_async(2)"
    )
    waiting = [json.loads(entry) for entry in redis.values(app.redis_url, "LRANGE", "queue:default", 0, -1)]
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=2)

    assert "order = Order.find(order_id)\n" in one.files[one.job]
    assert 'Rails.logger.warn("skipped: there is no Order #{order_id}")' in one.files[one.job]
    assert "sidekiq_options" not in one.files[one.job]
    assert not report.failures
    assert [entry["retry"] for entry in waiting] == [True, True]
    assert redis.values(app.redis_url, "ZRANGE", "retry", 0, -1) == []
    assert postgresql.query("SELECT subject FROM effects", app.database_url) == [["1"]]
