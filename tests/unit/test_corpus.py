"""Lock files of real repositories, cut down to what detection looks at, against what is true of them.

What Bundler's own parser says of each is in lockfiles.tsv; a trailing ``*`` means that the Gemfile asks for the gem.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.lockfile import Lockfile, read_lockfile
from sidekiq_gen.sidekiq.gems import gem_version

FIXTURES = Path(__file__).parents[1] / "fixtures"
ROWS = list(csv.DictReader((FIXTURES / "lockfiles.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t"))

every_lockfile = pytest.mark.parametrize("row", ROWS, ids=[row["file"].removesuffix(".lock") for row in ROWS])

FACTORIES = ("factory_bot_rails", "factory_girl_rails", "fabrication")
DATABASES = {
    "pg": "postgresql",
    "activerecord-postgis-adapter": "postgresql",
    "mysql2": "mysql",
    "trilogy": "mysql",
    "sqlite3": "sqlite",
}
TRACKERS = {
    "sentry-ruby": "sentry",
    "sentry-rails": "sentry",
    "sentry-sidekiq": "sentry",
    "sentry-raven": "sentry",
    "honeybadger": "honeybadger",
    "bugsnag": "bugsnag",
    "rollbar": "rollbar",
    "appsignal": "appsignal",
    "airbrake": "airbrake",
}
PRECEDENCE = list(dict.fromkeys(TRACKERS.values()))


def read(row: dict[str, str]) -> Lockfile:
    return read_lockfile(FIXTURES / "lockfiles" / row["file"])


def listed(value: str) -> set[str]:
    """The entries of a cell: ``pg:1.2.3*``."""
    return set() if value in {"none", "-"} else set(value.split(","))


def entries(lockfile: Lockfile, *names: str) -> set[str]:
    """The same, of a lock file."""
    gems = (gem for name in names if (gem := lockfile.get(name)))
    return {f"{gem.name}:{gem.text}{'*' if lockfile.is_direct(gem.name) else ''}" for gem in gems}


def names(value: str) -> list[str]:
    return [entry.partition(":")[0] for entry in listed(value)]


def test_no_lock_file_is_without_its_facts() -> None:
    assert len(ROWS) == 31
    assert sorted(row["file"] for row in ROWS) == sorted(path.name for path in (FIXTURES / "lockfiles").iterdir())


@every_lockfile
def test_sidekiq(row: dict[str, str]) -> None:
    lockfile = read(row)
    sidekiq = lockfile.get("sidekiq")

    if row["sidekiq"] == "none":
        assert sidekiq is None
        assert lockfile.required_by("sidekiq") == ()
        return
    assert sidekiq is not None
    assert (sidekiq.text, sidekiq.source) == (row["sidekiq"], row["source"])
    assert sidekiq.version == gem_version(row["sidekiq"])
    assert lockfile.is_direct("sidekiq") == (row["direct"] == "direct")
    assert set(lockfile.required_by("sidekiq")) == listed(row["required_by"])


@every_lockfile
def test_the_gems_around_sidekiq(row: dict[str, str]) -> None:
    lockfile = read(row)
    found = {name: lockfile.get(name) for name in ("sidekiq-pro", "sidekiq-ent", "sidekiq-unique-jobs")}

    assert {name: gem.text if gem else "-" for name, gem in found.items()} == {
        name: row[name].partition("@")[0] for name in found
    }
    unique_jobs = found["sidekiq-unique-jobs"]
    assert (unique_jobs.source if unique_jobs else "") == row["sidekiq-unique-jobs"].partition("@")[2]
    assert entries(lockfile, "sidekiq-throttled") == listed(row["sidekiq-throttled"])
    assert entries(lockfile, "with_advisory_lock") == listed(row["with_advisory_lock"])


@every_lockfile
def test_rails_and_the_tests(row: dict[str, str], tmp_path: Path) -> None:
    lockfile = read(row)
    app = RailsApp(tmp_path, lockfile)
    rails = lockfile.get("rails")

    assert (f"{rails.text}@{rails.source}" if rails else "-") == row["rails"]
    assert entries(lockfile, "rspec-rails") == listed(row["rspec-rails"])
    assert entries(lockfile, "minitest") == listed(row["minitest"])
    assert entries(lockfile, *FACTORIES) == listed(row["factory"])
    assert app.factories == bool(listed(row["factory"]))
    locked = "rspec" if listed(row["rspec-rails"]) else "minitest" if listed(row["minitest"]) else None
    assert app.test_framework == locked
    assert (lockfile.ruby_version or "-") == row["ruby"]


@every_lockfile
def test_the_databases(row: dict[str, str], tmp_path: Path) -> None:
    lockfile = read(row)
    expected = {DATABASES[name] for name in names(row["db_adapters"])}

    assert entries(lockfile, *DATABASES) == listed(row["db_adapters"])
    assert RailsApp(tmp_path, lockfile).databases == tuple(
        database for database in ("postgresql", "mysql", "sqlite") if database in expected
    )


@every_lockfile
def test_the_error_tracker(row: dict[str, str], tmp_path: Path) -> None:
    lockfile = read(row)
    trackers = sorted((TRACKERS[name] for name in names(row["error_tracker"])), key=PRECEDENCE.index)
    reporter = row["rails"][0] in "789"

    assert entries(lockfile, *TRACKERS) == listed(row["error_tracker"])
    assert RailsApp(tmp_path, lockfile).tracker.name == next(iter(trackers), "rails" if reporter else "logger")


@every_lockfile
def test_the_linter(row: dict[str, str], tmp_path: Path) -> None:
    lockfile = read(row)
    known = listed(row["linter"])
    standard = any(entry.startswith("standard:") and entry.endswith("*") for entry in known)

    assert entries(lockfile, *names(row["linter"])) == known
    assert bool(known) == any(name in lockfile.gems for name in ("rubocop", "standard"))
    assert RailsApp(tmp_path, lockfile).linter == ("standard" if standard else "rubocop" if known else None)


@every_lockfile
def test_no_line_is_lost(row: dict[str, str]) -> None:
    text = (FIXTURES / "lockfiles" / row["file"]).read_text(encoding="utf-8")
    gem_lines, section = set(), ""
    for line in text.splitlines():
        section = line if line[:1].isupper() else section
        if section in {"GEM", "GIT", "PATH"} and line.startswith("    ") and line[4] != " ":
            gem_lines.add(line.split()[0])

    assert set(read(row).gems) == gem_lines
