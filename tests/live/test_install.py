"""What install promises: the app boots with its files, and errors, deaths and dead jobs go where they say."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from live.rendered import TREES
from live.rubocop import rubocop, ruby_warnings
from live.ruby import RubyError, enqueue, run_ruby
from live.server import SidekiqServer
from live.specs import run_specs
from support.cases import RELEASES
from support.command import sidekiq_gen
from support.install_cases import install_cases

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.databases import PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from live.specs import Framework

# Nothing loads gems by itself in the live app.
GEMS = {"config/initializers/00_gems.rb": 'require "{gem}"\n'}
JOBS = {
    "app/jobs/failing_job.rb": """class FailingJob
  include Sidekiq::Worker
  sidekiq_options retry: 1

  def perform(*)
    raise PaymentGateway::Timeout, "no answer"
  end
end
""",
    "app/jobs/wrapped_job.rb": "class WrappedJob < ActiveJob::Base\n  def perform(*); end\nend\n",
}
# Rails.error as a tracker of its own would hear it, kept like what the other trackers are told. Sidekiq's own command
# runs jobs inside Rails' executor; the server of these tests loads Sidekiq before Rails, and has to be told.
SUBSCRIBER = """require "sidekiq/rails"

class Subscriber
  def report(error, **)
    TrackerCalls.note("Rails.error.report", error)
  end
end
Rails.error.subscribe(Subscriber.new)
"""
RAKE = """require "rake"
Rails.application.load_tasks
Rake::Task[ARGV.shift].invoke(*ARGV)
"""
DEAD = """require "sidekiq/api"
JSON.parse(ARGV.first).each { |job| Sidekiq::DeadSet.new.kill(JSON.generate(job), notify_failure: false) }
"""


@dataclass(frozen=True)
class Told:
    """What a tracker hears: of a failure, where the initializer tells it, and of a death."""

    failure: str | None
    death: str


TRACKERS = {
    "sentry-ruby 5.28.0": Told("Sentry.capture_exception", "Sentry.capture_message"),
    "bugsnag 6.27.1": Told(None, "Bugsnag.notify"),
    "rails": Told("Rails.error.report", "Rails.error.report"),
}


def installed(variant: Variant, folder: Path, *flags: str, gem: str = "", rspec: bool = True) -> dict[str, str]:
    """What the command writes for the releases of the variant."""
    name, _, version = gem.partition(" ")
    repo = replace(
        RELEASES[TREES[variant.sidekiq[0]]],
        sidekiq=variant.sidekiq,
        rails=variant.rails,
        unique_jobs=None,
        rspec=rspec,
        gems={name: version} if version else {},
    )
    root = repo.write(folder)
    if variant.unique_jobs:
        lockfile = root / "Gemfile.lock"
        line = f"    sidekiq-unique-jobs ({variant.unique_jobs})\n"
        lockfile.write_text(lockfile.read_text().replace("  specs:\n", f"  specs:\n{line}"), encoding="utf-8")
    before = {path for path in root.rglob("*") if path.is_file()}
    done = sidekiq_gen(root, "install", "--no-input", *flags)
    assert done.status == 0, done.err
    new = [path for path in root.rglob("*") if path.is_file() and path not in before]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in new}


def rake(processes: Processes, variant: Variant, app: App, *words: str, **environment: str) -> str:
    """Run one task and return what it printed; raises RubyError for a status other than 0."""
    return run_ruby(processes, variant, replace(app, settings={**app.settings, **environment}), RAKE, *words)


def dead_jobs(redis: Redis, app: App) -> list[dict[str, object]]:
    return [json.loads(member) for member in redis.values(app.redis_url, "ZRANGE", "dead", 0, -1)]


@pytest.mark.parametrize("gem", TRACKERS)
def test_a_failure_and_a_death_reach_the_tracker_once(
    processes: Processes,
    variant: Variant,
    app: App,
    postgresql: PostgreSQL,
    redis: Redis,
    tmp_path: Path,
    gem: str,
    promise: Note,
) -> None:
    if gem == "rails" and variant.rails < "7":
        pytest.skip("this Rails has no Rails.error")
    files = installed(variant, tmp_path, gem=gem)
    app.write(files | JOBS)
    if gem == "rails":
        app.write({"config/initializers/subscriber.rb": SUBSCRIBER})

    with SidekiqServer.start(processes, variant, app, redis) as server:
        enqueue(processes, variant, app, "FailingJob", [1])
        server.drain(count=1)
        server.make_due("retry")
        server.drain(count=2)
        server.wait_until(lambda: redis.call(app.redis_url, "ZCARD", "dead") == 1)

    told = postgresql.query("SELECT name, subject FROM effects ORDER BY id", app.database_url)
    expected = TRACKERS[gem]
    if gem == "rails" and "error_handlers" not in files["config/initializers/sidekiq.rb"]:
        expected = Told(None, expected.death)  # this Rails tells of the error as a cause, and once
    failure = [expected.failure or "nobody", "PaymentGateway::Timeout"]
    death = [expected.death, "A Sidekiq job has died"]
    assert told.count(failure) == (2 if expected.failure else 0)
    assert told.count(death) == 1
    wrapped = [row for row in told if str(row[1]) in {"Sidekiq::JobRetry::Handled", "Sidekiq::JobRetry::Skip"}]
    assert len(wrapped) == (2 if gem == "rails" else 0)
    assert app.warnings == []
    promise(variant, "install", "initializer", f"{gem.split(maxsplit=1)[0]} hears of each failure and death once", 3)


def test_arguments_that_json_changes_raise(
    processes: Processes, variant: Variant, app: App, tmp_path: Path, promise: Note
) -> None:
    app.write(installed(variant, tmp_path) | JOBS)

    with pytest.raises(RubyError, match="ArgumentError"):
        run_ruby(processes, variant, app, "FailingJob.perform_async(:symbol)")

    promise(variant, "install", "initializer", "arguments that JSON changes raise", 1)


def test_a_push_waits_for_the_commit(
    processes: Processes, variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    files = installed(variant, tmp_path)
    if "transactional_push!" not in files["config/initializers/sidekiq.rb"]:
        pytest.skip("this release cannot, without a further gem")
    app.write(files | JOBS)
    code = """
