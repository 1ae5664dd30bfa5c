"""What install promises: the app boots with its files, and errors, deaths and dead jobs go where they say."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from live.installed import installed
from live.rubocop import lay_out, rubocop, ruby_warnings
from live.ruby import RubyError, enqueue, run_ruby
from live.server import SidekiqServer
from live.specs import run_specs
from sidekiq_gen.sidekiq.versions import Version
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
# Sidekiq's own command loads this before the app: ActiveJob's wrapper, and Rails' executor around each job. The server
# of these tests loads Sidekiq before Rails, and has to be told.
LIKE_THE_COMMAND = {"config/initializers/00_sidekiq_rails.rb": 'require "sidekiq/rails"\n'}
# Rails.error as a tracker of its own would hear it, kept like what the other trackers are told.
SUBSCRIBER = """class Subscriber
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
    app.write(files | JOBS | LIKE_THE_COMMAND)
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
    promise(variant, "install", "initializer", f"{gem.split(maxsplit=1)[0]} receives each failure and death once", 3)


DEATHS = """class DiscardedJob
  include Sidekiq::Worker
  sidekiq_options retry: 3
  sidekiq_retry_in { |_count, error| error.message.to_sym }

  def perform(word)
    raise PaymentGateway::Error, word
  end
end

class ForgottenJob
  include Sidekiq::Worker
  sidekiq_options retry: 0, dead: false

  def perform
    raise PaymentGateway::Timeout, "no answer"
  end
end
"""


def test_a_discarded_job_is_not_reported_as_dead(
    processes: Processes,
    variant: Variant,
    app: App,
    postgresql: PostgreSQL,
    redis: Redis,
    tmp_path: Path,
    promise: Note,
) -> None:
    files = installed(variant, tmp_path, gem="sentry-ruby 5.28.0")
    if "discarded_at" not in files["config/initializers/sidekiq.rb"]:
        pytest.skip("this release does not call death handlers for a discarded job")
    app.write(files | {"app/jobs/discarded_job.rb": DEATHS})

    with SidekiqServer.start(processes, variant, app, redis) as server:
        run_ruby(
            processes,
            variant,
            app,
            'load "app/jobs/discarded_job.rb"\n%w[discard kill].each { |word| DiscardedJob.perform_async(word) }\n'
            "ForgottenJob.perform_async",
        )
        server.drain(count=3)

    told = postgresql.query("SELECT subject FROM effects WHERE name = 'Sentry.capture_message'", app.database_url)
    dead = [job["args"] for job in dead_jobs(redis, app)]
    assert (dead, redis.call(app.redis_url, "ZCARD", "retry")) == ([["kill"]], 0)
    assert told == [["A Sidekiq job has died"]] * 2  # the one that was killed, and the one of which no copy is kept
    promise(variant, "install", "initializer", "a dead job is reported, a discarded one is not", 3)


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
  FailingJob.perform_in(60, 1)
  FailingJob.perform_bulk([[3]])
  Sidekiq::Client.push("class" => FailingJob, "args" => [4])
  raise ActiveRecord::Rollback
