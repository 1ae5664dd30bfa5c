"""What a table lacks for a job, and the migrations that add it."""

from __future__ import annotations

import json
from dataclasses import replace
from time import strptime
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.job.pipeline import generate_job
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.sourced import Sourced
from support.command import sidekiq_gen, tree
from support.repos import SCHEMA, Repo

if TYPE_CHECKING:
    from pathlib import Path

CLAIM = ("ChargeOrders", "--kind", "claim", "--check-then-act", "charged_at")
COLUMN = '    t.datetime "charged_at"\n'
INDEX = "db/migrate/{}_index_orders_on_open_charged_at.rb"


def with_index(index: str) -> Repo:
    return Repo(files={"db/schema.rb": SCHEMA.replace(COLUMN, f"{COLUMN}    {index}\n", 1)})


def sql(*, body: str = "", rest: str = "") -> Repo:
    columns = "id bigint PRIMARY KEY NOT NULL,\n    charged_at timestamp(6) without time zone,\n    processed boolean"
    text = f"CREATE TABLE public.orders (\n    {columns}{body}\n);\n\n{rest}\n"
    return Repo(files={"db/schema.rb": "", "db/structure.sql": text})


def told(root: Path, *arguments: str) -> dict[str, Any]:
    done = sidekiq_gen(root, "job", *arguments, "--json", "--no-input")
    loaded: dict[str, Any] = json.loads(done.out)
    return loaded


def codes(root: Path, *arguments: str) -> set[str]:
    return {notice["code"] for notice in told(root, *arguments)["notices"]}


@pytest.mark.parametrize(
    ("repo", "finds"),
    [
        (Repo(), False),
        (with_index('t.index ["charged_at"], name: "index_orders_on_charged_at"'), True),
        (with_index('t.index ["charged_at", "id"], name: "x"'), True),
        (with_index('t.index ["state", "charged_at"], name: "x"'), False),
        (with_index('t.index ["id"], name: "x", where: "(charged_at IS NULL)"'), True),
        (with_index('t.index ["id"], name: "x", where: "(charged_at IS NOT NULL)"'), False),
        (with_index('t.index ["charged_at"], name: "x", where: "((state)::text = \'paid\'::text)"'), False),
        (with_index('t.index "lower((state)::text)", name: "x"'), False),
        (Repo(files={"db/schema.rb": f'{SCHEMA}\nadd_index "orders", ["charged_at"], name: "x"\n'}), True),
        (Repo(files={"db/schema.rb": f'{SCHEMA}\nadd_index "restaurants", ["charged_at"], name: "x"\n'}), False),
        (sql(), False),
        (sql(rest="CREATE INDEX x ON public.orders USING btree (charged_at);"), True),
        (sql(rest="CREATE INDEX x ON public.orders USING btree (id) WHERE (charged_at IS NULL);"), True),
        (sql(rest="CREATE INDEX x ON public.orders USING btree (charged_at DESC NULLS LAST, id);"), True),
        (sql(rest="CREATE INDEX x ON public.orders USING btree (date(charged_at));"), False),
        (sql(rest="CREATE INDEX x ON public.old_orders USING btree (charged_at);"), False),
        (sql(body=",\n  PRIMARY KEY (`id`),\n  KEY `x` (`charged_at`,`id`)"), True),
        (sql(body=",\n  PRIMARY KEY (`id`),\n  UNIQUE KEY `x` (`processed`)"), False),
    ],
)
def test_an_index_that_finds_the_rows_is_seen(tmp_path: Path, repo: Repo, *, finds: bool) -> None:
    assert ("no-index" in codes(repo.write(tmp_path), *CLAIM)) is not finds


def test_the_index_of_a_boolean_holds_false_and_null(tmp_path: Path) -> None:
    index = 't.index ["id"], name: "x", where: "((processed = false) OR (processed IS NULL))"'

    found = codes(with_index(index).write(tmp_path), *CLAIM[:-1], "processed")

    assert "no-index" not in found


def test_nothing_is_said_of_indexes_where_no_dump_knows_the_table(tmp_path: Path) -> None:
    root = Repo(files={"db/schema.rb": ""}).write(tmp_path)

    assert "no-index" not in codes(root, *CLAIM)
    assert told(root, *CLAIM, "--migration")["error"]["code"] == "no-schema"


@pytest.mark.parametrize(
    ("there", "now", "version"),
    [
        ((), "2026-03-04 05:06:07", "20260304050607"),
        (("20250101000000_a.rb",), "2026-03-04 05:06:07", "20260304050607"),
        (("20260304050607_a.rb",), "2026-03-04 05:06:07", "20260304050608"),
        (("20300101000000_a.rb", "notes.rb"), "2026-03-04 00:00:00", "20300101000001"),
        (("001_a.rb", "002_b.rb"), "2026-03-04 00:00:00", "20260304000000"),
    ],
)
def test_the_version_is_that_of_rails(tmp_path: Path, there: tuple[str, ...], now: str, version: str) -> None:
    root = Repo(files={f"db/migrate/{name}": "" for name in there}).write(tmp_path)
    said = {"name": "ChargeOrders", "kind": "claim", "check_then_act": "charged_at", "migration": True}
    answers = {parameter: Sourced(value, "flag") for parameter, value in said.items()}

    generated = generate_job(answers, detect_project(Where(root=root), root), strptime(now, "%Y-%m-%d %H:%M:%S"))

    assert generated.plan.files[-1].path == INDEX.format(version)


