"""The states that a job takes a record between: only those that its column is known to have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.job.kinds.claim import ClaimSettings
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from support.command import sidekiq_gen
from support.repos import SCHEMA, Repo
from support.requests import request_of

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.job.mark import Mark
    from support.command import Finished

JOB = "app/jobs/charge_customer_job.rb"
SPEC = "spec/jobs/charge_customer_job_spec.rb"
TEST = "test/jobs/charge_customer_job_test.rb"
ENUM = "  enum :status, { pending: 0, paid: 1, cancelled: 7 }\n"
WORD = 't.string "status"'
NUMBER = 't.integer "status", null: false'
MACHINE = "  aasm column: :status do\n    state :pending, initial: true\n    state :paid, :lost\n  end\n"
FLAG = "--check-then-act status=pending:paid"


def repo(root: Path, model: str = ENUM, column: str = NUMBER, **given: object) -> Path:
    """A repo whose Order has these lines in its class and this column in its table."""
    files = {
        "db/schema.rb": SCHEMA.replace('t.string "state"', column),
        "app/models/order.rb": f"class Order < ApplicationRecord\n{model}end\n",
        **given.pop("files", {}),  # type: ignore[dict-item]
    }
    return Repo(files=files, **given).write(root)  # type: ignore[arg-type]


def job(root: Path, flags: str) -> Finished:
    return sidekiq_gen(root, "job", "ChargeCustomer", "--model", "Order", "--json", *flags.split())


def told(done: Finished) -> set[str]:
    return {notice["code"] for notice in json.loads(done.out)["notices"]}


def test_only_a_record_in_the_first_state_is_worked_on_and_left_in_the_second(tmp_path: Path) -> None:
    job(repo(tmp_path), f"{FLAG} --row-lock")
    text = (tmp_path / JOB).read_text()

    assert '      next if order.status != "pending"\n' in text
    assert '      charge_customer(order)\n      order.update_column(:status, "paid")\n' in text


def test_a_lock_that_was_taken_after_the_record_was_read_reads_it_again(tmp_path: Path) -> None:
    job(repo(tmp_path), f"{FLAG} --advisory-lock")

    assert 'next if order.reload.status != "pending"' in (tmp_path / JOB).read_text()


def test_rows_in_any_other_state_are_none_of_a_claims(tmp_path: Path) -> None:
    done = job(repo(tmp_path), f"--kind claim {FLAG}")
    text = (tmp_path / JOB).read_text()

    assert 'Order.where(status: "pending")' in text
    assert 'order.update_column(:status, "paid")' in text
    assert "processing" not in text
    assert "backlog-takes-all" not in told(done)


def test_a_claim_that_passes_over_a_status_is_told_of_the_flag(tmp_path: Path) -> None:
    done = job(repo(tmp_path), "--kind claim --check-then-act charged_at")
    hints = {notice["code"]: notice["hint"] for notice in json.loads(done.out)["notices"]}

    assert FLAG in hints["backlog-takes-all"]


@pytest.mark.parametrize("release", ["6.5.12", "7.3.2"])
def test_a_backfill_goes_by_states_too(tmp_path: Path, release: str) -> None:
    job(repo(tmp_path, sidekiq=release), f"--kind backfill {FLAG}")
    text = (tmp_path / JOB).read_text()

    assert 'Order.where(status: "pending")' in text
    assert 'update_all(status: "paid")' in text


@pytest.mark.parametrize(
    ("records", "path", "flags", "expected"),
    [
        ("factory", SPEC, "", 'let(:order) { create(:order, status: "pending") }'),
        ("factory", SPEC, "--kind claim", 'let(:order) { create(:order, status: "pending") }'),
        ("double", SPEC, "", 'instance_double(Order, id: 1, status: "pending", update_column: true)'),
        ("double", SPEC, "--kind claim", 'Order.new(status: "pending").tap { |order| order.save!(validate: false) }'),
        ("double", TEST, "", '    @order.status = "pending"\n'),
        ("fixture", TEST, "", '@order = orders(:one).tap { |order| order.update_column(:status, "pending") }'),
        ("fixture", TEST, "--kind claim", '    @order.update_column(:status, "pending")\n'),
    ],
)
def test_a_spec_begins_in_the_first_state(tmp_path: Path, records: str, path: str, flags: str, expected: str) -> None:
    job(repo(tmp_path, records=records, rspec=path == SPEC), f"{FLAG} {flags}")

    assert expected in (tmp_path / path).read_text()


@pytest.mark.parametrize(
    ("callback", "made"),
    [
        ("after(:create) { |order| order.pay! }", 'create(:order).tap { |order| order.update!(status: "pending") }'),
        ("after(:create) { |order| order.save! }", 'create(:order, status: "pending")'),
    ],
)
def test_a_factory_that_fires_an_event_is_set_back(tmp_path: Path, callback: str, made: str) -> None:
    factory = f"FactoryBot.define do\n  factory :order do\n    {callback}\n  end\nend\n"
    job(repo(tmp_path, files={"spec/factories.rb": factory}), FLAG)

    assert f"let(:order) {{ {made} }}" in (tmp_path / SPEC).read_text()


def test_a_row_is_given_the_first_state_in_place_of_what_the_database_insists_on(tmp_path: Path) -> None:
    column = 't.integer "status", null: false\n    t.string "name", null: false'
    job(repo(tmp_path, column=column, records="double"), "--kind claim --check-then-act status=paid:pending")

    assert 'Order.new(status: "paid", name: "text").tap' in (tmp_path / SPEC).read_text()


@pytest.mark.parametrize(
    ("model", "column", "other"),
    [(ENUM, NUMBER, '"cancelled"'), (MACHINE, WORD, '"lost"'), ("", WORD, '"paid"')],
)
def test_a_spec_shows_that_a_record_in_another_state_is_left_alone(
    tmp_path: Path, model: str, column: str, other: str
) -> None:
    job(repo(tmp_path, model, column), FLAG)

    text = (tmp_path / SPEC).read_text()
    assert f'is not pending" do\n    order.update_column(:status, {other})\n' in text


@pytest.mark.parametrize(
    ("model", "column", "flag", "codes"),
    [
        (ENUM, NUMBER, "status=pending:paid", set()),
        ("", NUMBER, "status=0:1", set()),
        ("", WORD, "status=pending:paid", {"values-not-listed"}),
        ("  enum :status, Step.all\n", NUMBER, "status=pending:paid", {"values-not-listed"}),
        ("", 't.string "name"', "status=pending:paid", {"values-not-listed", "column-not-found"}),
        (MACHINE, WORD, "status=pending:paid", {"passes-by-state-machine"}),
        ("  validates :status, inclusion: %w[pending paid]\n", WORD, "status=pending:paid", set()),
        ("  STATUSES = %w[pending paid].freeze\n", WORD, "status=pending:paid", set()),
    ],
)
def test_what_the_repo_does_not_prove_is_said(
    tmp_path: Path, model: str, column: str, flag: str, codes: set[str]
) -> None:
    done = job(repo(tmp_path, model, column), f"--check-then-act {flag}")

    assert done.status == 0
    assert told(done) - {"check-without-lock"} == codes


@pytest.mark.parametrize(
    ("model", "column", "flag", "code", "words"),
    [
        (ENUM, NUMBER, "status=pending:sent", "no-such-value", "it has pending, paid, cancelled"),
        (ENUM, NUMBER, "status=paymnt:paid", "no-such-value", "--check-then-act status=pending:paid"),
        (ENUM, NUMBER, "status=pendng:paid", "no-such-value", 'Did you mean "pending"?'),
        (ENUM, NUMBER, "status=0:1", "no-such-value", "it has pending"),
        (MACHINE, WORD, "status=pending:sent", "no-such-value", "The state machine of Order"),
        ("  validates :status, inclusion: %w[a b]\n", WORD, "status=a:c", "no-such-value", "it has a, b"),
        ("  STATUSES = %w[a b]\n", WORD, "status=a:c", "no-such-value", "it has a, b"),
        ("  STATUSES = %w[a b]\n", NUMBER, "status=a:b", "column-is-no-mark", "status=0:1"),
        ("", NUMBER, "status=pending:paid", "column-is-no-mark", "of the type integer"),
        ("", 't.jsonb "status"', "status=pending:paid", "column-is-no-mark", "of the type jsonb"),
        ("", 't.string "status", limit: 6', "status=pending:paid", "column-is-no-mark", "takes 6 characters"),
        ("", 't.datetime "status"', "status=pending:paid", "no-such-value", "has no states"),
        ("", 't.boolean "status"', "status=false:true", "no-such-value", "Leave them out: --check-then-act status."),
        ("  attr_readonly :status\n", WORD, "status=a:b", "column-is-no-mark", "attr_readonly"),
        ("  attr_readonly :charged_at\n", NUMBER, "charged_at", "column-is-no-mark", "attr_readonly"),
        (ENUM, NUMBER, "status", "column-is-no-mark", f"pending, paid, cancelled. Name the state before {FLAG}"),
        (ENUM, 't.string "name"', "status", "column-is-no-mark", FLAG),
        (
            "  enum :status, %i[new processing failed done]\n", NUMBER, "status", "column-is-no-mark",
            "--check-then-act status=new:done",
        ),
        (
            "  state_machine :status, initial: :new do\n    transition new: %i[failed sent]\n  end\n",
            WORD, "status", "column-is-no-mark", "--check-then-act status=new:sent",
        ),
        ("", WORD, "status", "column-is-no-mark", "--check-then-act status=FROM:TO"),
    ],
)  # fmt: skip
def test_what_a_column_cannot_hold_is_refused(
    tmp_path: Path, model: str, column: str, flag: str, code: str, words: str
) -> None:
    done = job(repo(tmp_path, model, column), f"--check-then-act {flag}")
    error = json.loads(done.out)["error"]

    assert (done.status, error["code"]) == (1, code)
    assert all(part in f"{error['message']} {error['hint']}" for part in words.split(" Name the state before "))
    assert not (tmp_path / JOB).exists()


@pytest.mark.parametrize("states", ["", "pending", "pending:", ":paid", ":", "a:b:c", "paid:paid", 'a":b', "#{a}:b"])
def test_what_is_no_pair_of_states_is_a_mistake_in_the_command(tmp_path: Path, states: str) -> None:
    done = job(repo(tmp_path), f"--check-then-act status={states}")
    error = json.loads(done.out)["error"]

    assert (done.status, error["code"]) == (2, "invalid-value")
    assert FLAG in error["hint"]


@pytest.mark.parametrize(
    ("model", "column", "flag", "condition"),
    [
        (ENUM, NUMBER, "status=pending:paid", "status = 0"),
        (ENUM, NUMBER, "status=cancelled:paid", "status = 7"),
        ("  enum status: %i[pending paid]\n", NUMBER, "status=paid:pending", "status = 1"),
        ("  enum :status, [:pending, :paid], prefix: true\n", WORD, "status=paid:pending", "status = '1'"),
        ("  enum :status, { pending: 'open', paid: 'p' }\n", WORD, "status=pending:paid", "status = 'open'"),
        ("  enum :status, %w[a b].index_by(&:itself)\n", WORD, "status=a:b", "status = 'a'"),
        ("  STEPS = { a: 1_0, b: 2 }.freeze\n  enum :status, STEPS\n", NUMBER, "status=a:b", "status = 10"),
        ("  STEPS = %i[pending paid].freeze\n  enum :status, STEPS\n", NUMBER, "status=pending:paid", "status = 0"),
        ("  enum :status, %w[b a].sort\n", NUMBER, "status=a:b", ""),
        ("  enum :status, { a: Step::A, b: 2 }\n", NUMBER, "status=a:b", ""),
        ("  enum :status, %w[a b].index_by(&:itself)\n", NUMBER, "status=a:b", ""),
        ("  enum :status, Step.all\n", NUMBER, "status=a:b", ""),
        ("  enumerize :status, in: { a: 1, b: 2 }\n", NUMBER, "status=a:b", ""),
        ("  enumerize :status, in: %i[a b]\n", WORD, "status=a:b", "status = 'a'"),
        (MACHINE, WORD, "status=pending:paid", "status = 'pending'"),
        ("", WORD, "status=it's:paid", "status = 'it''s'"),
        ("", 't.string "name"', "status=pending:paid", ""),
        ("", NUMBER, "status=0:1", "status = 0"),
        ("", NUMBER, "charged_at", "charged_at IS NULL"),
        ("", NUMBER, "processed", "processed = FALSE OR processed IS NULL"),
    ],
)  # fmt: skip
def test_the_open_rows_are_spelled_in_sql_where_it_is_proven_what_the_database_holds(
    tmp_path: Path, model: str, column: str, flag: str, condition: str
) -> None:
    request = request_of(
        f'ChargeCustomer --kind claim --check-then-act "{flag}" --model Order', repo(tmp_path, model, column)
    )

    assert isinstance(request.kind_settings, ClaimSettings)
    assert request.kind_settings.mark.open_sql == condition


def test_a_mark_knows_its_states_as_ruby(tmp_path: Path) -> None:
    request = request_of(f"ChargeCustomer {FLAG} --model Order", repo(tmp_path))
    mark: Mark | None = request.get(CheckThenAct)

    assert mark is not None
    assert (mark.from_, mark.value, mark.other) == ('"pending"', '"paid"', '"cancelled"')


def test_the_command_line_says_it_again(tmp_path: Path) -> None:
    assert FLAG in json.loads(job(repo(tmp_path), FLAG).out)["command_line"]


@pytest.mark.parametrize(
    ("failed", "status", "code"),
    [
        ("status=cancelled", 0, "failed-is-left-alone"),
        ("failed_at", 0, ""),
        ("status=pending", 1, "contradictory-patterns"),
        ("status=paid", 1, "contradictory-patterns"),
    ],
)
def test_failed_is_a_state_of_its_own(tmp_path: Path, failed: str, status: int, code: str) -> None:
    column = f'{NUMBER}\n    t.datetime "failed_at"'
    done = job(repo(tmp_path, column=column), f"{FLAG} --row-lock --on-exhausted --mark-failed {failed}")
    document = json.loads(done.out)
    codes = {document["error"]["code"]} if status else {notice["code"] for notice in document["notices"]}

    assert done.status == status
    assert codes - {"row-lock-waits"} == ({code} - {""})
