"""Jobs that go by the states of a column: enums over numbers and over words, and plain words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.ruby import finish_ruby, run_ruby, start_ruby
from live.server import SidekiqServer
from live.specs import run_specs
from support.requests import request_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from live.app import App
    from live.databases import MariaDB, PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from live.specs import Framework
    from support.cases import Case

# By model: the type of its column, and what its enum stores for each state; a model without one has plain words.
MODELS = {
    "Parcel": ("integer", "{ pending: 4, paid: 5, failed: 9 }"),
    "Letter": ("string", '{ pending: "open", paid: "closed", failed: "lost" }'),
    "Ticket": ("string", ""),
}
TABLES = "".join(
    f"  create_table :{model.lower()}s do |t|\n    t.{kind} :status, null: false\n    t.string :name\n  end\n"
    for model, (kind, _) in MODELS.items()
)
BY_STATES = "--check-then-act status=pending:paid"
LOCKS = ("--row-lock", "--advisory-lock", "--advisory-lock --lock-scope session")
EFFECT = "Effect.note(self.class.name, {0}.id)\nsleep 0.01"


def files(variant: Variant) -> dict[str, str]:
    """Models, tables, factories and fixtures; the last two make records that are paid already."""
    older = int(variant.rails.partition(".")[0]) < 7
    made: dict[str, str] = {}
    for model, (_, states) in MODELS.items():
        name = model.lower()
        enum = f"  enum status: {states}, _prefix: true\n" if older else f"  enum :status, {states}, prefix: true\n"
        made |= {
            f"app/models/{name}.rb": f"class {model} < ApplicationRecord\n{enum if states else ''}end\n",
            f"spec/factories/{name}s.rb": (
                f'FactoryBot.define do\n  factory :{name} do\n    status {{ "paid" }}\n  end\nend\n'
            ),
            f"test/fixtures/{name}s.yml": "one:\n  status: paid\n",
        }
    return made | {"db/schema/states.rb": f"ActiveRecord::Schema.define do\n{TABLES}end\n"}


def case(
    variant: Variant,
    model: str,
    job: str,
    flags: str,
    framework: Framework = "rspec",
    records: str = "factory",
    adapter: str = "pg",
) -> Case:
    """A case in a repo that has these models, whose dump of the schema says what the tables are."""
    one = rendered.scenario(variant, f"--model {model} {BY_STATES} {flags}", adapter)
    kept = {"factory": "spec/factories", "fixture": "test/fixtures"}.get(records, "nowhere")
    there = {path: text for path, text in files(variant).items() if path.startswith(("app/", kept))}
    schema = {"db/schema.rb": f"ActiveRecord::Schema.define do\n{TABLES}end\n"}
    repo = replace(one.repo, rspec=framework == "rspec", records=records, files=there | schema)
    return rendered.target(replace(one, repo=repo), variant, job)


def cases(variant: Variant, framework: Framework) -> Iterator[Case]:
    """Each kind for each model, with records from each source, and a record under each lock."""
    sources = ("factory", "double") if framework == "rspec" else ("factory", "fixture", "double")
    failed = "--on-exhausted --mark-failed status=failed"
    for model in MODELS:
        for records in sources:
            for number, flags in enumerate(("--kind claim", "--kind backfill", failed, *LOCKS)):
                yield case(variant, model, f"Settle{model}{records.title()}{number}", flags, framework, records)


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_every_spec_by_states_is_green(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    made = [rendered.render(one, tmp_path / str(number)) for number, one in enumerate(cases(variant, framework))]
    app.write(files(variant) | {path: text for one in made for path, text in one.files.items()})

    report = run_specs(processes, variant, app, framework, only=[one.spec for one in made])

    promise(
        variant, "record, claim, backfill", "check-then-act", f"by states: its {framework} spec is green", len(made)
    )
    assert report.failures == []
    assert sorted(report.files) == sorted(one.spec for one in made)


# What is made of a rendered job: each must make an example fail.
CHANGES = (
    ('.status != "pending"', '.status == "paid"'),  # any other state
    ('.status != "pending"', ".nil?"),
    ('where(status: "pending")', 'where.not(status: "paid")'),
    ('where(status: "pending")', "all"),
    ('update_column(:status, "paid")', "touch"),
    ('update_all(status: "paid")', "size"),
    ('update_column(:status, "failed")', "id"),
)


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_a_job_that_mistakes_a_state_fails_its_spec(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    changed: dict[str, str] = {}
    mutants: dict[str, str] = {}
    for number, one in enumerate(cases(variant, framework)):
        if one.job.startswith("SettleTicket"):
            continue  # nobody knows a third state
        for index, (before, after) in enumerate(CHANGES):
            again = rendered.render(replace(one, job=f"{one.job}No{index}"), tmp_path / f"{number}-{index}")
            if before in again.files[again.job]:
                changed |= again.files | {again.job: again.files[again.job].replace(before, after)}
                mutants[again.spec] = f"{one.job} with {after}"
    app.write(files(variant) | changed)

    report = run_specs(processes, variant, app, framework, only=list(mutants), until_failure=True)

    promise(
        variant, "record, claim, backfill", "check-then-act", f"by states: {framework} sees each slip", len(mutants)
    )
    survivors = [name for spec, name in mutants.items() if all(one.status == "passed" for one in report.files[spec])]
    assert survivors == []
    assert len(mutants) > 40


def work_of(
    variant: Variant, model: str, job: str, flags: str, folder: Path, ruby: str, adapter: str = "pg"
) -> dict[str, str]:
    one = rendered.render(case(variant, model, job, flags, adapter=adapter), folder / job)
    return rendered.with_work(one.files, ruby)


def states(database: PostgreSQL | MariaDB, app: App, model: str) -> dict[str, int]:
    """How many rows are in each state, in the words of the enum."""
    held = {"4": "pending", "5": "paid", "9": "failed", "open": "pending", "closed": "paid", "lost": "failed"}
    rows = database.query(f"SELECT status, count(*) FROM {model.lower()}s GROUP BY status", app.database_url)
    return {held.get(state, state): int(count) for state, count in rows}


@pytest.mark.scenario("check-then-act")
def test_fifty_duplicates_take_a_record_from_state_to_state_once(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    jobs = {f"Settle{model}By{number}": (model, lock) for model in MODELS for number, lock in enumerate(LOCKS)}
    for name, (model, lock) in jobs.items():
        app.write(work_of(variant, model, name, lock, tmp_path, EFFECT.format(model.lower())))
    app.write(files(variant))
    ids = {name: 3_000_000_000 + number for number, name in enumerate(jobs)}
    rows = "; ".join(f'{model}.create!(id: {ids[name]}, status: "pending")' for name, (model, _) in jobs.items())
    others = "; ".join(f'{model}.create!(id: 1, status: "failed")' for model in MODELS)
    run_ruby(processes, variant, app, f"{rows}; {others}")
    pushes = "; ".join(f"{name}Job.perform_async({ids[name]}); {name}Job.perform_async(1)" for name in jobs)
    with (
        SidekiqServer.start(processes, variant, app, redis, concurrency=10) as first,
        SidekiqServer.start(processes, variant, app, redis, concurrency=10) as second,
    ):
        for child in [start_ruby(processes, variant, app, f"10.times {{ {pushes} }}") for _ in range(5)]:
            finish_ruby(processes, child)
        first.wait_until(lambda: first.ended() + second.ended() >= 100 * len(jobs))

    promise(variant, "record", "check-then-act", "fifty duplicates, one effect, by states", 50 * len(jobs))
    effects = postgresql.query("SELECT name, subject FROM effects", app.database_url)
    assert sorted(effects) == sorted([f"{name}Job", str(ids[name])] for name in jobs)
    for model in MODELS:
        assert states(postgresql, app, model) == {"paid": len(LOCKS), "failed": 1}


def kill_between_states(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    database: PostgreSQL | MariaDB,
    tmp_path: Path,
    adapter: str = "pg",
) -> None:
    """Claims and backfills of every model, two at once, killed in the middle and started again."""
    app.write(files(variant))
    conditions = {}
    for model in MODELS:
        row = model.lower()
        note = EFFECT.format(row)
        claim, fill = "--kind claim --max-rows 20", "--kind backfill --batch-size 10"
        app.write(work_of(variant, model, f"Claim{model}s", claim, tmp_path, note, adapter))
        each = f"{row}s.each do |{row}|\n{note}\nend"
        app.write(work_of(variant, model, f"Fill{model}s", fill, tmp_path, each, adapter))
        request = request_for(case(variant, model, f"Ask{model}s", claim), tmp_path / f"asked-{model}")
        conditions[model] = request.kind_settings.mark.open_sql

    for job in ("Claim", "Fill"):
        fresh = (
            f"%w[{' '.join(MODELS)}].map(&:constantize).each do |model|\n  model.delete_all\n"
            '  200.times { |n| model.create!(id: n + 1, status: n < 20 ? "failed" : "pending") }\nend\n'
        )
        pushes = "; ".join(f"2.times {{ {job}{model}sJob.perform_async }}" for model in MODELS)
        redis.call(app.redis_url, "FLUSHDB")  # runs of the claims that would look again
        run_ruby(processes, variant, app, f"Effect.delete_all\n{fresh}{pushes}")
        for model, condition in conditions.items():
            waiting = f"SELECT count(*) FROM {model.lower()}s WHERE {condition}"
            assert database.query(waiting, app.database_url) == [["180"]]
        with SidekiqServer.start(processes, variant, app, redis) as server:
            server.wait_until(lambda: states(database, app, "Parcel").get("paid", 0) > 50)
            server.kill()
        left = {model: states(database, app, model) for model in MODELS}
        run_ruby(processes, variant, app, pushes)
        with SidekiqServer.start(processes, variant, app, redis) as server:
            server.wait_until(lambda: all("pending" not in states(database, app, model) for model in MODELS))
            server.drain()

        assert all(set(found) <= {"pending", "paid", "failed"} and found["failed"] == 20 for found in left.values())
        assert any("pending" in found for found in left.values()), "nothing was left when it was killed"
        for model in MODELS:
            assert states(database, app, model) == {"paid": 180, "failed": 20}
        query = "SELECT name, subject, count(*) FROM effects GROUP BY name, subject"
        done = {(name, int(subject)): int(times) for name, subject, times in database.query(query, app.database_url)}
        assert done == {(f"{job}{model}sJob", number): 1 for model in MODELS for number in range(21, 201)}


@pytest.mark.scenario("claim", "backfill")
def test_no_row_is_lost_between_two_states(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    kill_between_states(processes, variant, app, redis, postgresql, tmp_path)

    promise(variant, "claim, backfill", "check-then-act", "with states, killed, two at once: every row once", 6 * 180)


def test_no_row_is_lost_between_two_states_on_mariadb(
    processes: Processes,
    variant: Variant,
    mysql_app: App,
    redis: Redis,
    mariadb: MariaDB,
    tmp_path: Path,
    promise: Note,
) -> None:
    kill_between_states(processes, variant, mysql_app, redis, mariadb, tmp_path, "mysql2")

    promise(variant, "claim, backfill", "check-then-act", "by states: the same on MariaDB", 6 * 180)


@pytest.mark.scenario("on-exhausted")
def test_what_has_failed_is_left_alone_until_somebody_sets_it_back(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    app.write(files(variant))
    flags = "--row-lock --retry 0 --on-exhausted --mark-failed status=failed"
    for model in MODELS:
        row = model.lower()
        work = f'raise "connection lost" if {row}.name == "bad"\n{EFFECT.format(row)}'
        app.write(work_of(variant, model, f"Settle{model}", flags, tmp_path, work))
    names = json.dumps([*MODELS])
    run_ruby(
        processes, variant, app,
        "JSON.parse(ARGV.first).each do |name|\n"
        '  Object.const_get(name).create!(id: 7, status: "pending", name: "bad")\n'
        '  Object.const_get("Settle#{name}Job").perform_async(7)\nend', names,
    )  # fmt: skip
    retry = 'require "sidekiq/api"; Sidekiq::DeadSet.new.to_a.each(&:retry)'
    good = 'JSON.parse(ARGV.first).each { |name| Object.const_get(name).update_all(name: "good") }'
    worked = "SELECT count(*) FROM effects WHERE name LIKE 'Settle%'"  # not what the tracker was told
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=3)
        assert [states(postgresql, app, model) for model in MODELS] == [{"failed": 1}] * 3

        run_ruby(processes, variant, app, f"{good}; {retry}", names)
        server.drain(count=6)
        assert [states(postgresql, app, model) for model in MODELS] == [{"failed": 1}] * 3
        assert redis.call(app.redis_url, "ZCARD", "dead") == 0
        assert postgresql.query(worked, app.database_url) == [["0"]]

        push = 'Object.const_get("Settle#{name}Job").perform_async(7)'
        back = f'JSON.parse(ARGV.first).each {{ |name| Object.const_get(name).update_all(status: "pending"); {push} }}'
        run_ruby(processes, variant, app, back, names)
        server.drain(count=9)

    assert [states(postgresql, app, model) for model in MODELS] == [{"paid": 1}] * 3
    promise(variant, "record", "on-exhausted", "a record marked as failed is skipped until it is reset", 3)
