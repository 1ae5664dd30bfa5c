"""What the newer safeguards refuse, explain and render: combinations that look right and are not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.sidekiq import throttled
from sidekiq_gen.sidekiq.versions import Version
from support.command import sidekiq_gen
from support.repos import SCHEMA, Repo

if TYPE_CHECKING:
    from pathlib import Path

RATE = "--retry-after PaymentGateway::RateLimited"
COMES_BACK = "--advisory-lock --on-locked retry"
GONE = "--discard-on PaymentGateway::CardDeclined"
DROPS, NIL = "duplicate-is-not-enqueued", "nil-for-a-duplicate"
GIVES_UP = frozenset({"locked-gives-up", DROPS, NIL})
BOTH = frozenset({DROPS, NIL, "duplicate-is-not-run"})
AFTER_COMMIT = Repo(
    unique_jobs="8.0.10", files={"config/initializers/push.rb": "Sidekiq.transactional_push! # after the commit\n"}
)
ENTERPRISE = Repo(gems={"sidekiq-ent": "7.3.4"})
JOB = "app/jobs/charge_customer_job.rb"


@pytest.mark.parametrize(
    ("repo", "flags", "status", "code", "hint"),
    [
        (Repo(), "--retry-for 60 --retry 5", 1, "contradictory-patterns", "Choose one"),
        (Repo(), "--retry-for 0", 2, "invalid-duration", "--retry-for 30m"),
        (Repo(), "--retry-for 1000000001", 2, "invalid-duration", "--retry-for 30m"),
        (Repo(sidekiq="7.1.2"), "--retry-for 3600", 1, "no-retry-for", "--retry 8"),
        (Repo(), "--retry-after StandardError", 1, "contradictory-patterns", "RateLimited"),
        (Repo(), f"{RATE} --discard-on PaymentGateway::RateLimited", 1, "contradictory-patterns", "Choose one"),
        (Repo(), f"{RATE} --retry-after-limit 0", 2, "invalid-limit", "from 1 to 100"),
        (Repo(), "--retry-after-limit 3", 2, "contradictory-patterns", "--retry-after"),
        (Repo(), f"--kind plain --idempotency-key {RATE}", 1, "contradictory-patterns", "Give the job an argument"),
        (
            Repo(),
            f"--kind plain --idempotency-key {COMES_BACK}",
            1,
            "contradictory-patterns",
            "--on-locked skip",
        ),
        (Repo(), f"order:record reschedules:integer {COMES_BACK}", 2, "invalid-argument", "another name"),
        (Repo(), f"order:record reschedules:integer {RATE}", 2, "invalid-argument", "another name"),
        *(
            (Repo(), f"{flag} {error}", 1, "contradictory-patterns", "Leave it out")
            for flag in ("--discard-on", "--retry-after")
            for error in (
                "Sidekiq::Shutdown",
                "Interrupt",
                "SystemExit",
                "::SignalException",
                "Sidekiq::Job::Interrupted",
            )
        ),
        *(
            (Repo(unique_jobs=gem), f"--unique {lock}", 1, "no-such-strategy", "reschedule")
            for gem in ("8.0.2", "8.0.10")
            for lock in ("while_executing_reject", "while_executing --on-conflict reject")
        ),
        (Repo(), "--on-exhausted --retry false", 1, "contradictory-patterns", "--retry 0"),
        (Repo(), "--kind plain --on-exhausted --mark-failed failed_at", 1, "needs-record", "--model Order"),
        (Repo(), "--throttle 10/60", 1, "needs-gem", '"~> 1.5"'),
        (Repo(sidekiq="6.5.12"), "--throttle 10/60", 1, "needs-gem", '"~> 1.4.0"'),
        (Repo(sidekiq="8.1.7"), "--throttle 10/60", 1, "needs-gem", '"~> 2.1"'),
        (Repo(gems={"sidekiq-throttled": "2.1.0"}), "--throttle 10/60", 1, "throttled-pair", '"~> 1.5"'),
        (Repo(gems={"sidekiq-throttled": "1.5.2"}), "--throttle ten", 2, "invalid-rate", "--throttle 10/60"),
        (ENTERPRISE, "--throttle 10/30", 1, "no-such-interval", "--throttle 20/60"),
        (ENTERPRISE, "--unique while_executing", 1, "no-such-lock", "until_executed"),
        (ENTERPRISE, "--unique until_executed --on-conflict log", 1, "no-such-strategy", "Leave out"),
        (Repo(), "--kind plain --log-context", 1, "needs-argument", "scalar argument"),
        (Repo(sidekiq="6.0.0"), "--log-context", 1, "no-log-context", "6.0.1"),
    ],
)
def test_it_is_refused_with_a_way_out(
    tmp_path: Path, repo: Repo, flags: str, status: int, code: str, hint: str
) -> None:
    about = "" if "--kind" in flags or ":record" in flags else "--model Order"

    done = sidekiq_gen(repo.write(tmp_path), "job", "ChargeCustomer", *f"{about} {flags}".split(), "--json")

    error = json.loads(done.out)["error"]
    assert (done.status, error["code"]) == (status, code)
    assert hint in error["hint"]
    assert not (tmp_path / JOB).exists()


@pytest.mark.parametrize(
    ("repo", "flags", "codes"),
    [
        (Repo(), "--retry-for 3600", {"retry-for-stops-early"}),
        (Repo(sidekiq="8.1.0", rails="7.2.3"), "--retry-for 3600", set()),
        (Repo(unique_jobs="8.0.10"), f"{RATE} --unique until_executed", {"postponed-is-another-job", DROPS, NIL}),
        (Repo(), f"{RATE} --row-lock", {"call-inside-transaction", "row-lock-waits"}),
        (Repo(), f"{RATE} --advisory-lock --lock-scope session", {"session-lock", "locked-is-dropped"}),
        (Repo(), "--advisory-lock", {"locked-is-dropped"}),
        (Repo(), COMES_BACK, {"locked-gives-up"}),
        (Repo(adapter="mysql2"), "--advisory-lock", {"locked-is-dropped", "session-lock"}),
        (Repo(adapter="mysql2"), "--row-lock", set()),
        (
            Repo(
                files={"config/database.yml": "production:\n  adapter: postgresql\n  variables: {lock_timeout: 5s}\n"}
            ),
            "--row-lock",
            set(),
        ),
        (Repo(), "order:record tags:array --advisory-lock", {"locked-is-dropped", "lock-for-all-arguments"}),
        (Repo(), "order:record tags:array --advisory-lock --check-then-act charged_at", {"locked-is-dropped"}),
        (Repo(unique_jobs="8.0.10"), f"{COMES_BACK} --unique until_executed", {*GIVES_UP, "postponed-is-another-job"}),
        (
            Repo(unique_jobs="8.0.10"),
            f"{COMES_BACK} {RATE} --unique until_executing",
            {*GIVES_UP, "postponed-is-another-job", "call-inside-transaction"},
        ),
        (Repo(unique_jobs="8.0.10"), "--unique while_executing", {"duplicate-is-not-run"}),
        (Repo(unique_jobs="8.0.10"), "--unique while_executing --on-conflict reschedule", set()),
        (Repo(unique_jobs="8.0.10"), "--unique until_executed --on-conflict replace", {NIL}),
        (AFTER_COMMIT, "--unique until_executed --on-conflict replace", {"id-of-no-job"}),
        (AFTER_COMMIT, "--unique until_executed", {"id-of-no-job", "duplicate-is-not-enqueued"}),
        (AFTER_COMMIT, "--unique while_executing", {"duplicate-is-not-run", "id-before-commit"}),
        (Repo(), f"--kind plain {GONE} --discard-to nowhere --on-exhausted", {"discard-without-report"}),
        (Repo(), "--on-exhausted --mark-failed broken_at", {"column-not-found"}),
        (Repo(unique_jobs="8.0.10"), "--unique until_and_while_executing", {"unique-without-end", *BOTH}),
        (
            Repo(unique_jobs="8.0.10"),
            "--unique until_and_while_executing --unique-ttl 60",
            {"unique-ttl-hazard", *BOTH},
        ),
        (Repo(unique_jobs="8.1.0"), "--unique until_and_while_executing --unique-ttl 60", BOTH),
        (Repo(unique_jobs="8.0.10"), "--unique until_executed --unique-ttl 60", {DROPS, NIL}),
        (Repo(sidekiq="6.4.1"), "--log-context", {"sidekiq-before-6.5"}),
        (Repo(sidekiq="6.4.0"), "--log-context", {"log-context-of-the-work", "sidekiq-before-6.5"}),
        (ENTERPRISE, "--throttle 10/60", {"enterprise-not-run"}),
        (ENTERPRISE, "--unique until_executed", {"enterprise-not-run", "enterprise-unique-off", DROPS}),
        (Repo(gems={"sidekiq-throttled": "1.5.2"}), "--throttle 10/60", {"throttled-untested"}),
        (
            Repo(sidekiq="6.5.12", gems={"sidekiq-throttled": "1.0.1"}),
            "--throttle 10/60",
            {"throttled-not-set-up"},
        ),
        (
            Repo(files={"config/initializers/sidekiq.rb": "Sidekiq.configure_server { |config| config.logger = X }\n"}),
            "--log-context",
            {"logger-without-context"},
        ),
    ],
)
def test_it_is_explained(tmp_path: Path, repo: Repo, flags: str, codes: set[str]) -> None:
    about = "" if "--kind" in flags or ":record" in flags else "--model Order"

    done = sidekiq_gen(repo.write(tmp_path), "job", "ChargeCustomer", *f"{about} {flags}".split(), "--json")

    assert done.status == 0
    assert {notice["code"] for notice in json.loads(done.out)["notices"]} == codes


def rendered(repo: Repo, root: Path, flags: str) -> str:
    done = sidekiq_gen(repo.write(root), "job", "ChargeCustomer", "--model", "Order", *flags.split(), "--no-input")
    assert done.status == 0, done.err
    return (root / JOB).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "record"),
    [
        ("order:record amount:integer", 'job["args"].first'),
        ("amount:integer order:record", 'job["args"][1]'),
        ("amount:integer note:string order:record", 'job["args"][2]'),
    ],
)
def test_the_record_that_is_marked_failed_is_the_jobs_own_wherever_its_id_stands(
    tmp_path: Path, arguments: str, record: str
) -> None:
    text = rendered(Repo(), tmp_path, f"{arguments} --on-exhausted --mark-failed failed_at")

    assert f"Order.find_by(id: {record})&.update_column(:failed_at, Time.current)" in text


@pytest.mark.parametrize(
    ("column", "value"),
    [("failed_at", "Time.current"), ("failed_on", "Date.current"), ("has_failed", "true")],
)
def test_a_failure_column_that_the_schema_does_not_show_is_taken_by_its_name(
    tmp_path: Path, column: str, value: str
) -> None:
    text = rendered(Repo(), tmp_path, f"--on-exhausted --mark-failed {column}")

    assert f"update_column(:{column}, {value})" in text


@pytest.mark.parametrize(
    ("column", "value"), [("shipped_at", "Time.current"), ("shipped_on", "Date.current"), ("shipped", "true")]
)
def test_a_mark_that_the_schema_does_not_show_is_taken_by_its_name(tmp_path: Path, column: str, value: str) -> None:
    text = rendered(Repo(), tmp_path, f"--check-then-act {column}")

    assert f"update_column(:{column}, {value})" in text


HOUSE = """class ShipOrderJob
  include Sidekiq::Job

  def perform(id)
    ship(id)
  rescue Carrier::Error => e
    {call}
    raise
  end
