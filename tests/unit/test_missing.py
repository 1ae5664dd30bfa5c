"""What becomes of a run whose record is not there: as asked for, else as the house does it, and what is said of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.rails.house.lookups import missing_habit
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/charge_customer_job.rb"
SKIPPED = '    return logger.warn("skipped: there is no Order #{order_id}") unless order\n'
FIND = "    order = Order.find(order_id)\n"
HOUSE = "class {0}Job\n  include Sidekiq::Job\n\n  def perform({1})\n    {2}\n  end\nend\n"
FINDS, LOOKS, HANDS_ON = "Order.find(order_id).ship", "Order.find_by(id: order_id)&.ship", "Shipping.ship(order_id)"


def house(*bodies: str) -> dict[str, str]:
    """Jobs that are there, each with what it does with the id of an order."""
    return {
        f"app/jobs/ship{number}_job.rb": HOUSE.format(f"Ship{number}", "order_id", body)
        for number, body in enumerate(bodies)
    }


def told(root: Path, repo: Repo, flags: str) -> dict[str, Any]:
    arguments = ["job", "ChargeCustomer", "order:record", *flags.split(), "--json"]
    document: dict[str, Any] = json.loads(sidekiq_gen(repo.write(root), *arguments).out)
    return document


@pytest.mark.parametrize(
    ("flags", "here", "not_here"),
    [
        ("", SKIPPED, FIND),
        ("--on-missing log", SKIPPED, FIND),
        ("--on-missing retry", FIND, "logger"),
        ("--on-missing discard", ":kill if error.is_a?(ActiveRecord::RecordNotFound)", "find_by"),
        (
            "--on-missing discard --discard-to nowhere",
            ":discard if error.is_a?(ActiveRecord::RecordNotFound)",
            "logger",
        ),
        ("--on-missing discard --discard-on Gone", "when Gone, ActiveRecord::RecordNotFound\n", "find_by"),
        ("--on-missing log --discard-on ActiveRecord::RecordNotFound", SKIPPED, FIND),
    ],
)
def test_a_record_that_is_not_there(tmp_path: Path, flags: str, here: str, not_here: str) -> None:
    document = told(tmp_path, Repo(), flags)

    text = (tmp_path / JOB).read_text(encoding="utf-8")
    assert here in text
    assert not_here not in text
    assert document["command_line"] == " ".join(
        f"sidekiq-gen job ChargeCustomer order:record {flags} --no-input".split()
    )


@pytest.mark.parametrize(
    ("bodies", "flags", "finds"),
    [
        ((FINDS, FINDS), "", False),  # a small sample
        ((FINDS, FINDS, LOOKS), "", True),
        ((FINDS, FINDS, FINDS, LOOKS, LOOKS, LOOKS), "", False),
        ((FINDS, LOOKS), "", False),
        ((FINDS, LOOKS, LOOKS), "", False),
        ((FINDS, FINDS, HANDS_ON), "", False),  # what looks nothing up has no vote
        ((FINDS, FINDS, FINDS, HANDS_ON, HANDS_ON, HANDS_ON), "", True),
        ((FINDS, FINDS, FINDS), "--on-missing log", False),
        ((FINDS, FINDS, FINDS), "--retry 0", False),
    ],
)
def test_the_habit_of_the_house_wins_where_nobody_says_anything(
    tmp_path: Path, bodies: tuple[str, ...], flags: str, *, finds: bool
) -> None:
    told(tmp_path, Repo(files=house(*bodies)), flags)

    assert (FIND in (tmp_path / JOB).read_text(encoding="utf-8")) is finds


def test_what_the_house_finds_and_never_retries_is_given_up(tmp_path: Path) -> None:
    document = told(tmp_path, Repo(files=house(FINDS, FINDS, FINDS)), "--discard-on ActiveRecord::RecordNotFound")

    assert "missing records are not tried again" in [item["text"] for item in document["checklist"]]


def test_info_shows_the_habit(tmp_path: Path) -> None:
    shown = sidekiq_gen(Repo(files=house(FINDS, FINDS, FINDS, HANDS_ON)).write(tmp_path), "info").out

    assert "Missing records     retried, as find raises (3 of 3 existing jobs)\n" in shown


@pytest.mark.parametrize(
    ("parameters", "body", "habit"),
    [
        ("order_id", FINDS, "retry"),
        ("id, note = nil", "order = Order.includes(:lines).find(id)", "retry"),
        ("order_id", "Order.find_by!(id: order_id)", "retry"),
        ("order_id", f"{FINDS}\n  rescue ActiveRecord::RecordNotFound\n    nil", "log"),
        ("order_id", LOOKS, "log"),
        ("order_id", "Order.find_by_id(order_id)", "log"),
        ("order_id", "Order.where(:id => order_id).first", "log"),
        ("order_id", HANDS_ON, None),
        ("order_id", "Order.find(other_id)", None),
        ("name", "Order.find(name)", None),
        ("", "Order.find(1)", None),
    ],
)
def test_how_a_job_looks_its_record_up(parameters: str, body: str, habit: str | None) -> None:
    assert missing_habit(HOUSE.format("Ship", parameters, body)) == habit


@pytest.mark.parametrize(
    ("arguments", "status", "code", "hint"),
    [
        ("order:record --on-missing retry --retry 0", 1, "contradictory-patterns", "--on-missing log"),
        ("order:record --on-missing retry --retry false", 1, "contradictory-patterns", "--retry 5"),
        (
            "order:record --on-missing retry --discard-on ::ActiveRecord::RecordNotFound",
            1,
            "contradictory-patterns",
            "--on-missing discard",
        ),
        ("order:record --on-missing discard --retry 0", 1, "contradictory-patterns", "--discard-to nowhere"),
        ("order:record --on-missing never", 2, "usage", ""),
        ("--kind plain --on-missing retry", 2, "contradictory-patterns", "--kind record"),
        ("--model Order --kind claim --on-missing retry", 2, "contradictory-patterns", "--kind record"),
    ],
)
def test_what_cannot_be_had_is_refused(tmp_path: Path, arguments: str, status: int, code: str, hint: str) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "job", "ChargeCustomer", *arguments.split(), "--json")

    error = json.loads(done.out)["error"]
    assert (done.status, error["code"]) == (status, code)
    assert hint in error["hint"]


INITIALIZER = "config/initializers/sidekiq.rb"
WAITS = {INITIALIZER: "Sidekiq.transactional_push!\n"}
INSTALL, BY_HAND = "Let pushes wait (sidekiq-gen install), push in after_commit", "Push in after_commit"


@pytest.mark.parametrize(
    ("repo", "flags", "hint"),
    [
        (Repo(waits=False), "", BY_HAND),
        (Repo(waits=False, sidekiq="6.4.1"), "--on-missing log", BY_HAND),
        (Repo(waits=False, sidekiq="8.1.7"), "--on-missing discard", INSTALL),
        (Repo(waits=False, gems={"after_commit_everywhere": "1.4.0"}), "", INSTALL),
        (Repo(waits=False, files={INITIALIZER: "# Sidekiq.transactional_push!\n"}), "", BY_HAND),
        (Repo(waits=False), "--on-missing retry", None),
        (Repo(waits=False, files=WAITS), "", None),
        (Repo(), "", None),
    ],
)
def test_a_job_that_may_run_before_the_commit_is_explained(
    tmp_path: Path, repo: Repo, flags: str, hint: str | None
) -> None:
    notices = {notice["code"]: notice["hint"] for notice in told(tmp_path, repo, flags)["notices"]}

    assert notices.get("runs-before-commit", "").partition(",")[0] == (hint or "").partition(",")[0]


def test_the_job_of_a_fan_out_is_asked_the_same(tmp_path: Path) -> None:
    root = Repo(waits=False).write(tmp_path)
    arguments = "job ChargeOrders --model Order --kind fan-out --child SettleOrder --on-missing discard --json"

    document = json.loads(sidekiq_gen(root, *arguments.split()).out)

    assert FIND in (root / "app/jobs/settle_order_job.rb").read_text(encoding="utf-8")
    assert document["notices"] == []  # its rows are committed