ActiveRecord::Base.transaction do
  FailingJob.perform_async(1)
  raise ActiveRecord::Rollback
end
ActiveRecord::Base.transaction { FailingJob.perform_async(2) }
"""

    run_ruby(processes, variant, app, code)

    assert redis.call(app.redis_url, "LLEN", "queue:default") == 1
    promise(variant, "install", "initializer", "a push waits for the commit and goes with a rollback", 2)


def test_tasks_for_dead_jobs(
    processes: Processes, variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    app.write(installed(variant, tmp_path) | JOBS)
    wrapper = "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper"
    common = {"queue": "default", "retry": True, "retry_count": 25, "error_class": "Oops", "error_message": "no"}
    seconds = {**common, "jid": "a" * 24, "class": "FailingJob", "args": [1], "failed_at": 1767225600.25}
    millis = {**common, "jid": "b" * 24, "class": "FailingJob", "args": ["x"], "failed_at": 1767225601250}
    active = {**common, "jid": "c" * 24, "class": wrapper, "wrapped": "WrappedJob", "failed_at": 1767225602.0}
    active["args"] = [{"job_class": "WrappedJob", "arguments": [7]}]
    more = [{**seconds, "jid": f"{number:024}"} for number in range(20)]
    run_ruby(processes, variant, app, DEAD, json.dumps([seconds, millis, active, *more]))

    printed = rake(processes, variant, app, "sidekiq:dead:list").splitlines()
    lines = [line for line in printed if "Oops" in line]

    assert [line for line in lines if "a" * 24 in line] == [
        f"2026-01-01 00:00:00 UTC  {'a' * 24}  FailingJob  [1]  Oops: no"
    ]
    assert [line for line in lines if "b" * 24 in line] == [
        f'2026-01-01 00:00:01 UTC  {"b" * 24}  FailingJob  ["x"]  Oops: no'
    ]
    assert [line for line in lines if "c" * 24 in line] == [
        f"2026-01-01 00:00:02 UTC  {'c' * 24}  WrappedJob  [7]  Oops: no"
    ]
    assert len(lines) == 23
    rake(processes, variant, app, "sidekiq:dead:retry", "b" * 24)
    assert "b" * 24 not in [job["jid"] for job in dead_jobs(redis, app)]
    assert redis.call(app.redis_url, "LLEN", "queue:default") == 1
    with pytest.raises(RubyError, match="No dead job has the jid"):
        rake(processes, variant, app, "sidekiq:dead:retry", "b" * 24)
    rake(processes, variant, app, "sidekiq:dead:retry_class", "FailingJob")
    assert [job["jid"] for job in dead_jobs(redis, app)] == ["c" * 24]
    assert redis.call(app.redis_url, "LLEN", "queue:default") == 22
    with pytest.raises(RubyError, match="nobody said yes"):
        rake(processes, variant, app, "sidekiq:dead:clear")
    assert len(dead_jobs(redis, app)) == 1
    rake(processes, variant, app, "sidekiq:dead:clear", CONFIRM="yes")
    assert dead_jobs(redis, app) == []
    promise(variant, "install", "rake tasks", "dead jobs are listed, retried and deleted, old and new payloads", 6)


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_the_health_check_and_its_spec(
    processes: Processes,
    variant: Variant,
    app: App,
    postgresql: PostgreSQL,
    redis: Redis,
    tmp_path: Path,
    framework: Framework,
    promise: Note,
) -> None:
    flags = ("--health-check", "--dead-threshold", "2")
    files = installed(variant, tmp_path, *flags, gem="sentry-ruby 5.28.0", rspec=framework == "rspec")
    app.write(files)
    path = "app/jobs/sidekiq_health_check_job.rb"
    green = run_specs(processes, variant, replace(app, redis_url="redis://127.0.0.1:1/0"), framework)
    assert (green.failures, green.passed) == ([], 2)

    for mutant in (files[path].replace("dead >", "dead >="), files[path].replace("Sentry.capture", "p; #")):
        app.write({path: mutant})
        assert run_specs(processes, variant, app, framework).failures
    app.write({path: files[path]})

    if framework == "rspec":
        dead = [{"jid": f"{number:024}", "class": "X", "args": [], "queue": "default"} for number in range(3)]
        run_ruby(processes, variant, app, f"{DEAD}\nSidekiqHealthCheckJob.new.perform", json.dumps(dead[:2]))
        assert postgresql.query("SELECT name FROM effects", app.database_url) == []
        run_ruby(processes, variant, app, f"{DEAD}\nSidekiqHealthCheckJob.new.perform", json.dumps(dead[2:]))
        told = postgresql.query("SELECT name, subject FROM effects", app.database_url)
        assert told == [["Sentry.capture_message", "Too many Sidekiq jobs are dead"]]
        assert redis.call(app.redis_url, "ZCARD", "dead") == 3
    promise(
        variant, "install", "health check", f"alerts above its threshold only, its {framework} spec sees to that", 5
    )


def test_duplicates_are_refused_with_the_unique_jobs_initializer(
    processes: Processes, unique_variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    unique = JOBS["app/jobs/failing_job.rb"].replace("retry: 1", "retry: 1, lock: :until_executed, lock_ttl: 600")
    required = {path: text.format(gem="sidekiq-unique-jobs") for path, text in GEMS.items()}
    app.write(installed(unique_variant, tmp_path) | required | {"app/jobs/failing_job.rb": unique})

    enqueue(processes, unique_variant, app, "FailingJob", [1], [1], [2])

    assert redis.call(app.redis_url, "LLEN", "queue:default") == 2
    with SidekiqServer.start(processes, unique_variant, app, redis) as server:
        server.drain(count=2)
    promise(unique_variant, "install", "unique jobs", "a duplicate is refused, and the server boots", 3)


def test_what_is_installed_is_read_by_sidekiq_itself(
    processes: Processes, variant: Variant, app: App, tmp_path: Path
) -> None:
    app.write(installed(variant, tmp_path))
    code = """
require "sidekiq/cli"
cli = Sidekiq::CLI.instance
cli.instance_variable_set(:@environment, "test")
p cli.send(:parse_config, "/app/config/sidekiq.yml")
"""

    printed = run_ruby(processes, variant, app, code)

    assert "concurrency" in printed
    assert "default" in printed


def test_the_youngest_rubocop_finds_nothing(processes: Processes, forky: Variant, tmp_path: Path) -> None:
    folder = tmp_path / "rendered"
    for case in install_cases():
        for path, text in case.render(tmp_path / case.name).items():
            target = folder / case.name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    offenses = rubocop(processes, forky, folder) + ruby_warnings(processes, forky, folder)

    assert [str(offense) for offense in offenses] == []
