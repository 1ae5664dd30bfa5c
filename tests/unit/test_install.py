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

    assert list(told) == ["schema", "command", "sidekiq", "files", "record", "notices", "command_line"]
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


SERVER = "Sidekiq.configure_server do |config|\n  config.redis = {}\n  # config.death_handlers << x\nend\n"
PLAIN = Repo(sidekiq="7.3.2", rails="6.1.7", unique_jobs=None)  # an error handler and a death handler in its log


@pytest.mark.parametrize("flags", [(), ("--force",)])
def test_what_an_initializer_lacks_is_inserted_and_everything_else_stays(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    root = replace(Repo(), files={INITIALIZER: SERVER}).write(tmp_path)

    told = document(root, *flags)

    assert {file["path"]: file["status"] for file in told["files"]} == {
        INITIALIZER: "insert",
        YAML: "create",
        RAKE: "create",
    }
    notice = next(one for one in told["notices"] if one["code"] == "inserted")
    assert notice["message"] == f"{INITIALIZER} lacks config.error_handlers <<, config.death_handlers <<."
    text = (root / INITIALIZER).read_text()
    assert text.startswith(SERVER.removesuffix("end\n") + "\n")
    assert text.endswith("  end\nend\n")
    assert text.count("configure_server") == 1
    assert set(statuses(root, *flags).values()) == {"identical"}


@pytest.mark.parametrize("flags", [(), ("--force",)])
def test_where_no_place_is_certain_the_text_to_add_is_said(tmp_path: Path, flags: tuple[str, ...]) -> None:
    mine = "return unless ENV['JOBS']\n\nSidekiq.configure_server {}\n"
    root = replace(PLAIN, files={INITIALIZER: mine}).write(tmp_path)

    told = document(root, *flags)

    assert (root / INITIALIZER).read_text() == mine
    assert {file["path"]: file["status"] for file in told["files"]}[INITIALIZER] == "skip"
    notice = next(one for one in told["notices"] if one["code"] == "incomplete")
    assert notice["message"] == f"{INITIALIZER} lacks config.death_handlers <<, and no place for it is certain."
    assert "Add it by hand:\nSidekiq.configure_server do |config|\n" in notice["hint"]
    assert "  config.death_handlers << lambda do |job, error|\n" in notice["hint"]


def test_skip_keeps_files_that_are_there_and_says_what_they_lack(tmp_path: Path) -> None:
    root = replace(PLAIN, files={INITIALIZER: SERVER}).write(tmp_path)

    told = document(root, "--skip")

    assert (root / INITIALIZER).read_text() == SERVER
    assert [file["status"] for file in told["files"]] == ["skip", "create", "create"]
    notice = next(one for one in told["notices"] if one["code"] == "incomplete")
    assert notice["hint"] == "Run this without --skip to have it inserted, or add it by hand."


def test_pretend_shows_what_would_be_inserted_and_writes_nothing(tmp_path: Path) -> None:
    root = replace(PLAIN, files={INITIALIZER: SERVER}).write(tmp_path)
    before = tree(root)

    printed = install(root, "--pretend").out
    told = document(root, "--pretend")

    assert tree(root) == before
    assert f"      insert  {INITIALIZER}\n--- {INITIALIZER} (now)\n+++ {INITIALIZER} (new)\n@@ " in printed
    assert "\n+  config.death_handlers << lambda do |job, error|\n" in printed
    assert f"\n {SERVER.splitlines()[1]}\n" in printed
    assert told["files"][0]["diff"] in printed
    assert told["files"][1]["diff"].startswith("--- /dev/null\n+++ ")
    assert told["files"][1]["content"].splitlines() == [
        line.removeprefix("+") for line in told["files"][1]["diff"].splitlines()[3:]
    ]
    assert "diff" not in document(root)["files"][0]


def test_force_overwrites_what_install_alone_writes(tmp_path: Path) -> None:
    root = replace(PLAIN, files={RAKE: "task :mine\n"}).write(tmp_path)
    before = tree(root)

    assert "--force" in install(root, status=3).err
    assert tree(root) == before
    assert statuses(root, "--force")[RAKE] == "force"


def test_bytes_that_are_no_text_stay_what_they_are(tmp_path: Path) -> None:
    root = PLAIN.write(tmp_path)
    mine = b"# caf\xe9\r\n" + SERVER.replace("\n", "\r\n").encode()
    (root / INITIALIZER).parent.mkdir(parents=True, exist_ok=True)
    (root / INITIALIZER).write_bytes(mine)

    assert statuses(root)[INITIALIZER] == "insert"
    text = (root / INITIALIZER).read_bytes()
    assert text.startswith(mine.removesuffix(b"end\r\n"))
    assert text.count(b"\n") == text.count(b"\r\n")


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
    for number, jobs in enumerate(("bundle exec sidekiq", "RAILS_MAX_THREADS=25 bundle exec sidekiq -c 5")):
        files = {"Procfile": f"web: bin/rails s\njobs: {jobs}\n"}
        root = replace(Repo(), files=files).write(tmp_path / str(number))

        assert statuses(root)[YAML] == "create"
        assert '\n:concurrency: <%= ENV.fetch("RAILS_MAX_THREADS", 5) %>\n' in (root / YAML).read_text()


def test_a_queue_that_another_process_serves_is_not_missing(tmp_path: Path) -> None:
    files = {YAML: ":queues:\n  - default\n", "Procfile": "m: sidekiq -q mail\n", "app/jobs/mail_job.rb": job("mail")}
    root = replace(Repo(), files=files).write(tmp_path)

    assert statuses(root)[YAML] == "identical"


@pytest.mark.parametrize("flags", [(), ("--force",)])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (":queues:\n  - default\n", ":queues:\n  - default\n  - mail\n"),
        (":concurrency: 25 # tuned\n", ":concurrency: 25 # tuned\n:queues:\n  - [default, 1]\n  - [mail, 1]\n"),
        (":queues:\n  - mail\n", ":queues:\n  - mail\n"),
        (":queues: [default]\n", None),
        ("queues: [\n", None),
    ],
)
def test_queues_are_inserted_where_there_is_no_doubt(
    tmp_path: Path, flags: tuple[str, ...], before: str, after: str | None
) -> None:
    root = replace(Repo(), files={YAML: before, "app/jobs/mail_job.rb": job("mail")}).write(tmp_path)

    told = document(root, *flags)

    status = {file["path"]: file["status"] for file in told["files"]}[YAML]
    assert (root / YAML).read_text() == (before if after is None else after)
    if after is None:
        assert status == "skip"
        notice = next(one for one in told["notices"] if one["code"] == "incomplete")
        assert notice["message"] == f"{YAML} lacks the queue mail, and no place for it is certain."
        assert notice["hint"] == "Add it by hand:\n- mail"
    else:
        assert status == ("identical" if after == before else "insert")
        assert statuses(root, *flags)[YAML] == "identical"


