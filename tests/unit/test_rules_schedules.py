"""Rules on schedules and queues: where entries stand, what is known of them, and which queues are served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.cron import every_minute_of_an_hour, fault
from sidekiq_gen.check.rule import Example
from sidekiq_gen.check.rules import schedules, served_queues
from support.rules import findings

if TYPE_CHECKING:
    from pathlib import Path

JOB = "class ExampleJob\n  include Sidekiq::Job\n\n  def perform(kind)\n  end\nend\n"
CRON, SCHEDULER = {"sidekiq-cron": "2.3.1"}, {"sidekiq-scheduler": "6.0.2"}


def found(root: Path, files: dict[str, str], gems: dict[str, str]) -> list[tuple[str, int]]:
    rules = [*schedules.RULES, *served_queues.RULES]
    example = Example({"app/jobs/example_job.rb": JOB, **files}, gems=gems)
    return [(one.code, one.line) for one in findings(example, root, rules)]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("0 3 * * *", False),
        ("*/5 * * * *", False),
        ("0/5 8-18 1,15 jan-mar mon-fri", False),
        ("0 0 L * *", False),
        ("0 9 * * sun#1", False),
        ("0 9 * * mon%2", False),
        ("30 0 3 * * *", False),
        ("0 3 * * * Europe/Berlin", False),
        ("0 0 0 * * SUN", False),
        ("0 0 * * MON America/New_York", False),
        ("every day at 5", False),
        ("@daily", False),
        ("0 3 * *", True),
        ("60 * * * *", True),
        ("0 25 * * *", True),
        ("0 0 32 * *", True),
        ("0 0 * 13 *", True),
        ("0 0 * * 8", True),
        ("5/* * * * *", True),
        ("0 0 * * monday", True),
        ("0 0 0 0 * * *", True),
    ],
)
def test_lines_of_cron(line: str, *, wrong: bool) -> None:
    assert bool(fault(line)) is wrong


@pytest.mark.parametrize(
    ("line", "each"), [("* 3 * * *", True), ("* */2 * * *", True), ("* * * * *", False), ("0 3 * * *", False)]
)
def test_each_minute_of_an_hour(line: str, *, each: bool) -> None:
    assert every_minute_of_an_hour(line) is each


def test_entries_of_sidekiq_cron_are_told_with_their_lines(tmp_path: Path) -> None:
    schedule = """\
first:
  cron: "0 3 * * *"
  class: MissingJob
second:
  cron: "0 3 * *"
  class: "ExampleJob"
  args: ["all"]
third:
  cron: "* 3 * * *"
  class: ExampleJob
fourth:
  cron: "<%= rand(60) %> 3 * * *"
  class: ExampleJob
  args: <%= ARGS %>
fifth:
  cron: "0 3 * * *"
  class: ExampleJob
  args:
    kind: all
sixth:
  cron: every day at 5
  class: ExampleJob
  args: '["all", 1]'
seventh:
  cron: "0 3 * * *"
  class: ExampleJob
  date_as_argument: true
eighth:
  cron: "0 3 * * *"
  class: Gem::OfSomebody
"""
    told = found(tmp_path, {"config/schedule.yml": schedule}, CRON)

    assert told == [
        ("schedule-class", 1),
        ("schedule-time", 4),
        ("schedule-arguments", 8),
        ("schedule-every-minute", 8),
        ("schedule-arguments", 20),
    ]


def test_entries_of_sidekiq_scheduler(tmp_path: Path) -> None:
    configuration = """\
:queues:
  - default
:scheduler:
  :schedule:
    ExampleJob:
      every: ["5m", first_in: "1m"]
    hash:
      cron: "0 3 * * *"
      class: ExampleJob
      args: {kind: all}
    right:
      cron: "0 3 * * *"
      class: ExampleJob
      args: all
    other:
      cron: "0 3 * * *"
      class: ExampleJob
      args: [all]
      queue: mailers
"""
    told = found(tmp_path, {"config/sidekiq.yml": configuration}, SCHEDULER)

    assert told == [("schedule-arguments", 5), ("schedule-arguments", 7), ("unserved-queue", 15)]


def test_entries_in_ruby(tmp_path: Path) -> None:
    initializer = """\
Sidekiq::Cron::Job.create(name: "a", cron: "0 3 * * *", class: "MissingJob")
Sidekiq::Cron::Job.load_from_hash(
  b: { "cron" => "0 3 * *", "class" => "ExampleJob", "args" => ["all"] }
)
Sidekiq::Cron::Job.load_from_array [{ name: "c", cron: "0 3 * * *", class: ExampleJob }]
Sidekiq.set_schedule("d", { "every" => "5m", "class" => "MissingJob" })
Sidekiq.configure_server do |config|
  config.periodic do |mgr|
    mgr.register("0 24 * * *", "ExampleJob", args: ["all"])
    mgr.register("0 25 * * *", "ExampleJob", args: ["all"])
  end
end
Sidekiq::Cron::Job.create(given)
"""
    told = found(tmp_path, {"config/initializers/schedule.rb": initializer}, {})

    assert told == [
        ("schedule-class", 1),
        ("schedule-time", 3),
        ("schedule-arguments", 5),
        ("schedule-class", 6),
        ("schedule-time", 10),
    ]


QUEUES = {"config/sidekiq.yml": ":queues:\n  - default\n  - [mailers, 2]\n"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, True),
        ({"Procfile": "worker: bundle exec sidekiq -q low\n"}, False),
        ({"Procfile": "worker: bundle exec sidekiq -q mailers -c $THREADS\n"}, True),
        ({"Procfile": "worker: bundle exec sidekiq $ARGUMENTS\n"}, False),
        ({"Procfile": "worker: bundle exec sidekiq -q mailers -q $MORE\n"}, False),
        ({"config/deploy.rb": "set :sidekiq_processes, 4\n"}, False),
        ({"kubernetes/worker.yml": "command: sidekiq -q low\n"}, False),
        ({"config/sidekiq.yml": ":queues:\n  - default\n  - <%= QUEUE %>\n"}, False),
    ],
)
def test_a_queue_is_told_only_where_all_that_are_served_are_known(
    files: dict[str, str], *, told: bool, tmp_path: Path
) -> None:
    job = {"app/jobs/low_job.rb": JOB.replace("ExampleJob", "LowJob").replace("Job\n\n", "Job\n  queue_as :low\n\n")}
    low = {path: text.replace("queue_as", "sidekiq_options queue:") for path, text in job.items()}

    assert found(tmp_path, {**QUEUES, **low, **files}, {}) == ([("unserved-queue", 1)] if told else [])


def test_a_push_and_a_job_that_says_nothing_go_to_a_queue_as_well(tmp_path: Path) -> None:
    options = ("", ".set(queue: :low)", ".set(queue: given)")
    pushes = "".join(f"ExampleJob{option}.perform_async(1)\n" for option in options)
    files = {"config/sidekiq.yml": ":queues:\n  - mailers\n", "app/models/order.rb": pushes}

    assert found(tmp_path, files, {}) == [("unserved-queue", 1), ("unserved-queue", 2)]