end
"""


@pytest.mark.parametrize(
    ("call", "file", "expected"),
    [
        ("ErrorReporter.report(e)", "app/services/error_reporter.rb", "ErrorReporter.report(error)\n"),
        (
            "ErrorReporter.report(e, context: { id: id })",
            "lib/error_reporter.rb",
            'ErrorReporter.report(error, context: { jid: job["jid"], args: job["args"] })\n',
        ),
        ("ErrorReporter.report(e)", "app/services/other.rb", "Sentry.capture_exception(error, extra: "),
    ],
)
def test_a_wrapper_of_the_house_is_used_where_the_repo_defines_it(
    tmp_path: Path, call: str, file: str, expected: str
) -> None:
    files = {"app/jobs/ship_order_job.rb": HOUSE.replace("{call}", call), file: "class ErrorReporter\nend\n"}
    repo = Repo(gems={"sentry-ruby": "5.22.1"}, files=files)

    assert expected in rendered(repo, tmp_path, "--on-exhausted")


@pytest.mark.parametrize(
    ("column", "model", "expected"),
    [
        ('t.string "status"', "", None),
        ('t.integer "status"', "  enum :status, { open: 0, failed: 1 }\n", 'update_column(:status, "failed")'),
        ('t.string "status"', "  enum status: { open: 'open', done: 'done' }\n", None),
        ('t.integer "status"', "", None),
        ('t.datetime "failed_at"', "", "update_column(:failed_at, Time.current)"),
        ('t.boolean "failed"', "", "update_column(:failed, true)"),
    ],
)
def test_the_column_that_can_say_failed_is_found(tmp_path: Path, column: str, model: str, expected: str | None) -> None:
    files = {
        "db/schema.rb": SCHEMA.replace('t.string "state"', column),
        "app/models/order.rb": f"class Order < ApplicationRecord\n{model}end\n",
    }

    text = rendered(replace(Repo(), files=files), tmp_path, "--on-exhausted")

    assert (expected in text) if expected else ("update_column" not in text)


@pytest.mark.parametrize(
    ("gem", "sidekiq", "fits", "tested"),
    [
        ("0.15.1", "6.4.1", False, False),
        ("0.18.0", "6.4.1", True, True),
        ("1.0.0", "6.5.12", False, False),
        ("1.4.0", "6.5.12", True, True),
        ("1.5.2", "6.5.12", True, False),
        ("1.5.2", "7.2.4", True, True),
        ("1.5.2", "7.3.2", True, False),
        ("2.1.0", "7.3.10", False, False),
        ("2.1.0", "8.1.7", True, True),
    ],
)
def test_which_throttled_goes_with_which_sidekiq(gem: str, sidekiq: str, *, fits: bool, tested: bool) -> None:
    versions = Version(gem), Version(sidekiq)

    assert (throttled.pairing_error(*versions) is None) is fits
    assert throttled.is_tested(*versions) is tested


@pytest.mark.parametrize("sidekiq", ["6.0.7", "6.4.1", "6.5.1"])
def test_a_job_that_is_buried_ends_as_one_whose_retries_have_failed(tmp_path: Path, sidekiq: str) -> None:
    text = rendered(Repo(sidekiq=sidekiq, rails="6.1.7"), tmp_path, f"{GONE} --on-exhausted --mark-failed failed_at")

    bury = text.partition("  def bury")[2]
    for name in ("class", "args", "jid", "created_at", "enqueued_at", "failed_at", "retry_count", "error_class"):
        assert f'"{name}" => ' in bury
    steps = [line.strip().partition("(")[0] for line in bury.split("\n")[-6:-3]]
    assert steps[:2] == ["sidekiq_retries_exhausted_block.call", "Sidekiq::DeadSet.new.kill"]
    assert "handler.call(payload, error)" in bury


def test_a_job_that_is_dropped_is_marked_and_nobody_is_told(tmp_path: Path) -> None:
    flags = f"{GONE} --discard-to nowhere --on-exhausted --mark-failed failed_at"
    done = sidekiq_gen(Repo().write(tmp_path), "job", "ChargeCustomer", "--model", "Order", *flags.split(), "--json")

    told = {notice["code"]: notice["message"] for notice in json.loads(done.out)["notices"]}
    assert told["discard-without-report"] == "A job that is dropped is marked failed, and nobody is told."