def test_a_complete_configuration_is_identical_with_force_as_well(tmp_path: Path) -> None:
    mine = ":concurrency: 25\n:queues:\n  - [default, 5]\n  - [low, 1]\n:schedule:\n  a:\n    cron: '* * * * *'\n"
    root = replace(Repo(), files={YAML: mine}).write(tmp_path)

    assert statuses(root, "--force")[YAML] == "identical"
    assert (root / YAML).read_text() == mine


def test_a_queue_is_not_given_to_a_file_that_no_process_reads(tmp_path: Path) -> None:
    files = {YAML: ":queues:\n  - default\n", "Procfile": "m: sidekiq -q low\n", "app/jobs/mail_job.rb": job("mail")}
    root = replace(Repo(), files=files).write(tmp_path)

    told = document(root)

    assert (root / YAML).read_text() == files[YAML]
    notice = next(one for one in told["notices"] if one["code"] == "incomplete")
    assert notice["message"] == f"{YAML} lacks the queue mail, and every process is started with other queues."


@pytest.mark.parametrize(
    ("path", "text", "kept"),
    [
        ("kubernetes/production.tmpl", "sidekiq\nvalue: '-q mail -q low'\n", True),
        ("sidekiq.service", "SIDEKIQ_ARGS=--queue=mail\n", True),
        ("kubernetes/production.tmpl", "value: '-q mail'\n", False),  # of something else
        ("kubernetes/production.tmpl", "sidekiq: e-mail mailer mail-1\n", False),
        ("docs/queues.txt", "sidekiq -q mail\n", False),
    ],
)
def test_a_queue_that_the_deployment_speaks_of_is_left_to_it(
    tmp_path: Path, path: str, text: str, *, kept: bool
) -> None:
    files = {YAML: ":queues:\n  - default\n", path: text, "app/jobs/mail_job.rb": job("mail")}
    root = replace(Repo(), files=files).write(tmp_path)

    told = document(root)

    assert ((root / YAML).read_text() == files[YAML]) is kept
    assert ("queue-elsewhere" in codes(told)) is kept


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


