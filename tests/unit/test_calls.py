"""--calls: what a method of the repo is handed, what is refused, and what is said of what does not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """ActiveRecord::Schema[7.1].define(version: 2026_01_01_000000) do
  create_table "orders", force: :cascade do |t|
    t.bigint "user_id"
    t.integer "amount_cents"
    t.string "customer_token"
    t.string "state"
    t.datetime "charged_at"
  end
end
"""
BASE = {
    "db/schema.rb": SCHEMA,
    "app/models/order.rb": """class Order < ApplicationRecord
  belongs_to :user

  def charge!(amount_cents:, note: nil)
  end

  def settle
  end

  private

  def hidden
  end
end
""",
    "app/models/user.rb": "class User < ApplicationRecord\n  def notify\n  end\nend\n",
    "app/mailers/mailer.rb": "class Mailer < ActionMailer::Base\n  def receipt(order)\n  end\nend\n",
    "lib/chain.rb": "class Chain\n  include Sidekiq::Job\n\n  def perform\n  end\nend\n",
    "app/services/pay.rb": """module Pay
  def self.charge(customer_token, amount_cents:, idempotency_key:)
  end

  def self.hide(order)
  end
  private_class_method :hide
end
""",
}


def repo(folder: Path, *signatures: str, **changes: object) -> Path:
    """A repo whose Work has these methods of the class: ``call(order)``."""
    methods = "".join(f"  def self.{signature}\n  end\n" for signature in signatures)
    files = {**BASE, "app/services/work.rb": f"class Work\n{methods}end\n"}
    return replace(Repo(files=files), **changes).write(folder)  # type: ignore[arg-type]


def job_of(root: Path, line: str = "order:record --calls Work.call") -> str:
    done = sidekiq_gen(root, "job", "ChargeCustomer", *line.split(), "--no-input", "--force")
    assert done.status == 0, done.err
    return (root / "app/jobs/charge_customer_job.rb").read_text(encoding="utf-8")


def call_of(root: Path, line: str = "order:record --calls Work.call") -> str:
    """The call as the job has it, on one line."""
    lines = [text.strip() for text in job_of(root, line).split("\n")]
    start = next(number for number, text in enumerate(lines) if "Work." in text or text.startswith("order."))
    end = start
    while " ".join(lines[start : end + 1]).count("(") > " ".join(lines[start : end + 1]).count(")"):
        end += 1
    return " ".join(lines[start : end + 1]).replace("( ", "(").replace(" )", ")")


@pytest.mark.parametrize(
    ("signature", "arguments", "call"),
    [
        ("call(order)", "order:record", "Work.call(order)"),
        ("call(order:)", "order:record", "Work.call(order: order)"),
        ("call(order_id)", "order:record", "Work.call(order.id)"),
        ("call(id:)", "order:record", "Work.call(id: order.id)"),
        ("call(payable)", "order:record", "Work.call(payable)".replace("payable", "order")),
        ("call", "order:record", "Work.call"),
        ("call(customer_token, amount_cents:)", "order:record",
         "Work.call(order.customer_token, amount_cents: order.amount_cents)"),
        ("call(user)", "order:record", "Work.call(order.user)"),
        ("call(user_id:)", "order:record", "Work.call(user_id: order.user_id)"),
        ("call(order, amount)", "order:record amount:integer", "Work.call(order, amount)"),
        ("call(order, on:)", "order:record on:date", "Work.call(order, on: Date.iso8601(on))"),
        ("call(order, key: nil)", "order:record", "Work.call(order)"),
        ("call(order, state: nil)", "order:record", "Work.call(order)"),
        ("call(customer_token, amount_cents: 0)", "order:record",
         "Work.call(order.customer_token, amount_cents: order.amount_cents)"),
        ("call(order, note = nil, amount = nil)", "order:record amount:integer", "Work.call(order)"),
        ("call(order, user)", "order:record user:record", "Work.call(order, user)"),
        ("call(order, user_id)", "order:record user:record", "Work.call(order, user.id)"),
        ("call(*orders, **options)", "order:record", "Work.call"),
        ("call(order, key)", "order:record --idempotency-key", 'Work.call(order, "charge-customer-#{order.id}")'),
        ("call(order, idempotency_key:)", "order:record --idempotency-key",
         'Work.call(order, idempotency_key: "charge-customer-#{order.id}")'),
        ("call(order, key: nil, idempotency_key: nil)", "order:record --idempotency-key",
         'Work.call(order, idempotency_key: "charge-customer-#{order.id}")'),
        ("call(account_id)", "account_id:integer --kind plain", "Work.call(account_id)"),
        ("call(account)", "account_id:integer --kind plain", "Work.call(account_id)"),
        ("call(at:, tags:)", "at:time tags:array --kind plain", "Work.call(at: Time.zone.iso8601(at), tags: tags)"),
        ("call", "--kind plain", "Work.call"),
        ("call(text = nil)", "serial:string --kind plain", "Work.call(serial)"),
        ("call(note = nil)", "order:record", "Work.call"),
        ("call(order)", "--kind claim --model Order", "Work.call(order)"),
        ("call(orders)", "--kind backfill --model Order", "Work.call(orders)"),
        ("call(batch)", "--kind backfill --model Order", "Work.call(orders)"),
        ("call(order_ids)", "--kind backfill --model Order", "Work.call(orders.map(&:id))"),
        ("call(order)", "--kind backfill --model Order", "orders.each { |order| Work.call(order) }"),
        ("call(customer_token)", "--kind backfill --model Order",
         "orders.each { |order| Work.call(order.customer_token) }"),
    ],
)  # fmt: skip
def test_what_a_method_is_handed(tmp_path: Path, signature: str, arguments: str, call: str) -> None:
    assert call_of(repo(tmp_path, signature), f"{arguments} --calls Work.call") == call


@pytest.mark.parametrize(
    ("text", "line", "call"),
    [
        ("def initialize(order)\n  end\n  def call\n  end", "Work#call", "Work.new(order).call"),
        ("def initialize(order:)\n  end\n  def call(key)\n  end", "Work#call --idempotency-key",
         'Work.new(order: order).call("charge-customer-#{order.id}")'),
        ("def call(order)\n  end", "Work#call", "Work.new.call(order)"),
        ("def call(order)\n  end", "Work.new.call", "Work.new.call(order)"),
        ("def initialize(order)\n  end\n  def run(other)\n  end", "Work#run", "Work.new(order).run"),
    ],
)  # fmt: skip
def test_what_an_instance_is_handed(tmp_path: Path, text: str, line: str, call: str) -> None:
    root = replace(Repo(), files={**BASE, "app/services/work.rb": f"class Work\n  {text}\nend\n"}).write(tmp_path)

    assert call_of(root, f"order:record --calls {line}") == call


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("order:record --calls Order#charge!", "order.charge!(amount_cents: order.amount_cents)"),
        ("order:record amount_cents:integer --calls Order#charge!", "order.charge!(amount_cents: amount_cents)"),
        ("order:record --calls Order#settle --advisory-lock", "order.reload.settle"),
        ("order:record --calls Order#destroy!", "order.destroy!"),
    ],
)
def test_a_method_of_the_record(tmp_path: Path, line: str, call: str) -> None:
    assert call_of(repo(tmp_path), line) == call


def test_a_record_that_is_mentioned_twice_is_read_again_above(tmp_path: Path) -> None:
    root = repo(tmp_path, "call(customer_token, amount_cents:)")

    text = job_of(root, "order:record --calls Work.call --advisory-lock")

    call = "      order.reload\n      Work.call(order.customer_token, amount_cents: order.amount_cents)\n"
    assert call in text


def test_there_is_no_method_of_the_job_that_does_the_work(tmp_path: Path) -> None:
    text = job_of(repo(tmp_path, "call(order)"))

    assert "TODO" not in text
    assert "private" not in text
    assert text.endswith("    Work.call(order)\n  end\nend\n")


def test_the_child_of_a_fan_out_makes_the_call(tmp_path: Path) -> None:
    root = repo(tmp_path, "call(order)")

    done = sidekiq_gen(
        root, "job", "ChargeOrders", "--model", "Order", "--kind", "fan-out", "--calls", "Work.call", "--no-input"
    )

    assert done.status == 0
    assert "Work" not in (root / "app/jobs/charge_orders_job.rb").read_text(encoding="utf-8")
    assert "    Work.call(order)\n" in (root / "app/jobs/charge_order_job.rb").read_text(encoding="utf-8")


def told(root: Path, line: str) -> dict[str, str]:
    """The notices about the call, by code, each with its hint."""
    done = sidekiq_gen(root, "job", "ChargeCustomer", *line.split(), "--no-input", "--json", "--pretend")
    assert done.status == 0, done.out
    codes = {"signature-unknown", "parameter-not-filled", "argument-not-handed"}
    notices = json.loads(done.out)["notices"]
    return {one["code"]: f"{one['message']} {one['hint']}" for one in notices if one["code"] in codes}


def test_what_nothing_fills_is_left_to_do(tmp_path: Path) -> None:
    root = repo(tmp_path, "call(order, currency:, region:)")

    assert "    # TODO: hand over currency: and region:\n    Work.call(order)\n" in job_of(root)
    assert told(root, "order:record --calls Work.call") == {
        "parameter-not-filled": "Work.call requires currency: and region:, and nothing that the job has is called so. "
        "Hand them over where the TODO is; until then the spec stays red."
    }


def test_a_position_that_nothing_fills_ends_the_list(tmp_path: Path) -> None:
    root = repo(tmp_path, "call(order, currency, state)")

    assert "# TODO: hand over currency and state\n    Work.call(order)\n" in job_of(root)


@pytest.mark.parametrize("name", ["order_token", "email", "amount", "currency", "user_ids", "options", "created_at"])
def test_a_record_is_not_handed_over_for_what_is_none(tmp_path: Path, name: str) -> None:
    root = repo(tmp_path, f"call({name})")

    assert f"# TODO: hand over {name}\n    Work.call\n" in job_of(root)


def test_the_key_that_a_method_wants_is_named_with_its_flag(tmp_path: Path) -> None:
    said = told(repo(tmp_path), "order:record --calls Pay.charge")["parameter-not-filled"]

    assert said.startswith("Pay.charge requires idempotency_key:")
    assert "--idempotency-key hands over a key" in said


def test_what_a_method_does_not_take_is_said(tmp_path: Path) -> None:
    root = repo(tmp_path, "call(order)")

    assert told(root, "order:record amount:integer user:record --calls Work.call") == {
        "argument-not-handed": "Work.call has no parameter for amount and user. "
        "Leave them out of the job, or give the method parameters of these names."
    }
    assert told(root, "order:record --calls Work.call") == {}


def test_a_gem_is_taken_at_its_word(tmp_path: Path) -> None:
    root = repo(tmp_path, gems={"stripe-ruby": "1.0"})

    line = "order:record amount:integer --calls Stripe::Charge.create"

    assert "    Stripe::Charge.create(order, amount)\n" in job_of(root, line)
    assert 'create(order, idempotency_key: "charge' in job_of(
        root, "order:record --calls Stripe::Charge.create --idempotency-key"
    )
    assert told(root, line)["signature-unknown"].startswith(
        "Nothing in the repo shows the parameters of Stripe::Charge"
    )


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("Work", "invalid-call", "does not name a method"),
        ("Work.", "invalid-call", "does not name a method"),
        ("work.call", "invalid-call", "does not name a method"),
        ("Work.Call", "invalid-call", "does not name a method"),
        ("Work.call(order)", "invalid-call", "does not name a method"),
        ("Work.end", "invalid-call", "does not name a method"),
        ("Work.cal", "no-such-method", "Did you mean Work.call?"),
        ("Work#call", "no-such-method", "Did you mean Work.call?"),
        ("Wrok.call", "no-such-constant", "Did you mean Work?"),
        ("Nothing::Like.it", "no-such-constant", "Write it first"),
        ("Pay.hide", "private-method", "Pay.hide is private"),
        ("Order#hidden", "private-method", "Order#hidden is private"),
        ("Order#charg!", "no-such-method", "Did you mean Order#charge!?"),
        ("User#notify", "needs-record", "user:record"),
        ("Mailer.receipt", "makes-a-mail", "deliver_now"),
        ("Chain.perform_async", "no-such-method", "no method perform_async of its own"),
        ("ChargeCustomerJob.call", "no-such-method", "the job itself"),
        ("Work.call --idempotency-key", "contradictory-patterns", "takes none"),
    ],
)
def test_what_is_refused(tmp_path: Path, line: str, code: str, words: str) -> None:
    root = repo(tmp_path, "call(order)")

    done = sidekiq_gen(root, "job", "ChargeCustomer", "order:record", "--calls", *line.split(), "--no-input", "--json")

    error = json.loads(done.out)["error"]
    assert error["code"] == code
    assert words in f"{error['message']} {error['hint']}"
    assert done.status == (2 if code == "invalid-call" else 1)
    assert not (root / "app/jobs").exists()


@pytest.mark.parametrize("kind", ["claim", "backfill"])
def test_a_method_of_one_record_cannot_be_called_on_many(tmp_path: Path, kind: str) -> None:
    line = f"--model Order --kind {kind} --calls Order#settle"

    done = sidekiq_gen(repo(tmp_path), "job", "ChargeOrders", *line.split(), "--no-input")

    assert done.status == 1
    assert "finds its rows by itself" in done.err
    assert "--kind fan-out" in done.err


def test_the_equivalent_command_has_it(tmp_path: Path) -> None:
    root = repo(tmp_path, "call(order)")

    done = sidekiq_gen(
        root, "job", "ChargeCustomer", "order:record", "--calls", "Work.call", "--json", "--pretend", "--no-input"
    )

    assert json.loads(done.out)["command_line"].endswith("order:record --calls Work.call --no-input")