def test_columns_and_index_are_two_migrations_in_that_order(tmp_path: Path) -> None:
    root = Repo(files={"db/migrate/30000101000000_a.rb": ""}).write(tmp_path)

    found = told(root, "ChargeOrders", "--kind", "claim", "--attempts", "tries", "--migration")

    assert [file["path"] for file in found["files"][2:]] == [
        "db/migrate/30000101000001_add_processed_at_and_tries_to_orders.rb",
        "db/migrate/30000101000002_index_orders_on_open_processed_at.rb",
    ]
    assert {"column-not-found", "no-index"}.isdisjoint(notice["code"] for notice in found["notices"])
    assert "migration-to-run" in {notice["code"] for notice in found["notices"]}


def test_a_second_run_writes_no_second_migration(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    told(root, *CLAIM, "--migration")
    before = tree(root)

    found = told(root, *CLAIM, "--migration")

    assert {file["status"] for file in found["files"]} == {"identical"}
    assert tree(root) == before
    assert len(list((root / "db/migrate").iterdir())) == 1


def test_one_of_that_name_with_another_text_is_a_conflict(tmp_path: Path) -> None:
    root = Repo(files={INDEX.format("20250101000000"): "class IndexOrdersOnOpenChargedAt\nend\n"}).write(tmp_path)

    done = sidekiq_gen(root, "job", *CLAIM, "--migration", "--no-input")

    assert done.status == 3
    assert INDEX.format("20250101000000") in done.err


def test_where_the_table_has_it_all_no_migration_is_written(tmp_path: Path) -> None:
    root = with_index('t.index ["charged_at"], name: "x"').write(tmp_path)

    found = told(root, *CLAIM, "--migration")

    assert "nothing-to-migrate" in {notice["code"] for notice in found["notices"]}
    assert not (root / "db/migrate").exists()


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        ("ChargeOrder --check-then-act paid_on", "add_column :orders, :paid_on, :date"),
        ("ChargeOrder --check-then-act paid", "add_column :orders, :paid, :boolean, null: false, default: false"),
        (
            "ChargeOrder --model Order --on-exhausted --mark-failed outcome=failed",
            "add_column :orders, :outcome, :string",
        ),
        ("ChargeOrders --kind backfill --check-then-act filled_at", "add_column :orders, :filled_at, :datetime"),
        ("ChargeOrders --kind fan-out --check-then-act filled_at", "add_column :orders, :filled_at, :datetime"),
    ],
)
def test_every_kind_and_pattern_says_what_it_needs(tmp_path: Path, arguments: str, added: str) -> None:
    root = Repo(rails="7.1.5").write(tmp_path)

    told(root, *arguments.split(), "--migration")

    (text,) = (path.read_text(encoding="utf-8") for path in (root / "db/migrate").iterdir())
    assert f"    {added}\n" in text
    assert "< ActiveRecord::Migration[7.1]\n" in text
    assert "disable_ddl_transaction!" not in text


@pytest.mark.parametrize(
    ("adapter", "expected"),
    [
        ("pg", ["disable_ddl_transaction!", 'where: "charged_at IS NULL"', "algorithm: :concurrently"]),
        ("mysql2", ["add_index :orders, %i[charged_at id], name:"]),
    ],
)
def test_the_index_is_that_of_the_database(tmp_path: Path, adapter: str, expected: list[str]) -> None:
    root = Repo(adapter=adapter).write(tmp_path)

    told(root, *CLAIM, "--migration")

    (text,) = (path.read_text(encoding="utf-8") for path in (root / "db/migrate").iterdir())
    assert [part for part in expected if part not in text] == []


def test_a_long_name_of_an_index_is_cut(tmp_path: Path) -> None:
    column = "sent_to_the_accounting_of_the_parent_company_at"
    root = Repo(adapter="mysql2").write(tmp_path)

    told(root, "ChargeOrders", "--kind", "claim", "--check-then-act", column, "--migration")

    text = next((root / "db/migrate").glob("*_index_*")).read_text(encoding="utf-8")
    name = text.split('name: "')[1].partition('"')[0]
    assert len(name) == 62
    assert name.startswith("index_orders_on_open_sent_to_the_accounting_of_the_")


@pytest.mark.parametrize(
    ("repo", "arguments", "code"),
    [
        (Repo(), "--kind plain", "no-schema"),
        (replace(Repo(), files={"app/models/ghost.rb": ""}), "--model Ghost", "no-schema"),
        (replace(Repo(), files={"db/schema.rb": "", "db/animals_schema.rb": SCHEMA}), "--model Order", "no-migrations"),
    ],
)
def test_without_a_table_there_is_nothing_to_migrate(tmp_path: Path, repo: Repo, arguments: str, code: str) -> None:
    root = repo.write(tmp_path)

    assert told(root, "Charge", *arguments.split(), "--migration")["error"]["code"] == code


def test_a_further_database_has_a_folder_of_its_own(tmp_path: Path) -> None:
    files = {"db/schema.rb": "", "db/animals_schema.rb": SCHEMA, "db/animals_migrate/20250101000000_a.rb": ""}

    found = told(Repo(files=files).write(tmp_path), *CLAIM, "--migration")

    assert found["files"][-1]["path"].startswith("db/animals_migrate/")


def test_without_rails_there_is_no_migration(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    lock = root / "Gemfile.lock"
    lock.write_text(lock.read_text(encoding="utf-8").replace("    rails (7.2.2)\n", ""), encoding="utf-8")

    assert told(root, *CLAIM, "--migration")["error"]["code"] == "no-rails"
