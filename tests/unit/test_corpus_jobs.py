"""The first jobs, for the lock files of real repositories, each in a repo of its own."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest

from support.command import sidekiq_gen, tree
from support.tools import require

FIXTURES = Path(__file__).parents[1] / "fixtures"
ROWS = list(csv.DictReader((FIXTURES / "lockfiles.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t"))
SUPPORTED = [row for row in ROWS if row["band"] not in {"none", "unsupported"}]
REFUSED = [row for row in ROWS if row not in SUPPORTED]
COMMAND = "job ProcessOrder order:record --idempotency-key --discard-on ActiveRecord::RecordInvalid --no-input".split()

SPECS = {
    "rspec": ["spec/jobs/process_order_job_spec.rb"],
    "minitest": ["test/jobs/process_order_job_test.rb"],
    None: [],
}
TRACKERS = ("sentry", "honeybadger", "bugsnag", "rollbar", "appsignal", "airbrake")  # in order of precedence
ADAPTERS = {
    "postgresql": {"pg", "activerecord-postgis-adapter"},
    "mysql": {"mysql2", "trilogy"},
    "sqlite": {"sqlite3"},
}


def named(row: dict[str, str]) -> str:
    return row["file"].removesuffix(".lock")


def lockfile_name(row: dict[str, str]) -> str:
    return "gems.locked" if row["file"].endswith(".gems.locked.lock") else "Gemfile.lock"


def framework(row: dict[str, str]) -> str | None:
    """Without any tests in the repo the gems alone decide."""
    return "rspec" if row["rspec-rails"] != "none" else "minitest" if row["minitest"] != "none" else None


def lay_out(row: dict[str, str], root: Path) -> Path:
    """A repo of one model around a lock file, under the name that Bundler gave it."""
    (root / "app/models").mkdir(parents=True)
    (root / "app/models/order.rb").write_text("class Order < ApplicationRecord\nend\n")
    (root / lockfile_name(row)).write_bytes((FIXTURES / "lockfiles" / row["file"]).read_bytes())
    return root


def test_both_sides_are_there() -> None:
    assert (len(SUPPORTED), len(REFUSED)) == (22, 9)


@pytest.mark.parametrize("row", SUPPORTED, ids=named)
def test_a_supported_lockfile_gets_its_job(row: dict[str, str], tmp_path: Path) -> None:
    root = lay_out(row, tmp_path)
    before = tree(root)

    done = sidekiq_gen(root, *COMMAND)

    assert done.status == 0, done.err
    new = sorted(path for path in tree(root) if path not in before)
    assert new == ["app/jobs/process_order_job.rb", *SPECS[framework(row)]]
    assert done.out == "".join(f"      create  {path}\n" for path in new)
    before_6_5_2 = tuple(int(part) for part in row["sidekiq"].split(".")[:3]) < (6, 5, 2)
    text = (root / new[0]).read_text()
    assert ("sidekiq_retry_in do" in text) == (not before_6_5_2)
    assert ("def bury(" in text) == before_6_5_2
    assert 'idempotency_key: "process-order-#{order.id}"' in text.replace("'", '"')


@pytest.mark.parametrize("row", SUPPORTED, ids=named)
def test_ruby_accepts_it_without_a_warning(row: dict[str, str], tmp_path: Path) -> None:
    ruby = require("ruby", "apt-get install ruby")
    root = lay_out(row, tmp_path)
    before = tree(root)
    sidekiq_gen(root, *COMMAND)
    new = [path for path in tree(root) if path not in before]

    assert new
    for path in new:
        checked = subprocess.run([ruby, "-wc", path], cwd=root, capture_output=True, text=True, timeout=60, check=False)
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "Syntax OK\n", "")


@pytest.mark.parametrize("row", REFUSED, ids=named)
def test_any_other_lockfile_is_refused(row: dict[str, str], tmp_path: Path) -> None:
    root = lay_out(row, tmp_path)
    before = tree(root)

    done = sidekiq_gen(root, *COMMAND)

    assert (done.status, done.out) == (1, "")
    first, second = done.err.splitlines()
    if row["band"] == "unsupported":
        assert first == f"error  Sidekiq {row['sidekiq']} is older than 6.0, the oldest supported."
    else:
        assert first == "error  Gemfile.lock locks no Sidekiq."
    assert second.startswith(" hint  ")
    assert "--sidekiq-version" in second
    assert tree(root) == before
    told = json.loads(sidekiq_gen(root, *COMMAND, "--json").out)
    assert told["error"]["code"] == ("sidekiq-too-old" if row["band"] == "unsupported" else "no-sidekiq")


@pytest.mark.parametrize("row", SUPPORTED, ids=named)
def test_info_tells_what_is_expected(row: dict[str, str], tmp_path: Path) -> None:
    root = lay_out(row, tmp_path)

    done = sidekiq_gen(root, "info", "--json")

    assert done.status == 0, done.err
    told = json.loads(done.out)
    told["sidekiq"]["required_by"] = set(told["sidekiq"]["required_by"])
    told["gems"] = {name: gem or "-" for name, gem in told["gems"].items()}
    trackers = [tracker for tracker in TRACKERS if tracker in row["error_tracker"]]
    reporter = "rails" if row["rails"][0] in "789" else "logger"
    adapters = {cell.partition(":")[0] for cell in row["db_adapters"].split(",")}
    standard = re.search(r"\bstandard:[^,]*\*", row["linter"])
    apart = {"capabilities", "conventions", "documentation", "queues", "error_wrapper", "settings", "notices"}
    assert {key: told[key] for key in told if key not in apart} == {
        "schema": 1,
        "lockfile": lockfile_name(row),
        "sidekiq": {
            "version": row["sidekiq"],
            "tree": {"6": "6.5", "7": "7", "8": "8"}[row["sidekiq"][0]],
            "source": row["source"],
            "direct": row["direct"] == "direct",
            "required_by": set(row["required_by"].split(",")) - {"-", "none"},
        },
        "gems": {
            "sidekiq-pro": row["sidekiq-pro"],
            "sidekiq-ent": row["sidekiq-ent"],
            "sidekiq-unique-jobs": row["sidekiq-unique-jobs"].partition("@")[0],
            "sidekiq-throttled": row["sidekiq-throttled"].rpartition(":")[2].rstrip("*").replace("none", "-"),
        },
        "rails": None if row["rails"] == "-" else row["rails"].partition("@")[0],
        "databases": [database for database, names in ADAPTERS.items() if adapters & names],
        "test_framework": framework(row),
        "factories": row["factory"] != "none",
        "error_tracker": trackers[0] if trackers else reporter,
        "linter": "standard" if standard else None if row["linter"] == "none" else "rubocop",
    }


@pytest.mark.parametrize("row", REFUSED, ids=named)
def test_info_refuses_what_it_cannot_speak_for(row: dict[str, str], tmp_path: Path) -> None:
    done = sidekiq_gen(lay_out(row, tmp_path), "info", "--json")

    assert done.status == 1
    assert list(json.loads(done.out)) == ["schema", "error"]
