"""The base class of the house, the place of its namespaces, and constants that a namespace hides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.ruby import layout, literals
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

MODELS = {"app/models/user.rb": "class User < ApplicationRecord\nend\n"}
BASE = "class BaseJob\n  include Sidekiq::Job\n{}end\n"
HEIR = "class {}Job < BaseJob\n  def perform(id)\n  end\nend\n"
COMPACT = "class Iffy::EventJob\n  include Sidekiq::Job\n\n  def perform(id)\n  end\nend\n"
WORKERS = "module Workers\n  class {}\n  end\nend\n"
NESTED = f"module Iffy\n{layout.indent(COMPACT.replace('Iffy::', ''), 1)}end\n"


def heirs(*names: str, of: str = HEIR) -> dict[str, str]:
    return {f"app/jobs/{name.lower()}_job.rb": of.format(name) for name in names}


def job(root: Path, *words: str) -> tuple[str, str, dict[str, str]]:
    """The texts of a job that is generated in a repo and of its spec, and the notices by code."""
    done = sidekiq_gen(root, "job", *words, "--no-input", "--json")
    assert done.status == 0, done.out + done.err
    told = json.loads(done.out)
    texts = [(root / file["path"]).read_text(encoding="utf-8") for file in told["files"]]
    return texts[0], texts[1], {one["code"]: one["message"] for one in told["notices"]}


@pytest.mark.parametrize(
    ("files", "head"),
    [
        (heirs("A", "B") | {"app/jobs/base_job.rb": BASE.format("")}, "class SyncUserJob < BaseJob\n  sidekiq_options"),
        (heirs("A") | {"app/jobs/base_job.rb": BASE.format("")}, "class SyncUserJob < BaseJob\n"),
        # a tie, no base of Sidekiq's, a job that is inherited from, and hooks in place of perform
        (
            heirs("A") | {"app/jobs/base_job.rb": BASE.format(""), "app/jobs/b_job.rb": COMPACT},
            "class SyncUserJob\n  include Sidekiq::Job\n",
        ),
        (
            heirs("A", "B", of=HEIR.replace("BaseJob", "MailJob"))
            | {"app/jobs/mail_job.rb": HEIR.format("Mail").replace(" < BaseJob", "\n  include Sidekiq::Job")},
            "class SyncUserJob\n  include Sidekiq::Job\n",
        ),
        (
            heirs("A", "B", of=HEIR.replace("perform", "call")) | {"app/jobs/base_job.rb": BASE.format("")},
            "class SyncUserJob\n  include Sidekiq::Job\n",
        ),
        # the base of a namespace
        (
            {
                "app/jobs/workers/base.rb": WORKERS.format("Base\n  include Sidekiq::Job"),
                "app/jobs/workers/mail.rb": WORKERS.format("Mail < Base\n  def perform(id)\n  end"),
            },
            "class SyncUser < Workers::Base\n",
        ),
    ],
)
def test_a_job_inherits_what_most_jobs_inherit(tmp_path: Path, files: dict[str, str], head: str) -> None:
    text, _, _ = job(Repo(comment=False, files=MODELS | files).write(tmp_path), "SyncUser", "user:record")

    assert text.startswith(head)


@pytest.mark.parametrize(("queue", "options"), [("low", ""), ("default", 'sidekiq_options queue: "default"')])
def test_a_job_says_only_what_its_base_does_not(tmp_path: Path, queue: str, options: str) -> None:
    base = {"app/jobs/base_job.rb": BASE.format('  sidekiq_options queue: "low", retry: 3\n')}
    root = Repo(comment=False, files=MODELS | heirs("A", "B") | base).write(tmp_path)
    text, _, _ = job(root, "SyncUser", "user:record", "--queue", queue)

    assert text.startswith(
        f"class SyncUserJob < BaseJob\n{f'  {options}{chr(10) * 2}' if options else ''}  def perform"
    )


def test_an_iteration_is_included_beside_the_base(tmp_path: Path) -> None:
    files = MODELS | heirs("A", "B") | {"app/jobs/base_job.rb": BASE.format("")}
    text, _, _ = job(
        Repo(comment=False, files=files).write(tmp_path), "SyncUsers", "--kind", "backfill", "--model", "User"
    )

    assert text.startswith("class SyncUsersJob < BaseJob\n  include Sidekiq::IterableJob\n")


@pytest.mark.parametrize("told", [True, False])
def test_an_exhausted_block_of_the_base_is_not_replaced_in_silence(tmp_path: Path, *, told: bool) -> None:
    block = "  sidekiq_retries_exhausted { |job| Told.about(job) }\n" if told else ""
    files = MODELS | heirs("A", "B") | {"app/jobs/base_job.rb": BASE.format(block)}
    root = Repo(files=files).write(tmp_path)
    _, _, notices = job(root, "SyncUser", "user:record", "--on-exhausted")

    assert ("replaces-exhausted" in notices) == told
    assert "replaces-exhausted" not in job(root, "SyncOther", "--model", "User")[2]


def test_namespaces_stand_where_most_jobs_have_them(tmp_path: Path) -> None:
    for name, existing, head in (
        ("compact", COMPACT, "class Iffy::SyncUserJob\n  include Sidekiq::Job\n"),
        ("nested", NESTED, "module Iffy\n  class SyncUserJob\n    include Sidekiq::Job\n"),
    ):
        (tmp_path / name).mkdir()
        root = Repo(comment=False, files=MODELS | {"app/jobs/iffy/event_job.rb": existing}).write(tmp_path / name)
        text, spec, _ = job(root, "Iffy::SyncUser", "user:record")

        assert text.startswith(head)
        assert "RSpec.describe Iffy::SyncUserJob do" in spec


def test_a_test_of_a_compact_class_names_it_in_full(tmp_path: Path) -> None:
    root = Repo(comment=False, files=MODELS | {"app/jobs/iffy/event_job.rb": COMPACT}).write(tmp_path)
    _, test, _ = job(root, "Iffy::SyncUser", "user:record", "--test", "minitest")

    assert "\nclass Iffy::SyncUserJobTest < ActiveSupport::TestCase\n" in test
    assert "    @job = Iffy::SyncUserJob.new\n" in test


HIDING = {"app/services/iffy/user/ban_service.rb": "class Iffy::User::BanService\nend\n"}


@pytest.mark.parametrize(
    ("existing", "files", "found"),
    [
        (NESTED, HIDING, "user = ::User.find_by"),
        (NESTED, {"app/services/iffy/user.rb": "module Iffy\n  class User\n  end\nend\n"}, "user = ::User.find_by"),
        (NESTED, {}, "user = User.find_by"),
        (COMPACT, HIDING, "user = User.find_by"),  # Ruby does not look into Iffy
        # another namespace, and one whose constant the top does not have
        (NESTED, {"app/services/other/user/x.rb": "class Other::User::X\nend\n"}, "user = User.find_by"),
    ],
)
def test_a_model_that_the_namespace_hides_is_named_from_the_top(
    tmp_path: Path, existing: str, files: dict[str, str], found: str
) -> None:
    root = Repo(files=MODELS | files | {"app/jobs/iffy/event_job.rb": existing}).write(tmp_path)
    text, spec, _ = job(root, "Iffy::SyncUser", "user:record")

    assert found in text
    assert "::User" not in spec.replace("Iffy::", "")


def test_whatever_the_namespaces_hide_is_named_from_the_top(tmp_path: Path) -> None:
    files = {
        "app/jobs/iffy/deep/event_job.rb": NESTED.replace("Iffy", "Iffy::Deep"),
        "app/services/iffy/sidekiq/call.rb": "class Iffy::Sidekiq::Call\nend\n",
        "app/services/iffy/deep/time.rb": "class Iffy::Deep::Time\nend\n",
        "app/services/iffy/stripe/call.rb": "class Iffy::Stripe::Call\nend\n",
        "app/services/iffy/own/call.rb": "class Iffy::Own::Call\nend\n",
    }
    repo = Repo(gems={"stripe": "12.0.0"}, files=MODELS | files)
    flags = ("--discard-on", "Stripe::CardError", "--discard-on", "Own::Error", "--check-then-act", "synced_at")
    text, _, _ = job(repo.write(tmp_path), "Iffy::Deep::SyncUser", "user:record", *flags)

    for constant in ("::Sidekiq::Job", "::Time.current", "::Stripe::CardError", " Own::Error"):
        assert constant in text
    assert " Sidekiq::Job" not in text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("User.find(1) # User", "::User.find(1) # User"),
        ('logger.info("User 1")', 'logger.info("User 1")'),
        ("match?(/no User/); 4 / User.x / 2", "match?(/no User/); 4 / ::User.x / 2"),
        ("'User'; [User, Order]", "'User'; [::User, Order]"),
        ("Admin::User; UserAgent; ::User; User::Agent", "Admin::User; UserAgent; ::User; ::User::Agent"),
        ("class User < Base\n  User.x", "class User < Base\n  User.x"),
        ("  User = 1\n  User", "  User = 1\n  User"),
        ('"#{User.name} and User"', '"#{User.name} and User"'),
    ],
)
def test_constants_are_named_from_the_top_outside_of_literals(source: str, expected: str) -> None:
    assert literals.from_the_top(source, ["User"]) == expected
    assert literals.from_the_top(source, []) == source


@pytest.mark.parametrize(
    ("block", "flags", "told"),
    [
        ("sidekiq_retry_in { 60 }", "--retry-after Gone=30", True),
        ("sidekiq_retry_in { 60 }", "--discard-on Gone", True),
        ("sidekiq_retry_in { 60 }", "--check-then-act synced_at", False),
        ("", "--retry-after Gone=30", False),
    ],
)
def test_a_delay_of_the_base_is_not_replaced_in_silence(tmp_path: Path, block: str, flags: str, *, told: bool) -> None:
    files = MODELS | heirs("A", "B") | {"app/jobs/base_job.rb": BASE.format(f"  {block}\n")}
    _, _, notices = job(Repo(files=files).write(tmp_path), "SyncUser", "user:record", *flags.split())

    assert ("replaces-retry-in" in notices) == told
