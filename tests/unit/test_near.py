from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.near import did_you_mean, near
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

PATTERNS = ("advisory-lock", "row-lock", "unique", "throttle", "check-then-act")
QUEUES = "config/sidekiq.yml"


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("paymnets", ["critical", "payments", "default"], ["payments"]),
        ("Ordr", ["Restaurant", "Order"], ["Order"]),
        ("chargd_at", ["created_at", "charged_at", "status"], ["charged_at"]),
        ("Advisory-Lock", PATTERNS, ["advisory-lock"]),
        ("advisory_lock", PATTERNS, ["advisory-lock"]),
        ("lock", PATTERNS, ["row-lock", "advisory-lock"]),
        ("CardDeclined", ["Error", "PaymentGateway::CardDeclined"], ["PaymentGateway::CardDeclined"]),
        ("PaymentGateway::CardDecline", ["PaymentGateway::CardDeclined"], ["PaymentGateway::CardDeclined"]),
        ("zzz", ["payments"], []),
        ("", ["payments"], []),
        ("::", ["payments"], []),
        ("at", ["charged_at"], []),
        ("payments", ["payments\x1b[31m", "payment\u202es"], []),
        ("a" * 101, ["a" * 101], []),
    ],
)
def test_near(word: str, known: list[str], expected: list[str]) -> None:
    assert near(word, known, 2) == expected


def test_the_sentence() -> None:
    assert did_you_mean("lock", PATTERNS, most=2) == "Did you mean row-lock or advisory-lock?"
    assert did_you_mean("lock", PATTERNS) == "Did you mean row-lock?"
    assert did_you_mean("zzz", PATTERNS, "There are five.") == "There are five."
    assert did_you_mean("zzz", PATTERNS) == ""


SERVED = Repo(files={QUEUES: ":queues:\n  - critical\n  - payments\n  - default\n"})


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        ("ProcessOrder --queue paymnets", "queue-not-served", "Did you mean payments?"),
        ("ProcessOrder --queue zzz", "queue-not-served", "Add it to config/sidekiq.yml, or pass --queue default."),
        ("Charge --model Ordr", "model-not-found", "Did you mean Order?"),
        (
            "Charge --model Zebra",
            "model-not-found",
            "The spec is green once the model exists; --model names another one.",
        ),
        (
            "Charge --model Order --check-then-act chargd_at",
            "column-not-found",
            "Did you mean charged_at? Or add it before you run the job, a datetime column: --migration writes that.",
        ),
        (
            "Charge --model Order --check-then-act zzz_at",
            "column-not-found",
            "Add it before you run the job, a datetime column: --migration writes that.",
        ),
        (
            "Charge --discard-on PaymentGateway::CardDecline",
            "error-class-not-found",
            "Did you mean PaymentGateway::CardDeclined?",
        ),
        ("Charge --discard-on CardDeclined", "error-class-not-found", "Did you mean PaymentGateway::CardDeclined?"),
        (
            "Charge --discard-on PaymentGateway::Zebra",
            "error-class-not-found",
            "Define it, or name one that the work raises.",
        ),
        (
            "Charge --retry-after PaymentGateway::RateLimit=30",
            "error-class-not-found",
            "Did you mean PaymentGateway::RateLimited?",
        ),
    ],
)
def test_a_notice_says_what_may_have_been_meant(tmp_path: Path, words: str, code: str, hint: str) -> None:
    done = sidekiq_gen(SERVED.write(tmp_path), "job", *words.split(), "--pretend", "--json")
    assert {notice["code"]: notice["hint"] for notice in json.loads(done.out)["notices"]}[code] == hint


