"""A claim and the rows that always fail: what counts them, what is refused, what is said, what is rendered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/charge_orders_job.rb"
LAST = '    t.datetime "charged_at"\n'


def repo_with(columns: str, **options: Any) -> Repo:
    """A repo whose orders have more columns, spelled as a dump spells them."""
    from support.repos import SCHEMA

    return Repo(files={"db/schema.rb": SCHEMA.replace(LAST, f"{LAST}    {columns}\n", 1)}, **options)


def told(root: Path, *flags: str) -> tuple[str, dict[str, Any]]:
    """The job, and the JSON document."""
    done = sidekiq_gen(root, "job", "ChargeOrders", "--kind", "claim", "--json", *flags)
    return (root / JOB).read_text(encoding="utf-8") if done.status == 0 else "", json.loads(done.out)


@pytest.mark.parametrize(
    ("columns", "flags", "counts", "rests"),
    [
        ("", "", "", ""),
        ('t.integer "attempts", default: 0, null: false', "", "attempts", ""),
        ('t.integer "retry_count"', "", "retry_count", ""),
        ('t.bigint "attempts_count"', "", "attempts_count", ""),
        ('t.integer "attempts"\n    t.datetime "retry_at"', "", "attempts", "retry_at"),
        ('t.datetime "next_attempt_at"', "", "", ""),
        ('t.string "attempts"', "", "", ""),
        ('t.integer "failed_attempts"', "", "", ""),
        ('t.integer "failed_attempts"', "--attempts failed_attempts", "failed_attempts", ""),
        ('t.integer "attempts"', "--attempts none", "", ""),
        ("", "--attempts tries", "tries", ""),
        ("", "--next-attempt later_at", "attempts", "later_at"),
        ('t.integer "retry_count"', "--next-attempt later_at", "retry_count", "later_at"),
        ('t.integer "attempts"\n    t.datetime "retry_at"', "--next-attempt later_at", "attempts", "later_at"),
    ],
)
def test_attempts_are_counted_in_a_column_that_is_there_or_named(
    tmp_path: Path, columns: str, flags: str, counts: str, rests: str
) -> None:
    text, _ = told(repo_with(columns).write(tmp_path), *flags.split())

    assert (f".where({counts}: [nil, 0...MAX_ATTEMPTS])" in text) is bool(counts)
    assert ("def count_failure" in text) is bool(counts)
    assert (f"backlog.where({rests}: [nil, Time.zone.at(0)..Time.current])" in text) is bool(rests)


@pytest.mark.parametrize(
    ("flags", "code", "hint"),
    [
        ("--attempts state", "column-is-no-count", "--attempts attempts"),
        ("--attempts charged_at", "column-is-no-count", "--attempts attempts"),
        ("--attempts attempts --next-attempt total_cents", "column-is-no-time", "--next-attempt next_attempt_at"),
        ("--attempts none --next-attempt next_attempt_at", "contradictory-patterns", "one of the two"),
        ("--on-exhausted --mark-failed failed_at", "no-attempts", "--attempts attempts"),
        ("--attempts 2x", "invalid-column", "name of a column"),
    ],
)
def test_what_cannot_count_is_refused(tmp_path: Path, flags: str, code: str, hint: str) -> None:
    text, document = told(Repo().write(tmp_path), *flags.split())

    assert text == ""
    assert document["error"]["code"] == code
    assert hint in document["error"]["hint"] + document["error"]["message"]


def test_attempts_are_those_of_a_claim(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "job", "ChargeOrders", "--kind", "backfill", "--attempts", "attempts")

    assert done.status == 2
    assert "--kind claim" in done.err


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        ("", "poison-rows", "--attempts attempts --next-attempt next_attempt_at --migration"),
        ("--attempts tries", "attempts-counted", "Set tries to 0"),
    ],
)
def test_it_is_said_what_becomes_of_poison_rows(tmp_path: Path, flags: str, code: str, said: str) -> None:
    _, document = told(Repo().write(tmp_path), *flags.split())

    assert [said in notice["hint"] for notice in document["notices"] if notice["code"] == code] == [True]


@pytest.mark.parametrize(
    ("columns", "flags", "written"),
    [
        ('t.integer "attempts"\n    t.datetime "failed_at"', "--on-exhausted", ":failed_at, Time.current"),
        ('t.integer "attempts"', "--on-exhausted --mark-failed broken", ":broken, true"),
        ('t.integer "attempts"\n    t.datetime "failed_at"', "", ""),
        ('t.datetime "failed_at"', "--on-exhausted", ""),
    ],
)
def test_a_row_that_is_given_up_is_marked_where_a_column_can_say_so(
    tmp_path: Path, columns: str, flags: str, written: str
) -> None:
    columns += '\n    t.boolean "broken"'

    text, _ = told(repo_with(columns).write(tmp_path), *flags.split())

    marks = [line for line in text.split("\n") if "update_column(" in line and "processed_at" not in line]
    assert [written in line for line in marks] == ([True] if written else [])


def test_the_end_of_a_row_is_reported_to_the_tracker(tmp_path: Path) -> None:
    text, _ = told(repo_with('t.integer "attempts"', gems={"sentry-ruby": "5.22.1"}).write(tmp_path))

    assert "Sentry.capture_exception(error, extra: { order_id: order.id })" in text


def test_the_next_run_goes_on_behind_the_last_row(tmp_path: Path) -> None:
    text, _ = told(Repo().write(tmp_path), "since:date")

    assert "def perform(since, after = nil, pass = 1)" in text
    assert "self.class.perform_async(since, ids.last, pass)" in text
    assert "self.class.perform_in(15 * (4**pass), since, nil, pass + 1)" in text
