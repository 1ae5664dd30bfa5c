"""The answers behind a job that is there are found, and are right: they give its text."""

from __future__ import annotations

import shlex
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.job.recovered import recover
from sidekiq_gen.job.rendering import render
from sidekiq_gen.job.resolve import resolve_job
from sidekiq_gen.rails.project import Where, detect_project
from support.cases import RELEASES
from support.command import sidekiq_gen, tree
from support.requests import answers

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.rails.project import Project

LINES = (
    "ChargeOrder",
    "Sync since:date amount:decimal --kind plain --queue low --retry 3 --log-context",
    "ChargeOrder --check-then-act state=pending:paid",
    "ChargeOrder --check-then-act charged_at --advisory-lock --lock-scope session --idempotency-key",
    "ChargeOrder --discard-on PaymentGateway::CardDeclined --discard-on ActiveRecord::RecordInvalid --retry 7",
    "ChargeOrder --discard-on PaymentGateway::CardDeclined --discard-to nowhere --retry 0 --row-lock",
    "ChargeOrder --on-exhausted --mark-failed failed_at --retry-after PaymentGateway::RateLimited --throttle 10/60",
    "ChargeOrder --unique until_executed --unique-ttl 3600 --on-conflict log --tags billing --tags nightly",
    "ChargeOrder --calls SettleOrder#call --advisory-lock --on-locked retry",
    "SweepOrders --kind claim --model Order --attempts attempts --max-rows 20000",
    "SweepOrders since:date --kind backfill --model Order --check-then-act processed",
    "ChargeOrders --kind fan-out --model Order --batch-size 200",
    "ChargeOrder --test none",
)


def project_in(tmp_path: Path, tree_of_release: str) -> Project:
    root = RELEASES[tree_of_release].write(tmp_path)
    return detect_project(Where(root=root), root)


@pytest.mark.parametrize(("line", "release"), list(zip(LINES, cycle(RELEASES), strict=False)))
def test_the_answers_are_found_by_the_name_alone(tmp_path: Path, line: str, release: str) -> None:
    project = project_in(tmp_path, release)
    texts = [text for _, text in render(resolve_job(answers(line), project))]
    name = answers(shlex.split(line)[0])

    found = recover(name, project, job=texts[0], spec=texts[1] if len(texts) > 1 else None)

    assert found is not None
    assert [text for _, text in render(resolve_job(found, project))] == texts
    assert found["name"] == name["name"]


def test_what_is_known_is_kept(tmp_path: Path) -> None:
    project = project_in(tmp_path, "7")
    job, spec = (text for _, text in render(resolve_job(answers("ChargeOrder --retry 3 --row-lock"), project)))

    assert recover(answers("ChargeOrder --retry 4"), project, job=job, spec=spec) is None
    found = recover(answers("ChargeOrder --retry 3"), project, job=job, spec=spec)
    assert found is not None
    assert found["retry"] == answers("ChargeOrder --retry 3")["retry"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("charge_order(order)", "charge_order(order, now)"),
        ("private", "public"),
        ("\n  def perform", "\n  # own\n  def perform"),
    ],
)
def test_an_edited_job_has_no_answers(tmp_path: Path, old: str, new: str) -> None:
    project = project_in(tmp_path, "8")
    job, spec = (text for _, text in render(resolve_job(answers("ChargeOrder --row-lock"), project)))
    assert old in job

    assert recover(answers("ChargeOrder"), project, job=job.replace(old, new, 1), spec=spec) is None
    assert recover(answers("ChargeOrder"), project, job=job, spec=f"{spec}\n# own\n") is None


@pytest.mark.parametrize("text", ["", "class", "\0", "def perform(" + "a, " * 200 + ")", "x" * 30_001, "1" * 29_000])
def test_any_other_text_has_none(tmp_path: Path, text: str) -> None:
    assert recover(answers("ChargeOrder"), project_in(tmp_path, "7"), job=text, spec=None) is None


def test_destroy_takes_the_name_alone(tmp_path: Path) -> None:
    root = RELEASES["7"].write(tmp_path)
    before = tree(root)
    flags = "--model Order --check-then-act charged_at --advisory-lock --queue low"
    assert sidekiq_gen(root, *f"job billing/ChargeOrder {flags} --no-input".split()).status == 0

    done = sidekiq_gen(root, "destroy", "job", "billing/ChargeOrder", "--no-input")

    assert (done.status, tree(root)) == (0, before), done.err
