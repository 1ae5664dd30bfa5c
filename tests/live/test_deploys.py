"""Payloads of old code in a real Redis, run by the code that `rename` and `argument` have written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from live.ruby import enqueue, run_ruby
from live.samples import UNIQUE_JOBS_WIRING
from live.server import SidekiqServer
from live.specs import run_specs
from sidekiq_gen.deploys.renaming import count_left
from sidekiq_gen.sidekiq.gems import gem_version
from support.command import sidekiq_gen

if TYPE_CHECKING:
    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

# The first time it fails, so that it is retried; what has run is seen in the database.
JOB = """\
# frozen_string_literal: true

class {name}
  include Sidekiq::Worker
  sidekiq_options retry: 3{options}

  def perform({parameters})
    if order_id == 1 && Effect.where(name: "tried {name}").none?
      Effect.note("tried {name}", order_id)
      raise PaymentGateway::Timeout
    end
    Effect.note("{name}", order_id)
  end
end
"""
SPEC = """\
# frozen_string_literal: true

require "rails_helper"

RSpec.describe {name} do
  it "runs" do
    expect {{ described_class.new.perform(2) }}.to change(Effect, :count).by(1)
  end
end
"""
EFFECTS = "puts JSON.generate(Effect.order(:subject).pluck(:name, :subject))"
PUSH = """
require "sidekiq/api"
Rails.application.eager_load!
ChargeJob.perform_async(3)
CollectJob.perform_async(4)
NoteJob.perform_async(3, "new")
Another = CollectJob
Another.perform_async(5)
puts JSON.generate(queue: Sidekiq::Queue.new.map { |job| [job.klass, job.args.first] }.sort, left: (LEFT))
"""
FAILED = """
require "sidekiq/api"
puts JSON.generate(Sidekiq::RetrySet.new.map { |job| [job.klass, job["error_class"]] }.sort)
"""


def job(name: str, parameters: str = "order_id", options: str = "") -> dict[str, str]:
    stem = name.removesuffix("Job").lower()
    text = JOB.format(name=name, parameters=parameters, options=options)
    return {f"app/jobs/{stem}_job.rb": text, f"spec/jobs/{stem}_job_spec.rb": SPEC.format(name=name)}


def change(app: App, variant: Variant, *words: str) -> None:
    done = sidekiq_gen(app.folder, *words, "--root", str(app.folder), "--sidekiq-version", variant.sidekiq)
    assert done.status == 0, done.err


def last(printed: str) -> Any:
    return json.loads(printed.splitlines()[-1])


@pytest.mark.scenario("deploys")
def test_old_payloads_are_run_by_new_code(
    processes: Processes, variant: Variant, app: App, redis: Redis, promise: Note
) -> None:
    for name in ("ChargeJob", "NoteJob", "StrictJob", "GoneJob"):
        app.write(job(name))
    push = "[ChargeJob, NoteJob].each { |job| job.perform_async(Integer(ARGV.first)) }"
    run_ruby(processes, variant, app, push, "1")
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=2)  # both failed, and wait for their retry
    run_ruby(processes, variant, app, f"{push}; StrictJob.perform_async(2); GoneJob.perform_async(2)", "2")

    change(app, variant, "rename", "ChargeJob", "CollectJob")
    change(app, variant, "argument", "add", "NoteJob", "note:string")
    app.write(job("StrictJob", "order_id, note"))  # what is not to be done
    for path in ("app/jobs/gone_job.rb", "spec/jobs/gone_job_spec.rb"):
        (app.folder / path).unlink()

    pushed = last(run_ruby(processes, variant, app, PUSH.replace("LEFT", count_left("ChargeJob"))))
    assert pushed["queue"] == [
        ["ChargeJob", 2],
        ["ChargeJob", 3],  # a subclass keeps its name, so that old workers know it
        ["CollectJob", 4],
        ["CollectJob", 5],  # another constant for the same class does not
        ["GoneJob", 2],
        ["NoteJob", 2],
        ["NoteJob", 3],
        ["StrictJob", 2],
    ]
    assert pushed["left"] == 3  # two in the queue, one to be retried
    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.make_due("retry")
        server.drain(count=10)
    effects = last(run_ruby(processes, variant, app, EFFECTS))
    ran = sorted([name, int(order)] for name, order in effects if not name.startswith("tried"))
    assert ran == [*(["ChargeJob", order] for order in range(1, 6)), *(["NoteJob", order] for order in range(1, 4))]
    failed = last(run_ruby(processes, variant, app, FAILED))
    assert failed == [["GoneJob", "NameError"], ["StrictJob", "ArgumentError"]]
    promise(variant, "deploys", "rename", "payloads and retries of the old name run once, in the new class", 5)
    promise(variant, "deploys", "argument", "payloads and retries without the argument run once", 3)


def test_specs_of_both_names_and_of_both_payloads_are_green(
    processes: Processes, forky: Variant, app: App, promise: Note
) -> None:
    app.write({**job("ChargeJob"), **job("NoteJob")})
    change(app, forky, "rename", "ChargeJob", "CollectJob")
    change(app, forky, "argument", "add", "NoteJob", "note:string")

    report = run_specs(processes, forky, app, "rspec")

    assert report.failures == []
    assert {path: len(examples) for path, examples in report.files.items()} == {
        "spec/jobs/charge_job_spec.rb": 1,
        "spec/jobs/collect_job_spec.rb": 1,
        "spec/jobs/note_job_spec.rb": 2,
    }
    promise(forky, "deploys", "rename", "the specs of both names are green", 2)


@pytest.mark.scenario("deploys")
def test_a_lock_that_the_old_name_holds(
    processes: Processes, unique_variant: Variant, app: App, redis: Redis, promise: Note
) -> None:
    locked = ", lock: :until_executed"
    app.write({"config/initializers/unique_jobs.rb": UNIQUE_JOBS_WIRING})
    app.write({**job("ChargeJob", options=locked), **job("LimitedJob", options=locked)})

    def pushed(name: str) -> bool:
        return enqueue(processes, unique_variant, app, name, [2]) != [None]

    assert [pushed("ChargeJob"), pushed("ChargeJob"), pushed("LimitedJob")] == [True, False, True]
    change(app, unique_variant, "rename", "ChargeJob", "CollectJob")
    arguments = ", lock_args_method: ->(args) { [args.first, 1] }"
    app.write(job("LimitedJob", options=locked + arguments))  # what is not to be done

    assert pushed("ChargeJob") is False  # the lock is still seen under the old name
    assert pushed("CollectJob") is True  # as `rename` tells
    with SidekiqServer.start(processes, unique_variant, app, redis) as server:
        server.drain(count=3)
        assert [pushed("ChargeJob"), pushed("CollectJob")] == [True, True]  # both were released
        server.drain(count=5)
    app.write(job("LimitedJob", options=locked))
    released = gem_version(str(unique_variant.unique_jobs)) < gem_version("8.0.8")
    assert pushed("LimitedJob") is released  # as `check --against` tells: lock-digest-changed
    promise(
        unique_variant, "deploys", "rename", "a lock of the old name holds, and is released when its job has run", 2
    )
