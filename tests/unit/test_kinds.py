from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

HAND_WRITTEN = "class ChargeOrderJob\n  def perform(order_id)\n  end\nend\n"


def document(root: Path, *arguments: str, status: int = 0) -> dict[str, object]:
    """The JSON document of one run."""
    done = sidekiq_gen(root, "job", *arguments, "--no-input", "--json")
    assert done.status == status, done.out
    loaded: dict[str, object] = json.loads(done.out)
    return loaded


def codes(found: dict[str, object]) -> list[str]:
    notices = found["notices"]
    assert isinstance(notices, list)
    return [notice["code"] for notice in notices]


REFUSALS = [
    ("--kind claim --database sqlite", "no-row-locks", "fan-out"),
    ("--kind claim --row-lock", "contradictory-patterns", "It locks each row itself"),
    ("--kind claim --advisory-lock", "contradictory-patterns", "It locks each row itself"),
    ("--kind claim --check-then-act state", "column-is-no-mark", "processed_at"),
    ("--kind claim --unique until_executed", "contradictory-patterns", "until_executing"),
    ("--kind backfill --row-lock", "contradictory-patterns", "--check-then-act"),
    (
        "--kind backfill --check-then-act charged_at --unique until_executed",
        "contradictory-patterns",
        "--unique until_executing",
    ),
    ("--kind backfill since:date", "contradictory-patterns", "--check-then-act"),
    ("--kind backfill --discard-on Gone --discard-to nowhere --retry 0", "contradictory-patterns", "row by row"),
    ("--kind fan-out --batch", "needs-gem", "Sidekiq Pro"),
]


@pytest.mark.parametrize(("arguments", "code", "hint"), REFUSALS, ids=lambda value: value[:40])
def test_what_cannot_be_had_is_refused_with_an_alternative(
    tmp_path: Path, arguments: str, code: str, hint: str
) -> None:
    root = Repo(unique_jobs="8.0.10").write(tmp_path)
    before = tree(root)

    error = document(root, "ChargeOrders", *arguments.split(), status=1)["error"]

    assert isinstance(error, dict)
    assert error["code"] == code
    assert hint in error["hint"]
    assert tree(root) == before


def test_a_claim_needs_to_know_the_database(tmp_path: Path) -> None:
    root = Repo(adapter="nokogiri").write(tmp_path)

    error = document(root, "ChargeOrders", "--kind", "claim", status=1)["error"]

    assert isinstance(error, dict)
    assert error["code"] == "no-database"


@pytest.mark.parametrize(
    "arguments",
    ["--max-rows 5", "--kind claim --batch-size 5", "--kind backfill --child ChargeOne", "--kind claim --max-rows 0"],
)
def test_a_flag_of_another_kind_or_out_of_range_is_a_mistake(tmp_path: Path, arguments: str) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "job", "ChargeOrders", *arguments.split(), "--no-input")

    assert done.status == 2


SAID_OF_CLAIMS = ("backlog-takes-all", "work-inside-transaction", "no-index")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--kind claim", {"column-not-found", *SAID_OF_CLAIMS, "poison-rows"}),
        ("--kind claim --check-then-act charged_at", {*SAID_OF_CLAIMS, "poison-rows"}),
        ("--kind claim --check-then-act charged_at --attempts total_cents", {*SAID_OF_CLAIMS, "attempts-counted"}),
        ("--kind backfill", {"backfill-without-column"}),
        ("--kind backfill --check-then-act charged_at --database sqlite", {"backfill-without-lock"}),
        ("--kind backfill --check-then-act charged_at", set()),
        ("--kind fan-out", set()),
    ],
)
def test_what_is_to_be_known_is_said(tmp_path: Path, arguments: str, expected: set[str]) -> None:
    assert set(codes(document(Repo().write(tmp_path), "ChargeOrders", *arguments.split()))) == expected


@pytest.mark.parametrize(
    ("release", "arguments", "expected"),
    [
        ("7.3.1", "--kind backfill --check-then-act charged_at", {"backfill-stops-at-failure"}),
        ("8.1.7", "--kind backfill --check-then-act charged_at", set()),
        ("7.3.1", "--kind fan-out", {"fan-out-starts-over"}),
        ("8.1.7", "--kind fan-out", set()),
        ("8.1.7", "--kind fan-out --batch", {"fan-out-starts-over", "batch-not-executed"}),
    ],
)
def test_what_a_release_cannot_keep_is_said(tmp_path: Path, release: str, arguments: str, expected: set[str]) -> None:
    root = Repo(sidekiq=release, rails="8.0.2", gems={"sidekiq-pro": release}).write(tmp_path)

    assert set(codes(document(root, "ChargeOrders", *arguments.split()))) == expected


@pytest.mark.parametrize("flags", ["--kind backfill", "--kind backfill --check-then-act charged_at", "--kind fan-out"])
@pytest.mark.parametrize(("release", "iterates"), [("7.3.1", False), ("7.3.2", True)])
def test_rows_are_iterated_from_the_release_on_that_loses_none(
    tmp_path: Path, flags: str, release: str, *, iterates: bool
) -> None:
    root = Repo(sidekiq=release).write(tmp_path)

    document(root, "ChargeOrders", *flags.split())

    job = (root / "app/jobs/charge_orders_job.rb").read_text(encoding="utf-8")
    assert ("include Sidekiq::IterableJob" in job) is iterates


