"""docs/json.md lists the keys of each document, and those of what is in it, as they are."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest

from sidekiq_gen.changes.plan import Status
from sidekiq_gen.ruby.environment import built_in
from support.command import sidekiq_gen
from support.repos import Repo

PAGE = (Path(__file__).parents[2] / "docs/json.md").read_text(encoding="utf-8")
SECTIONS = {title: text for title, _, text in (part.partition("\n") for part in PAGE.split("\n## ")[1:])}
SLEEPS = "class SleepJob\n  include Sidekiq::Job\n\n  def perform(ids)\n    Order.find(ids).each(&:touch)\n  end\nend\n"
CALLER = "class Caller\n  def call\n    SleepJob.perform_async(:now)\n  end\nend\n"
LIST = '[[job]]\nname = "SyncOrders"\n\n[[job]]\nname = "BillOrders"\n'
TEMPLATE = "lib/templates/sidekiq_gen/common/job.rb.j2"
REPO = Repo(files={"app/jobs/sleep_job.rb": SLEEPS, "app/services/caller.rb": CALLER, "jobs.toml": LIST})
# What is named by the repo or the release itself, so that no page can list it.
OPEN = {"capabilities", "conventions", "settings", "documentation", "gems", "counts", "needs"}


def keys(section: str) -> dict[str, set[str]]:
    """The keys that a section lists, each with the words that say what is in it."""
    rows = re.findall(r"^\| (`.+?) \| (.+) \|$", SECTIONS[section], re.MULTILINE)
    return {key: set(re.findall(r"`(\w+)`", told)) for names, told in rows for key in re.findall(r"`(\w+)`", names)}


COMMON = keys("Common keys")


def unlisted(document: dict[str, Any], listed: dict[str, set[str]]) -> list[str]:
    """What is inside of a document and not named beside its key."""
    found = []
    for key, value in document.items():
        inner = {
            name for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict) for name in one
        }
        if key not in OPEN:
            found += [f"{key}.{name}" for name in sorted(inner - listed[key] - COMMON.get(key, set()))]
    return found


@pytest.mark.parametrize(
    ("section", "lines"),
    [
        ("An error", ["job ChargeOrder --no-input", "job ChargeOrder --retry 1 --row-lock --no-input"]),
        ("`job`", ["job ChargeOrder --model Order --pretend"]),
        ("`job --from`", ["job --from jobs.toml"]),
        ("`install`", ["install --pretend"]),
        ("`destroy job`", ["job ChargeOrder", "destroy job ChargeOrder"]),
        ("`info`", ["info"]),
        ("`patterns`", ["patterns row-lock"]),
        ("`templates`", ["templates"]),
        ("`templates copy`", ["templates copy common/job.rb.j2"]),
        ("`templates check`", ["templates check --no-rubocop"]),
        ("`check`", ["check"]),
        ("`check --fix`", ["check --fix"]),
        ("`check --write-baseline`", ["check --write-baseline"]),
        ("`check --explain` and `check --rules`", ["check --explain sleep-in-job"]),
        ("`upgrade --to`", ["upgrade --to 8"]),
        ("`rename` and `argument`", ["job ChargeOrder", "rename ChargeOrderJob BillOrderJob"]),
    ],
)
def test_the_page_lists_what_is_in_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str, lines: list[str]
) -> None:
    # The document has the same keys without these.
    monkeypatch.setattr(import_module("sidekiq_gen.testing.check"), "pairs", lambda *_: ())
    monkeypatch.setattr("sidekiq_gen.testing.poison.poisoned", lambda _: ())
    repo = REPO
    if section == "`templates check`":
        repo = Repo(files={TEMPLATE: str(built_in("common/job.rb.j2")).replace("include", "include  ")})
    root = repo.write(tmp_path)
    for line in lines:
        done = sidekiq_gen(root, *line.split(), "--json")

    document = json.loads(done.out)

    listed = keys(section)
    assert next(iter(document)) == "schema"
    assert document.keys() - listed.keys() == set()
    assert listed.keys() - document.keys() <= ({"notices"} if section == "An error" else set())
    assert unlisted(document, listed) == []


def test_upgrade_has_its_keys(tmp_path: Path) -> None:
    root = Repo(sidekiq="6.5.12").write(tmp_path)
    sidekiq_gen(root, "job", "SyncOrders", "--kind", "fan-out", "--model", "Order", "--no-input")
    lockfile = root / "Gemfile.lock"
    lockfile.write_text(lockfile.read_text(encoding="utf-8").replace("sidekiq (6.5.12)", "sidekiq (7.3.10)"), "utf-8")

    checked, merged = (
        json.loads(sidekiq_gen(root, "upgrade", word, "--json").out) for word in ("--check", "--pretend")
    )

    assert merged.keys() == keys("`upgrade`").keys()
    assert checked.keys() == merged.keys() - {"files", "record"}
    assert merged["stale"]
    assert unlisted(merged, keys("`upgrade`")) == []


@pytest.mark.parametrize("word", ["version", "help"])
def test_the_version_and_the_help_are_documents_too(tmp_path: Path, word: str) -> None:
    document = json.loads(sidekiq_gen(tmp_path, f"--{word}", "--json").out)

    assert document.keys() == {"schema", word}
    assert word in keys("`--version` and `--help`")


def test_every_status_is_named() -> None:
    sentence = SECTIONS["Common keys"].rpartition("`status` is one of")[2]
    assert set(re.findall(r"`(\w+)`", sentence)) == {*get_args(Status)}
