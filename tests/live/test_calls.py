"""Specs of jobs that call what does the work: green, and red where the call is wrong or is not made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.specs import run_specs

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant

CALLED = ("PaymentGateway.charge", "SettleOrder#call", "Order#settle!")
JOBS = (
    "order:record",
    "order:record --check-then-act charged_at --row-lock",
    "order:record --check-then-act charged_at --advisory-lock",
    "order:record --advisory-lock --on-locked retry --on-missing retry",
    "order:record --log-context --discard-on PaymentGateway::CardDeclined --discard-to nowhere --retry 0",
    "order:record --retry-after PaymentGateway::RateLimited",
    "--model Order --kind fan-out --child {0}One",
)
WITH_KEY = (
    "order:record --idempotency-key --advisory-lock --lock-scope session",
    "order:record restaurant:record --idempotency-key",
    "order:record tags:array --idempotency-key --advisory-lock",
)
OF_BATCHES = ("--model Order --kind backfill", "--model Order --kind backfill --check-then-act charged_at")


def made_for(variant: Variant, folder: Path) -> list[rendered.Rendered]:
    lines = [f"{job} --calls {called}" for job in JOBS for called in CALLED]
    lines += [f"{job} --calls {called}" for job in WITH_KEY for called in CALLED[:2]]
    lines += [f"{job} --calls {called}" for job in OF_BATCHES for called in (*CALLED[:2], "ImportOrders.call")]
    made = []
    for records in ("factory", "double"):
        for number, line in enumerate(lines):
            name = f"Settle{records.capitalize()}{number}"
            case = rendered.scenario(variant, line.format(name))
            case = replace(case, repo=replace(case.repo, records=records))
            made.append(rendered.render(rendered.target(case, variant, name), folder / name))
    return made


@pytest.mark.scenario("calls")
def test_specs_of_jobs_that_call_a_collaborator(
    processes: Processes, variant: Variant, app: App, tmp_path: Path, promise: Note
) -> None:
    made = made_for(variant, tmp_path)
    app.write({path: text for one in made for path, text in one.files.items()})

    report = run_specs(processes, variant, app)

    assert report.failures == []
    promise(variant, "all", "calls", "its rspec spec is green, and stubs the collaborator", len(made))


# What becomes of the call in each job that has it: some example must fail.
WRONG = {
    "a keyword that the gateway does not have": ("total_cents: order.total_cents", "total: order.total_cents"),
    "another record": ("SettleOrder.new(order", "SettleOrder.new(order.dup"),
    "no call of the model": ("order.settle!", "order"),
    "no call of the service": (".call\n", "\n"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_call_fails_the_spec(
    processes: Processes, variant: Variant, app: App, tmp_path: Path, what: str, promise: Note
) -> None:
    right, wrong = WRONG[what]
    mutants = {}
    for one in made_for(variant, tmp_path):
        for path in one.files:
            text = one.files[path]
            if path.startswith("app/") and right in text:
                mutants[one.spec_of(path)] = one.files[one.spec_of(path)]
                app.write({path: text.replace(right, wrong)})
    app.write(mutants)

    report = run_specs(processes, variant, app, only=sorted(mutants), until_failure=True)

    survivors = [spec for spec in mutants if all(example.status == "passed" for example in report.files[spec])]
    promise(variant, "all", "calls", f"its rspec spec fails with {what}", len(mutants))
    assert survivors == []
    assert len(mutants) > 5
