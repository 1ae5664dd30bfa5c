"""What a model lets a column hold: nothing is written into it that the repo does not prove."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from support.command import sidekiq_gen
from support.repos import SCHEMA, Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/charge_customer_job.rb"


def repo(root: Path, model: str, column: str = 't.string "status"', **files: str) -> Path:
    """A repo whose Order has these lines in its class and this column in its table."""
    given = {
        "db/schema.rb": SCHEMA.replace('t.string "state"', column),
        "app/models/order.rb": f"class Order < ApplicationRecord\n{model}end\n",
        **files,
    }
    return Repo(files=given).write(root)


@pytest.mark.parametrize(
    ("model", "values", "proof"),
    [
        ("  enum status: { open: 0, failed: 1 }\n", ("open", "failed"), "enum"),
        ("  enum status: [:open, :failed], _prefix: true\n", ("open", "failed"), "enum"),
        ("  enum :status => { :open => 0, 'failed' => 1 }\n", ("open", "failed"), "enum"),
        ("  enum({ status: { open: 0 } })\n", ("open",), "enum"),
        ("  enum kind: [:a], status: %i[open failed]\n", ("open", "failed"), "enum"),
        ("  enum :status, { open: 0,\n    failed: 1, # gone: for ever\n  }, prefix: :is\n", ("open", "failed"), "enum"),
        ("  enum :status,\n    %w[open failed].index_by(&:itself), default: 'open'\n", ("open", "failed"), "enum"),
        ("  enum :status, open: 0, failed: 1, prefix: true, validate: true\n", ("open", "failed"), "enum"),
        ("  enum(:status, %i(open failed))\n", ("open", "failed"), "enum"),
        ("  STEPS = { open: 0, failed: 1 }.freeze\n  enum :status, STEPS\n", ("open", "failed"), "enum"),
        ("  STEPS = %w[open failed].freeze\n  enum status: STEPS.index_with(&:to_s)\n", ("open", "failed"), "enum"),
        ("  enum :status, Step.all\n", (), "enum"),
        ("  enumerize :status, in: %i[open failed], scope: true\n", ("open", "failed"), "enum"),
        (
            ("  aasm column: :status do\n    state :open, initial: true\n    state :paid, :failed\n"
            "    event :fail do\n      transitions from: :open, to: :failed, guard: :late?\n    end\n  end\n"),
            ("open", "paid", "failed"),
            "state machine",
        ),
        ("  aasm :status do\n    state :open\n  end\n", ("open",), "state machine"),
        ("  aasm :status do\n    state :b\n    state :a, initial: true\n  end\n", ("a", "b"), "state machine"),
        (
            ("  state_machine :status, initial: :open do\n    event :fail do\n"
            "      transition any => :failed, if: :late?\n      transition paid: :back\n    end\n  end\n"),
            ("open", "failed", "paid", "back"),
            "state machine",
        ),
        ("  state_machine :status do\n    state :x, value: 9\n    state :open\n  end\n", ("open",), "state machine"),
        ("  validates :status, presence: true, inclusion: { in: %w[a b] }\n", ("a", "b"), "inclusion list"),
        ("  validates :total, :status, inclusion: ['open', nil]\n", ("open",), "inclusion list"),
        ("  ALL = [OPEN = 'open', 'failed'].freeze\n  validates_inclusion_of :status, within: ALL\n",
         ("open", "failed"), "inclusion list"),
        ("  STATUSES = %w[open failed].freeze\n", ("open", "failed"), "constants"),
        ("  STATUS_OPEN = 'open'\n  STATUS_FAILED = 'failed'\n", ("open", "failed"), "constants"),
    ],
)  # fmt: skip
def test_the_values_of_a_column_are_read(tmp_path: Path, model: str, values: tuple[str, ...], proof: str) -> None:
    found = RailsApp(repo(tmp_path, model), None).values_of("Order", "status")

    assert found is not None
    assert (found.values, found.proof) == (values, proof)


@pytest.mark.parametrize("model", ["", "  # enum status: [:failed]\n", "  enum kind: [:failed]\n", "  scope :failed\n"])
def test_nothing_is_known_of_a_column_that_nothing_lists(tmp_path: Path, model: str) -> None:
    assert RailsApp(repo(tmp_path, model), None).values_of("Order", "status") is None


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("  include Payable\n", "app/models/concerns/payable.rb"),
        ("  include Tracked, Payable\n", "app/models/concerns/order/payable.rb"),
        ("  include Order::Payable\n", "app/models/order/payable.rb"),
        ("  include ::Payable\n", "app/lib/payable.rb"),
    ],
)
def test_concerns_are_read(tmp_path: Path, model: str, path: str) -> None:
    text = "module Payable\n  included do\n    enum :status, [:open, :failed]\n  end\nend\n"
    found = RailsApp(repo(tmp_path, model, **{path: text}), None).values_of("Order", "status")

    assert found is not None
    assert found.values == ("open", "failed")


def test_the_superclass_is_read(tmp_path: Path) -> None:
    files = {"app/models/gift_order.rb": "class GiftOrder < Order\nend\n"}
    found = RailsApp(repo(tmp_path, "  enum status: [:failed]\n", **files), None).values_of("GiftOrder", "status")

    assert found is not None
    assert found.values == ("failed",)


@pytest.mark.parametrize(
    "files",
    [
        {
            "db/schema.rb": '  create_enum "order_status", ["open", "failed"]\n'
            + SCHEMA.replace('t.string "state"', 't.enum "status", enum_type: "order_status"')
        },
        {"db/schema.rb": SCHEMA.replace('t.string "state"', "t.column \"status\", \"enum('open','failed')\"")},
        {
            "db/schema.rb": "",
            "db/structure.sql": "CREATE TYPE public.order_status AS ENUM (\n    'open',\n    'failed'\n);\n"
            "CREATE TABLE public.orders (\n    id bigint NOT NULL,\n    status public.order_status\n);\n",
        },
        {
            "db/schema.rb": "",
            "db/structure.sql": "CREATE TABLE `orders` (\n  `status` enum('open','failed') DEFAULT NULL\n);\n",
        },
    ],
)
def test_the_type_of_a_column_may_list_its_values(tmp_path: Path, files: dict[str, str]) -> None:
    found = RailsApp(Repo(files=files).write(tmp_path), None).values_of("Order", "status")

    assert found is not None
    assert (found.values, found.proof) == (("open", "failed"), "type")


IN_ARRAY = "status::text = ANY (ARRAY['open'::character varying, 'failed'::character varying]::text[])"


@pytest.mark.parametrize(
    "files",
    [
        {"db/schema.rb": SCHEMA.replace('t.string "state"', f't.string "status"\n    t.check_constraint "{check}"')}
        for check in (
            "status IN ('open', 'failed')",
            IN_ARRAY,
            "status IS NULL OR (status IN ('open', 'failed'))",
            r"\"status\" IN ('open','failed')",
            "`status` in (_utf8mb4'open',_utf8mb4'failed')",
        )
    ]
    + [
        {
            "db/schema.rb": SCHEMA.replace('t.string "state"', 't.string "status"')
            + f'  add_check_constraint "orders", "{IN_ARRAY}", validate: false\n'
        },
        {
            "db/schema.rb": "",
            "db/structure.sql": "CREATE TABLE public.orders (\n    id bigint NOT NULL,\n    status character varying,\n"
            "    CONSTRAINT known CHECK (((status)::text = ANY ((ARRAY['open'::character varying, "
            "'failed'::character varying])::text[]))),\n    total integer\n);\n",
        },
        {
            "db/schema.rb": "",
            "db/structure.sql": "CREATE TABLE public.orders (\n    id bigint NOT NULL,\n    status text NOT NULL\n);\n"
            "ALTER TABLE public.orders\n    ADD CONSTRAINT known CHECK ((status = ANY (ARRAY['open'::text, "
            "'failed'::text]))) NOT VALID;\n",
        },
        {
            "db/schema.rb": "",
            "db/structure.sql": 'CREATE TABLE "orders" ("id" integer, "status" varchar CHECK (status IN (\'open\', '
            "'failed')) NOT NULL);\n",
        },
    ],
)
def test_a_check_constraint_may_list_them(tmp_path: Path, files: dict[str, str]) -> None:
    found = RailsApp(Repo(files=files).write(tmp_path), None).values_of("Order", "status")

    assert found is not None
    assert (found.values, found.proof) == (("open", "failed"), "check constraint")


@pytest.mark.parametrize(
    "check",
    [
        "status NOT IN ('open')",
        "status IN ('open') AND total_cents > 0",
        "kind IS NULL OR status IN ('open')",
        "status <> 'open'",
        "status IN (1, 2)",
        "length(status) > 1",
    ],
)
def test_a_check_constraint_that_says_anything_else_lists_nothing(tmp_path: Path, check: str) -> None:
    column = f't.string "status"\n    t.check_constraint "{check}", name: "known"'

    assert RailsApp(repo(tmp_path, "", column), None).values_of("Order", "status") is None


@pytest.mark.parametrize(
    ("model", "column", "expected"),
    [
        ("  enum status: [:open, :failed]\n", 't.integer "status", null: false', 'update_column(:status, "failed")'),
        ("  enum status: [:open, :paid]\n", 't.integer "status", null: false', None),
        ("  validates :status, inclusion: { in: %w[open failed] }\n", 't.string "status"', ':status, "failed"'),
        ("  validates :status, inclusion: { in: %w[open failed] }\n", 't.integer "status"', None),
        ("  STATUSES = %w[open paid]\n", 't.string "status"', None),
        ("", 't.string "state"', None),  # the state of an address
        ("  aasm do\n    state :failed\n  end\n", 't.string "aasm_state"', ':aasm_state, "failed"'),
        ("  attr_readonly :failed_at\n", 't.datetime "failed_at"', None),
        ('  self.ignored_columns += ["failed_at"]\n', 't.datetime "failed_at"', None),
        ("", 't.integer "failed"', None),  # a counter
    ],
)
def test_failed_is_written_only_where_the_column_knows_it(
    tmp_path: Path, model: str, column: str, expected: str | None
) -> None:
    root = repo(tmp_path, model, column)
    done = sidekiq_gen(root, "job", "ChargeCustomer", "--model", "Order", "--on-exhausted", "--json")
    told = {notice["code"] for notice in json.loads(done.out)["notices"]}
    text = (root / JOB).read_text()

    assert (expected in text) if expected else ("update_column" not in text)
    assert ("no-failure-mark" in told) == (expected is None)


@pytest.mark.parametrize(
    ("model", "column", "mark", "expected"),
    [
        ("  enum status: [:open, :lost]\n", 't.integer "status"', "status=lost", ':status, "lost")'),
        ("", 't.string "status"', "status=broken", ':status, "broken")'),
        ("", 't.integer "status"', "status=9", ":status, 9)"),
        ("  enum :status, Step.all\n", 't.integer "status"', "status=lost", ':status, "lost")'),
        ("", 't.datetime "broken_at"', "broken_at", ":broken_at, Time.current)"),
        ("", 't.boolean "broken"', "broken=true", ":broken, true)"),
    ],
)
def test_a_value_can_be_named(tmp_path: Path, model: str, column: str, mark: str, expected: str) -> None:
    root = repo(tmp_path, model, column)
    sidekiq_gen(root, "job", "ChargeCustomer", "--model", "Order", "--on-exhausted", "--mark-failed", mark)

    assert f"update_column({expected}" in (root / JOB).read_text()


@pytest.mark.parametrize(
    ("model", "column", "mark", "code", "words"),
    [
        ("  enum status: [:open, :lost]\n", 't.integer "status"', "status", "no-such-value", "it has open, lost"),
        ("  enum status: [:open]\n", 't.string "status"', "status=failed", "no-such-value", "it has open"),
        ("", 't.string "status"', "status", "no-such-value", "--mark-failed status=failed"),
        ("", 't.string "status"', "outcome", "no-such-value", "--mark-failed outcome=failed"),
        ("  enum status: Step.all\n", 't.string "status"', "status", "no-such-value", "--mark-failed status=failed"),
        ("", 't.integer "status"', "status=failed", "column-is-no-mark", "of the type integer"),
        ("", 't.jsonb "status"', "status=failed", "column-is-no-mark", "of the type jsonb"),
        ("", 't.datetime "broken_at"', "broken_at=now", "no-such-value", "without a value"),
        ("", 't.boolean "broken"', "broken=false", "no-such-value", "without a value"),
        ("", 't.string "status"', 'status=a"b', "invalid-value", "a word"),
        ("", 't.string "status"', "status=", "invalid-value", "a word"),
        ("  attr_readonly :status\n", 't.string "status"', "status=failed", "column-is-no-mark", "attr_readonly"),
    ],
)
def test_a_value_that_the_column_lacks_is_refused(
    tmp_path: Path, model: str, column: str, mark: str, code: str, words: str
) -> None:
    root = repo(tmp_path, model, column)
    done = sidekiq_gen(
        root, "job", "ChargeCustomer", "--model", "Order", "--on-exhausted", "--mark-failed", mark, "--json"
    )
    error = json.loads(done.out)["error"]

    assert error["code"] == code
    assert words in f"{error['message']} {error['hint']}"
    assert not (root / JOB).exists()
