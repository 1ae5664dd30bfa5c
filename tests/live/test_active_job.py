"""ActiveJob classes that Sidekiq runs: their specs, and what they promise on a real server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.ruby import run_ruby
from live.server import SidekiqServer
from live.specs import run_specs
from support.cases import ACTIVE_HOUSE, Case, active_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from live.app import App
    from live.databases import PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from live.specs import Framework

HEAD = "# frozen_string_literal: true\n\n"
HOUSE = {path: HEAD + text for path, text in ACTIVE_HOUSE.items()}
TRIED = 'Effect.note("tried", self.class.name)\n'
CLASSES = """
require "sidekiq/api"
sets = [Sidekiq::RetrySet, Sidekiq::DeadSet, Sidekiq::ScheduledSet]
puts JSON.generate(sets.map { |set| set.new.map(&:display_class).sort })
"""


def cases(variant: Variant, framework: Framework) -> Iterator[Case]:
    """Those of the variant's tree, each under a name of its own."""
    tree = rendered.TREES[variant.sidekiq[0]]
    own = (case for case in active_jobs() if case.name.startswith(f"active-{tree}-{framework}-"))
    for number, case in enumerate(own):
        yield rendered.target(case, variant, f"{case.job}Active{number}")


def tried(postgresql: PostgreSQL, app: App) -> dict[str, int]:
    rows = postgresql.query("SELECT subject, count(*) FROM effects WHERE name = 'tried' GROUP BY 1", app.database_url)
    return {name: int(count) for name, count in rows}


def sets(processes: Processes, variant: Variant, app: App) -> dict[str, list[str]]:
    """The classes in the sets of Sidekiq."""
    found = json.loads(run_ruby(processes, variant, app, CLASSES).splitlines()[-1])
    return dict(zip(("retry", "dead", "schedule"), found, strict=True))


def make(variant: Variant, app: App, folder: Path, name: str, flags: str, work: str) -> None:
    case = rendered.scenario(variant, flags)
    case = replace(case, repo=replace(case.repo, files=ACTIVE_HOUSE))
    one = rendered.render(rendered.target(case, variant, name), folder / name)
    app.write(HOUSE | rendered.with_work(one.files, work))


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_every_spec_of_an_active_job_is_green(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    app.write(HOUSE)
    made = [rendered.render(case, tmp_path / case.job) for case in cases(variant, framework)]
    for one in made:
        app.write({path: text for path, text in one.files.items() if path not in HOUSE})

    report = run_specs(processes, variant, app, framework)

    promise(variant, "record", "active-job", f"its {framework} spec is green", len(made))
    assert report.failures == []
    assert {one.spec for one in made} <= report.files.keys()
    assert all(report.files.values())


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_an_active_job_whose_work_fails_or_that_lacks_a_pattern_fails_its_spec(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    app.write(HOUSE)
    first: dict[str, str] = {}
    poorer: dict[str, str] = {}
    for case in cases(variant, framework):
        one = rendered.render(case, tmp_path / case.job)
        wrong = rendered.with_work(one.files, 'raise "the work is wrong"')
        if wrong[one.job] != one.files[one.job]:
            app.write(one.files | {one.job: wrong[one.job]})
            first[one.spec] = rendered.first_example(one.files[one.spec])
        for pattern in one.patterns:
            whole = replace(case, job=f"{case.job}No{pattern.replace('-', '').capitalize()}")
            spec = rendered.render(whole, tmp_path / whole.job)
            without = rendered.render(rendered.without(whole, pattern), tmp_path / f"{whole.job}-poorer")
            app.write({spec.spec: spec.files[spec.spec], without.job: without.files[without.job]})
            poorer[spec.spec] = f"{case.name} without {pattern}"

    # Minitest shuffles: each has to run its first example.
    until_failure = framework == "rspec"
    report = run_specs(processes, variant, app, framework, sorted({*first, *poorer}), until_failure=until_failure)

    promise(variant, "record", "active-job", f"its {framework} spec fails where the job does", len(first | poorer))
    green = [name for spec, name in poorer.items() if all(one.status == "passed" for one in report.files[spec])]
    assert green == []
    assert [
        f"{spec}: {name}"
        for spec, name in first.items()
        if "failed" not in [example.status for example in report.files[spec] if example.is_called(name)]
    ] == []
    assert len(first) > 10
    assert len(poorer) > 10


def test_each_layer_retries_what_it_is_to_retry(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    fails = f"{TRIED}raise IOError"
    make(variant, app, tmp_path, "LeaveIt", "order:record", fails)
    make(variant, app, tmp_path, "CountIt", "order:record --retry 2", fails)
    make(variant, app, tmp_path, "NeverAgain", "order:record --retry 0", fails)
    make(variant, app, tmp_path, "TellThem", "order:record --retry 1 --on-exhausted --mark-failed failed_at", fails)
    declined = f"{TRIED}raise PaymentGateway::CardDeclined"
    make(variant, app, tmp_path, "DropIt", "order:record --discard-on PaymentGateway::CardDeclined", declined)
    jobs = ("LeaveIt", "CountIt", "NeverAgain", "TellThem", "DropIt")

    with SidekiqServer.start(processes, variant, app, redis, boot=".") as server:
        pushes = "; ".join(f"{job}Job.perform_later(order)" for job in jobs)
        run_ruby(processes, variant, app, f"order = Order.create!(id: 7); {pushes}")
        for ended in (5, 7, 8):  # one run of each, a second of two, a third of one
            server.drain(count=ended)
            server.make_due("schedule")

    promise(variant, "record", "active-job", "one layer retries: retry_on or Sidekiq; then the Dead set", len(jobs))
    assert tried(postgresql, app) == {
        "LeaveItJob": 1, "CountItJob": 3, "NeverAgainJob": 1, "TellThemJob": 2, "DropItJob": 1,
    }  # fmt: skip
    assert sets(processes, variant, app) == {
        "retry": ["LeaveItJob"],
        "dead": ["CountItJob", "NeverAgainJob", "TellThemJob"],
        "schedule": [],
    }
    assert postgresql.query("SELECT failed_at IS NULL FROM orders", app.database_url) == [["f"]]


def test_a_record_that_is_gone_or_cannot_be_asked_for(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    for name, flags in {"Drop": "", "DropCounted": "--retry 2", "Again": "--on-missing retry"}.items():
        make(variant, app, tmp_path, f"Gone{name}", f"order:record {flags}", TRIED)
    make(variant, app, tmp_path, "GoneLater", "order:record --row-lock", TRIED)
    pushes = "; ".join(f"Gone{name}Job.perform_later(order)" for name in ("Drop", "DropCounted", "Again", "Later"))

    run_ruby(processes, variant, app, f"order = Order.create!(id: 7); {pushes}; Order.delete_all")
    with SidekiqServer.start(processes, variant, app, redis, boot=".") as server:
        server.drain(count=4)
        assert sets(processes, variant, app) == {"retry": ["GoneAgainJob"], "dead": [], "schedule": []}
        away = 'ActiveRecord::Base.connection.execute("ALTER TABLE orders RENAME TO orders_away")'
        lost = "GoneDropJob.perform_later(order); GoneDropCountedJob.perform_later(order)"
        run_ruby(processes, variant, app, f"order = Order.create!(id: 8); {away}; {lost}")
        server.drain(count=6)

    promise(variant, "record", "active-job", "dropped if its record is missing, retried if its database is", 6)
    assert tried(postgresql, app) == {}
    left = sets(processes, variant, app)
    assert left == {"retry": ["GoneAgainJob", "GoneDropJob"], "dead": [], "schedule": ["GoneDropCountedJob"]}
