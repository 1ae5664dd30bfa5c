"""What enqueues the health check, and where its entry is put."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sidekiq_gen.install.schedule_yaml import entry, insert_entry
from support.command import sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "SidekiqHealthCheckJob"
INITIALIZER = "config/initializers/sidekiq.rb"
CONFIGURATION = "config/sidekiq.yml"
CRON = "config/schedule.yml"
ENTRY = f'sidekiq_health_check:\n  cron: "*/5 * * * *"\n  class: {JOB}\n'
OWN = "other:\n  cron: '0 * * * *'\n  class: Other\n"


def install(root: Path, *flags: str) -> dict[str, Any]:
    done = sidekiq_gen(root, "install", "--health-check", "--json", *flags)
    assert done.status == 0, done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def by_hand(told: dict[str, Any]) -> list[str]:
    return [one["message"] for one in told["notices"] if one["code"] == "health-check-not-scheduled"]


def with_gem(gem: str, version: str, sidekiq: str = "7.3.2", **files: str) -> Repo:
    return Repo(sidekiq=sidekiq, rails="7.2.3", gems={gem: version}, files=files)


@pytest.mark.parametrize(
    ("repo", "path", "text"),
    [
        (with_gem("sidekiq-cron", "1.6.0", "6.5.12"), CRON, ENTRY),
        (with_gem("sidekiq-cron", "2.3.1", **{CRON: OWN}), CRON, OWN + ENTRY),
        (
            with_gem("sidekiq-scheduler", "4.0.3", "6.5.12", **{CONFIGURATION: "queues:\n  - default\n"}),
            CONFIGURATION,
            "queues:\n  - default\nschedule:\n  " + ENTRY.replace("\n  ", "\n    "),
        ),
        (
            with_gem("sidekiq-scheduler", "5.0.0", **{CONFIGURATION: ":queues:\n  - default\n"}),
            CONFIGURATION,
            ":queues:\n  - default\n:scheduler:\n  :schedule:\n    " + ENTRY.replace("\n  ", "\n      "),
        ),
    ],
)
def test_the_file_that_the_gem_reads_gets_the_entry_once(tmp_path: Path, repo: Repo, path: str, text: str) -> None:
    root = repo.write(tmp_path)

    told = install(root)

    assert (root / path).read_text() == text
    assert by_hand(told) == []
    before = tree(root)
    again = install(root)
    assert {file["status"] for file in again["files"]} == {"identical"}
    assert path in {file["path"] for file in again["files"]}
    assert tree(root) == before


def test_a_new_configuration_has_the_schedule_in_it(tmp_path: Path) -> None:
    root = with_gem("sidekiq-scheduler", "6.0.1").write(tmp_path)
    install(root)

    assert (
        (root / CONFIGURATION)
        .read_text()
        .endswith(":queues:\n  - default\n\n:scheduler:\n  :schedule:\n    " + ENTRY.replace("\n  ", "\n      "))
    )


@pytest.mark.parametrize(
    ("repo", "why"),
    [
        (Repo(), "neither sidekiq-cron nor sidekiq-scheduler nor Sidekiq Enterprise is locked"),
        (with_gem("sidekiq-cron", "1.5.1"), "sidekiq-cron 1.5.1 loads no file by itself"),
        (with_gem("sidekiq-cron", "2.3.1", **{"config/schedule.yaml": OWN}), "config/schedule.yaml holds"),
        (
            with_gem("sidekiq-cron", "1.12.0", **{"config/initializers/cron.rb": "Sidekiq::Cron::Job.create(X)\n"}),
            "config/initializers/cron.rb sets up sidekiq-cron",
        ),
        (
            with_gem("sidekiq-scheduler", "6.0.1", **{"config/initializers/s.rb": "Sidekiq.schedule = X\n"}),
            "config/initializers/s.rb sets up sidekiq-scheduler",
        ),
        (
            with_gem("sidekiq-scheduler", "6.0.1", Procfile="worker: bundle exec sidekiq -C config/all.yml\n"),
            "Procfile says how Sidekiq is started",
        ),
        (with_gem("sidekiq-ent", "2.0.0", "6.5.12"), "sidekiq-ent 2.0.0 takes no name of a class there"),
        (
            with_gem(
                "sidekiq-ent", "7.3.4", **{INITIALIZER: "Sidekiq.configure_server { |c| c.periodic { |m| X } }\n"}
            ),
            f"{INITIALIZER} has periodic jobs already",
        ),
    ],
)
def test_where_it_cannot_be_written_it_is_said(tmp_path: Path, repo: Repo, why: str) -> None:
    root = repo.write(tmp_path)
    before = tree(root)

    told = install(root)

    assert [why in message for message in by_hand(told)] == [True]
    assert not any(JOB in text.decode() for path, text in tree(root).items() if path in before or path == CRON)


def test_a_schedule_whose_place_is_not_certain_is_left_alone_and_said(tmp_path: Path) -> None:
    root = with_gem("sidekiq-cron", "2.3.1", **{CRON: "- name: other\n  cron: '0 * * * *'\n"}).write(tmp_path)

    told = install(root)

    assert {file["path"]: file["status"] for file in told["files"]}[CRON] == "skip"
    notice = next(one for one in told["notices"] if one["code"] == "incomplete")
    assert notice["hint"] == "Add it by hand:\n" + ENTRY.rstrip("\n")


def test_a_health_check_that_is_scheduled_elsewhere_is_not_scheduled_twice(tmp_path: Path) -> None:
    files = {"config/cron.yml": f"jobs:\n  - class: {JOB}\n"}
    root = with_gem("sidekiq-cron", "2.3.1", **files).write(tmp_path)

    told = install(root)

    assert by_hand(told) == []
    assert not (root / CRON).exists()


def test_enterprise_registers_it_in_the_initializer_and_that_was_not_executed(tmp_path: Path) -> None:
    root = with_gem("sidekiq-ent", "7.3.4").write(tmp_path)

    told = install(root)

    line = f'  config.periodic {{ |manager| manager.register("*/5 * * * *", "{JOB}") }}\n'
    assert (root / INITIALIZER).read_text().count(line) == 1
    said = [one["message"] for one in told["notices"] if one["code"] == "enterprise-not-run"]
    assert any(
        "schedule of the health check was not executed: Sidekiq Enterprise is closed source" in one for one in said
    )
    assert {file["status"] for file in install(root)["files"]} == {"identical"}


def test_without_the_health_check_nothing_is_scheduled(tmp_path: Path) -> None:
    root = with_gem("sidekiq-cron", "2.3.1").write(tmp_path)
    done = sidekiq_gen(root, "install", "--json")

    assert done.status == 0
    assert not (root / CRON).exists()
    assert "health-check-not-scheduled" not in done.out


PAIRS = {"cron": "* * * * *", "class": "Foo::Bar"}
KEYS = ("scheduler", "schedule")
DEEP = [":scheduler:", "  :schedule:", "    name:", '      cron: "* * * * *"', "      class: Foo::Bar"]

DEEPER = ["      name:", '        cron: "* * * * *"', "        class: Foo::Bar"]


def test_an_entry_stands_below_its_keys() -> None:
    assert entry("name", PAIRS, KEYS) == DEEP
    assert yaml.safe_load("\n".join(entry("name", PAIRS, KEYS, colon=""))) == {
        "scheduler": {"schedule": {"name": PAIRS}}
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "\n".join([*DEEP, ""])),
        (":a: 1", "\n".join([":a: 1", *DEEP, ""])),
        (":a: 1\r\n:b: 2\r\n", "\r\n".join([":a: 1", ":b: 2", *DEEP, ""])),
        (
            ":scheduler: # ours\n    :dynamic: 1\n",
            "\n".join([":scheduler: # ours", "    :schedule:", *DEEPER, "    :dynamic: 1", ""]),
        ),
        (
            "scheduler:\n  schedule:\n    a: {cron: x}\n",
            'scheduler:\n  schedule:\n    name:\n      cron: "* * * * *"\n      class: Foo::Bar\n    a: {cron: x}\n',
        ),
        (":scheduler:", ':scheduler:\n  :schedule:\n    name:\n      cron: "* * * * *"\n      class: Foo::Bar\n'),
        ("scheduler: {schedule: {}}\n", None),
        (":scheduler:\n  :schedule:\n    name:\n      cron: y\n", None),
        ("- a\n", None),
        (":a: 1\n<% if x %>\n:b: 2\n<% end %>\n", None),
        (":a: [\n", None),
        (":scheduler:\n  :schedule: *other\n", None),
        ("production:\n  :scheduler:\n    :schedule:\n      a: 1\n:scheduler: false\n", None),
    ],
)
def test_an_entry_is_inserted_where_there_is_no_doubt(before: str, after: str | None) -> None:
    assert insert_entry(before, "name", PAIRS, KEYS) == after


ENTERPRISE = {"sidekiq-ent": "7.3.4", "sidekiq-pro": "7.3.4"}


def closed(root: Path, *flags: str) -> tuple[str, list[str]]:
    done = sidekiq_gen(root, "install", "--json", *flags)
    assert done.status == 0, done.err
    told = json.loads(done.out)
    return (root / INITIALIZER).read_text(), [notice["code"] for notice in told["notices"]]


def test_what_is_closed_is_switched_on_once_and_marked_as_not_executed(tmp_path: Path) -> None:
    root = Repo(gems=ENTERPRISE).write(tmp_path)

    text, codes = closed(root)

    assert text.count("\nSidekiq::Enterprise.unique! unless Rails.env.test?\n") == 1
    assert text.count("\n  config.super_fetch!") == 1
    assert text.index("unique!") < text.index("configure_server") < text.index("super_fetch!")
    assert {"enterprise-not-run", "pro-not-run"} <= set(codes)
    assert closed(root)[0] == text


@pytest.mark.parametrize(
    ("gems", "own", "unique", "fetch"),
    [
        ({}, "", 0, 0),
        ({**ENTERPRISE, "sidekiq-unique-jobs": "8.0.10"}, "", 0, 1),
        ({"sidekiq-pro": "7.3.4"}, "", 0, 1),
        ({"sidekiq-pro": "7.3.4", "sidekiq-throttled": "1.2.0"}, "", 0, 0),
        ({"sidekiq-pro": "7.3.4", "sidekiq-throttled": "1.3.0"}, "", 0, 1),
        (ENTERPRISE, "Sidekiq::Enterprise.unique!\n", 1, 1),
        ({"sidekiq-pro": "7.3.4"}, "Sidekiq.configure_server do |c|\n  c.super_fetch!\nend\n", 0, 1),
        ({"sidekiq-pro": "7.3.4"}, "Sidekiq.configure_server do |c|\n  c[:fetch_class] = Own\nend\n", 0, 0),
    ],
)
def test_what_is_closed_is_written_where_it_is_wanted_and_missing(
    tmp_path: Path, gems: dict[str, str], own: str, unique: int, fetch: int
) -> None:
    root = replace(Repo(gems=gems), files={INITIALIZER: own} if own else {}).write(tmp_path)

    text, codes = closed(root)

    assert (text.count("Enterprise.unique!"), text.count("super_fetch!")) == (unique, fetch)
    assert text.startswith(own.removesuffix("end\n"))
    assert ("no-super-fetch" in codes) is (gems.get("sidekiq-throttled") == "1.2.0")


LIMITS = ("--dead-max-jobs", "500", "--dead-timeout", "30d")


@pytest.mark.parametrize(
    ("sidekiq", "rails", "settings", "said"),
    [
        ("6.4.1", "6.1.7", "Sidekiq.options", False),
        ("6.5.12", "6.1.7", "Sidekiq", False),
        ("7.0.0", "7.0.8", "Sidekiq.default_configuration", True),
        ("7.3.3", "7.2.3", "Sidekiq.default_configuration", True),
        ("7.3.5", "7.2.3", "Sidekiq.default_configuration", False),
        ("8.1.7", "8.1.1", "Sidekiq.default_configuration", False),
    ],
)
def test_the_limits_of_the_dead_set_are_set_where_asked_for(
    tmp_path: Path, sidekiq: str, rails: str, settings: str, *, said: bool
) -> None:
    root = Repo(sidekiq=sidekiq, rails=rails).write(tmp_path)

    text, codes = closed(root, *LIMITS)

    assert f"\n{settings}[:dead_max_jobs] = 500 #" in text
    assert f"\n{settings}[:dead_timeout_in_seconds] = 30.days.to_i #" in text
    assert ("dead-limits-of-kills" in codes) is said
    again, codes = closed(root, *LIMITS)
    assert again == text
    assert "dead-limit-set" not in codes
    assert "dead_" not in closed(Repo(sidekiq=sidekiq, rails=rails).write(tmp_path / "unasked"))[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (INITIALIZER, "Sidekiq.configure_server do |config|\n  config[:dead_max_jobs] = 900\nend\n"),
        (CONFIGURATION, ":queues:\n  - default\n:dead_max_jobs: 900\n"),
    ],
)
def test_another_limit_that_is_set_is_not_passed_over_in_silence(tmp_path: Path, path: str, text: str) -> None:
    root = Repo(files={path: text}).write(tmp_path)

    assert "dead-limit-set" in closed(root, "--dead-max-jobs", "500")[1]
    assert (root / path).read_text().startswith(text.removesuffix("end\n"))


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--dead-max-jobs", "1"), "invalid-limit"),
        (("--dead-max-jobs", "100000000"), "invalid-limit"),
        (("--dead-timeout", "soon"), "invalid-duration"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(tmp_path: Path, flags: tuple[str, ...], code: str) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "install", "--json", *flags)

    assert (done.status, json.loads(done.out)["error"]["code"]) == (2, code)
