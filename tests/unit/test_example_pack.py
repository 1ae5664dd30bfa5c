"""examples/pack-forge, checked by the means that a pack of anybody has; and broken copies of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sidekiq_gen.testing import Finding, check_pack
from support.command import sidekiq_gen, tree
from support.repos import Repo
from support.tools import require

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pack-forge"
HOW = "apt-get install ruby rubocop"
DEDUPLICATE = "templates/common/patterns/deduplicate/job.rb.j2"


# One that a repo has to have a gem and a database for, and one that no job can have.
NEEDING = """
[patterns.timed]
summary = "is timed"
kinds = ["record"]
[patterns.timed.needs]
gems = ["timer"]
databases = ["mysql"]

[patterns.never]
summary = "is never there"
kinds = ["plain"]
[patterns.never.needs]
record = true
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "pack")


def by_code(findings: tuple[Finding, ...]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.code, []).append(finding)
    return found


def put(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_check_is_green() -> None:
    require("ruby", HOW), require("rubocop", HOW)
    before = tree(EXAMPLE)

    report = check_pack(EXAMPLE)

    assert (report.findings, report.notices, report.snapshots) == ((), (), ())
    assert (report.pack, report.cases > 300, report.texts > 200) == ("forge", True, True)
    assert tree(EXAMPLE) == before


def test_its_jobs_say_whose_they_are(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    said = ("--templates", str(EXAMPLE), "--feature-category", "billing", "--deduplicate", "until_executed")

    refused = sidekiq_gen(root, "job", "Settle", "order:record", "--templates", str(EXAMPLE), "--no-input")
    done = sidekiq_gen(root, "job", "Settle", "order:record", *said, "--no-input")

    assert refused.status == 2
    assert "--feature-category" in refused.err
    assert done.status == 0
    text = (root / "app/jobs/settle_job.rb").read_text()
    assert "  feature_category :billing\n  urgency :low\n\n  idempotent!\n  deduplicate :until_executed\n" in text
    assert 'it_behaves_like "an idempotent worker" do' in (root / "spec/jobs/settle_job_spec.rb").read_text()


def test_texts_and_snapshots_that_differ_are_found(pack: Path) -> None:
    put(pack / "templates/common/house/job.rb.j2", "urgency :", "urgent :")
    (pack / "snapshots/record.txt").unlink()
    (pack / "snapshots/other.txt").write_text("other\n")

    found = by_code(check_pack(pack, rubocop=False).findings)

    assert {finding.where for finding in found["snapshot-missing"]} == {"snapshots/record.txt"}
    assert {finding.where for finding in found["snapshot-extra"]} == {"snapshots/other.txt"}
    assert "snapshots/house.txt" in {finding.where for finding in found["snapshot-changed"]}
    assert all("-  urgency :low\n+  urgent :low\n" in finding.diff for finding in found["snapshot-changed"])
    assert set(found) == {"snapshot-missing", "snapshot-extra", "snapshot-changed"}


def test_what_can_be_wrong_with_a_template_is_found(pack: Path) -> None:
    """In one run: each in a template of its own."""
    require("ruby", HOW)
    put(pack / DEDUPLICATE, "deduplicate.value", "deduplicate.valeu")
    (pack / "templates/common/kinds/claim/job.rb.j2").write_text("{% macro job_class() %}Application[{% endmacro %}\n")
    (pack / "templates/common/kinds/plain/job.rb.j2").write_text("{% macro job_class( %}\n")
    with (pack / "pack.toml").open("a") as file:
        file.write(NEEDING)
    for name in ("timed", "never"):
        (pack / f"templates/common/patterns/{name}").mkdir()
        (pack / f"templates/common/patterns/{name}/job.rb.j2").write_text(
            "{% macro hooks() %}\ntimed\n{% endmacro %}\n"
        )

    found = by_code(check_pack(pack, rubocop=False).findings)

    assert any("plain/job.rb.j2, line 1," in finding.message for finding in found["broken-template"])
    assert any("has no attribute 'valeu'" in finding.message for finding in found["broken-template"])
    assert {finding.where for finding in found["never-rendered"]} == {"never"}
    assert "snapshots/timed.txt" in {finding.where for finding in found["snapshot-missing"]}
    assert {finding.where for finding in found["ruby-syntax"]} == {"7-rspec claim app/jobs/charge_orders_job.rb"}


def test_what_a_user_says_does_not_become_code(pack: Path) -> None:
    require("ruby", HOW)
    put(pack / "pack.toml", 'shape = "name"', 'shape = "text"')
    put(pack / "templates/common/house/job.rb.j2", ":{{ house.feature_category }}", '"{{ house.feature_category }}"')

    found = by_code(check_pack(pack, rubocop=False).findings)

    assert all(finding.where.startswith("poisoned-") for finding in found["code-from-data"])

    put(
        pack / "templates/common/house/job.rb.j2",
        '"{{ house.feature_category }}"',
        "{{ house.feature_category | ruby_string }}",
    )
    assert "code-from-data" not in by_code(check_pack(pack, rubocop=False).findings)


def test_the_command_says_the_same_outside_of_a_repo(pack: Path) -> None:
    (pack / "snapshots/record.txt").unlink()
    words = ("templates", "check", "./pack", "--no-rubocop")

    red = sidekiq_gen(pack.parent, *words, "--json")
    document: dict[str, Any] = json.loads(red.out)
    assert (red.status, document["pack"], document["files"]) == (4, "forge", [])
    assert [finding["code"] for finding in document["findings"]] == ["snapshot-missing"]

    written = sidekiq_gen(pack.parent, *words, "--update")
    assert (written.status, "create  snapshots/record.txt" in written.out) == (0, True)
    assert tree(pack) == tree(EXAMPLE)


def test_the_fixture_fails_with_what_is_wrong(pack: Path) -> None:
    """In a process of its own, as it would be in the repo of a pack."""
    (pack.parent / "conftest.py").write_text('pytest_plugins = ["sidekiq_gen.testing.plugin"]\n')
    (pack.parent / "test_pack.py").write_text("def test_pack(sidekiq_gen_pack):\n    sidekiq_gen_pack('pack')\n")
    (pack / "snapshots/record.txt").unlink()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *words],
            cwd=pack.parent, env={**os.environ, "PATH": "/nowhere"}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    red, updated = run(), run("--sidekiq-gen-update")

    assert (red.returncode, "snapshot-missing: snapshots/record.txt" in red.stdout) == (1, True)
    assert (updated.returncode, tree(pack)) == (0, tree(EXAMPLE)), updated.stdout


def test_what_is_no_pack_is_told(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()

    done = sidekiq_gen(tmp_path, "templates", "check", "./pack")
    installed = sidekiq_gen(tmp_path, "templates", "check", "nobody-has-this")

    assert (done.status, installed.status) == (2, 2)
    assert "There is no file ./pack/pack.toml" in done.err
    assert "There is no pack 'nobody-has-this'" in installed.err