@pytest.mark.parametrize(
    "words",
    [
        "Charge --discard-on Stripe::CardError",  # of a gem: nobody here can know it
        "Charge --discard-on ActiveRecord::RecordInvalid",
        "Charge --discard-on Errno::EPIPE",
        "Charge --discard-on KeyError",
        "Charge --discard-on PaymentGateway::CardDeclined",
        "Charge --discard-on Unheard",
        "ProcessOrder --queue payments",
        "Charge --model Order --check-then-act charged_at",
    ],
)
def test_nothing_is_said_of_what_is_there_or_cannot_be_known(tmp_path: Path, words: str) -> None:
    done = sidekiq_gen(SERVED.write(tmp_path), "job", *words.split(), "--pretend", "--json")
    codes = {notice["code"] for notice in json.loads(done.out)["notices"]}
    assert codes.isdisjoint({"queue-not-served", "model-not-found", "column-not-found", "error-class-not-found"})


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("job Charge order:references", "Did you mean record?"),
        ("job Charge order:belongs_to", "Did you mean record?"),
        ("job Charge amount:int", "Did you mean integer?"),
        ("job Charge amount:Integer", "Did you mean integer?"),
        ("job Charge paid:bool", "Did you mean boolean?"),
        ("job Charge since:datetime", "Did you mean time?"),
        (
            "job Charge amount:zzz",
            "The types are integer, string, float, boolean, array, hash, record, date, time, decimal.",
        ),
        ("patterns Advisory-Lock", "Did you mean advisory-lock?"),
        ("patterns lock", "Did you mean row-lock or advisory-lock?"),
        ("patterns advisory_lock", "Did you mean advisory-lock?"),
    ],
)
def test_a_refusal_says_what_may_have_been_meant(tmp_path: Path, words: str, hint: str) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), *words.split(), "--json")
    assert done.status == 2
    assert json.loads(done.out)["error"]["hint"] == hint


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("jbo X", "No such command 'jbo'.", "Did you mean job? See sidekiq-gen --help."),
        ("zebra", "No such command 'zebra'.", "See sidekiq-gen --help."),
        (
            "job X --quue a",
            "No such option '--quue'.",
            "Did you mean --queue or --quiet or --unique? See sidekiq-gen job --help.",
        ),
        ("job X --lock", "No such option '--lock'.", "See sidekiq-gen job --help."),
        ("job X --zzz", "No such option '--zzz'.", "See sidekiq-gen job --help."),
        (
            "job X --kind recrod",
            "Invalid value for '--kind': 'recrod' is not one of 'record', 'plain', 'claim', 'backfill', 'fan-out'.",
            "Did you mean record? See sidekiq-gen job --help.",
        ),
    ],
)
def test_a_line_that_is_mistyped(tmp_path: Path, words: str, message: str, hint: str) -> None:
    error = json.loads(sidekiq_gen(tmp_path, *words.split(), "--json").out)["error"]
    assert (error["message"], error["code"]) == (message, "usage")
    assert error["hint"].startswith("Did you mean --") if words.endswith("--lock") else error["hint"] == hint


@pytest.mark.parametrize(
    ("name", "path", "line"),
    [
        ("charge order", "app/jobs/charge_order_job.rb", "job ChargeOrder"),
        ("Charge Order", "app/jobs/charge_order_job.rb", "job ChargeOrder"),
        ("charge-order-job", "app/jobs/charge_order_job.rb", "job ChargeOrder"),
        ("billing/charge-order", "app/jobs/billing/charge_order_job.rb", "job Billing::ChargeOrder"),
        ("app/jobs/charge_order_job.rb", "app/jobs/charge_order_job.rb", "--dir app/jobs"),
        ("./app/jobs/billing/charge_order.rb", "app/jobs/billing/charge_order_job.rb", "--dir app/jobs"),
        ("app/workers/charge_order_job.rb", "app/workers/charge_order_job.rb", "--dir app/workers"),
        (
            "packs/pay/app/jobs/charge_order_job.rb",
            "packs/pay/app/jobs/charge_order_job.rb",
            "--dir packs/pay/app/jobs",
        ),
    ],
)
def test_a_name_is_read_however_it_is_written(tmp_path: Path, name: str, path: str, line: str) -> None:
    root = Repo(files={"app/jobs/.keep": ""}).write(tmp_path)
    told = json.loads(sidekiq_gen(root, "job", name, "--pretend", "--json").out)
    assert told["files"][0]["path"] == path
    assert line in told["command_line"]
    again = told["command_line"].split()[1:]
    assert json.loads(sidekiq_gen(root, *again, "--pretend", "--json").out)["files"] == told["files"]


@pytest.mark.parametrize("name", ["a  b", "a--b", "-a", "a -b", "lib/a.rb", "app/a.rb", "../app/jobs/a.rb"])
def test_nothing_else_is_a_name(tmp_path: Path, name: str) -> None:
    assert sidekiq_gen(Repo().write(tmp_path), "job", "--pretend", "--", name).status == 2