@pytest.mark.parametrize("release", ["7.3.1", "8.1.7"])
def test_a_marked_backfill_is_not_done_before_nothing_is_left(tmp_path: Path, release: str) -> None:
    root = Repo(sidekiq=release).write(tmp_path)

    document(root, "ChargeOrders", *"since:date --kind backfill --check-then-act charged_at".split())

    job = (root / "app/jobs/charge_orders_job.rb").read_text(encoding="utf-8")
    assert "remaining.exists?" in job
    assert "self.class.perform_in(PAUSE, " in job


def test_a_spec_that_saves_rows_by_itself_says_so(tmp_path: Path) -> None:
    root = replace(Repo(), records="double").write(tmp_path)

    assert "rows-without-factory" in codes(document(root, "ChargeOrders", "--kind", "fan-out"))


@pytest.mark.parametrize(
    ("name", "flags", "child"),
    [
        ("ChargeOrders", "", "charge_order_job"),
        ("ChargeOrder", "", "charge_one_order_job"),
        ("Orders", "", "orders_order_job"),
        ("ChargeEveryone", "--model Order", "charge_everyone_order_job"),
        ("billing/charge_orders", "", "billing/charge_order_job"),
        ("ChargeOrders", "--child SettleOrder", "settle_order_job"),
    ],
)
def test_a_fan_out_writes_its_child_beside_itself(tmp_path: Path, name: str, flags: str, child: str) -> None:
    root = Repo().write(tmp_path)

    found = document(root, name, "--kind", "fan-out", *flags.split())

    files = found["files"]
    assert isinstance(files, list)
    paths = [file["path"] for file in files]
    assert paths[2:] == [f"app/jobs/{child}.rb", f"spec/jobs/{child}_spec.rb"]
    again = sidekiq_gen(root, *shlex.split(str(found["command_line"]))[1:])
    assert (again.status, again.out.count("identical")) == (0, 4)


@pytest.mark.parametrize("path", ["app/jobs/charge_order_job.rb", "app/workers/charge_order_job.rb", "app/jobs/all.rb"])
def test_a_child_that_is_there_is_used_as_it_is(tmp_path: Path, path: str) -> None:
    root = Repo(files={path: HAND_WRITTEN}).write(tmp_path)

    found = document(root, "ChargeOrders", "--kind", "fan-out")

    files = found["files"]
    assert isinstance(files, list)
    assert len(files) == 2
    assert "child-exists" in codes(found)
    assert (root / path).read_text(encoding="utf-8") == HAND_WRITTEN


@pytest.mark.parametrize(
    ("arguments", "once", "alone"),
    [
        ("--kind claim --check-then-act charged_at", True, True),
        ("--kind claim", False, True),  # the table has no column processed_at
        ("--kind backfill --check-then-act charged_at", True, True),
        ("--kind backfill --check-then-act charged_at --database sqlite", False, False),
        ("--kind backfill", False, False),
        ("--kind fan-out", False, False),
        ("--kind fan-out --check-then-act charged_at --row-lock", True, True),
    ],
)
def test_the_checklist_says_what_a_job_about_rows_does_by_itself(
    tmp_path: Path, arguments: str, *, once: bool, alone: bool
) -> None:
    items = document(Repo().write(tmp_path), "ChargeOrders", *arguments.split())["checklist"]

    assert isinstance(items, list)
    satisfied = {item["name"]: item["satisfied"] for item in items}
    assert (satisfied["idempotent"], satisfied["concurrency"]) == (once, alone)


def test_safeguards_cannot_be_laid_over_a_child_that_is_there(tmp_path: Path) -> None:
    root = Repo(files={"app/jobs/charge_order_job.rb": HAND_WRITTEN}).write(tmp_path)

    error = document(root, "ChargeOrders", "--kind", "fan-out", "--row-lock", status=1)["error"]

    assert isinstance(error, dict)
    assert (error["code"], "--child" in error["hint"]) == ("class-exists", True)


def test_a_fan_out_is_no_child_of_its_own(tmp_path: Path) -> None:
    arguments = ("job", "ChargeOrders", "--kind", "fan-out", "--child", "ChargeOrders", "--no-input")

    assert sidekiq_gen(Repo().write(tmp_path), *arguments).status == 2


def test_an_iterated_backfill_may_be_unique_until_it_has_run(tmp_path: Path) -> None:
    arguments = ("ChargeOrders", "--kind", "backfill", "--unique", "until_executed")

    document(Repo(unique_jobs="8.0.10").write(tmp_path / "iterated"), *arguments)
    marked = ("ChargeOrders", "--kind", "backfill", "--check-then-act", "charged_at", "--unique", "until_executing")
    document(Repo(unique_jobs="8.0.10").write(tmp_path / "marked"), *marked)
    document(Repo(sidekiq="7.2.4", unique_jobs="8.0.10").write(tmp_path / "chained"), *arguments, status=1)
