"""The primary key of a model: read from the schema and from the model, and used wherever a job names a row by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.primary_key import PrimaryKey
from sidekiq_gen.rails.schema import table_of_schema, table_of_structure
from support.command import sidekiq_gen
from support.repos import SCHEMA, Repo

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "class Account < ApplicationRecord\nend\n"


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def table_in(options: str, body: str = "") -> str:
    opening = f'  create_table "accounts"{options}, force: :cascade do |t|\n'
    return f"ActiveRecord::Schema[7.2].define do\n{opening}{body}  end\nend\n"


@pytest.mark.parametrize(
    ("options", "body", "columns", "kind"),
    [
        ("", "", ("id",), "bigint"),
        (", id: :uuid", "", ("id",), "uuid"),
        (", id: { type: :string, limit: 36 }", "", ("id",), "string"),
        (', primary_key: "account_no"', "", ("account_no",), "bigint"),
        (', primary_key: "account_no", id: :string', "", ("account_no",), "string"),
        (', primary_key: "Account No", id: { type: :string, limit: 12 }', "", ("Account No",), "string"),
        (", :primary_key => :account_no, :id => :integer", "", ("account_no",), "integer"),
        (', primary_key: ["tenant_id", "number"]', '    t.bigint "tenant_id"\n', ("tenant_id", "number"), None),
        (", primary_key: [:tenant_id, :number]", "", ("tenant_id", "number"), None),
        (", primary_key: %w[tenant_id number]", "", ("tenant_id", "number"), None),
        (", id: false", "", (), None),
        (", :id => false", "", (), None),
        (", id: false", '    t.primary_key "account_no"\n', ("account_no",), "bigint"),
        (", id: false", "    t.primary_key :account_no, :string\n", ("account_no",), "string"),
        (", id: false", '    t.string "code", primary_key: true\n', ("code",), "string"),
    ],
)
def test_every_spelling_of_schema_rb(options: str, body: str, columns: tuple[str, ...], kind: str | None) -> None:
    table = table_of_schema(table_in(options, body), "accounts")

    assert table is not None
    assert table.primary_key == columns
    assert [table.types[name] for name in columns if len(columns) == 1] == ([kind] if kind else [])


def test_a_table_that_is_dumped_with_its_schema() -> None:
    table = table_of_schema(table_in(', primary_key: "number"').replace('"accounts"', '"audit.accounts"'), "accounts")

    assert table is not None
    assert table.primary_key == ("number",)


@pytest.mark.parametrize(
    ("options", "insists"),
    [
        ("", False),
        (", id: :uuid", False),
        (", id: :uuid, default: nil", True),
        (", id: :bigint, default: nil", True),
        (', primary_key: "account_no", id: :integer, default: nil', True),
        (", id: :string", True),
        (", id: { type: :string, limit: 36 }", True),
        (", id: { type: :string, limit: 36, default: -> { 'next_id()' } }", False),
        (", id: :binary", True),
    ],
)
def test_a_key_that_the_database_gives_no_value(options: str, insists: bool) -> None:  # noqa: FBT001
    table = table_of_schema(table_in(options), "accounts")

    assert table is not None
    assert table.columns[table.primary_key[0]].insists == insists


POSTGRESQL = """
CREATE TABLE public.accounts (
    id bigint NOT NULL,
    account_no character varying NOT NULL,
    "Odd One" integer
);

CREATE TABLE public.others (
    id bigint NOT NULL
);

ALTER TABLE ONLY public.others
    ADD CONSTRAINT others_pkey PRIMARY KEY (id);
