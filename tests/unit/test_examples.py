"""The examples on the pages that are written by hand do what their pages say.

Every block that is data or a command has its test here, or a reason why it has none; ruby, yaml and diff are read by
test_blocks.py, sh is run by test_ci_page.py. The pages of rules and patterns are made from what is run.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from support.blocks import PAGES, blocks, page
from support.command import sidekiq_gen
from support.deploys import commit, git, write
from support.repos import ERRORS, Repo

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = {"console", "json", "jinja", "python", "toml"}
# How many blocks of a page are run here.
RUN = {
    "check": 1,
    "deploys": 1,
    "habits": 1,
    "json": 1,
    "many": 1,
    "packs": 4,
    "settings": 1,
    "templates": 1,
    "upgrade": 1,
}
# What is not run here: the beginning of the block, and why.
ELSEWHERE = {
    ("README.md", "$ sidekiq-gen job ChargeCustomer"): "test_readme.py",
    ("README.md", "$ pipx install"): "installs; release/trial.py installs the wheel",
    ("SECURITY.md", "$ sha256sum"): "needs a published release",
    ("SECURITY.md", "$ gh attestation"): "needs a published release",
    ("docs/installation.md", "$ sidekiq-gen info"): "`job` asks; test_blocks.py reads both",
    ("docs/installation.md", "$ pip download"): "needs a network; release/trial.py installs the wheel",
    ("docs/installation.md", "$ pip install"): "installs; release/trial.py installs the wheel",
    ("docs/job.md", "$ sidekiq-gen job ChargeCustomer"): "test_readme.py",
    ("docs/packs.md", "# pyproject.toml"): "release/trial.py installs a pack with such an entry point",
    ("docs/packs.md", "# conftest.py"): "test_example_pack.py uses the fixture",
    ("docs/releasing.md", "$ git tag"): "publishes",
    ("docs/templates.md", "{# names:"): "a comment",
}
JOB = "class ChargeOrderJob\n  include Sidekiq::Job\n\n  discard_on ActiveRecord::RecordNotFound\n\n{}end\n"
PERFORM = "  def perform({})\n    Order.find(order_id).charge!\n  end\n"


def examples(name: str, *languages: str) -> list[str]:
    """The blocks of a page in some languages, in order."""
    return [text for language, text in blocks(page(name)) if language in languages]


@pytest.mark.parametrize("name", PAGES)
def test_every_example_is_run_or_says_why_not(name: str) -> None:
    texts = examples(name, *LANGUAGES)
    starts = [start for of, start in ELSEWHERE if of == name]
    left = [text for text in texts if not text.startswith(tuple(starts))]

    assert [start for start in starts if not any(text.startswith(start) for text in texts)] == []
    assert len(left) == RUN.get(name.removeprefix("docs/").removesuffix(".md"), 0), left


def test_check_prints_what_its_page_shows(tmp_path: Path) -> None:
    (shown,) = (text for text in examples("docs/check.md", "console") if text.startswith("$ sidekiq-gen check\n"))
    root = Repo(sidekiq="7.3.2").write(tmp_path)
    model = (
        "class Order < ApplicationRecord\n"
        + "\n" * 28
        + "  def pay\n      ChargeOrderJob.perform_async(id, 1)\n  end\nend\n"
    )
    write(root, {"app/jobs/charge_order_job.rb": JOB.format(PERFORM.format("order_id")), "app/models/order.rb": model})

    done = sidekiq_gen(root, "check")

    def same(text: str) -> str:
        return re.sub(r"\d+ jobs?, \d+ ms", "", text)

    assert (done.status, same(done.out + done.err)) == (4, same(shown.partition("\n")[2]))


def test_check_against_prints_what_its_page_shows(tmp_path: Path) -> None:
    (shown,) = examples("docs/deploys.md", "console")
    typed, finding = shown.splitlines()
    command = typed.removeprefix("$ sidekiq-gen ")
    job = "class ChargeJob\n  include Sidekiq::Job\n\n" + PERFORM + "end\n"
    root = write(Repo().write(tmp_path), {"app/jobs/charge_job.rb": job.format("order_id")})
    commit(root)
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    write(root, {"app/jobs/charge_job.rb": job.format("order_id, note")})

    done = sidekiq_gen(root, *command.split())

    assert (done.status, done.out.splitlines()[0]) == (4, finding)


@pytest.mark.parametrize("name", ["docs/habits.md", "docs/settings.md"])
def test_the_settings_of_a_page_are_taken(tmp_path: Path, name: str) -> None:
    (text,) = examples(name, "toml")
    root = write(Repo(quotes="double").write(tmp_path), {".sidekiq-gen.toml": text, "app/workers/.keep": ""})

    done = sidekiq_gen(root, "job", "ProcessOrder")
    (written,) = (root / "app/workers").glob("*.rb")
    job = written.read_text(encoding="utf-8")

    assert done.status == 0, done.err
    assert ("queue: 'low'" in job, "Sidekiq::Context" in job) == (True, True)


def test_the_list_of_jobs_is_written(tmp_path: Path) -> None:
    (text,) = examples("docs/many.md", "toml")
    root = write(Repo().write(tmp_path), {"jobs.toml": text})

    done = sidekiq_gen(root, "job", "--from", "jobs.toml")
    charge = (root / "app/jobs/charge_customer_job.rb").read_text(encoding="utf-8")
    sync = (root / "app/jobs/billing/sync_invoices_job.rb").read_text(encoding="utf-8")

    assert done.status == 0, done.err
    assert ("pg_try_advisory_lock" in charge, "charged_at" in charge) == (True, True)
    assert 'sidekiq_options queue: "low"' in sync
    assert ("def perform(since, dry_run)" in sync, "retry: 3" in sync, "RecordInvalid" in sync) == (True, True, True)


def test_the_override_and_the_pack_of_a_page_render(tmp_path: Path) -> None:
    override, house, audit = examples("docs/packs.md", "jinja")
    (pack, _) = examples("docs/packs.md", "toml")
    around, _ = examples("docs/templates.md", "jinja")
    trees = "my-pack/templates/common"
    root = Repo(gems={"audited": "5.8.0"}, files=ERRORS).write(tmp_path)
    write(
        root,
        {
            "my-pack/pack.toml": pack,
            f"{trees}/house/job.rb.j2": house,
            f"{trees}/patterns/audit/job.rb.j2": audit,
            f"{trees}/patterns/row_lock/job.rb.j2": around,
        },
    )
    flags = "--templates ./my-pack --owner billing --audit Audit::Trail --row-lock --retry 3"

    done = sidekiq_gen(root, "job", "ChargeOrder", *flags.split())
    job = (root / "app/jobs/charge_order_job.rb").read_text(encoding="utf-8")

    assert done.status == 0, done.err
    assert "  owner :billing\n" in job
    assert "Audit::Trail.wrap(order) do |entry|\n" in job
    assert "order.with_lock do\n" in job
    assert sidekiq_gen(root, "job", "ShipOrder", "--templates", "./my-pack").status == 2  # owner is required

    write(root, {"lib/templates/sidekiq_gen/common/kinds/record/job.rb.j2": override})
    assert sidekiq_gen(root, "job", "PayOrder").status == 0
    assert "Billing.in_transaction { pay_order(order) }" in (root / "app/jobs/pay_order_job.rb").read_text("utf-8")


def test_the_conflict_of_a_page_is_that_of_a_run(tmp_path: Path) -> None:
    (shown,) = examples("docs/json.md", "json")
    root = write(Repo().write(tmp_path), {"app/jobs/charge_order_job.rb": "class ChargeOrderJob\nend\n"})

    told = json.loads(sidekiq_gen(root, "job", "ChargeOrder", "--json").out)

    assert {name: told[name] for name in ("schema", "error")} == {
        name: json.loads(shown)[name] for name in ("schema", "error")
    }
    assert json.loads(shown)["files"][0] in told["files"]


def test_the_document_of_an_upgrade_has_the_keys_that_are_shown(tmp_path: Path) -> None:
    (text,) = examples("docs/upgrade.md", "json")
    shown = json.loads(text)
    gemfile = "\n" * 11 + 'gem "sidekiq", "~> 6.5"\n'
    repo = Repo(sidekiq="6.5.12")
    pinned = repo.lockfile().replace("\n  sidekiq\n", "\n  sidekiq (~> 6.5)\n")
    root = write(repo.write(tmp_path), {"Gemfile": gemfile, "Gemfile.lock": pinned})

    told = json.loads(sidekiq_gen(root, "upgrade", "--to", "7.3.10", "--json").out)

    assert [*shown] == [*told]
    assert shown["findings"][0] in told["findings"]
    assert [shown[name] for name in ("sidekiq", "to", "needs")] == [told[name] for name in ("sidekiq", "to", "needs")]
