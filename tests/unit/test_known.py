"""What a repo has that a flag can take: for completion, for questions, for near misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.job.known import Suggestion, known, values_of
from sidekiq_gen.job.resolve import all_flags
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.lockfile import read_lockfile
from sidekiq_gen.sourced import Sourced
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

STATES = """class Order < ApplicationRecord
  enum :state, { pending: 0, paid: 1, failed: 2 }
  def settle!(idempotency_key: nil)
  end
end
"""
JOB = """class SyncOrdersJob
  include Sidekiq::Job
  sidekiq_options queue: "sync", retry: 7, tags: %w[billing nightly]

  def perform
    work
  rescue Stripe::CardError, StandardError => error
    nil
  end
end
"""
REPO = Repo(
    unique_jobs="8.0.10",
    files={
        "app/models/order.rb": STATES,
        "app/jobs/sync_orders_job.rb": JOB,
        "config/sidekiq.yml": ":queues:\n  - critical\n  - default\n",
        ".sidekiq-gen.toml": "[job]\nlog-context = true\n",
    },
)


def opened(root: Path, repo: Repo = REPO) -> RailsApp:
    repo.write(root)
    return RailsApp(root, read_lockfile(root / "Gemfile.lock"))


def answers(**values: Any) -> dict[str, Sourced[Any]]:
    return {name: Sourced(value, "flag") for name, value in values.items()}


@pytest.mark.parametrize(
    ("parameter", "given", "typed", "expected"),
    [
        ("model", {}, "", ["Order", "Restaurant"]),
        ("model", {"name": "IndexRestaurant"}, "", ["Restaurant", "Order"]),
        ("queue", {}, "", ["critical", "default", "sync"]),
        ("check_then_act", {"model": "Order"}, "", ["settled_on", "charged_at", "processed", "state=pending:paid"]),
        (
            "check_then_act",
            {"name": "ChargeOrder"},
            "",
            ["charged_at", "settled_on", "processed", "state=pending:paid"],
        ),
        ("check_then_act", {"arguments": ["restaurant:record"]}, "", ["indexed_at"]),
        (
            "check_then_act",
            {"model": "Order"},
            "state=p",
            [
                *("state=pending:paid", "state=pending:failed", "state=paid:pending", "state=paid:failed"),
                *("state=failed:pending", "state=failed:paid"),
            ],
        ),
        ("check_then_act", {"model": "Zebra"}, "", []),
        ("check_then_act", {"model": "no model"}, "", []),
        ("check_then_act", {}, "", []),
        ("save_result", {"model": "Order"}, "", ["total_cents", "customer_token", "charge_id"]),
        ("mark_failed", {"model": "Order"}, "", ["state=failed"]),
        ("mark_failed", {"model": "Order"}, "state=", ["state=pending", "state=paid", "state=failed"]),
        ("attempts", {"model": "Order"}, "", ["none"]),
        ("next_attempt", {"model": "Order"}, "", ["charged_at"]),
        ("arguments", {}, "", ["order:record", "restaurant:record"]),
        ("arguments", {}, "order:", ["order:record", "order:integer", "order:string", "order:float"]),
        ("arguments", {}, "amount:", ["amount:integer", "amount:string", "amount:float", "amount:boolean"]),
        ("calls", {"name": "SettleOrder"}, "", ["SettleOrder#call", "Order#settle!"]),
        ("calls", {}, "", []),
        ("name", {}, "", ["ImportOrders", "RebuildIndex", "SettleOrder"]),
        ("existing", {}, "", ["SyncOrders"]),
        ("dir", {}, "", ["app/jobs"]),
        ("retry", {}, "", ["7", "default", "0", "false"]),
        ("tags", {}, "", ["billing", "nightly"]),
        ("without", {}, "", ["log-context"]),
        ("pattern", {}, "", ["record", "plain", "claim", "backfill"]),
        ("on_conflict", {}, "", ["log", "raise", "reject", "replace", "reschedule"]),
        ("on_conflict", {"unique": "until_executed"}, "", ["log", "replace"]),
        ("kind", {}, "", ["record", "plain", "claim", "backfill", "fan-out"]),
        ("on_locked", {}, "", ["skip", "retry"]),
        ("no_such_flag", {}, "", []),
    ],
)
def test_values(tmp_path: Path, parameter: str, given: dict[str, Any], typed: str, expected: list[str]) -> None:
    found = [one.value for one in known(parameter, answers(**given), opened(tmp_path), typed)]
    assert (found if len(expected) < 4 or parameter == "check_then_act" else found[: len(expected)]) == expected


def test_what_is_said_of_a_value(tmp_path: Path) -> None:
    app = opened(tmp_path)
    assert known("queue", {}, app) == (
        Suggestion("critical"),
        Suggestion("default"),
        Suggestion("sync", "1 job, no process works on it"),
    )
    assert known("model", answers(name="ChargeOrder"), app)[0] == Suggestion("Order", "by the name of the job")
    assert Suggestion("Order#settle!") in known("calls", answers(name="SettleOrder"), app)
    assert known("without", {}, app) == (Suggestion("log-context", "set in .sidekiq-gen.toml"),)
    assert known("on_locked", {}, app)[0].why


def test_errors_are_the_repos_own_then_those_of_its_jobs_then_rails_and_rubys(tmp_path: Path) -> None:
    found = {one.value: one.why for one in known("discard_on", {}, opened(tmp_path))}
    assert list(found)[:5] == [
        "PaymentGateway::CardDeclined",
        "PaymentGateway::Error",
        "PaymentGateway::RateLimited",
        "SearchIndex::Busy",
        "SearchIndex::Gone",
    ]
    assert found["PaymentGateway::CardDeclined"] == "app/services/payment_gateway.rb"
    assert found["Stripe::CardError"] == "named by app/jobs/sync_orders_job.rb"
    assert found["ActiveRecord::RecordInvalid"] == "Rails"
    assert found["JSON::ParserError"] == "Ruby"
    assert found.keys().isdisjoint({"StandardError", "Net::OpenTimeout", "ActiveRecord::Deadlocked"})


def test_errors_that_say_how_long_to_wait_come_first(tmp_path: Path) -> None:
    found = known("retry_after", {}, opened(tmp_path))
    assert found[:2] == (
        Suggestion("PaymentGateway::RateLimited", "has retry_after"),
        Suggestion("SearchIndex::Busy", "has retry_after"),
    )
    assert found[2].value == "PaymentGateway::CardDeclined"


@pytest.mark.parametrize(
    ("code", "errors"),
    [
        ("class Gone < StandardError; end", {"Gone"}),
        ("module Api\n  Gone = Class.new(StandardError)\n  Lost = Class.new(Gone)\nend", {"Api::Gone", "Api::Lost"}),
        ("class Gone < Stripe::Error\nend", {"Gone"}),
        ("class Error < ApplicationRecord\nend\nclass Gone < Error\nend", set()),
        ("# class Gone < StandardError", set()),
        ('class Gone < Struct.new(:a)\n  TEXT = "class Lost < StandardError"\nend', set()),
    ],
)
def test_what_is_an_error_class(tmp_path: Path, code: str, errors: set[str]) -> None:
    app = opened(tmp_path, Repo(files={"lib/api.rb": f"{code}\n"}))
    found = {one.value for one in known("discard_on", {}, app) if one.why == "lib/api.rb"}
    assert found == errors


HOSTILE = """ActiveRecord::Schema[7.1].define(version: 1) do
  create_table "orders" do |t|
    t.datetime "done at"
    t.datetime "done:at"
    t.datetime "done\\e[31m_at"
    t.datetime "end"
    t.datetime "Done_at"
    t.datetime "$(touch x)"
    t.datetime "created_at"
    t.datetime "charged_at"
  end