end
ActiveRecord::Base.transaction { FailingJob.perform_async(2) }
"""

    run_ruby(processes, variant, app, code)

    pushed = [json.loads(text)["args"] for text in redis.values(app.redis_url, "LRANGE", "queue:default", 0, -1)]
    assert sorted(pushed) == [[2], [3], [4]]  # the comment names those two that do not wait
    assert redis.call(app.redis_url, "ZCARD", "schedule") == 0
    promise(variant, "install", "initializer", "a push waits for the commit and goes with a rollback", 2)
    promise(variant, "install", "initializer", "a push that is declared not to wait for the commit does not wait", 2)


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
    run_ruby(processes, variant, app, DEAD, json.dumps([seconds, *more]))
    assert "Pushed again: 22 dead jobs" in rake(processes, variant, app, "sidekiq:dead:retry_all")
    assert dead_jobs(redis, app) == []
    pushed = [json.loads(text) for text in redis.values(app.redis_url, "LRANGE", "queue:default", 0, -1)]
    assert len(pushed) == 44
    assert {job["retry_count"] for job in pushed} == {24}  # a manual retry does not use one up
    run_ruby(processes, variant, app, DEAD, json.dumps([active]))
    with pytest.raises(RubyError, match="not confirmed"):
        rake(processes, variant, app, "sidekiq:dead:clear")
    assert len(dead_jobs(redis, app)) == 1
    rake(processes, variant, app, "sidekiq:dead:clear", CONFIRM="yes")
    assert dead_jobs(redis, app) == []
    promise(
        variant,
        "install",
        "rake tasks",
        "dead jobs are listed, retried, one or all, and deleted, old and new payloads",
        9,
    )


LIMITS = ("--dead-max-jobs", "4", "--dead-timeout", "1h")
# Five jobs that died just now, and one two hours ago; what is killed is killed by this process, not by the server.
KILL = """require "sidekiq/api"
job = ->(number) { JSON.generate("class" => "FailingJob", "args" => [number], "jid" => format("%024d", number)) }
Sidekiq.redis { |redis| redis.zadd("dead", Time.now.to_f - 7200, job.call(0)) }
5.times { |number| Sidekiq::DeadSet.new.kill(job.call(number + 1), notify_failure: false) }
"""


def test_no_more_dead_jobs_are_kept_than_was_asked_for(
    processes: Processes, variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    app.write(installed(variant, tmp_path, *LIMITS) | JOBS | LIKE_THE_COMMAND)
    by_the_defaults = Version("7.0") <= Version(variant.sidekiq) < Version("7.3.5")  # as a notice says
    run_ruby(processes, variant, app, KILL)
    assert len(dead_jobs(redis, app)) == (6 if by_the_defaults else 3)

    with SidekiqServer.start(processes, variant, app, redis) as server:
        enqueue(processes, variant, app, "FailingJob", ["last"])
        server.drain(count=1)
        server.make_due("retry")
        server.drain(count=2)
        server.wait_until(lambda: ["last"] in [job["args"] for job in dead_jobs(redis, app)])

    assert [job["args"] for job in dead_jobs(redis, app)] == [[4], [5], ["last"]]
    promise(variant, "install", "limits", "older dead jobs, and those above the number, are deleted", 3)


ACTIVE_JOBS = {
    "app/jobs/mail_job.rb": """class MailJob < ActiveJob::Base
  def perform(order_id)
    Effect.note("mailed", order_id)
  end
end
""",
    # The same as ActionMailer's, which the roots lack, and as its deliver_later pushes it.
    "config/initializers/mailing.rb": """module ActionMailer
  class MailDeliveryJob < ActiveJob::Base
    def perform(_mailer, _mail_method, _delivery_method, args:)
      Effect.note("mailed", args.first)
    end
  end
end
""",
}
# The payloads are ActiveJob's and Sidekiq's own; only that they have died is made up.
DIE = """require "sidekiq/api"
MailJob.perform_later(7)
ActionMailer::MailDeliveryJob.perform_later("OrderMailer", "receipt", "deliver_now", args: [8])
death = { "error_class" => "Oops", "error_message" => "no", "failed_at" => 1767225600.0, "retry_count" => 25 }
Sidekiq::Queue.new("default").to_a.each do |job|
  Sidekiq::DeadSet.new.kill(JSON.generate(job.item.merge(death)), notify_failure: false)
  job.delete
end
"""


def test_dead_jobs_of_active_job_are_listed_and_retried_by_their_own_names(
    processes: Processes,
    variant: Variant,
    app: App,
    postgresql: PostgreSQL,
    redis: Redis,
    tmp_path: Path,
    promise: Note,
) -> None:
    app.write(installed(variant, tmp_path) | ACTIVE_JOBS | LIKE_THE_COMMAND)
    run_ruby(processes, variant, app, DIE)
    dead = {str(job["wrapped"]): job for job in dead_jobs(redis, app)}
    assert set(dead) == {"MailJob", "ActionMailer::MailDeliveryJob"}
    # Written by the other line of Sidekiq, and still there after the move to this one, or back.
    other = {"ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper", "Sidekiq::ActiveJob::Wrapper"}
    moved = [{**dead["MailJob"], "class": name, "jid": f"{number:024}"} for number, name in enumerate(sorted(other))]
    run_ruby(processes, variant, app, DEAD, json.dumps(moved))

    lines = [line for line in rake(processes, variant, app, "sidekiq:dead:list").splitlines() if "Oops" in line]

    assert sum("  MailJob  [7]  Oops: no" in line for line in lines) == 3
    assert sum("  OrderMailer#receipt  [" in line and "8" in line for line in lines) == 1
    printed = rake(processes, variant, app, "sidekiq:dead:retry", str(dead["MailJob"]["jid"]))
    assert f"Pushed again: MailJob {dead['MailJob']['jid']}" in printed
    assert "Pushed again: 2 x MailJob" in rake(processes, variant, app, "sidekiq:dead:retry_class", "MailJob")
    rake(processes, variant, app, "sidekiq:dead:retry_class", "ActionMailer::MailDeliveryJob")
    assert dead_jobs(redis, app) == []
    knows_both = Version(variant.sidekiq) >= Version("7.3.3")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=4)
    told = postgresql.query("SELECT subject FROM effects WHERE name = 'mailed' ORDER BY subject", app.database_url)
    assert told == [["7"]] * (3 if knows_both else 2) + [["8"]]
    promise(variant, "install", "rake tasks", "dead jobs of ActiveJob and of mailers go by their own names", 5)


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
    promise(variant, "install", "health check", f"alerts only above its threshold, tested by its {framework} spec", 5)


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


@pytest.mark.parametrize(
    ("words", "threads", "expected"),
    [
        ((), None, (5, ["default"])),
        ((), "12", (12, ["default"])),
        (("-c", "3"), "12", (3, ["default"])),
        (("-q", "low"), "12", (12, ["low"])),
        (("-C", "other.yml"), "12", (7, ["other"])),
    ],
)
def test_the_configuration_is_read_by_sidekiq_itself_and_goes_by_rails_max_threads(
    processes: Processes,
    variant: Variant,
    app: App,
    tmp_path: Path,
    words: tuple[str, ...],
    threads: str | None,
    expected: tuple[int, list[str]],
    promise: Note,
) -> None:
    app.write(installed(variant, tmp_path) | {"other.yml": ":concurrency: 7\n:queues:\n  - other\n"})
    settings = {"RAILS_MAX_THREADS": threads} if threads else {}
    code = """