@pytest.mark.parametrize(("sidekiq", "told_of"), [("7.3.9", False), ("7.3.10", True), ("8.0.6", True)])
def test_ids_of_refused_duplicates_are_explained(tmp_path: Path, sidekiq: str, *, told_of: bool) -> None:
    root = Repo(sidekiq=sidekiq, rails="7.2.3", gems={"sidekiq-unique-jobs": "8.0.13"}).write(tmp_path)

    assert ("id-of-no-job" in codes(document(root))) is told_of


def test_without_unique_jobs_there_is_no_duplicate_to_explain(tmp_path: Path) -> None:
    root = replace(Repo(sidekiq="8.0.6", rails="7.2.3"), unique_jobs=None).write(tmp_path)

    assert "id-of-no-job" not in codes(document(root))


@pytest.mark.parametrize(("sidekiq", "gem"), [("6.5.12", "7.1.33"), ("7.3.2", "8.0.10"), ("8.1.7", "8.1.0")])
def test_sidekiq_unique_jobs_is_wired_once(tmp_path: Path, sidekiq: str, gem: str) -> None:
    root = Repo(sidekiq=sidekiq, gems={"sidekiq-unique-jobs": gem}).write(tmp_path)

    assert statuses(root)[UNIQUE] == "create"
    assert set(statuses(root, "--force").values()) == {"identical"}


UNIQUE_REPO = Repo(sidekiq="7.3.2", unique_jobs=None, gems={"sidekiq-unique-jobs": "8.0.10"})


@pytest.mark.parametrize("flags", [(), ("--force",)])
@pytest.mark.parametrize("path", [INITIALIZER, "config/initializers/locks.rb"])
def test_a_wiring_that_is_there_stays_and_gets_what_it_lacks(tmp_path: Path, path: str, flags: tuple[str, ...]) -> None:
    half = """Sidekiq.configure_server do |config|
  config.server_middleware do |chain|
    chain.add SidekiqUniqueJobs::Middleware::Server
  end
end
"""
    root = replace(UNIQUE_REPO, files={path: half}).write(tmp_path)

    told = document(root, *flags)

    found = {file["path"]: file["status"] for file in told["files"]}
    assert found[path] == "insert"
    assert UNIQUE not in found
    text = (root / path).read_text()
    assert text.startswith(half.removesuffix("end\n"))
    assert text.count("SidekiqUniqueJobs::Middleware::Client") == 2
    assert text.count("SidekiqUniqueJobs::Middleware::Server") == 1
    assert text.count("SidekiqUniqueJobs::Server.configure(config)") == 1
    assert "SidekiqUniqueJobs.configure" not in text
    assert path not in {file for file, status in statuses(root, *flags).items() if status != "identical"}
    assert UNIQUE not in statuses(root)


def test_settings_of_unique_jobs_that_are_there_are_not_overruled(tmp_path: Path) -> None:
    mine = "SidekiqUniqueJobs.configure do |config|\n  config.enabled = true\nend\n"
    for number, path in enumerate((UNIQUE, "config/initializers/a.rb")):
        root = replace(UNIQUE_REPO, files={path: mine}).write(tmp_path / str(number))

        assert statuses(root)[UNIQUE] == ("insert" if path == UNIQUE else "create")
        text = (root / UNIQUE).read_text()
        assert "reaper_interval" not in text
        assert text.count("SidekiqUniqueJobs::Middleware::Client") == 2


@pytest.mark.parametrize(
    ("sidekiq", "throttled", "written"),
    [("6.4.1", "0.18.0", True), ("7.0.9", "1.0.0", True), ("7.3.2", "1.1.0", False), ("8.1.7", "2.1.0", False)],
)
def test_sidekiq_throttled_is_set_up_where_it_does_nothing_without(
    tmp_path: Path, sidekiq: str, throttled: str, *, written: bool
) -> None:
    root = Repo(sidekiq=sidekiq, unique_jobs=None, gems={"sidekiq-throttled": throttled}).write(tmp_path)
    install(root)

    assert ("Sidekiq::Throttled.setup!" in (root / INITIALIZER).read_text()) is written
    told = json.loads(sidekiq_gen(root, "job", "Foo", "id:integer", "--throttle", "5/60", "--json").out)
    assert "throttled-not-set-up" not in codes(told)


