"""What install promises on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.command import Finished, sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

INITIALIZER = "config/initializers/sidekiq.rb"
UNIQUE = "config/initializers/sidekiq_unique_jobs.rb"
YAML = "config/sidekiq.yml"
RAKE = "lib/tasks/sidekiq_dead.rake"
HEALTH = "app/jobs/sidekiq_health_check_job.rb"
SPEC = "spec/jobs/sidekiq_health_check_job_spec.rb"
FILES = [INITIALIZER, YAML, RAKE]


def job(queue: str) -> str:
    return f'class {queue.title()}Job\n  include Sidekiq::Job\n  sidekiq_options queue: "{queue}"\nend\n'


def install(root: Path, *flags: str, status: int = 0) -> Finished:
    done = sidekiq_gen(root, "install", *flags)
    assert done.status == status, done.err
    return done


def document(root: Path, *flags: str, status: int = 0) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(install(root, "--json", *flags, status=status).out)
    return parsed


def statuses(root: Path, *flags: str) -> dict[str, str]:
    return {file["path"]: file["status"] for file in document(root, *flags)["files"]}


def codes(told: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in told["notices"]]


def test_what_is_written(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    done = install(root)

    assert done.out == "".join(f"      create  {path}\n" for path in FILES)
    assert all((root / path).is_file() for path in FILES)


def test_a_second_run_finds_everything_the_same(tmp_path: Path) -> None:
    root = replace(Repo(), unique_jobs=None, gems={"sentry-ruby": "5.28.0"}).write(tmp_path)
    flags = ("--health-check", "--dead-threshold", "7")
    install(root, *flags)
    before = tree(root)

    again = install(root, *flags)

    assert again.out == "".join(f"   identical  {path}\n" for path in [*FILES, HEALTH, SPEC])
    assert tree(root) == before


def test_the_document(tmp_path: Path) -> None:
    told = document(
        Repo(sidekiq="8.0.6").write(tmp_path), "--health-check", "--dead-threshold", "5", "--test", "minitest"
    )

    assert list(told) == ["schema", "command", "sidekiq", "files", "notices", "command_line"]
    assert (told["schema"], told["command"]) == (1, "install")
    assert told["sidekiq"] == {"version": "8.0.6", "tree": "8", "source": "gem"}
    assert told["files"][-1] == {"path": "test/jobs/sidekiq_health_check_job_test.rb", "status": "create"}
    assert told["command_line"] == ("sidekiq-gen install --health-check --dead-threshold 5 --test minitest --no-input")


def test_pretend_writes_nothing(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    before = tree(root)

    done = install(root, "--pretend")

    assert done.out.endswith("Nothing was written: this was --pretend.\n")
    assert tree(root) == before


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_an_existing_initializer_is_a_conflict_that_says_what_it_lacks(tmp_path: Path, flags: tuple[str, ...]) -> None:
    mine = "Sidekiq.configure_server do |config|\n  config.redis = {}\n  # config.death_handlers << x\nend\n"
    root = replace(Repo(), files={INITIALIZER: mine}).write(tmp_path)
    before = tree(root)

    done = install(root, *flags, status=3)

    assert tree(root) == before
    lacks = f"{INITIALIZER} is there already and lacks config.error_handlers <<, config.death_handlers <<."
    assert f"Already there with another text: {INITIALIZER}. {lacks}" in done.err
    assert "--skip" in done.err


def test_skip_keeps_it_and_writes_the_rest_and_force_does_not(tmp_path: Path) -> None:
    root = replace(Repo(), files={INITIALIZER: "Sidekiq.configure_client {}\n"}).write(tmp_path)

    assert statuses(root, "--skip", "--pretend") == {INITIALIZER: "skip", YAML: "create", RAKE: "create"}
    assert statuses(root, "--force") == {INITIALIZER: "force", YAML: "create", RAKE: "create"}


def test_an_initializer_that_says_everything_in_its_own_words_is_left_alone(tmp_path: Path) -> None:
    mine = "Sidekiq.configure_server do |c|\n  c.redis = X\n  c.error_handlers << Y\n  c.death_handlers << Z\nend\n"
    root = replace(Repo(), files={INITIALIZER: mine}).write(tmp_path)

    assert statuses(root) == {INITIALIZER: "identical", YAML: "create", RAKE: "create"}
    assert (root / INITIALIZER).read_text() == mine


def test_what_another_file_sets_is_left_out(tmp_path: Path) -> None:
    files = {"config/initializers/deaths.rb": "Sidekiq.configure_server { |config| config.death_handlers << TELL }\n"}
    root = replace(Repo(), files=files).write(tmp_path)

    told = document(root)

    assert "already-set" in codes(told)
    text = (root / INITIALIZER).read_text()
    assert "error_handlers" in text
    assert "death_handlers" not in text


def test_redis_is_left_to_sidekiq_which_reads_redis_url_itself(tmp_path: Path) -> None:
    root = replace(Repo(), gems={"govuk_sidekiq": "9.0.0"}).write(tmp_path)
    install(root)

    assert "redis" not in (root / INITIALIZER).read_text().lower()


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({"Procfile.dev": "worker: RAILS_MAX_THREADS=5 bundle exec sidekiq\n"}, "Procfile.dev"),
        ({"Procfile.dev": "worker: bundle exec sidekiq -q critical -q default\n"}, "Procfile.dev"),
        ({"Procfile": "jobs: bundle exec sidekiq --config config/all.yml\n"}, "Procfile"),
        ({"bin/jobs": "#!/bin/sh\nexec bundle exec sidekiq -C config/all.yml\n"}, "bin/jobs"),
        ({f"{YAML}.erb": ":concurrency: 5\n"}, f"{YAML}.erb"),
    ],
)
def test_no_configuration_is_written_that_would_overrule_another(
    tmp_path: Path, files: dict[str, str], path: str
) -> None:
    root = replace(Repo(), files=files).write(tmp_path)
    told = document(root)

    assert not (root / YAML).exists()
    notice = next(one for one in told["notices"] if one["code"] == "configured-elsewhere")
    assert notice["message"].startswith(f"{path} says how Sidekiq is started")


def test_a_configuration_is_written_where_nothing_says_more_than_to_start_sidekiq(tmp_path: Path) -> None:
    root = replace(Repo(), files={"Procfile": "web: bin/rails s\njobs: bundle exec sidekiq\n"}).write(tmp_path)

    assert statuses(root)[YAML] == "create"


def test_a_queue_that_another_process_serves_is_not_missing(tmp_path: Path) -> None:
    files = {YAML: ":queues:\n  - default\n", "Procfile": "m: sidekiq -q mail\n", "app/jobs/mail_job.rb": job("mail")}
    root = replace(Repo(), files=files).write(tmp_path)

    assert statuses(root)[YAML] == "identical"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (":queues:\n  - default\n", ":queues:\n  - default\n  - mail\n"),
        ("queues:\n- default # first\n", None),
        (":queues:\n  - [default, 2]\n:a: 3\n", ":queues:\n  - [default, 2]\n  - [mail, 1]\n:a: 3\n"),
        ("# mine\n:queues:\n  - default", "# mine\n:queues:\n  - default\n  - mail\n"),
        (":queues: [default]\n", None),
        (":queues:\n  - <%= ENV['Q'] %>\n", None),
        (":queues:\n  - default\nproduction:\n  :queues:\n    - default\n", None),
        (":concurrency: 5\n", None),
        (":concurrency: <%= ENV['N'] %>\n:queues:\n  - default\n", None),
        (":queues:\n  - default\n:limits:\n  :queues: 5\n", None),
        (":concurrency: 5\r\n:queues:\n  - default\n", None),
        (":queues:\n  - mail\n", ":queues:\n  - mail\n"),
        ("queues: [\n", None),
    ],
)  # fmt: skip
def test_queues_are_added_to_a_plain_list_only(tmp_path: Path, before: str, after: str | None) -> None:
    root = replace(Repo(), files={YAML: before, "app/jobs/mail_job.rb": job("mail")}).write(tmp_path)

    if after is None:
        done = install(root, status=3)
        assert f"{YAML} is there already and lacks the queue mail." in done.err
        assert (root / YAML).read_bytes() == before.encode()
    else:
        assert statuses(root)[YAML] == ("identical" if after == before else "force")
        assert (root / YAML).read_text() == after
        assert statuses(root)[YAML] == "identical"


def test_queues_are_listed_with_weights_and_quoted_where_yaml_needs_it(tmp_path: Path) -> None:
    files = {"app/jobs/a_job.rb": job("mail"), "app/jobs/b_job.rb": job("no")}
    root = replace(Repo(), files=files).write(tmp_path)
    install(root)

    assert (root / YAML).read_text().endswith(':queues:\n  - [mail, 1]\n  - ["no", 1]\n  - [default, 1]\n')


@pytest.mark.parametrize(
    ("sidekiq", "rails", "gems", "strict", "push", "notices"),
    [
        ("6.0.7", "6.1.7", {}, False, False, ["sidekiq-before-6.5", "no-strict-arguments", "no-transactional-push"]),
        ("6.4.1", "6.1.7", {}, True, False, ["sidekiq-before-6.5", "no-transactional-push"]),
        ("6.5.12", "6.1.7", {}, True, False, ["no-transactional-push"]),
        ("6.5.12", "6.1.7", {"after_commit_everywhere": "1.4.0"}, True, True, []),
        ("7.3.9", "7.2.3", {"honeybadger": "6.0.0"}, False, False, ["errors-reported", "no-transactional-push"]),
        ("7.3.10", "7.2.3", {"sentry-ruby": "6.0.0"}, False, True, []),
        ("8.0.5", "7.2.3", {"sentry-ruby": "6.0.0"}, False, False, ["no-transactional-push"]),
        ("8.0.6", "7.1.5", {}, False, False, ["rails-executor", "no-transactional-push"]),
        ("8.1.7", "8.1.1", {"sentry-sidekiq": "6.0.0"}, False, True, ["errors-reported"]),
    ],
)
def test_only_what_this_release_accepts(
    tmp_path: Path, sidekiq: str, rails: str, gems: dict[str, str], *, strict: bool, push: bool, notices: list[str]
) -> None:
    root = Repo(sidekiq=sidekiq, rails=rails, gems=gems).write(tmp_path)

    told = document(root)

    text = (root / INITIALIZER).read_text()
    assert ("Sidekiq.strict_args!" in text, "Sidekiq.transactional_push!" in text) == (strict, push)
    assert codes(told) == notices


@pytest.mark.parametrize(("sidekiq", "gem"), [("6.5.12", "7.1.33"), ("7.3.2", "8.0.10"), ("8.1.7", "8.1.0")])
def test_sidekiq_unique_jobs_is_wired_once(tmp_path: Path, sidekiq: str, gem: str) -> None:
    root = Repo(sidekiq=sidekiq, gems={"sidekiq-unique-jobs": gem}).write(tmp_path)

    assert statuses(root)[UNIQUE] == "create"
    assert statuses(root)[UNIQUE] == "identical"
    (root / "config/initializers/other.rb").write_text("SidekiqUniqueJobs::Server.configure(config)\n")
    assert UNIQUE not in statuses(root)


def test_an_impossible_pair_is_refused(tmp_path: Path) -> None:
    root = Repo(sidekiq="7.3.2", gems={"sidekiq-unique-jobs": "7.1.33"}).write(tmp_path)
    before = tree(root)

    assert document(root, status=1)["error"]["code"] == "unique-jobs-pair"
    assert tree(root) == before


def test_airbrake_is_required_and_reports_by_itself(tmp_path: Path) -> None:
    root = Repo(gems={"airbrake": "13.0.2"}).write(tmp_path)
    install(root)

    text = (root / INITIALIZER).read_text()
    assert 'require "airbrake/sidekiq"' in text
    assert "error_handlers" not in text


def test_the_health_check_follows_the_house(tmp_path: Path) -> None:
    worker = "class {}Worker\n  include Sidekiq::Worker\n  sidekiq_options queue: :low\nend\n"
    files = {f"app/workers/{name}_worker.rb": worker.format(name.title()) for name in ("a", "b")}
    root = replace(Repo(), files=files).write(tmp_path)
    install(root, "--health-check")

    text = (root / "app/workers/sidekiq_health_check_worker.rb").read_text()
    assert "class SidekiqHealthCheckWorker\n  include Sidekiq::Worker\n" in text
    assert "queue: :default" in text
    assert "DEAD_SET_ALERT_THRESHOLD = 100" in text
    assert (root / "spec/workers/sidekiq_health_check_worker_spec.rb").is_file()


@pytest.mark.parametrize(
    ("flags", "status", "code"),
    [
        (("--dead-threshold", "5"), 2, "usage"),
        (("--test", "rspec"), 2, "usage"),
        (("--health-check", "--dead-threshold", "-1"), 2, "invalid-threshold"),
        (("--health-check", "--dead-threshold", "5000000"), 2, "invalid-threshold"),
        (("--health-check", "--dead-threshold", "many"), 2, "usage"),
        (("--force", "--skip"), 2, "usage"),
        (("--sidekiq-version", "9.0"), 1, "sidekiq-too-new"),
        (("NAME",), 2, "usage"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, flags: tuple[str, ...], status: int, code: str) -> None:
    root = Repo().write(tmp_path)
    before = tree(root)

    assert document(root, *flags, status=status)["error"]["code"] == code
    assert tree(root) == before


def test_a_health_check_that_is_there_elsewhere_is_not_written_again(tmp_path: Path) -> None:
    files = {"app/workers/sidekiq_health_check_job.rb": "class SidekiqHealthCheckJob\nend\n"}
    root = replace(Repo(), files=files).write(tmp_path)

    assert document(root, "--health-check", status=1)["error"]["code"] == "class-exists"
