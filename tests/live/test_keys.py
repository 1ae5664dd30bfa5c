"""Models whose primary key is no id: specs are green, and jobs find, order and finish their rows by the real key."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import inflection
import pytest

from live import rendered
from live.rubocop import lay_out, rubocop, ruby_warnings
from live.ruby import run_ruby
from live.server import SidekiqServer
from live.specs import run_specs
from support.cases import KEYED_MODELS, KEYED_RECORDS, RELEASES, Case

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.databases import MariaDB, PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from live.specs import Framework

EFFECTS = "SELECT name, subject FROM effects"
ROWS = 60
# How a row with each kind of key is made from its number, which is its name as well.
MADE = {
    "LegacyAccount": "account_no: 4_000_000_000 + n",
    "Voucher": 'code: format("V-%04d", n)',
    "Restaurant": "id: SecureRandom.uuid",
}
# A column id beside the key holds what would be the key of another row.
SEED = 'LegacyAccount.update_all("id = 7 - account_no % 5")'
KINDS = {
    "Claim": "--kind claim --max-rows 20 --check-then-act processed_at",
    "Mark": "--kind backfill --batch-size 10 --check-then-act charged_at",
    "Touch": "--kind backfill --batch-size 10",
    "Fan": "--kind fan-out --batch-size 10 --child {}One --row-lock --check-then-act indexed_at",
}
# Whoever narrows the rows may join a table that has the same columns.
JOINED = '.joins("CROSS JOIN (SELECT 1 AS id, 1 AS account_no, 1 AS code) AS others")'


def made_for(variant: Variant, framework: Framework, folder: Path) -> list[rendered.Rendered]:
    return [
        rendered.render(case, folder / str(number))
        for number, case in enumerate(rendered.key_cases(variant))
        if case.repo.rspec == (framework == "rspec")
    ]


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_every_spec_is_green(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    made = made_for(variant, framework, tmp_path)
    app.write({path: text for one in made for path, text in one.files.items()})

    report = run_specs(processes, variant, app, framework)

    promise(variant, "all", "other primary keys", f"its {framework} spec is green", len(made))
    assert report.failures == []
    assert sorted(report.files) == sorted(path for one in made for path in one.files if not path.startswith("app/"))
    assert all(report.files.values())


def test_the_youngest_rubocop_finds_nothing(
    processes: Processes, variant: Variant, forky: Variant, tmp_path: Path
) -> None:
    frameworks: tuple[Framework, ...] = ("rspec", "minitest")
    made = (one.files for name in frameworks for one in made_for(variant, name, tmp_path / name))
    folder = lay_out(tmp_path / "rendered", made)

    offenses = rubocop(processes, forky, folder) + ruby_warnings(processes, forky, folder)

    assert [str(offense) for offense in offenses] == []


def job_of(
    model: str, arguments: str, variant: Variant, name: str, folder: Path, adapter: str = "pg"
) -> rendered.Rendered:
    repo = replace(RELEASES[rendered.TREES[variant.sidekiq[0]]], adapter=adapter, files=KEYED_MODELS | KEYED_RECORDS)
    case = Case("keyed", repo, f"--model {model} {arguments}")
    return rendered.render(rendered.target(case, variant, name), folder / name)


def all_kinds(variant: Variant, folder: Path, adapter: str = "pg") -> dict[str, str]:
    """A job of every kind that works through rows, for every model, each narrowed by a join."""
    files = {}
    for model in MADE:
        row = inflection.underscore(model)
        rows = inflection.pluralize(row)
        for kind, arguments in KINDS.items():
            name = f"{kind}{model}"
            one = job_of(model, arguments.format(name), variant, name, folder, adapter)
            each = f"{rows}.each {{ |{row}| Effect.note(self.class.name, {row}.name) }}"
            each += "\nsleep 0.1" if kind == "Touch" else ""
            work = each if kind in {"Mark", "Touch"} else f"Effect.note(self.class.name, {row}.name)"
            for path, text in rendered.with_work(one.files, work).items():
                narrowed = re.sub(rf"^(    {model}\.(?:where\(.*\)|all))", rf"\1{JOINED}", text, flags=re.MULTILINE)
                files[path] = narrowed
    return files


def done(database: PostgreSQL | MariaDB, app: App) -> Counter[tuple[str, str]]:
    return Counter((name, subject) for name, subject in database.query(EFFECTS, app.database_url))


def seed(processes: Processes, variant: Variant, app: App, code: str) -> None:
    """Make rows of every model, in an order that is none of the key's, and then whatever Ruby says."""
    made = "\n".join(
        f"({ROWS}.downto(1)).each {{ |n| {model}.create!({key}, name: n.to_s) }}" for model, key in MADE.items()
    )
    run_ruby(processes, variant, app, f"{made}\n{SEED}\n{code}")


