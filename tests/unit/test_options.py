"""What --backtrace, --tags and --no-dead write, refuse and explain."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/charge_customer_job.rb"
REJECTS = Repo(sidekiq="8.1.7", unique_jobs="8.1.0")


def options_of(text: str) -> str:
    found = re.search(r"  sidekiq_options (.*?)\n\n", text, re.DOTALL)
    assert found
    return " ".join(found[1].split())


@pytest.mark.parametrize(
    ("flags", "written"),
    [
        ("--backtrace 20", "backtrace: 20"),
        ("--backtrace 020", "backtrace: 20"),
        ("--backtrace true", "backtrace: true"),
        ("--no-dead", "dead: false"),
        ("--no-dead --retry 0", "dead: false"),
        ("--tags billing", 'tags: ["billing"]'),
        ("--tags billing --tags nightly-run --tags billing", "tags: %w[billing nightly-run]"),
        ("--tags team:payments --tags nightly", 'tags: ["team:payments", "nightly"]'),
        (
            "--tags nightly --no-dead --backtrace 5 --tags slow",
            "backtrace: 5, dead: false, tags: %w[nightly slow]",
        ),
    ],
)
def test_they_go_to_sidekiq_options(tmp_path: Path, flags: str, written: str) -> None:
    root = Repo().write(tmp_path)
    retry = "0" if "--retry 0" in flags else "5"

    assert sidekiq_gen(root, "job", "ChargeCustomer", "order:record", *f"{flags} --retry {retry}".split()).status == 0

    assert options_of((root / JOB).read_text()) == f'queue: "default", retry: {retry}, {written}'


def test_the_job_that_a_fan_out_enqueues_has_them_too(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    flags = "--model Order --kind fan-out --tags billing --backtrace 10 --no-dead".split()

    assert sidekiq_gen(root, "job", "ChargeOrders", *flags).status == 0

    for name in ("charge_orders", "charge_order"):
        text = (root / f"app/jobs/{name}_job.rb").read_text()
        assert options_of(text).endswith('backtrace: 10, dead: false, tags: ["billing"]')


@pytest.mark.parametrize(
    ("repo", "flags", "status", "code", "hint"),
    [
        (Repo(), "--backtrace 0", 2, "invalid-backtrace", "--backtrace 20"),
        (Repo(), "--backtrace all", 2, "invalid-backtrace", "true for all lines"),
        (Repo(), "--backtrace 99999", 2, "invalid-backtrace", "--backtrace 20"),
        (Repo(), "--backtrace true --retry false", 1, "contradictory-patterns", "Leave out --backtrace"),
        (Repo(), "--backtrace true --retry 0 --no-dead", 1, "contradictory-patterns", "Leave out --backtrace"),
        (Repo(), "--no-dead --retry false", 1, "contradictory-patterns", "Leave out --no-dead"),
        (Repo(), "--tags #{x}", 2, "invalid-tag", "--tags billing"),
        (Repo(sidekiq="6.0.0"), "--tags billing", 1, "no-tags", "--log-context"),
        (Repo(), "--no-dead --discard-on KeyError --discard-to dead", 1, "contradictory-patterns", "nowhere"),
        (
            Repo(),
            "--no-dead --retry 0 --discard-on KeyError --discard-to dead",
            1,
            "contradictory-patterns",
            "--discard-to nowhere",
        ),
        (REJECTS, "--no-dead --unique while_executing_reject", 1, "contradictory-patterns", "--on-conflict log"),
        (
            REJECTS,
            "--no-dead --unique while_executing --on-conflict reject",
            1,
            "contradictory-patterns",
            "leave out --no-dead",
        ),
    ],
)
def test_what_cannot_be_had_is_refused(
    tmp_path: Path, repo: Repo, flags: str, status: int, code: str, hint: str
) -> None:
    root = repo.write(tmp_path)

    done = sidekiq_gen(root, "job", "ChargeCustomer", "order:record", *flags.split(), "--json", "--no-input")

    error = json.loads(done.out)["error"]
    assert (done.status, error["code"]) == (status, code)
    assert hint in error["hint"]
    assert not (root / JOB).exists()


@pytest.mark.parametrize("flags", ["--backtrace 5 --retry 0", "--backtrace 5 --no-dead --retry 1"])
def test_a_backtrace_is_saved_where_a_failed_job_is_kept(tmp_path: Path, flags: str) -> None:
    assert sidekiq_gen(Repo().write(tmp_path), "job", "Charge", "order:record", *flags.split()).status == 0


@pytest.mark.parametrize(("flags", "verdict"), [("--no-dead", ":discard"), ("", ":kill")])
def test_without_the_dead_set_a_permanent_error_drops_the_job(tmp_path: Path, flags: str, verdict: str) -> None:
    root = Repo().write(tmp_path)

    sidekiq_gen(root, "job", "ChargeCustomer", "order:record", *f"--discard-on KeyError {flags}".split())

    assert f"    {verdict} if error.is_a?(KeyError)" in (root / JOB).read_text()


@pytest.mark.parametrize(
    ("repo", "flags", "codes"),
    [
        (Repo(sidekiq="7.0.9"), "--backtrace true", {"whole-backtrace"}),
        (Repo(sidekiq="7.1.0"), "--backtrace true", set()),
        (Repo(sidekiq="7.0.9"), "--backtrace 20", set()),
        (Repo(sidekiq="6.4.1"), "--backtrace 20 --discard-on KeyError", {"buried-without-backtrace"}),
        (Repo(sidekiq="6.4.1"), "--backtrace 20 --discard-on KeyError --discard-to nowhere", set()),
        (Repo(sidekiq="6.5.2"), "--backtrace 20 --discard-on KeyError", set()),
    ],
)
def test_what_becomes_of_a_backtrace_is_said(tmp_path: Path, repo: Repo, flags: str, codes: set[str]) -> None:
    root = repo.write(tmp_path)

    done = sidekiq_gen(root, "job", "ChargeCustomer", "order:record", *flags.split(), "--json", "--no-input")

    told = {notice["code"] for notice in json.loads(done.out)["notices"]}
    assert told & {"whole-backtrace", "buried-without-backtrace"} == codes


def test_hints_do_not_send_to_the_dead_set_what_never_goes_there(tmp_path: Path) -> None:
    root = Repo(sidekiq="7.3.2", unique_jobs="8.0.10").write(tmp_path)
    flags = "--no-dead --discard-on KeyError --on-exhausted --unique until_and_while_executing --json --no-input"

    done = sidekiq_gen(root, "job", "ChargeCustomer", "order:record", *flags.split())

    hints = {notice["code"]: notice["hint"] for notice in json.loads(done.out)["notices"]}
    assert hints["discard-without-report"] == (
        "Use --discard-to dead without --no-dead to have these errors reported too."
    )


def test_a_failed_state_is_not_said_to_be_retried_from_the_dead_set(tmp_path: Path) -> None:
    root = Repo(
        files={"app/models/order.rb": "class Order < ApplicationRecord\n  enum :state, %w[new paid failed]\nend\n"}
    )
    folder = root.write(tmp_path)
    flags = "--check-then-act state=new:paid --on-exhausted --mark-failed state=failed --row-lock --json --no-input"

    def told(*more: str) -> set[str]:
        done = sidekiq_gen(folder, "job", "ChargeCustomer", "order:record", *flags.split(), *more, "--pretend")
        return {notice["code"] for notice in json.loads(done.out)["notices"]}

    assert "failed-is-left-alone" in told()
    assert "failed-is-left-alone" not in told("--no-dead")
