"""``sidekiq-gen info``: what was detected, for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.cli.info import SHOWN
from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.sidekiq.documentation import documentation
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.release import Release
from support.command import sidekiq_gen, tree
from support.houses import house
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

RICH = Repo(
    unique_jobs="8.0.10",
    gems={
        "sidekiq-pro": "7.3.0",
        "sidekiq-ent": "7.3.1",
        "sidekiq-throttled": "1.5.0",
        "sentry-sidekiq": "5.20.0",
        "rubocop": "1.60.0",
    },
    quotes="single",
    comment=False,
    files={
        "config/sidekiq.yml": ":queues:\n  - critical\n  - [low, 2]\n",
        "config/database.yml": "production:\n  adapter: mysql2\ntest:\n  adapter: sqlite3\n",
    },
)


def info(root: Path, *arguments: str) -> dict[str, Any]:
    done = sidekiq_gen(root, "info", "--json", *arguments)
    assert done.status == 0, done.err
    parsed: dict[str, Any] = json.loads(done.out)
    return parsed


def test_the_document_of_a_plain_repo(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    before = tree(root)

    told = info(root)

    capabilities = told.pop("capabilities")
    assert told == {
        "schema": 1,
        "lockfile": "Gemfile.lock",
        "sidekiq": {"version": "7.3.2", "tree": "7", "source": "gem", "direct": True, "required_by": []},
        "gems": {"sidekiq-pro": None, "sidekiq-ent": None, "sidekiq-unique-jobs": None, "sidekiq-throttled": None},
        "rails": "7.2.2",
        "databases": ["postgresql"],
        "test_framework": "rspec",
        "factories": True,
        "error_tracker": "rails",
        "error_wrapper": None,
        "linter": None,
        "queues": ["default"],
        "conventions": {
            "directory": "app/jobs",
            "form": "sidekiq",
            "suffix": "Job",
            "module": None,
            "base_class": None,
            "compact_namespaces": False,
            "quotes": "double",
            "frozen_string_literal": True,
            "queue": "default",
            "queue_literal": "string",
            "retry": None,
            "first_option": "queue",
            "on_missing": None,
            "rescues": False,
            "logger": "logger",
            "spec_place": "{unit}{tests}/{folder}",
            "spec_helper": "rails_helper",
            "spec_entry": "RSpec.describe",
            "spec_type": "",
            "spec_negation": "not_to",
            "spec_instance": "job",
            "spec_factories": False,
            "spec_group": "",
            "spec_inline": False,
            "evidence": {},
            "namespaces": {},
            "folders": {"parts": [], "further": [], "collapsed": []},
        },
        "settings": None,
        "notices": [],
        "documentation": {
            "changes": "https://github.com/sidekiq/sidekiq/blob/v7.3.2/Changes.md",
            "upgrade guide": "https://github.com/sidekiq/sidekiq/blob/v7.3.2/docs/7.0-Upgrade.md",
            "best practices": "https://github.com/sidekiq/sidekiq/wiki/Best-Practices",
            "error handling": "https://github.com/sidekiq/sidekiq/wiki/Error-Handling",
        },
    }
    assert set(capabilities) == {row.name for row in TABLE}
    assert capabilities["retry_in_kill"] is True
    assert capabilities["iterable_job"] is True
    assert {type(value) for value in capabilities.values()} == {bool}
    assert tree(root) == before


def test_the_document_of_a_rich_repo(tmp_path: Path) -> None:
    told = info(RICH.write(tmp_path))

    assert told["gems"] == {
        "sidekiq-pro": "7.3.0",
        "sidekiq-ent": "7.3.1",
        "sidekiq-unique-jobs": "8.0.10",
        "sidekiq-throttled": "1.5.0",
    }
    assert (told["databases"], told["error_tracker"], told["linter"]) == (["mysql", "sqlite"], "sentry", "rubocop")
    assert told["queues"] == ["critical", "low"]
    assert (told["conventions"]["quotes"], told["conventions"]["frozen_string_literal"]) == ("single", False)


def test_the_text_for_people(tmp_path: Path) -> None:
    done = sidekiq_gen(RICH.write(tmp_path), "info")

    assert (done.status, done.err) == (0, "")
    facts, capabilities, links = done.out.rstrip("\n").split("\n\n")
    assert facts.split("\n") == [
        "Sidekiq             7.3.2, from the GEM section; templates 7",
        "Lockfile            Gemfile.lock",
        "Rails               7.2.2",
        "Gems                sidekiq-pro 7.3.0, sidekiq-ent 7.3.1, sidekiq-unique-jobs 8.0.10, sidekiq-throttled 1.5.0",
        "Databases           mysql, sqlite",
        "Tests               rspec, with factories",
        "Error tracker       sentry",
        "Linter              rubocop",
        "Queues              critical, low",
        "Jobs go to          app/jobs",
        "Jobs are            classes that include Sidekiq::Job",
        "Suffix              Job",
        "Base class          none",
        "Namespaces          around the class",
        "Queue of a job      critical (nobody serves default)",
        "Retries             5",
        "Missing records     skipped, with a line in the log",
        "Quotes              single (.rubocop.yml)",
        "Frozen strings      no comment (.rubocop.yml)",
        "Specs go to         spec/jobs",
        "Specs require       rails_helper",
        "Specs begin with    RSpec.describe ...",
        "Layout              words 2 (RuboCop's default)",
    ]
    head, *told = capabilities.split("\n")
    assert head == f"What this Sidekiq can do ({len(TABLE)} capabilities: --json):"
    assert "  yes  sidekiq_retry_in may return :kill or :discard" in told
    assert "  yes  Sidekiq::IterableJob goes on where a stopped process left off" in told
    assert "  no   death handlers run for a job that is discarded" in told
    assert "  no   until_executed keeps the lock while a failed job waits for its retry" in told
    assert len(told) == len(SHOWN)
    assert links.split("\n") == [
        "Documentation of this release:",
        "  changes             https://github.com/sidekiq/sidekiq/blob/v7.3.2/Changes.md",
        "  upgrade guide       https://github.com/sidekiq/sidekiq/blob/v7.3.2/docs/7.0-Upgrade.md",
        "  best practices      https://github.com/sidekiq/sidekiq/wiki/Best-Practices",
        "  error handling      https://github.com/sidekiq/sidekiq/wiki/Error-Handling",
        "  sidekiq-unique-jobs https://github.com/mhenrixon/sidekiq-unique-jobs/tree/v8.0.10",
        "  sidekiq-throttled   https://github.com/ixti/sidekiq-throttled/tree/v1.5.0",
    ]


def test_what_a_gem_does_is_told_only_where_it_is_locked(tmp_path: Path) -> None:
    shown = sidekiq_gen(Repo().write(tmp_path), "info").out

    assert "until_executed" not in shown
    assert frozenset(row.name for row in TABLE) > {row.name for row in SHOWN}


def test_sidekiq_through_another_gem(tmp_path: Path) -> None:
    specs = "    sidekiq (6.5.12)\n    wrapper (1.0)\n      sidekiq (>= 6)\n"
    (tmp_path / "Gemfile.lock").write_text(f"GIT\n  specs:\n{specs}\nDEPENDENCIES\n  wrapper!\n")

    told = info(tmp_path)
    shown = sidekiq_gen(tmp_path, "info").out

    assert told["sidekiq"] == {
        "version": "6.5.12",
        "tree": "6.5",
        "source": "git",
        "direct": False,
        "required_by": ["wrapper"],
    }
    assert shown.startswith("Sidekiq             6.5.12, from the GIT section through wrapper; templates 6.5\n")


def test_without_a_lockfile(tmp_path: Path) -> None:
    told = info(tmp_path, "--sidekiq-version", "8.1.7")

    assert told["lockfile"] is None
    assert told["sidekiq"] == {"version": "8.1.7", "tree": "8", "source": "gem", "direct": False, "required_by": []}
    assert (told["rails"], told["databases"], told["test_framework"], told["factories"]) == (None, [], None, False)
    assert (told["error_tracker"], told["linter"]) == ("logger", None)
    shown = sidekiq_gen(tmp_path, "info", "--sidekiq-version", "8.1.7").out
    assert shown.startswith(
        "Sidekiq             8.1.7, from --sidekiq-version; templates 8\nLockfile            none\n"
    )


def test_an_old_release_is_remarked_on(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo(sidekiq="6.4.2", rails="6.1.7").write(tmp_path), "info", "--json")

    assert done.status == 0
    assert done.err.startswith("notice  Sidekiq 6.4.2 is older than 6.5 and lacks ")
    assert json.loads(done.out)["capabilities"]["retry_in_kill"] is False


def test_the_lockfile_of_another_folder_is_told_relative_to_the_root(tmp_path: Path) -> None:
    root = Repo().write(tmp_path / "api")
    (tmp_path / "other.lock").write_text(Repo(sidekiq="8.0.6").lockfile())

    told = info(root, "--lockfile", str(tmp_path / "other.lock"))

    assert (told["lockfile"], told["sidekiq"]["version"]) == ("../other.lock", "8.0.6")


@pytest.mark.parametrize(
    ("version", "capability", "expected"),
    [
        ("6.5.1", "retry_in_kill", False),
        ("6.5.2", "retry_in_kill", True),
        ("7.2.4", "iterable_job", False),
        ("7.3.0", "iterable_job", True),
        ("8.0.6", "discard_runs_death_handlers", False),
        ("8.0.7", "discard_runs_death_handlers", True),
    ],
)
def test_capabilities_follow_the_exact_version(
    tmp_path: Path, version: str, capability: str, *, expected: bool
) -> None:
    assert info(Repo(sidekiq=version).write(tmp_path))["capabilities"][capability] is expected


def test_a_sidekiq_from_git_has_no_changes_of_its_version() -> None:
    told = documentation(Release(Gems("7.3.2", source="git")))

    assert list(told) == ["best practices", "error handling"]


@pytest.mark.parametrize(
    ("version", "guide"),
    [("6.0.7", "6.0-Upgrade.md"), ("6.5.12", "6.0-Upgrade.md"), ("8.1.7", "docs/8.0-Upgrade.md")],
)
def test_the_upgrade_guide_is_that_of_the_line(tmp_path: Path, version: str, guide: str) -> None:
    told = info(Repo(sidekiq=version).write(tmp_path))["documentation"]

    assert told["upgrade guide"] == f"https://github.com/sidekiq/sidekiq/blob/v{version}/{guide}"


@pytest.mark.parametrize(
    ("spec", "place", "rows", "key", "value"),
    [
        (
            "describe {}, type: :job do\n  describe '#perform' do\n    expect(create(:a)).to_not eq 2\n  end\nend\n",
            "spec/workers",
            [
                "Specs go to         spec/workers (3 of 3 specs of jobs)",
                "Specs begin with    describe ..., type: :job (3 of 3 specs of jobs)",
                "Expected not        to_not (3 of 3 specs of jobs)",
                "Records come from   create(:order) (3 of 3 specs of jobs)",
                'Examples stand in   describe "#perform" (3 of 3 specs of jobs)',
            ],
            "spec_type",
            "job",
        ),
        (
            "class {}Test < JobTestCase\n  def test_a\n    {}.any_instance.stubs(:a)\n    {}.new.perform\n  end\nend\n",
            "test/unit/app/jobs",
            [
                "Specs go to         test/unit/app/jobs (3 of 3 specs of jobs)",
                "Tests inherit       JobTestCase (3 of 3 specs of jobs)",
                "Tests begin with    def (3 of 3 specs of jobs)",
                "Methods stubbed by  mocha (3 of 3 specs of jobs)",
                "A job only run is   unnamed (3 of 3 specs of jobs)",
            ],
            "spec_superclass",
            "JobTestCase",
        ),
    ],
)
def test_the_habits_of_specs_are_shown_with_their_evidence(
    tmp_path: Path, spec: str, place: str, rows: list[str], key: str, value: str
) -> None:
    repo = Repo(rspec="spec" in place, gems={"mocha": "2.4.5"}, files=house(*[spec] * 3, place=place))
    shown = sidekiq_gen(repo.write(tmp_path), "info").out.split("\n")

    assert [row for row in rows if row not in shown] == []
    told = info(tmp_path)["conventions"]
    assert told[key] == value
    assert told["evidence"][key] == "3 of 3 specs of jobs"


def test_a_repo_without_tests_has_no_habits_of_specs(tmp_path: Path) -> None:
    root = Repo(rspec=False, records="none").write(tmp_path)
    (root / "Gemfile.lock").write_text(Repo(rspec=False, records="none").lockfile().replace("minitest", "maxitest"))
    (root / "test/test_helper.rb").unlink()
    (root / "test").rmdir()

    assert "Specs go to" not in sidekiq_gen(root, "info").out
    assert not [key for key in info(root)["conventions"] if key.startswith("spec_")]
