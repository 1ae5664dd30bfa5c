"""What a test for Minitest stands on: what it requires, the stubs around each run, whether there are stubs at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.job.minitest import inside_of_stubs, performing
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_that_needs_no_stubs_has_no_method() -> None:
    assert performing("", "@job.perform") == ""


def test_each_run_is_inside_of_the_stubs() -> None:
    assert performing("# Why.\nOne.stub(:a, 1)\nOther.stub(:b, 2)", "perform(1)") == (
        "# Why.\n"
        "def perform(*handed)\n"
        "  One.stub(:a, 1) do\n"
        "    Other.stub(:b, 2) { @job.perform(*handed) }\n"
        "  end\n"
        "end"
    )


def test_stubs_that_nothing_is_said_about_leave_no_line() -> None:
    run = "def perform(*handed)\n  One.stub(:a, 1) { @job.perform(*handed) }\nend"

    assert performing("One.stub(:a, 1)", "perform(1)") == run
    assert performing("One.stub(:a, 1)", "stubbed { 1 }") == "def stubbed(&block)\n  One.stub(:a, 1, &block)\nend"


@pytest.mark.parametrize(
    ("stubs", "body"),
    [
        ("One.stub(:a, 1)", "  One.stub(:a, 1, &block)\n"),
        ("One.stub(:a, 1)\nOther.stub(:b, 2)", "  One.stub(:a, 1) { Other.stub(:b, 2, &block) }\n"),
    ],
)
def test_what_is_no_run_can_be_inside_of_them_too(stubs: str, body: str) -> None:
    stubbed = f"# Why.\ndef stubbed(&block)\n{body}end"
    run = "def perform(*handed)\n  stubbed { @job.perform(*handed) }\nend"

    assert performing(f"# Why.\n{stubs}", "stubbed { hook.call }\nperform(1)") == f"{stubbed}\n\n{run}"
    assert performing(f"# Why.\n{stubs}", "stubbed { @job.each_iteration([@order]) }") == stubbed


def test_a_run_inside_of_stubs_goes_by_these_methods() -> None:
    assert inside_of_stubs("@job.perform(@order.id)") == "perform(@order.id)"
    assert inside_of_stubs("@job.each_iteration([@order])") == "stubbed { @job.each_iteration([@order]) }"


def codes(repo: Repo, folder: Path, *arguments: str) -> set[str]:
    done = sidekiq_gen(repo.write(folder), *arguments, "--json", "--no-input")
    assert done.status == 0, done.err
    return {notice["code"] for notice in json.loads(done.out)["notices"]}


JOB = ("job", "ChargeCustomer", "order:record")
PLAIN = ("job", "ChargeCustomer", "--kind", "plain")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (JOB, {"no-minitest-mock"}),
        (("install", "--health-check"), {"no-minitest-mock"}),
        (PLAIN, set()),
        ((*PLAIN, "--idempotency-key"), {"no-minitest-mock"}),
        ((*JOB, "--test", "none"), set()),
        (("install",), set()),
    ],
)
def test_a_minitest_without_stubs_is_told(tmp_path: Path, arguments: tuple[str, ...], told: set[str]) -> None:
    found = codes(Repo(rspec=False, gems={"minitest": "6.0.1"}), tmp_path, *arguments)

    assert found & {"no-minitest-mock"} == told


@pytest.mark.parametrize("gems", [{"minitest": "6.0.1", "minitest-mock": "5.27.0"}, {"minitest": "5.25.4"}, {}])
def test_one_with_stubs_is_not(tmp_path: Path, gems: dict[str, str]) -> None:
    assert "no-minitest-mock" not in codes(Repo(rspec=False, gems=gems), tmp_path, *JOB)


def test_a_spec_needs_no_minitest_mock(tmp_path: Path) -> None:
    assert "no-minitest-mock" not in codes(Repo(gems={"minitest": "6.0.1"}), tmp_path, *JOB)


@pytest.mark.parametrize(("rails", "own"), [("7.0.8", 1), ("7.1.0", 0)])
def test_a_constant_is_stubbed_as_rails_does_it(tmp_path: Path, rails: str, own: int) -> None:
    repo = Repo(sidekiq="7.0.9", rails=rails, rspec=False)
    root = repo.write(tmp_path)

    done = sidekiq_gen(root, "job", "ChargeOrders", "--model", "Order", "--kind", "backfill", "--no-input")

    assert done.status == 0, done.err
    text = (root / "test/jobs/charge_orders_job_test.rb").read_text(encoding="utf-8")
    assert "stub_const(ChargeOrdersJob, :BATCH_SIZE, 1)" in text
    assert text.count("def stub_const(") == own
    assert "remove_const" not in text
