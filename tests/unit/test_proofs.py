"""Nothing is written that the repo does not prove: a repo for each finding of the review of real houses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/charge_customer_job.rb"


def job(root: Path, flags: str = "--model Order") -> tuple[str, dict[str, str]]:
    """The text of a job that is generated in a repo, and the notices by code."""
    done = sidekiq_gen(root, "job", "ChargeCustomer", *flags.split(), "--no-input", "--json")
    assert done.status == 0, done.out + done.err
    told = json.loads(done.out)
    return (root / JOB).read_text(encoding="utf-8"), {one["code"]: one["message"] for one in told["notices"]}


def info(root: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(sidekiq_gen(root, "info", "--json").out)
    return told


def existing(name: str, call: str) -> dict[str, str]:
    """A job that makes a call with the error that it has rescued."""
    return {
        f"app/jobs/{name}_job.rb": f"class {name.title().replace('_', '')}Job\n  include Sidekiq::Job\n\n"
        f"  def perform(id)\n    work(id)\n  rescue Carrier::Error => problem\n    {call}\n  end\nend\n"
    }


WRAPPER = "module Told\n  def self.notify(exception, options = {})\n  end\nend\n"


@pytest.mark.parametrize(
    ("call", "files", "expected"),
    [
        ("Told.notify(problem)", {"config/initializers/errors.rb": WRAPPER}, "Told.notify(error)\n"),
        ("Told.notify problem, extra: { id: id }", {"lib/errors/told.rb": WRAPPER}, "Told.notify(error, extra: {"),
        ("::Told.notify(problem, level: 1,\n extra: { id: })", {"app/lib/told.rb": WRAPPER}, "notify(error, extra: {"),
        ("Told.notify(problem) if late?", {"lib/told.rb": WRAPPER}, "Told.notify(error)\n"),
        # what is called with a part of the error, or with something made of it
        ("Told.notify(problem.retry_after || 30, id)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        ("Told.notify(problem.message)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        ("Told.notify(id, problem)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        ("Told.notify(other)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        # what enqueues, raises or gives something back
        ("WorkJob.perform_in(problem.retry_after, id)", {}, "Rails.error.report(error"),
        ("WorkJob.perform_in(problem, id)", {}, "Rails.error.report(error"),
        ("WorkJob.later(problem)", {}, "Rails.error.report(error"),
        ("Told.raise_later(problem)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        ("text = Told.notify(problem)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        # what is not the repo's own, or needs more than an error
        ("Told.notify(problem)", {}, "Rails.error.report(error"),
        ("Told.notify(problem)", {"lib/told.rb": WRAPPER.replace("options = {}", "id")}, "Rails.error.report(error"),
    ],
)  # fmt: skip
def test_a_wrapper_takes_the_whole_error(tmp_path: Path, call: str, files: dict[str, str], expected: str) -> None:
    text, _ = job(Repo(files={**existing("work", call), **files}).write(tmp_path), "--model Order --on-exhausted")

    assert expected in text


def test_a_wrapper_that_a_gem_brings_is_known(tmp_path: Path) -> None:
    root = Repo(gems={"govuk_app_config": "9.9.2", "sentry-ruby": "5.22.1"}).write(tmp_path)
    text, _ = job(root, "--model Order --on-exhausted")

    assert 'GovukError.notify(error, extra: { jid: job["jid"], args: job["args"] })' in text
    assert info(root)["error_wrapper"] == "GovukError.notify"
    assert "sentry, through GovukError.notify" in sidekiq_gen(root, "info").out