@pytest.mark.scenario("claim", "backfill", "fan-out")
def test_each_row_is_done_once_whatever_its_key_is(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    app.write(all_kinds(variant, tmp_path))
    seed(processes, variant, app, "".join(f"{kind}{model}Job.perform_async\n" for kind in KINDS for model in MADE))

    with SidekiqServer.start(processes, variant, app, redis) as server:

        def finished() -> bool:
            server.make_due("schedule")  # rows that others held are looked at again later
            return done(postgresql, app).total() >= ROWS * len(KINDS) * len(MADE)

        server.wait_until(finished)
        server.drain()

    names = [f"{kind}{model}{'One' if kind == 'Fan' else ''}Job" for kind in KINDS for model in MADE]
    expected = {(name, str(number)): 1 for name in names for number in range(1, ROWS + 1)}
    assert dict(done(postgresql, app)) == expected
    assert redis.call(app.redis_url, "ZCARD", "retry") == 0
    promise(
        variant, "claim, backfill, fan-out", "other primary keys", "each row once, also behind a join", len(expected)
    )


@pytest.mark.scenario("backfill")
def test_a_killed_backfill_goes_on_behind_a_key_of_any_type(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    app.write({path: text for path, text in all_kinds(variant, tmp_path).items() if "/touch" in path})
    start = "".join(f"Touch{model}Job.perform_async\n" for model in MADE)
    seed(processes, variant, app, start)
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: done(postgresql, app).total() > ROWS)
        server.kill()
    assert done(postgresql, app).total() < ROWS * len(MADE)

    run_ruby(processes, variant, app, start)
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: len(done(postgresql, app)) == ROWS * len(MADE))
        server.drain()

    assert done(postgresql, app).total() <= (ROWS + 10) * len(MADE)
    promise(variant, "backfill", "other primary keys", "killed and started again: resumes", ROWS * len(MADE))


@pytest.mark.scenario("advisory-lock", "on-exhausted")
def test_a_record_is_found_by_its_key(
    processes: Processes,
    variant: Variant,
    app: App,
    redis: Redis,
    postgresql: PostgreSQL,
    tmp_path: Path,
    promise: Note,
) -> None:
    flags = "--advisory-lock --check-then-act processed_at --on-exhausted --mark-failed failed_at --retry 0"
    for model in MADE:
        row = inflection.underscore(model)
        work = f'Effect.note(self.class.name, {row}.name)\nraise "poison" if {row}.name == "3"'
        app.write(rendered.with_work(job_of(model, flags, variant, f"Settle{model}", tmp_path).files, work))
    pushed = "".join(
        f"3.times {{ {model}.pluck({model}.primary_key).each {{ |key| Settle{model}Job.perform_async(key) }} }}\n"
        for model in MADE
    )
    seed(processes, variant, app, pushed.replace("pluck", 'where("name::integer <= 5").pluck'))
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=3 * 5 * len(MADE))

    for model, table in (
        ("LegacyAccount", "legacy_accounts"),
        ("Voucher", "legacy_vouchers"),
        ("Restaurant", "restaurants"),
    ):
        marked = postgresql.query(f"SELECT name FROM {table} WHERE processed_at IS NOT NULL", app.database_url)
        failed = postgresql.query(f"SELECT name FROM {table} WHERE failed_at IS NOT NULL", app.database_url)
        assert sorted(name for (name,) in marked) == ["1", "2", "4", "5"], model
        assert [name for (name,) in failed] == ["3"], model
    told = done(postgresql, app).items()
    worked = {pair: times for pair, times in told if pair[0].startswith("Settle") and pair[1] != "3"}
    assert worked == {(f"Settle{model}Job", number): 1 for model in MADE for number in ("1", "2", "4", "5")}
    promise(variant, "record", "advisory-lock, on-exhausted", "found, locked and marked by another key", 15)