"""
MYSQL = """
CREATE TABLE `accounts` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `account_no` varchar(255) NOT NULL,
  {}KEY `index_accounts_on_id` (`id`)
) ENGINE=InnoDB;
"""
SQLITE = 'CREATE TABLE IF NOT EXISTS "accounts" ("id" integer{}, "account_no" varchar{});\n'


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (POSTGRESQL, ()),
        (f"{POSTGRESQL}\nALTER TABLE ONLY public.accounts\n    ADD CONSTRAINT a PRIMARY KEY (id);\n", ("id",)),
        (f"{POSTGRESQL}\nALTER TABLE ONLY public.accounts\n    ADD PRIMARY KEY (account_no);\n", ("account_no",)),
        (
            f'{POSTGRESQL}\nALTER TABLE ONLY public.accounts\n    ADD CONSTRAINT a PRIMARY KEY ("Odd One");\n',
            ("Odd One",),
        ),
        (
            f"{POSTGRESQL}\nALTER TABLE ONLY public.accounts\n    ADD CONSTRAINT a PRIMARY KEY (id, account_no);\n",
            ("id", "account_no"),
        ),
        (POSTGRESQL.replace('"Odd One" integer', "CONSTRAINT a PRIMARY KEY (account_no)"), ("account_no",)),
        (MYSQL.format("PRIMARY KEY (`account_no`),\n  "), ("account_no",)),
        (MYSQL.format("PRIMARY KEY (`account_no`(191),`id`) USING BTREE,\n  "), ("account_no", "id")),
        (MYSQL.format("PRIMARY KEY USING BTREE (`id`),\n  "), ("id",)),
        (MYSQL.format(""), ()),
        (SQLITE.format(" PRIMARY KEY AUTOINCREMENT NOT NULL", ""), ("id",)),
        (SQLITE.format("", " NOT NULL PRIMARY KEY"), ("account_no",)),
        (SQLITE.format("", ', PRIMARY KEY ("id", "account_no")'), ("id", "account_no")),
    ],
)
def test_every_spelling_of_structure_sql(text: str, columns: tuple[str, ...]) -> None:
    table = table_of_structure(text, "accounts")

    assert table is not None
    assert table.primary_key == columns


@pytest.mark.parametrize(
    ("said", "columns"),
    [
        ('self.primary_key = "account_no"', ("account_no",)),
        ("self.primary_key = :account_no", ("account_no",)),
        ('self.primary_key = "account_no".freeze # as ever', ("account_no",)),
        ("self.primary_key = [:tenant_id, :number]", ("tenant_id", "number")),
        ("self.primary_key = %i[tenant_id number]", ("tenant_id", "number")),
        ("self.primary_keys = :tenant_id, :number", ("tenant_id", "number")),
        ("self.primary_key = nil", ()),
        ('def self.primary_key\n    "account_no"\n  end', ("account_no",)),
        ("self.primary_key = KEY", None),
        ("# self.primary_key = :account_no", None),
        ("if self.primary_key == :account_no\n  end", None),
    ],
)
def test_what_the_model_says_comes_before_the_schema(
    tmp_path: Path, said: str, columns: tuple[str, ...] | None
) -> None:
    put(tmp_path, "app/models/account.rb", f"class Account < ApplicationRecord\n  {said}\nend\n")
    put(tmp_path, "db/schema.rb", table_in(', primary_key: "number"'))
    found = RailsApp(tmp_path, None).primary_key("Account")

    assert (found.columns, found.proof) == ((columns, "model") if columns is not None else (("number",), "schema"))


def test_a_model_without_a_table_has_an_id_by_convention(tmp_path: Path) -> None:
    assert RailsApp(tmp_path, None).primary_key("Account") == PrimaryKey(("id",), "", "convention")


def test_a_concern_says_it(tmp_path: Path) -> None:
    put(tmp_path, "app/models/account.rb", "class Account < ApplicationRecord\n  include Numbered\nend\n")
    put(
        tmp_path,
        "app/models/concerns/numbered.rb",
        "module Numbered\n  extend ActiveSupport::Concern\n\n  included do\n    self.primary_key = :account_no\n"
        '    self.table_name = "legacy.acct"\n  end\nend\n',
    )
    put(tmp_path, "db/schema.rb", 'create_table "acct", id: false do |t|\n  t.uuid "account_no"\nend\n')

    assert RailsApp(tmp_path, None).primary_key("Account") == PrimaryKey(("account_no",), "uuid", "model")


def test_a_subclass_has_the_key_of_the_class_whose_table_it_shares(tmp_path: Path) -> None:
    put(tmp_path, "app/models/account.rb", "class Account < ApplicationRecord\n  self.primary_key = :account_no\nend\n")
    put(tmp_path, "app/models/savings_account.rb", "class SavingsAccount < Account\nend\n")
    put(tmp_path, "db/schema.rb", table_in("", '    t.string "account_no"\n'))

    assert RailsApp(tmp_path, None).primary_key("SavingsAccount") == PrimaryKey(("account_no",), "string", "model")


@pytest.mark.parametrize("abstract", ["self.abstract_class = true", "primary_abstract_class"])
def test_what_an_abstract_class_says_is_not_handed_down(tmp_path: Path, abstract: str) -> None:
    put(tmp_path, "app/models/account.rb", "class Account < Legacy\nend\n")
    put(
        tmp_path,
        "app/models/legacy.rb",
        f"class Legacy < ApplicationRecord\n  {abstract}\n  self.primary_key = :no\nend\n",
    )
    put(tmp_path, "db/schema.rb", table_in(', primary_key: "account_no"'))

    assert RailsApp(tmp_path, None).primary_key("Account").columns == ("account_no",)


@pytest.mark.parametrize(("prefix", "key"), [("table_name", "invoiceid"), ("table_name_with_underscore", "invoice_id")])
def test_a_key_that_is_called_after_its_model_by_configuration(tmp_path: Path, prefix: str, key: str) -> None:
    put(tmp_path, "config/application.rb", f"  config.active_record.primary_key_prefix_type = :{prefix}\n")
    put(tmp_path, "app/models/billing/invoice.rb", "class Billing::Invoice < ApplicationRecord\nend\n")
    put(tmp_path, "app/models/credit.rb", "class Credit < Billing::Invoice\nend\n")
    app = RailsApp(tmp_path, None)

    assert (app.primary_key("Billing::Invoice").columns, app.primary_key("Credit").columns) == ((key,), (key,))


def test_a_key_of_a_composite_table_that_the_model_chooses(tmp_path: Path) -> None:
    said = "class Account < ApplicationRecord\n  query_constraints :tenant_id, :id\n  self.primary_key = :id\nend\n"
    put(tmp_path, "app/models/account.rb", said)
    put(tmp_path, "db/schema.rb", table_in(', primary_key: ["tenant_id", "id"]', '    t.bigint "id"\n'))

    assert RailsApp(tmp_path, None).primary_key("Account") == PrimaryKey(("id",), "bigint", "model")


def test_a_model_of_another_database(tmp_path: Path) -> None:
    put(tmp_path, "app/models/account.rb", "class Account < LegacyRecord\nend\n")
    put(
        tmp_path,
        "app/models/legacy_record.rb",
        "class LegacyRecord < ActiveRecord::Base\n  self.abstract_class = true\n"
        "  connects_to database: { writing: :legacy }\nend\n",
    )
    put(tmp_path, "db/schema.rb", 'create_table "orders" do |t|\nend\n')
    put(tmp_path, "db/legacy_schema.rb", table_in(', primary_key: "account_no", id: :string'))

    assert RailsApp(tmp_path, None).primary_key("Account") == PrimaryKey(("account_no",), "string", "schema")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("db/schema.rb", '  create_view "accounts", sql_definition: <<-SQL\n    SELECT 1 AS id\n  SQL\n'),
        ("db/schema.rb", '  create_view "reports.accounts", materialized: true, sql_definition: <<-SQL\n  SQL\n'),
        ("db/structure.sql", "CREATE VIEW public.accounts AS\n SELECT 1 AS id;\n"),
        ("db/structure.sql", "CREATE MATERIALIZED VIEW public.accounts AS\n SELECT 1 AS id;\n"),
    ],
)
def test_a_view_has_no_key_unless_the_model_names_one(tmp_path: Path, path: str, text: str) -> None:
    put(tmp_path, path, text)
    put(tmp_path, "app/models/account.rb", ACCOUNT)
    before = RailsApp(tmp_path, None).primary_key("Account")
    put(tmp_path, "app/models/account.rb", "class Account < ApplicationRecord\n  self.primary_key = :id\nend\n")

    assert before == PrimaryKey((), "", "schema")
    assert RailsApp(tmp_path, None).primary_key("Account") == PrimaryKey(("id",), "", "model")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/models/legacy.rb", 'module Legacy\n  def self.table_name_prefix\n    "old_"\n  end\nend\n'),
        ("app/models/legacy.rb", 'module Legacy\n  def self.table_name_prefix = "old_"\nend\n'),
        (
            "app/models/legacy/base.rb",
            "class Legacy::Base < ApplicationRecord\n  self.table_name_prefix = 'old_'\nend\n",
        ),
    ],
)
def test_a_table_whose_name_has_a_prefix(tmp_path: Path, path: str, text: str) -> None:
    put(tmp_path, path, text)
    put(tmp_path, "app/models/legacy/account.rb", "class Legacy::Account < Legacy::Base\nend\n")
    put(
        tmp_path, "db/schema.rb", table_in(', primary_key: "no"').replace('"accounts"', '"old_accounts"') + table_in("")
    )

    assert RailsApp(tmp_path, None).primary_key("Legacy::Account").columns == ("no",)


def in_repo(root: Path, *words: str, options: str = ', primary_key: "account_no"', **files: str) -> dict[str, str]:
    """What is generated in a repo whose accounts have another key, by path."""
    schema = SCHEMA.replace(
        "ActiveRecord::Schema[7.1].define(version: 2026_01_01_000000) do\n",
        f'ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table "accounts"{options} do |t|\n'
        '    t.datetime "closed_at"\n    t.datetime "failed_at"\n  end\n',
    )
    repo = Repo(records="none", files={"app/models/account.rb": ACCOUNT, "db/schema.rb": schema}, **files)  # type: ignore[arg-type]
    done = sidekiq_gen(repo.write(root), "job", "CloseIt", *words, "--no-input", "--json")
    assert done.status == 0, done.out + done.err
    return {
        file["path"]: " ".join((root / file["path"]).read_text(encoding="utf-8").split())
        for file in json.loads(done.out)["files"]
    }


JOB, SPEC, TEST = "app/jobs/close_it_job.rb", "spec/jobs/close_it_job_spec.rb", "test/jobs/close_it_job_test.rb"


def test_a_record_is_looked_up_by_its_own_key(tmp_path: Path) -> None:
    texts = in_repo(
        tmp_path, "account:record", "order:record", "--on-exhausted", options=', primary_key: "account_no", id: :string'
    )

    assert "account = Account.find_by(account_no: account_id) return logger" in texts[JOB]
    assert "order = Order.find_by(id: order_id) return logger" in texts[JOB]
    assert 'Account.find_by(account_no: job["args"].first)&.update_column(:failed_at, Time.current)' in texts[JOB]
    assert 'instance_double(Account, id: "1", update_column: true)' in texts[SPEC]
    assert "{ |account_no:| account if account_no == account.id }" in texts[SPEC]
    assert 'job.perform("0", order.id)' in texts[SPEC]
    assert "job.perform(account.id, 0)" in texts[SPEC]


def test_a_key_that_ruby_cannot_take_as_a_parameter(tmp_path: Path) -> None:
    texts = in_repo(tmp_path, "account:record", options=', primary_key: "Account No"')

    assert 'account = Account.find_by("Account No": account_id)' in texts[JOB]
    assert '{ |**key| account if key == { "Account No": account.id } }' in texts[SPEC]


def test_a_key_that_is_called_as_the_record_is(tmp_path: Path) -> None:
    texts = in_repo(tmp_path, "account:record", "--test", "minitest", options=', primary_key: "account"')

    assert "account = Account.new(account: 1)" in texts[TEST]
    assert "{ @account if key == { account: @account.id } }" in texts[TEST]


def test_a_uuid_that_no_row_has(tmp_path: Path) -> None:
    spec = in_repo(tmp_path, "account:record", options=", id: :uuid")[SPEC]

    assert 'job.perform("00000000-0000-0000-0000-000000000000")' in spec
    assert 'instance_double(Account, id: "b8f3c6de-4f0a-4c9b-9d52-0f6a7c1e2d3b")' in spec


def test_a_row_is_given_the_key_that_the_database_does_not_give(tmp_path: Path) -> None:
    spec = in_repo(tmp_path, "--kind", "fan-out", "--model", "Account", options=', primary_key: "no", id: :string')[
        SPEC
    ]

    assert "Account.new(no: SecureRandom.hex).tap" in spec


def test_an_id_beside_the_key_is_left_to_whoever_knows_it(tmp_path: Path) -> None:
    put(tmp_path, "app/models/account.rb", ACCOUNT)
    put(tmp_path, "db/schema.rb", table_in(', primary_key: "no", id: :string', '    t.bigint "id", null: false\n'))
    (tmp_path / "Gemfile.lock").write_text(Repo(records="none").lockfile(), encoding="utf-8")
    done = sidekiq_gen(tmp_path, "job", "CloseIt", "--kind", "fan-out", "--model", "Account")

    assert "Fill in what the database requires: id." in done.err


@pytest.mark.parametrize("kind", ["record", "claim", "backfill", "fan-out"])
@pytest.mark.parametrize(
    ("options", "code", "said", "way_out"),
    [
        (
            ', primary_key: ["tenant_id", "number", "on", "Line No"]',
            "composite-primary-key",
            "(tenant_id, number, on, Line No)",
            "--kind plain tenant_id:integer number:string on:date line_no:string",
        ),
        (", id: false", "no-primary-key", "no primary key", "--kind plain tenant_id:integer; or name a column"),
    ],
)
def test_a_key_that_is_no_single_column_is_refused(
    tmp_path: Path, kind: str, options: str, code: str, said: str, way_out: str
) -> None:
    body = '    t.bigint "tenant_id"\n    t.string "number"\n    t.date "on"\n'
    files = {"app/models/account.rb": ACCOUNT, "db/schema.rb": table_in(options, body)}
    root = Repo(files=files).write(tmp_path)
    done = sidekiq_gen(root, "job", "CloseIt", "--model", "Account", "--kind", kind, "--no-input", "--json")
    error = json.loads(done.out)["error"]

    assert (done.status, error["code"]) == (1, code)
    assert said in error["message"]
    assert way_out in error["hint"]
    assert not (root / "app/jobs").exists()


@pytest.mark.parametrize("kind", ["record", "claim", "backfill", "fan-out"])
@pytest.mark.parametrize("key", ["binary", "date", "datetime"])
def test_a_key_that_no_payload_carries_is_refused(tmp_path: Path, kind: str, key: str) -> None:
    files = {"app/models/account.rb": ACCOUNT, "db/schema.rb": table_in(f", id: :{key}")}
    root = Repo(files=files).write(tmp_path)
    done = sidekiq_gen(root, "job", "CloseIt", "--model", "Account", "--kind", kind, "--no-input", "--json")
    error = json.loads(done.out)["error"]

    assert (done.status, error["code"]) == (1, "primary-key-type")
    assert "--kind plain account_id:string" in error["hint"]


def test_the_second_record_is_looked_at_too(tmp_path: Path) -> None:
    files = {"app/models/account.rb": ACCOUNT, "db/schema.rb": table_in(", id: false")}
    done = sidekiq_gen(Repo(files=files).write(tmp_path), "job", "CloseIt", "order:record", "account:record")

    assert (done.status, "Account has no primary key" in done.err) == (1, True)


def test_the_way_out_is_one(tmp_path: Path) -> None:
    files = {"app/models/account.rb": ACCOUNT, "db/schema.rb": table_in(', primary_key: ["tenant_id", "number"]')}
    done = sidekiq_gen(
        Repo(files=files).write(tmp_path), *"job CloseAccount --kind plain tenant_id:integer number:integer".split()
    )

    assert done.status == 0
