from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

OLD = "7.2.4"  # has no IterableJob
MARKED = "--kind backfill --check-then-act charged_at"
TAKEN = [
    *((name, "--kind claim") for name in ("after", "pass", "error", "backlog", "ids", "rows", "times")),
    *((name, "--kind claim") for name in ("order", "orders", "raise", "e", "claim")),
    *((name, MARKED) for name in ("batch", "orders", "remaining", "cursor")),
    *((name, "--kind fan-out") for name in ("id", "slice", "orders", "bid")),
    *((name, "--model Order") for name in ("jid", "logger", "bid")),
    ("reschedules", "--model Order --retry-after SearchIndex::Busy"),
    ("e", "--model Order --retry-after SearchIndex::Busy"),
    ("delay_after", "--model Order --retry-after SearchIndex::Busy"),
    ("idempotency_key", "--model Order --idempotency-key"),
    ("with_advisory_lock", "--model Order --advisory-lock"),
    ("reschedules", "--model Order --advisory-lock --on-locked retry"),
    ("e", "--model Order --advisory-lock --on-locked retry"),
]


@pytest.mark.parametrize(("name", "flags"), TAKEN)
def test_an_argument_with_a_name_that_the_job_uses_itself_is_refused(tmp_path: Path, name: str, flags: str) -> None:
    words = f"ChargeOrders {name}:string {flags}".split()
    model = [] if "--model" in words else ["--model", "Order"]

    done = sidekiq_gen(Repo().write(tmp_path), "job", *words, *model, "--no-input")

    assert (done.status, done.out) == (2, "")
    assert "another name" in done.err or "name of its own" in done.err


@pytest.mark.parametrize("name", ["after", "last", "batch", "remaining"])
def test_the_chain_of_runs_takes_names_of_its_own(tmp_path: Path, name: str) -> None:
    words = f"ChargeOrders {name}:string --model Order {MARKED} --no-input".split()

    assert sidekiq_gen(Repo(sidekiq=OLD).write(tmp_path), "job", *words).status == 2


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("error", "--model Order --on-exhausted"),
        ("name", "--model Order --advisory-lock"),
        ("seconds", "--model Order --advisory-lock --on-locked retry"),
        ("key", "--model Order --advisory-lock --lock-scope session"),
        ("deadline", "--model Order"),
        ("e", "--model Order"),
        ("note", f"--model Order {MARKED}"),
    ],
)
def test_a_name_that_meets_nothing_is_free(tmp_path: Path, name: str, flags: str) -> None:
    words = f"ChargeOrders {name}:string {flags} --no-input".split()

    assert sidekiq_gen(Repo().write(tmp_path), "job", *words).status == 0


@pytest.mark.parametrize(
    "model", ["Job", "Note", "Error", "Context", "Failure", "Deadline", "Backlog", "Clock", "Query"]
)
@pytest.mark.parametrize("kind", ["claim", "backfill", "fan-out"])
def test_a_row_whose_name_is_taken_is_called_otherwise(tmp_path: Path, model: str, kind: str) -> None:
    root = Repo(records="double").write(tmp_path)
    (root / f"app/models/{model.lower()}.rb").write_text(f"class {model} < ApplicationRecord\nend\n")

    done = sidekiq_gen(root, "job", "SweepThings", "--model", model, "--kind", kind, "--no-input")

    assert done.status == 0
    text = (root / "app/jobs/sweep_things_job.rb").read_text()
    assert f"{model}." in text


def test_the_name_of_the_work_gives_way_to_a_method_of_the_job(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    assert sidekiq_gen(root, "job", "Backlog", "--model", "Order", "--kind", "claim", "--no-input").status == 0

    text = (root / "app/jobs/backlog_job.rb").read_text()
    assert text.count("def backlog\n") == 1
    assert "  def work(order)\n" in text


def test_a_model_whose_constant_the_job_defines_is_refused(tmp_path: Path) -> None:
    words = "ChargeLocked --model Locked --advisory-lock --on-locked retry --no-input".split()

    done = sidekiq_gen(Repo().write(tmp_path), "job", *words)

    assert (done.status, done.out) == (1, "")
    assert "Locked" in done.err


@pytest.mark.parametrize("model", ["Options", "Setter", "Iterable"])
def test_a_model_whose_constant_every_job_inherits_is_refused(tmp_path: Path, model: str) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "job", "ChargeThing", "--model", model, "--no-input")

    assert (done.status, done.out) == (1, "")
    assert "namespace" in done.err