require "json"
require "sidekiq/cli"
cli = Sidekiq::CLI.instance
cli.parse(["-r", "/app", *ARGV])
found = cli.respond_to?(:config) ? cli.config : Sidekiq
found = found.default_capsule if found.respond_to?(:default_capsule)
options = found.respond_to?(:concurrency) ? nil : (found.respond_to?(:options) ? found.options : found)
puts JSON.generate(options ? [options[:concurrency], options[:queues]] : [found.concurrency, found.queues])
"""
    configured = replace(app, settings={**app.settings, **settings})

    printed = run_ruby(processes, variant, configured, code, *words)

    assert json.loads(printed.splitlines()[-1]) == list(expected)
    promise(variant, "install", "configuration", "RAILS_MAX_THREADS, -c, -q and -C keep their meaning", 1)


OWN = {
    "config/initializers/sidekiq.rb": """# Ours.
Sidekiq.configure_server do |sidekiq|
  sidekiq.on(:startup) { Effect.note("started") }

  sidekiq.server_middleware do |chain|
    chain.add SidekiqUniqueJobs::Middleware::Server
  end
end
""",
    "config/sidekiq.yml": ":concurrency: 2 # measured\n:queues:\n  - default # all of it\n",
}


def test_an_app_with_what_was_inserted_does_what_it_did_and_what_is_new(
    processes: Processes,
    unique_variant: Variant,
    app: App,
    postgresql: PostgreSQL,
    redis: Redis,
    tmp_path: Path,
    promise: Note,
) -> None:
    unique = JOBS["app/jobs/failing_job.rb"].replace("retry: 1", "retry: 0, lock: :until_executed, lock_ttl: 600")
    required = {path: text.format(gem="sidekiq-unique-jobs") for path, text in GEMS.items()}
    files = installed(unique_variant, tmp_path, "--force", gem="sentry-ruby 5.28.0", there=OWN)
    changed = files["config/initializers/sidekiq.rb"]
    assert changed.startswith(OWN["config/initializers/sidekiq.rb"].removesuffix("end\n"))
    assert "config/sidekiq.yml" not in files
    assert "config/initializers/sidekiq_unique_jobs.rb" not in files
    app.write(files | required | {"app/jobs/failing_job.rb": unique})

    enqueue(processes, unique_variant, app, "FailingJob", [1], [1], [2])

    assert redis.call(app.redis_url, "LLEN", "queue:default") == 2
    with SidekiqServer.start(processes, unique_variant, app, redis) as server:
        server.drain(count=2)
        server.wait_until(lambda: redis.call(app.redis_url, "ZCARD", "dead") == 2)
    told = postgresql.query("SELECT name FROM effects WHERE subject IS NULL OR name LIKE '%message'", app.database_url)
    assert sorted(told) == [["Sentry.capture_message"], ["Sentry.capture_message"], ["started"]]
    assert redis.call(app.redis_url, "ZCARD", "uniquejobs:digests") == 0  # the dead have let go
    promise(unique_variant, "install", "insertion", "an app's own settings stay, the inserted ones take effect", 5)


def test_the_youngest_rubocop_finds_nothing(processes: Processes, forky: Variant, tmp_path: Path) -> None:
    folder = tmp_path / "rendered"
    for case in install_cases():
        lay_out(folder / case.name, [case.render(tmp_path / case.name)])

    offenses = rubocop(processes, forky, folder) + ruby_warnings(processes, forky, folder)

    assert [str(offense) for offense in offenses] == []