@pytest.mark.parametrize(("sidekiq", "said"), [("6.4.1", True), ("6.5.12", True), ("7.3.2", False), ("6.0.7", False)])
def test_that_arguments_will_raise_is_said_where_there_are_jobs(tmp_path: Path, sidekiq: str, *, said: bool) -> None:
    new = Repo(sidekiq=sidekiq, unique_jobs=None)
    old = replace(new, files={"app/jobs/mail_job.rb": job("mail").replace("::Job", "::Worker")})
    own = replace(old, files={**old.files, INITIALIZER: "Sidekiq.strict_args!\n"})

    assert "strict-arguments" not in codes(document(new.write(tmp_path / "new")))
    assert ("strict-arguments" in codes(document(old.write(tmp_path / "old")))) is said
    assert "strict-arguments" not in codes(document(own.write(tmp_path / "own")))


@pytest.mark.parametrize(("sidekiq", "said"), [("6.0.7", True), ("6.5.12", True), ("7.0.0", False)])
def test_that_fewer_threads_will_run_is_said_where_there_are_jobs(tmp_path: Path, sidekiq: str, *, said: bool) -> None:
    new = Repo(sidekiq=sidekiq, unique_jobs=None)
    old = replace(new, files={"app/jobs/mail_job.rb": job("mail").replace("::Job", "::Worker")})
    own = replace(old, files={**old.files, YAML: ":concurrency: 25\n"})

    assert "fewer-threads" not in codes(document(new.write(tmp_path / "new")))
    assert ("fewer-threads" in codes(document(old.write(tmp_path / "old")))) is said
    assert "fewer-threads" not in codes(document(own.write(tmp_path / "own")))


@pytest.mark.parametrize(
    ("sidekiq", "passed_over", "said"),
    [("8.0.6", False, False), ("8.0.7", False, True), ("8.0.8", True, False), ("7.3.10", False, False)],
)
def test_a_job_that_was_discarded_is_no_dead_job(
    tmp_path: Path, sidekiq: str, *, passed_over: bool, said: bool
) -> None:
    root = Repo(sidekiq=sidekiq, unique_jobs=None).write(tmp_path)
    told = document(root)

    assert ('next if job["discarded_at"]' in (root / INITIALIZER).read_text()) is passed_over
    assert ("discard-as-death" in codes(told)) is said


@pytest.mark.parametrize(
    ("gems", "words"),
    [
        ({}, "perform_bulk and Sidekiq::Client.push do not wait"),
        ({"sidekiq-pro": "7.3.6"}, "perform_bulk, Sidekiq::Client.push and batches do not wait"),
    ],
)
def test_what_does_not_wait_for_a_commit_is_named(tmp_path: Path, gems: dict[str, str], words: str) -> None:
    root = Repo(sidekiq="7.3.10", rails="7.2.3", gems=gems).write(tmp_path)
    install(root)

    assert words in (root / INITIALIZER).read_text()


@pytest.mark.parametrize(
    ("application", "adapter", "waits"),
    [
        ('require "rails/all"\n', "pg", True),
        ('require "rails"\nrequire "active_record/railtie"\nrequire "action_view/railtie"\n', "pg", True),
        ('%w[active_record action_view].each { |name| require "#{name}/railtie" }\n', "pg", True),
        ('require "rails"\n# require "active_record/railtie"\nrequire "action_view/railtie"\n', "pg", False),
        ('require "rails/all"\n', "mongoid", False),
    ],
)
def test_a_push_waits_for_no_commit_where_active_record_is_not_loaded(
    tmp_path: Path, application: str, adapter: str, *, waits: bool
) -> None:
    repo = Repo(sidekiq="8.1.7", rails="8.1.1", adapter=adapter, files={"config/application.rb": application})
    root = repo.write(tmp_path)
    told = document(root)

    assert ("transactional_push!" in (root / INITIALIZER).read_text()) is waits
    assert "no-transactional-push" not in codes(told)


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


def test_the_health_check_inherits_the_base_class_and_runs_on_a_queue_that_is_served(tmp_path: Path) -> None:
    heir = "class {}Job < BaseJob\n  def perform(id)\n  end\nend\n"
    files = {f"app/jobs/{name}_job.rb": heir.format(name.title()) for name in ("a", "b", "c")} | {
        "app/jobs/base_job.rb": 'class BaseJob\n  include Sidekiq::Job\n\n  sidekiq_options queue: "low"\nend\n',
        "config/sidekiq.yml": ":queues:\n  - high\n  - low\n",
    }
    root = replace(Repo(), files=files).write(tmp_path)
    install(root, "--health-check")

    text = (root / HEALTH).read_text()
    assert "class SidekiqHealthCheckJob < BaseJob\n  DEAD_SET_ALERT_THRESHOLD = 100\n" in text
    assert 'sidekiq_options queue: "low", retry: false' in text


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