end
"""


def test_what_no_flag_would_take_is_not_there(tmp_path: Path) -> None:
    model = 'class Order < ApplicationRecord\n  enum :state, { "on hold" => 0, "a:b" => 1, done: 2 }\nend\n'
    schema = HOSTILE.replace("  end\nend", '    t.integer "state"\n  end\nend')
    queues = ':queues:\n  - "a b"\n  - "$(touch x)"\n  - "\\e[31m"\n  - fine\n'
    files = {"db/schema.rb": schema, "app/models/order.rb": model, "config/sidekiq.yml": queues}
    app = opened(tmp_path, Repo(files=files | {"app/models/$(touch x).rb": "", "app/models/a b.rb": ""}))
    assert values_of("check_then_act", answers(model="Order"), app) == ("charged_at",)
    found = [one.value for one in known("check_then_act", answers(model="Order"), app, "state=")]
    assert found == ["state=on hold:done", "state=done:on hold"]
    assert values_of("queue", {}, app) == ("fine",)
    assert values_of("model", {}, app) == ("Order", "Restaurant")


@pytest.mark.parametrize("text", ["", "\0", "class", "create_table", "[" * 5_000, "enum " * 5_000])
def test_a_broken_repo_has_what_can_be_read(tmp_path: Path, text: str) -> None:
    files = dict.fromkeys(("db/schema.rb", "app/models/order.rb", "config/sidekiq.yml", "app/jobs/x_job.rb"), text)
    Repo(files=files).write(tmp_path)
    app = RailsApp(tmp_path, None)
    for flag in all_flags():
        values_of(flag.parameter, answers(name="ChargeOrder", model="Order"), app)
    assert "Order" in values_of("model", {}, app)


@pytest.mark.parametrize("kind", ["record", "claim"])
def test_every_mark_that_is_suggested_is_taken(tmp_path: Path, kind: str) -> None:
    app = opened(tmp_path)
    found = values_of("check_then_act", answers(model="Order"), app)
    assert len(found) == 4
    for mark in found:
        words = (
            "job",
            "Charge",
            "--model",
            "Order",
            "--kind",
            kind,
            "--check-then-act",
            mark,
            "--without",
            "log-context",
        )
        assert sidekiq_gen(tmp_path, *words, "--pretend").status == 0, mark


@pytest.mark.parametrize("parameter", ["mark_failed", "save_result", "discard_on", "queue", "tags", "retry"])
def test_everything_that_is_suggested_is_taken(tmp_path: Path, parameter: str) -> None:
    more = {"mark_failed": ("--on-exhausted",), "save_result": ("--check-then-act", "charged_at")}
    for value in values_of(parameter, answers(model="Order"), opened(tmp_path))[:8]:
        option = f"--{parameter.replace('_', '-')}"
        done = sidekiq_gen(
            tmp_path, "job", "Charge", "--model", "Order", option, value, *more.get(parameter, ()), "--pretend"
        )
        assert done.status == 0, done.err


def test_a_column_that_a_schema_calls_oddly_is_not_read_as_another_one(tmp_path: Path) -> None:
    columns = opened(tmp_path, Repo(files={"db/schema.rb": HOSTILE})).columns("Order")
    assert columns is not None
    assert "done at" in columns
    assert columns.keys().isdisjoint({"done", "$"})
