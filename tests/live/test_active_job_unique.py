"""What --unique promises for ActiveJob classes, with a real activejob-uniqueness laid over the roots."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.ruby import run_ruby
from live.server import SidekiqServer
from live.specs import run_specs
from live.test_active_job import HOUSE, TRIED, sets, tried
from sidekiq_gen.sidekiq.activejob_uniqueness import LINES, released_on_death
from sidekiq_gen.sidekiq.gems import ACTIVEJOB_UNIQUENESS, gem_version
from support.cases import ACTIVE_HOUSE

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.databases import PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from live.specs import Framework
    from support.cases import Case

PATCH = 'require "active_job/uniqueness/sidekiq_patch"\n'
FAILS = f'{TRIED}raise IOError if order.status == "failing"\nraise PaymentGateway::CardDeclined if order.id == 3\n'
# What is refused, written by hand: a lock that its own retry meets.
LOST = """\
class LostJob < ApplicationJob
  unique :until_executed, lock_ttl: 10.minutes, on_conflict: :log
  retry_on IOError, wait: 1.second, attempts: 3

  def perform(order)
    Effect.note("tried", self.class.name)
    raise IOError
  end
end
"""


def in_house(variant: Variant, arguments: str) -> Case:
    """A case for a house of ActiveJob classes that has the gem."""
    assert variant.uniqueness
    case = rendered.scenario(variant, arguments)
    gems = {**case.repo.gems, ACTIVEJOB_UNIQUENESS: variant.uniqueness}
    return replace(case, repo=replace(case.repo, files=ACTIVE_HOUSE, gems=gems))


def make(variant: Variant, app: App, folder: Path, name: str, flags: str, work: str = FAILS) -> None:
    case = in_house(variant, f"order:record {flags}")
    one = rendered.render(rendered.target(case, variant, name), folder / name)
    app.write(HOUSE | {"config/initializers/uniqueness.rb": PATCH} | rendered.with_work(one.files, work))


def pushed(processes: Processes, variant: Variant, app: App, ruby: str) -> list[bool]:
    """Whether each of these calls has enqueued a job."""
    printed = run_ruby(processes, variant, app, f"puts JSON.generate([{ruby}].map {{ |job| job ? true : false }})")
    answers: list[bool] = json.loads(printed.splitlines()[-1])
    return answers


def test_a_duplicate_is_refused_until_the_lock_is_free(
    processes: Processes,
    uniqueness_variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    variant = uniqueness_variant
    make(variant, app, tmp_path, "OnceDone", "--unique until_executed")
    make(variant, app, tmp_path, "OnceDrop", "--unique until_executed --discard-on PaymentGateway::CardDeclined")
    make(variant, app, tmp_path, "OnceWait", "--unique until_executing --retry 1")
    make(variant, app, tmp_path, "OnceTime", "--unique until_expired --unique-ttl 600")
    code = 'Order.create!(id: 1); Order.create!(id: 2, status: "failing"); Order.create!(id: 3)'
    run_ruby(processes, variant, app, code)

    def push(job: str, order: int, times: int = 1) -> list[bool]:
        calls = ", ".join([f"{job}Job.perform_later(Order.find({order}))"] * times)
        return pushed(processes, variant, app, calls)

    for job in ("OnceDone", "OnceWait", "OnceTime"):
        assert push(job, 1, 3) == [True, False, False]
    with SidekiqServer.start(processes, variant, app, redis, boot=".") as server:
        server.drain(count=3)
        assert push("OnceDone", 1) == [True]  # after success
        assert push("OnceWait", 1) == [True]
        assert push("OnceTime", 1) == [False]
        assert push("OnceDrop", 3) == [True]
        assert push("OnceWait", 2) == [True]
        server.drain(count=7)
        server.make_due("schedule")
        server.drain(count=8)
        assert push("OnceDrop", 3) == [False]  # discarded
        assert push("OnceDone", 2) == [True]
        server.drain(count=9)
        assert push("OnceDone", 2) == [False]  # while it waits for its retry
    promise(variant, "record", "unique", "an ActiveJob class: refused while pending; free as its comment says", 11)
    assert tried(postgresql, app) == {"OnceDoneJob": 3, "OnceDropJob": 1, "OnceWaitJob": 4, "OnceTimeJob": 1}
    assert sets(processes, variant, app) == {"retry": ["OnceDoneJob"], "dead": ["OnceWaitJob"], "schedule": []}


def test_when_a_lock_is_left_behind(
    processes: Processes,
    uniqueness_variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    variant = uniqueness_variant
    make(variant, app, tmp_path, "OnceDead", "--unique until_executed --retry 0")
    app.write({"app/jobs/lost_job.rb": LOST})
    run_ruby(processes, variant, app, 'Order.create!(id: 1, status: "failing"); Order.create!(id: 2)')
    once, rolled_back = "OnceDeadJob.perform_later(Order.find({}))", "raise ActiveRecord::Rollback"

    lost = pushed(processes, variant, app, "LostJob.perform_later(Order.find(1)), " + once.format(1))
    assert lost == [True, True]
    run_ruby(processes, variant, app, f"Order.transaction {{ {once.format(2)}; {rolled_back} }}")
    waited = gem_version(variant.rails) >= gem_version("7.2")
    assert pushed(processes, variant, app, once.format(2)) == [False]
    with SidekiqServer.start(processes, variant, app, redis, boot=".") as server:
        server.drain(count=2 if waited else 3)
        server.make_due("schedule")
        server.drain()
        freed = released_on_death(gem_version(variant.sidekiq))
        assert pushed(processes, variant, app, once.format(1)) == [freed]
        server.drain()
    promise(variant, "record", "unique", "an ActiveJob class: a lock is left by a rollback, and by death from 8 on", 3)
    assert tried(postgresql, app)["LostJob"] == 1  # its retry was refused, and is nowhere
    assert "LostJob" not in {job for jobs in sets(processes, variant, app).values() for job in jobs}


def test_a_run_that_meets_another(
    processes: Processes,
    uniqueness_variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    variant = uniqueness_variant
    slow = f"{TRIED}sleep 3"
    make(variant, app, tmp_path, "AloneAgain", "--unique while_executing --on-conflict raise", slow)
    make(variant, app, tmp_path, "AloneDrop", "--unique while_executing", slow)
    jobs = ("AloneAgain", "AloneDrop")
    run_ruby(processes, variant, app, "Order.create!(id: 1)")
    calls = ", ".join(f"{job}Job.perform_later(Order.find(1))" for job in jobs for _ in range(2))
    assert pushed(processes, variant, app, calls) == [True] * 4

    with SidekiqServer.start(processes, variant, app, redis, boot=".") as server:
        server.drain(count=4)

    promise(variant, "record", "unique", "an ActiveJob class: a second run is retried, or dropped", 2)
    assert tried(postgresql, app) == {"AloneAgainJob": 1, "AloneDropJob": 1}
    assert sets(processes, variant, app) == {"retry": ["AloneAgainJob"], "dead": [], "schedule": []}


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_its_spec_is_green_in_test_mode(
    processes: Processes, uniqueness_variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    variant, specs = uniqueness_variant, []
    for number, lock in enumerate(LINES):
        case = in_house(variant, f"order:record --unique {lock} --row-lock --check-then-act charged_at")
        case = replace(case, repo=replace(case.repo, rspec=framework == "rspec", records="double"))
        one = rendered.render(rendered.target(case, variant, f"Quiet{number}"), tmp_path / lock)
        app.write({path: text for path, text in one.files.items() if path not in HOUSE})
        specs.append(one.spec)
    app.write(HOUSE | {"config/initializers/uniqueness.rb": f"{PATCH}ActiveJob::Uniqueness.test_mode!\n"})

    report = run_specs(processes, variant, app, framework)

    promise(variant, "record", "unique", f"an ActiveJob class: its {framework} spec is green in test mode", len(specs))
    assert report.failures == []
    assert {*specs} <= report.files.keys()
