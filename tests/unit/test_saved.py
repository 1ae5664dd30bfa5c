"""--save-result: what the work returns, in the write that sets the mark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen
from support.repos import Repo
from support.requests import request_of

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """ActiveRecord::Schema[7.1].define(version: 2026_01_01_000000) do
  create_table "orders", force: :cascade do |t|
    t.string "charge_id"
    t.string "code", limit: 2
    t.integer "attempts"
    t.jsonb "answer"
    t.bigint "receipt_id"
    t.inet "address"
    t.datetime "sent_at"
    t.datetime "charged_at"
    t.string "state"
  end

  add_foreign_key "orders", "receipts"
end
"""
FILES = {
    "db/schema.rb": SCHEMA,
    "app/services/pay.rb": "class Pay\n  def self.charge(order)\n  end\nend\n",
    "app/models/order.rb": "class Order < ApplicationRecord\n"
    '  enum :state, { pending: "pending", paid: "paid" }\n'
    "end\n",
}
CALLS = "order:record --calls Pay.charge --check-then-act charged_at --save-result"


def written(folder: Path, line: str) -> tuple[str, str]:
    """The job and its spec."""
    root = Repo(files=FILES).write(folder)
    done = sidekiq_gen(root, "job", "ChargeCustomer", *line.split(), "--no-input")
    assert done.status == 0, done.err
    return (
        (root / "app/jobs/charge_customer_job.rb").read_text(encoding="utf-8"),
        (root / "spec/jobs/charge_customer_job_spec.rb").read_text(encoding="utf-8"),
    )


@pytest.mark.parametrize(
    ("line", "work", "write", "returned"),
    [
        (f"{CALLS} charge_id", "charge_id = Pay.charge(order)", "charge_id: charge_id", '"text"'),
        (f"{CALLS} charge_id=id", "charge = Pay.charge(order)", "charge_id: charge.id", 'Struct.new(:id).new("text")'),
        (f'{CALLS} charge_id=["id"]', "charge = Pay.charge(order)", 'charge_id: charge["id"]', '{ "id" => "text" }'),
        (f"{CALLS} charge_id=[:ref]", "result = Pay.charge(order)", "charge_id: result[:ref]", '{ ref: "text" }'),
        (
            f"{CALLS} attempts=count",
            "result = Pay.charge(order)",
            "attempts: result.count",
            "Struct.new(:count).new(7)",
        ),
        (f"{CALLS} code", "code = Pay.charge(order)", "code: code", '"te"'),
        (f"{CALLS} answer", "answer = Pay.charge(order)", "answer: answer", '{ "id" => 7 }'),
        (
            "order:record charge:string --calls Pay.charge --check-then-act charged_at --save-result charge_id=id",
            "result = Pay.charge(order)",
            "charge_id: result.id",
            'Struct.new(:id).new("text")',
        ),
    ],
)
def test_the_result_is_saved_with_the_mark(tmp_path: Path, line: str, work: str, write: str, returned: str) -> None:
    job, spec = written(tmp_path, line)

    assert f"    {work}\n    order.update_columns(charged_at: Time.current, {write})\n" in job
    assert f"before {{ allow(Pay).to receive(:charge).and_return({returned}) }}" in spec
    assert 'it "saves what the work returns" do' in spec


def test_a_method_of_the_job_returns_it(tmp_path: Path) -> None:
    job, spec = written(tmp_path, "order:record --check-then-act state=pending:paid --save-result charge_id")

    assert (
        '    charge_id = charge_customer(order)\n    order.update_columns(state: "paid", charge_id: charge_id)' in job
    )
    assert 'allow(job).to receive(:charge_customer).and_return("text")' in spec
    assert 'expect(order.reload.charge_id).to eq("text")' in spec


def test_a_claim_saves_it_in_its_transaction(tmp_path: Path) -> None:
    line = "--model Order --kind claim --calls Pay.charge --check-then-act charged_at --save-result charge_id=id"

    job, _ = written(tmp_path, line)

    assert (
        "    charge = Pay.charge(order)\n"
        "      order.update_columns(charged_at: Time.current, charge_id: charge.id)\n" in job
    )


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (f"{CALLS} charge_ids", "no-such-column", "Did you mean charge_id"),
        (f"{CALLS} nothing", "no-such-column", "--migration"),
        (f"{CALLS} address", "column-takes-no-result", "inet"),
        (f"{CALLS} sent_at", "column-takes-no-result", "datetime"),
        (f"{CALLS} receipt_id", "column-takes-no-result", "bigint"),
        (f"{CALLS} charged_at", "contradictory-patterns", "is the mark"),
        (f"{CALLS} charge_id=1", "invalid-value", "names no method"),
        (f"{CALLS} charge_id=", "invalid-value", "names no method"),
        (f"{CALLS} charge_id=end", "invalid-value", "names no method"),
        (f'{CALLS} charge_id=["#{{x}}"]', "invalid-value", "names no method"),
        (f"{CALLS} Charge", "invalid-column", "name of a column"),
        ("order:record --calls Pay.charge --save-result charge_id", "contradictory-patterns", "Add --check-then-act"),
        ("order:record --check-then-act charged_at --save-result charge_id=id", "contradictory-patterns", "--calls"),
        (
            "--kind backfill --model Order --check-then-act charged_at --save-result charge_id",
            "contradictory-patterns",
            "--kind fan-out or claim",
        ),
    ],
)
def test_what_cannot_be_saved_is_refused(tmp_path: Path, line: str, code: str, words: str) -> None:
    root = Repo(files=FILES).write(tmp_path)

    done = sidekiq_gen(root, "job", "ChargeCustomer", *line.split(), "--no-input", "--json")

    error = json.loads(done.out)["error"]
    assert error["code"] == code
    assert words in f"{error['message']} {error['hint']}"


def test_the_block_of_a_limiter_keeps_the_result(tmp_path: Path) -> None:
    root = Repo(files=FILES, gems={"sidekiq-ent": "7.3.1"}).write(tmp_path)

    done = sidekiq_gen(root, "job", "ChargeCustomer", *f"{CALLS} charge_id --throttle 10/60".split(), "--no-input")

    assert done.status == 1
    assert "limiter" in done.err


def test_a_column_that_is_not_there_comes_by_migration(tmp_path: Path) -> None:
    root = Repo(files=FILES).write(tmp_path)

    done = sidekiq_gen(root, "job", "ChargeCustomer", *f"{CALLS} token=id --migration".split(), "--no-input")

    assert done.status == 0
    migration = next((root / "db/migrate").glob("*_add_token_to_orders.rb")).read_text(encoding="utf-8")
    assert "add_column :orders, :token, :string" in migration


def test_the_checks_of_a_limiter_stay_whole_around_several_lines(tmp_path: Path) -> None:
    files = {**FILES, "app/services/pay.rb": "class Pay\n  def self.charge(order, note)\n  end\nend\n"}
    root = Repo(files=files, gems={"sidekiq-ent": "7.3.1"}).write(tmp_path)

    done = sidekiq_gen(
        root, "job", "ChargeCustomer", *"order:record --calls Pay.charge --throttle 10/60".split(), "--no-input"
    )

    assert done.status == 0
    job = (root / "app/jobs/charge_customer_job.rb").read_text(encoding="utf-8")
    assert "      # TODO: hand over note\n      Pay.charge(order)\n    end\n" in job
    assert "LIMITER.within_limit do # raises over the limit" in job


def test_it_is_a_value(tmp_path: Path) -> None:
    root = Repo(files=FILES).write(tmp_path)

    assert request_of(f"ChargeCustomer {CALLS} charge_id=id", root) == request_of(
        f"ChargeCustomer {CALLS} charge_id=id", root
    )
