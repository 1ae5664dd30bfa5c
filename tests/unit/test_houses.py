"""The measuring of real houses would notice a job that is not like theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from houses.files import RubyFile, own_jobs, own_specs, ruby_files
from houses.majority import departures
from houses.measure import Measured, Written, _given_up, measure
from houses.offenses import _REQUIRED, _forget, _without_gems
from houses.report import KEPT, PAGE, numbers_of, page
from houses.sources import House, Run, read_houses
from houses.traits import OF_JOBS, OF_SPECS
from live.rubocop import Offense
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = """\
# frozen_string_literal: true

module Billing
  class {name}Job < ApplicationJob
    sidekiq_options queue: :billing, retry: 5

    def perform(order_id)
      order = Order.find_by(id: order_id)
      return unless order

      Rails.logger.info("found")
      charge(order)
    rescue StandardError => error
      Sentry.capture_exception(error)
    end

    private

    def charge(order)
      order.charge("now", "here")
    end
  end
end
"""
SPEC = """\
# frozen_string_literal: true

require "rails_helper"

RSpec.describe Billing::{name}Job, type: :job do
  it "charges" do
    allow(Order).to receive(:find_by).and_return(create(:order))

    expect {{ described_class.new.perform(1) }}.to_not raise_error
  end
end
"""
NAMES = ("Charge", "Refund", "Remind")
JOBS = [RubyFile(f"app/jobs/billing/{name.lower()}_job.rb", JOB.format(name=name)) for name in NAMES]
SPECS = [RubyFile(f"spec/jobs/billing/{name.lower()}_job_spec.rb", SPEC.format(name=name)) for name in NAMES]
NEW = RubyFile("app/jobs/billing/sync_job.rb", JOB.format(name="Sync"))
NEW_SPEC = RubyFile("spec/jobs/billing/sync_job_spec.rb", SPEC.format(name="Sync"))


def names(file: RubyFile, own: list[RubyFile]) -> set[str]:
    traits = OF_SPECS if file.stem.endswith("_spec") else OF_JOBS
    return {departure.trait.name for departure in departures(file, own, traits)}


def test_a_job_like_the_others_has_no_line_to_change() -> None:
    assert departures(NEW, JOBS, OF_JOBS) == []
    assert departures(NEW_SPEC, SPECS, OF_SPECS) == []


@pytest.mark.parametrize(
    ("trait", "old", "new"),
    [
        ("suffix", "SyncJob", "SyncWorker"),
        ("base class", " < ApplicationJob\n", "\n    include Sidekiq::Job\n\n"),
        ("queue", ":billing", '"billing"'),
        ("queue", "queue: :billing, ", ""),
        ("retry", ", retry: 5", ""),
        ("magic comment", "# frozen_string_literal: true\n", ""),
        ("quotes", '"now", "here"', "'now', 'here', 'there'"),
        ("private", "    private\n", "  private\n"),
        ("private", "\n    def charge", "\n      def charge"),
        ("lookup", "find_by(id: order_id)", "find(order_id)"),
        ("tracker", "Sentry.capture_exception", "Bugsnag.notify"),
        ("logger", "Rails.logger", "logger"),
    ],
)
def test_a_job_that_departs_is_counted(trait: str, old: str, new: str) -> None:
    changed = replace(NEW, text=NEW.text.replace(old, new))

    assert changed.text != NEW.text
    assert names(changed, JOBS) == {trait}
    assert all(departure.lines for departure in departures(changed, JOBS, OF_JOBS))


def test_a_job_with_another_form_of_namespace_is_counted() -> None:
    lines = [line.removeprefix("  ") for line in NEW.lines if line != "module Billing"]
    compact = replace(NEW, text="\n".join(lines[:-1]).replace("class Sync", "class Billing::Sync"))

    assert names(compact, JOBS) == {"nesting"}


def test_a_job_in_another_folder_is_counted() -> None:
    assert names(replace(NEW, path="app/workers/billing/sync_job.rb"), JOBS) == {"folder"}
    assert names(replace(NEW, path="app/jobs/sync_job.rb"), JOBS) == {"folder"}


@pytest.mark.parametrize(
    ("trait", "old", "new"),
    [
        ("describe", "RSpec.describe", "describe"),
        ("helper", 'require "rails_helper"\n', ""),
        ("helper", "rails_helper", "spec_helper"),
        ("type", ", type: :job", ""),
        ("negation", "to_not", "not_to"),
        ("instance", "  it ", "  subject(:job) { described_class.new }\n\n  it "),
        ("doubles", "allow(Order).to receive(:find_by).and_return", "Order.stubs(:find_by).returns"),
        ("data", "create(:order)", "FactoryBot.create(:order)"),
        ("data", "create(:order)", "instance_double(Order)"),
    ],
)
def test_a_spec_that_departs_is_counted(trait: str, old: str, new: str) -> None:
    changed = replace(NEW_SPEC, text=NEW_SPEC.text.replace(old, new))

    assert changed.text != NEW_SPEC.text
    assert names(changed, SPECS) == {trait}


def test_two_jobs_are_no_majority_and_a_cop_that_the_house_offends_overrules_one() -> None:
    bare = replace(NEW, text=NEW.text.replace("# frozen_string_literal: true\n", ""))

    assert names(bare, JOBS[:2]) == set()
    assert departures(bare, JOBS, OF_JOBS, frozenset({"Style/FrozenStringLiteralComment"})) == []


def test_a_job_may_do_as_those_do_that_take_as_many_arguments() -> None:
    bare = [
        replace(
            job, path=f"app/jobs/{number}_job.rb", text=job.text.replace("(order_id)\n", "\n").replace(", retry: 5", "")
        )
        for number, job in enumerate([*JOBS, NEW])
    ]

    assert names(bare[3], [*JOBS, *JOBS, *bare[:3]]) - {"folder"} == set()
    assert names(replace(NEW, text=NEW.text.replace(", retry: 5", "")), [*JOBS, *JOBS, *bare[:1]]) == {"retry"}


def test_a_job_may_leave_the_queue_unsaid_where_those_on_the_default_queue_do() -> None:
    silent = replace(NEW, text=NEW.text.replace("queue: :billing, ", ""))
    default = replace(NEW, text=NEW.text.replace(":billing", ":default"))
    others = JOBS * 4

    assert names(silent, [*others, silent]) == set()
    assert names(silent, [*others, silent, default]) == {"queue"}
    assert names(silent, others) == {"queue"}


def test_a_cop_that_half_of_the_house_offends_is_given_up() -> None:
    offenses = [Offense(job.path, line, "Style/A", "Do not.") for job in JOBS[:2] for line in (1, 2)]
    once = Offense(JOBS[0].path, 1, "Style/B", "Do not.")

    assert _given_up([*offenses, once], JOBS) == {"Style/A"}


def test_the_jobs_and_specs_of_a_house_are_found_without_its_base_classes(tmp_path: Path) -> None:
    base = "class ApplicationJob\n  include Sidekiq::Job\n\n  def perform(*)\n  end\nend\n"
    files = [*JOBS, *SPECS, RubyFile("app/jobs/application_job.rb", base), RubyFile("spec/models/order_spec.rb", "")]
    Repo(files={file.path: file.text for file in files}).write(tmp_path)

    found = ruby_files(tmp_path)

    assert own_jobs(found) == JOBS
    assert own_specs(found, JOBS) == SPECS


def test_the_class_that_does_the_work_is_the_job() -> None:
    job = "  class SyncJob < ApplicationJob\n    def perform\n    end\n  end\n"
    text = f"class User\n  class Mark; end\n{job}end\n"
    found = RubyFile("app/jobs/user/sync_job.rb", text)

    assert (found.class_name, found.namespace, found.takes_arguments) == ("User::SyncJob", "User", False)
    assert NEW.class_name == "Billing::SyncJob"


def test_a_house_is_measured_in_a_copy(tmp_path: Path) -> None:
    model = "class Order < ApplicationRecord\nend\n"
    source = tmp_path / "source"
    files = {file.path: file.text for file in [*JOBS, *SPECS]} | {"app/models/order.rb": model}
    Repo(files=files).write(source)
    before = sorted(source.rglob("*"))
    runs = (
        Run("record", ("Billing::Sync", "--model", "Order")),
        Run("bad", ("Sync", "--model", "Order", "--kind", "?")),
    )

    measured = measure(House("shop", "owner/shop", ".", runs, {}), source, tmp_path / "copy", None)

    assert sorted(source.rglob("*")) == before
    assert {one.file.path for one in measured.written} == {NEW.path, NEW_SPEC.path}
    assert [run.label for run, _ in measured.refusals] == ["bad"]
    assert measured.columns["place"] == "m"
    assert measured.own_jobs == measured.own_specs == 3


def test_what_is_kept_of_a_measurement_is_told_on_a_page() -> None:
    run = Run("record", ("Sync",))
    bare = replace(NEW, text=NEW.text.replace(", retry: 5", ""))
    apart = tuple(departures(bare, JOBS, OF_JOBS))
    offense = Offense(bare.path, 1, "Style/A", "Do not.")
    written = (Written(run, bare, is_spec=False, departures=apart, offenses=(offense, offense)),)
    house = House("shop", "owner/shop", ".", (run,), {"retry": "it may"})

    measured = Measured(house, 3, 3, (), written, ((run, "no"),), {"retry": "X"})
    told = page({"shop": numbers_of(measured)}, [house])

    assert measured.lines(spec=False) == 2
    assert measured.open_lines() == 2
    assert replace(measured, house=replace(house, accepted={})).open_lines() == 3
    assert "1 repos, 1 runs, 1 of them refused, 1 files, 2 offenses." in told
    assert "- shop, 1 file: retry: silent, but 3 of 3 have said\n" in told
    assert "- shop, retry: it may\n" in told


def test_the_page_tells_what_is_kept() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))

    assert PAGE.read_text(encoding="utf-8") == page(kept, read_houses())


def test_every_house_says_what_to_ask_for() -> None:
    houses = read_houses()

    assert len(houses) >= 22
    assert all(len(house.runs) >= 7 for house in houses)


def test_what_rubocop_does_not_know_is_taken_out_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / ".rubocop.yml").write_text(
        "Layout/Tab:\n  Enabled: true\n\nLayout/LineLength:\n  Max: 90\n  AllowURI: true\n", encoding="utf-8"
    )

    assert _forget(tmp_path, "Error: The `Layout/Tab` cop has been removed.\n(obsolete configuration found in x)")
    assert _forget(tmp_path, "obsolete parameter `AllowURI` (for `Layout/LineLength`) found in .rubocop.yml")
    assert not _forget(tmp_path, "Error: The `Layout/Tab` cop has been removed.")
    assert (tmp_path / ".rubocop.yml").read_text(encoding="utf-8") == "Layout/LineLength:\n  Max: 90\n"


def test_a_configuration_inherits_from_the_gems_that_are_there() -> None:
    text = "inherit_gem:\n  unknown: a.yml\n  known:\n    - b.yml\n\nLayout:\n  Enabled: true\n"

    assert _without_gems(text, ["known"]) == "inherit_gem:\n  known:\n    - b.yml\n\nLayout:\n  Enabled: true\n"
    assert _without_gems(text, []) == "Layout:\n  Enabled: true\n"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("  - rubocop-rake", "rubocop-rake"),
        ("require: rubocop-rspec", "rubocop-rspec"),
        ("  - ./lib/cops/mine.rb", "./lib/cops/mine.rb"),
        ("  - ./config/rubocop/layout.yml", None),
        ("  - app/jobs", None),
    ],
)
def test_what_a_configuration_requires(line: str, name: str | None) -> None:
    found = _REQUIRED.match(line)

    assert (found["name"] if found else None) == name
