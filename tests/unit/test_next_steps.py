"""What a run says in the end: what is done, what is left to do, and what to do next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB, SPEC = "app/jobs/process_order_job.rb", "spec/jobs/process_order_job_spec.rb"
MINITEST = {"rspec": False, "files": {"test/test_helper.rb": ""}}


def told(root: Path, *words: str) -> dict[str, Any]:
    done = sidekiq_gen(root, "job", *words, "--json")
    assert done.status == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def steps(root: Path, *words: str) -> dict[str, str]:
    return {step["name"]: step["text"] for step in told(root, *words)["next"]}


@pytest.mark.parametrize(
    ("line", "enqueue", "later"),
    [
        ("ProcessOrder", "ProcessOrderJob.perform_async(order.id)", "ProcessOrderJob.perform_in(1.hour, order.id)"),
        ("Sync --kind plain", "SyncJob.perform_async", "SyncJob.perform_in(1.hour)"),
        (
            "billing/Sync a b:integer since:date at:time sum:decimal all:array order:record",
            "Billing::SyncJob.perform_async(a, b, since.iso8601, at.iso8601, sum.to_s, all, order.id)",
            "Billing::SyncJob.perform_in(1.hour, a, b, since.iso8601, at.iso8601, sum.to_s, all, order.id)",
        ),
        (
            "ChargeOrders --kind fan-out --model Order",
            "ChargeOrdersJob.perform_async",
            "ChargeOrdersJob.perform_in(1.hour)",
        ),
        (
            "ProcessOrder since:date --base active-job",
            "ProcessOrderJob.perform_later(order, since)",
            "ProcessOrderJob.set(wait: 1.hour).perform_later(order, since)",
        ),
        ("Sync --kind plain --base active-job", "SyncJob.perform_later", "SyncJob.set(wait: 1.hour).perform_later"),
    ],
)
def test_how_it_is_enqueued(tmp_path: Path, line: str, enqueue: str, later: str) -> None:
    found = steps(Repo().write(tmp_path), *line.split())

    assert (found["enqueue"], found["later"]) == (enqueue, later)


@pytest.mark.parametrize(
    ("repo", "line", "command"),
    [
        (Repo(), "ProcessOrder", f"bundle exec rspec {SPEC}"),
        (Repo(files={"bin/rspec": ""}), "ProcessOrder", f"bin/rspec {SPEC}"),
        (
            Repo(),
            "ChargeOrders --kind fan-out --model Order",
            "bundle exec rspec spec/jobs/charge_orders_job_spec.rb spec/jobs/charge_order_job_spec.rb",
        ),
        (Repo(), "ProcessOrder --test minitest", "bundle exec rails test test/jobs/process_order_job_test.rb"),
        (
            Repo(files={"bin/rails": ""}),
            "ProcessOrder --test minitest",
            "bin/rails test test/jobs/process_order_job_test.rb",
        ),
        (Repo(), "ProcessOrder --test none", None),
        (
            Repo(),
            "ProcessOrder --dir app/my$(jobs)",
            "bundle exec rspec 'spec/my$(jobs)/process_order_job_spec.rb'",
        ),
    ],
)
def test_how_its_spec_is_run(tmp_path: Path, repo: Repo, line: str, command: str | None) -> None:
    assert steps(repo.write(tmp_path), *line.split()).get("test") == command


def test_it_is_said_once_something_is_written(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    assert "next" not in sidekiq_gen(root, "job", "ProcessOrder", "--pretend").checklist
    said = sidekiq_gen(root, "job", "ProcessOrder")
    assert said.checklist["next"] == f"ProcessOrderJob.perform_async(order.id); bundle exec rspec {SPEC}"
    assert sidekiq_gen(root, "job", "ProcessOrder").checklist == {}


# What is done


def checklist(document: dict[str, Any]) -> dict[str, tuple[bool, str]]:
    return {one["name"]: (one["satisfied"], one["text"]) for one in document["checklist"]}


@pytest.mark.parametrize(
    ("flags", "done", "text"),
    [
        (("--check-then-act", "charged_at"), True, "completed work is skipped"),
        (
            ("--check-then-act", "chargd_at"),
            False,
            "add chargd_at to the table (--migration): completed work is skipped from then on",
        ),
        (
            ("--check-then-act", "mailed_at", "--migration"),
            False,
            "run bin/rails db:migrate: completed work is skipped from then on",
        ),
    ],
)
def test_nothing_is_done_by_a_column_that_is_not_there(
    tmp_path: Path, flags: tuple[str, ...], text: str, *, done: bool
) -> None:
    found = checklist(told(Repo().write(tmp_path), "ChargeOrder", *flags))

    assert found["idempotent"] == (done, text)
    assert found["tested"][0] == done
    assert found["version"][0]


@pytest.mark.parametrize(("adapter", "locks"), [("pg", True), ("sqlite3", False)])
def test_a_lock_is_advised_only_where_the_database_has_one(tmp_path: Path, adapter: str, *, locks: bool) -> None:
    document = told(Repo(adapter=adapter).write(tmp_path), "ChargeOrder", "--check-then-act", "charged_at")
    hint = {one["code"]: one["hint"] for one in document["notices"]}["check-without-lock"]

    assert ("--row-lock" in hint, "--advisory-lock" in checklist(document)["concurrency"][1]) == (locks, locks)
    assert ("--unique while_executing" in hint) != locks


def test_a_claim_needs_its_columns_as_well(tmp_path: Path) -> None:
    found = checklist(told(Repo().write(tmp_path), "SweepOrders", "--kind", "claim", "--model", "Order"))

    assert found["idempotent"][0] is False
    assert found["idempotent"][1].startswith("add processed_at to the table")


def test_a_job_without_arguments_takes_none(tmp_path: Path) -> None:
    assert checklist(told(Repo().write(tmp_path), "Sync", "--kind", "plain"))["small-arguments"] == (
        True,
        "takes no arguments",
    )


@pytest.mark.parametrize(
    ("keep", "listed", "following"),
    [
        ((JOB,), False, False),
        ((SPEC,), True, True),
        ((JOB, SPEC), False, False),
    ],
)
def test_nothing_is_said_of_a_file_that_was_left_as_it_is(
    tmp_path: Path, keep: tuple[str, ...], *, listed: bool, following: bool
) -> None:
    files = dict.fromkeys(keep, "# mine\n")
    root = Repo(files=files).write(tmp_path)

    document = told(root, "ProcessOrder", "--check-then-act", "charged_at", "--skip")

    found = checklist(document)
    assert (bool(found), bool(document["next"])) == (listed, following)
    assert "tested" not in found


def test_nothing_is_said_of_a_job_that_was_there_and_is_only_enqueued(tmp_path: Path) -> None:
    root = Repo(files={"app/jobs/charge_order_job.rb": "class ChargeOrderJob\nend\n"}).write(tmp_path)

    document = told(root, "ChargeOrders", "--kind", "fan-out", "--model", "Order")

    assert [one["code"] for one in document["notices"]].count("child-exists") == 1
    assert document["checklist"] == []
    assert [step["name"] for step in document["next"]] == ["enqueue", "later", "test"]


def test_nor_in_a_list_of_jobs(tmp_path: Path) -> None:
    root = Repo(files={JOB: "# mine\n"}).write(tmp_path)
    (root / "jobs.toml").write_text('[[job]]\nname = "ProcessOrder"\n\n[[job]]\nname = "Sync"\n', encoding="utf-8")

    jobs = told(root, "--from", "jobs.toml", "--skip")["jobs"]

    assert [bool(job["checklist"]) for job in jobs] == [False, True]
