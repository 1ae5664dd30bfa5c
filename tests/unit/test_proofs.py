"""Nothing is written that the repo does not prove: a repo for each finding of the review of real houses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/charge_customer_job.rb"


def job(root: Path, flags: str = "--model Order") -> tuple[str, dict[str, str]]:
    """The text of a job that is generated in a repo, and the notices by code."""
    done = sidekiq_gen(root, "job", "ChargeCustomer", *flags.split(), "--no-input", "--json")
    assert done.status == 0, done.out + done.err
    told = json.loads(done.out)
    return (root / JOB).read_text(encoding="utf-8"), {one["code"]: one["message"] for one in told["notices"]}


def info(root: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(sidekiq_gen(root, "info", "--json").out)
    return told


def existing(name: str, call: str) -> dict[str, str]:
    """A job that makes a call with the error that it has rescued."""
    return {
        f"app/jobs/{name}_job.rb": f"class {name.title().replace('_', '')}Job\n  include Sidekiq::Job\n\n"
        f"  def perform(id)\n    work(id)\n  rescue Carrier::Error => problem\n    {call}\n  end\nend\n"
    }


WRAPPER = "module Told\n  def self.notify(exception, options = {})\n  end\nend\n"


@pytest.mark.parametrize(
    ("call", "files", "expected"),
    [
        ("Told.notify(problem)", {"config/initializers/errors.rb": WRAPPER}, "Told.notify(error)\n"),
        ("Told.notify problem, extra: { id: id }", {"lib/errors/told.rb": WRAPPER}, "Told.notify(error, extra: {"),
        ("::Told.notify(problem, level: 1,\n extra: { id: })", {"app/lib/told.rb": WRAPPER}, "notify(error, extra: {"),
        ("Told.notify(problem) if late?", {"lib/told.rb": WRAPPER}, "Told.notify(error)\n"),
        # what is called with a part of the error, or with something made of it
        ("Told.notify(problem.retry_after || 30, id)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        ("Told.notify(problem.message)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        ("Told.notify(id, problem)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        ("Told.notify(other)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        # what enqueues, raises or gives something back
        ("WorkJob.perform_in(problem.retry_after, id)", {}, "Rails.error.report(error"),
        ("WorkJob.perform_in(problem, id)", {}, "Rails.error.report(error"),
        ("WorkJob.later(problem)", {}, "Rails.error.report(error"),
        ("Told.raise_later(problem)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        ("text = Told.notify(problem)", {"lib/told.rb": WRAPPER}, "Rails.error.report(error"),
        # what is not the repo's own, or needs more than an error
        ("Told.notify(problem)", {}, "Rails.error.report(error"),
        ("Told.notify(problem)", {"lib/told.rb": WRAPPER.replace("options = {}", "id")}, "Rails.error.report(error"),
        # what Ruby says, whoever reopens it, and what runs whatever it is given
        ("Kernel.exec(problem)", {"lib/kernel.rb": "module Kernel\nend\n"}, "Rails.error.report(error"),
        ("Told.system(problem)", {"lib/told.rb": WRAPPER.replace("notify", "system")}, "Rails.error.report(error"),
    ],
)  # fmt: skip
def test_a_wrapper_takes_the_whole_error(tmp_path: Path, call: str, files: dict[str, str], expected: str) -> None:
    text, _ = job(Repo(files={**existing("work", call), **files}).write(tmp_path), "--model Order --on-exhausted")

    assert expected in text


def test_a_wrapper_that_a_gem_brings_is_known(tmp_path: Path) -> None:
    root = Repo(gems={"govuk_app_config": "9.9.2", "sentry-ruby": "5.22.1"}).write(tmp_path)
    text, _ = job(root, "--model Order --on-exhausted")

    assert 'GovukError.notify(error, extra: { jid: job["jid"], args: job["args"] })' in text
    assert info(root)["error_wrapper"] == "GovukError.notify"
    assert "sentry, through GovukError.notify" in sidekiq_gen(root, "info").out


def jobs(*options: str, arguments: str = "(id)") -> dict[str, str]:
    """One job for each of these lines of options; an empty one says nothing."""
    return {
        f"app/jobs/number{index}_job.rb": f"class Number{index}Job\n  include Sidekiq::Job\n"
        f"{f'  sidekiq_options {line}' if line else ''}\n  def perform{arguments}\n    work\n  end\nend\n"
        for index, line in enumerate(options)
    }


@pytest.mark.parametrize(
    ("files", "expected", "habit"),
    [
        (jobs("", "", "", "retry: 0"), None, "default"),  # silence is a vote
        (jobs("", "retry: 7", "retry: 7"), "retry: 7", 7),
        (jobs("retry: 7", "retry: 7"), "retry: 5", None),  # a small sample
        (jobs("retry: 7", "retry: 7", "retry: 7", "retry: 3", "retry: 3", "retry: 3"), "retry: 5", 5),  # a tie
        (jobs("retry: 0", "retry: 0", "retry: 0", ""), "retry: 5", None),  # never is not taken over
        (jobs("retry: false", "retry: false"), "retry: 5", None),
        (jobs("retry: 0", "retry: 0", arguments=""), "retry: 5", None),  # schedulers have no vote
        (jobs("retry: true", "retry: true", "retry: true"), None, "default"),
        ({"config/initializers/s.rb": "Sidekiq.default_job_options = { 'retry' => 9 }\n"}, None, None),
        ({}, "retry: 5", None),
    ],
)
def test_retries_are_those_of_the_house(
    tmp_path: Path, files: dict[str, str], expected: str | None, habit: object
) -> None:
    root = Repo(files=files).write(tmp_path)
    assert info(root)["conventions"]["retry"] == habit

    text, _ = job(root)
    options = next((line for line in text.split("\n") if "sidekiq_options" in line), "")
    assert (expected in options) if expected else ("retry" not in options)


def test_the_retries_of_the_base_class_count(tmp_path: Path) -> None:
    base = "class BaseJob\n  include Sidekiq::Job\n  sidekiq_options retry: 3\nend\n"
    child = "class {}Job < BaseJob\n  def perform(id)\n  end\nend\n"
    files = {"app/jobs/base_job.rb": base} | {f"app/jobs/{one.lower()}_job.rb": child.format(one) for one in "AB"}
    root = Repo(files=files).write(tmp_path)
    inherited, _ = job(root)
    typed, _ = job(root, "--model Order --retry 4 --force")

    assert "retry" not in inherited.partition("def perform")[0]
    assert "retry: 4" in typed


@pytest.mark.parametrize(
    ("options", "files", "refused"),
    [
        ("--retry default", {}, False),
        ("", jobs("", "", "", "retry: 0"), False),
        ("--retry default", {"config/initializers/s.rb": "Sidekiq.default_job_options = { retry: 0 }\n"}, True),
        ("--retry default", {"config/sidekiq.yml": ":max_retries: 0\n"}, True),
    ],
)
def test_what_depends_on_retries_knows_those_of_sidekiq(
    tmp_path: Path, options: str, files: dict[str, str], *, refused: bool
) -> None:
    flags = f"--model Order {options} --discard-on Gone --discard-to dead".split()
    done = sidekiq_gen(Repo(files=files).write(tmp_path), "job", "ChargeCustomer", *flags, "--no-input")

    assert (done.status == 1) == refused
    assert refused or "retry:" not in (tmp_path / JOB).read_text()


YML = ":queues:\n  - droppable\n  - [low, 2]\n"
BASE = {
    "app/jobs/application_job.rb": 'class ApplicationJob\n  include Sidekiq::Job\n  sidekiq_options queue: "low"\nend\n'
}
CHILDREN = {
    f"app/jobs/{name}_job.rb": f"class {name.title()}Job < ApplicationJob\n  def perform(id)\n  end\nend\n"
    for name in ("ship", "bill")
}


@pytest.mark.parametrize(
    ("files", "queue"),
    [
        ({}, "default"),  # nothing is known
        ({"config/sidekiq.yml": ":concurrency: 5\n"}, "default"),  # Sidekiq's own
        ({"config/sidekiq.yml": YML + "  - default\n"}, "default"),
        ({"config/sidekiq.yml": YML}, "droppable"),
        ({"config/sidekiq.yml.erb": YML}, "droppable"),
        ({"config/sidekiq.yml": YML, **BASE, **CHILDREN}, "low"),
        ({"config/sidekiq.yml": YML, **jobs("queue: :low", "queue: :gone", "queue: :gone")}, "low"),
        ({"config/sidekiq.yml": YML + "  - <%= `hostname` %>\n"}, "default"),  # others are served, too
        ({"Procfile": "worker: bundle exec sidekiq -q high,2 -q low\n"}, "high"),
        ({"Procfile": "worker: bundle exec sidekiq --queue high\nall: bundle exec sidekiq\n"}, "default"),
        ({"Procfile.dev": "w: sidekiq -C config/all.yml\n", "config/all.yml": YML}, "droppable"),
        ({"bin/worker": "#!/bin/sh\nexec bundle exec sidekiq \\\n  -q high\n"}, "high"),
        ({"docker-compose.yml": 'command: ["bundle", "exec", "sidekiq", "-q", "high"]\n'}, "high"),
        ({"config/initializers/s.rb": "Sidekiq.configure_server { |c| c.queues = %w[high low] }\n"}, "high"),
        ({"config/initializers/s.rb": "Sidekiq.default_job_options = { queue: 'low' }\n"}, "low"),
        ({"Procfile": "# worker: sidekiq -q high\nweb: bin/rails s\n"}, "default"),
    ],
)
def test_a_queue_is_one_that_somebody_serves(tmp_path: Path, files: dict[str, str], queue: str) -> None:
    root = Repo(files=files).write(tmp_path)
    text, told = job(root)
    inherited = "< ApplicationJob" in text

    assert inherited == ("app/jobs/application_job.rb" in files)
    assert ("queue" in text) != inherited
    assert inherited or f'queue: "{queue}"' in text.replace(f":{queue}", f'"{queue}"')
    assert "queue-not-served" not in told


@pytest.mark.parametrize("queue", ["default", "gone"])
def test_a_queue_that_nobody_serves_gets_a_notice(tmp_path: Path, queue: str) -> None:
    _, told = job(Repo(files={"config/sidekiq.yml": YML}).write(tmp_path), f"--model Order --queue {queue}")

    assert "serves droppable, low" in told["queue-not-served"]


ON = "plugins:\n  - rubocop-rails\n"
COP = "Rails/SkipsModelValidations:\n"


@pytest.mark.parametrize(
    ("configuration", "in_job", "in_spec"),
    [
        (ON, True, True),
        ("require: rubocop-rails\n", True, True),
        ("inherit_from: .base.yml\n", True, True),
        (None, False, False),
        ("Style/StringLiterals:\n  Enabled: false\n", False, False),  # the gem is locked and not loaded
        (f"{ON}{COP}  Enabled: false\n", False, False),
        (f"{ON}{COP}  AllowedMethods: [update_all, update_column]\n", False, False),
        (f"{ON}{COP}  ForbiddenMethods: [update_attribute]\n", False, False),
        (f"{ON}{COP}  Exclude:\n    - spec/**/*\n", True, False),
        (f"{ON}{COP}  Exclude:\n    - app/jobs/*.rb\n", False, True),
        (f"{ON}{COP}  Include: ['app/{{models,jobs}}/**/*.rb']\n", True, False),
        (f"{ON}AllCops:\n  Exclude: ['spec/**/*']\n", True, False),
        (f"{ON}AllCops:\n  DisabledByDefault: true\n", False, False),
        (f"{ON}AllCops:\n  DisabledByDefault: true\n{COP}  Enabled: true\n", True, True),
        (f"{ON}Rails:\n  Enabled: false\n", False, False),
        (f"{ON}inherit_gem:\n  rubocop-govuk: config/rails.yml\n", False, False),
        (f"inherit_from: .base.yml\n{COP}  Enabled: false\n", False, False),
    ],
)
def test_a_cop_is_silenced_only_where_it_speaks(
    tmp_path: Path, configuration: str | None, *, in_job: bool, in_spec: bool
) -> None:
    files = {".base.yml": ON} | ({".rubocop.yml": configuration} if configuration else {})
    root = Repo(gems={"rubocop-rails": "2.34.2"}, files=files).write(tmp_path)
    text, _ = job(root, "--model Order --check-then-act charged_at --row-lock")
    spec = (root / "spec/jobs/charge_customer_job_spec.rb").read_text(encoding="utf-8")

    directive = "# rubocop:disable Rails/SkipsModelValidations"
    assert (directive in text, directive in spec) == (in_job, in_spec)


MONGOID = "class Asset\n  include Mongoid::Document\n  field :scanned_at, type: Time\nend\n"


@pytest.mark.parametrize(
    ("flags", "files"),
    [
        ("--model Asset", {"app/models/asset.rb": MONGOID}),
        ("--kind fan-out --model Asset", {"app/models/asset.rb": MONGOID}),
        ("--kind claim --model Asset --database postgresql", {"app/models/asset.rb": MONGOID}),
        ("id:integer asset:record", {"app/models/asset.rb": MONGOID}),
        ("", {"app/models/asset.rb": MONGOID}),  # guessed from the name
        (
            "--model Asset",
            {
                "app/models/asset.rb": "class Asset\n  include Stored\nend\n",
                "app/models/concerns/stored.rb": "module Stored\n  included { }\n  include Mongoid::Document\nend\n",
            },
        ),
    ],
)
def test_a_model_that_is_none_of_active_records_is_refused(tmp_path: Path, flags: str, files: dict[str, str]) -> None:
    root = Repo(gems={"mongoid": "9.0.0"}, files=files).write(tmp_path)
    done = sidekiq_gen(root, "job", "ScanAsset", *flags.split(), "--no-input", "--json")
    error = json.loads(done.out)["error"]

    assert (done.status, error["code"]) == (1, "no-active-record")
    assert "--kind plain asset_id:string" in error["hint"]


def test_the_way_out_works(tmp_path: Path) -> None:
    root = Repo(gems={"mongoid": "9.0.0"}, files={"app/models/asset.rb": MONGOID}).write(tmp_path)

    assert sidekiq_gen(root, "job", "ScanAsset", "asset_id:string", "--kind", "plain", "--no-input").status == 0


@pytest.mark.parametrize("flags", ["--row-lock", "--advisory-lock", "--kind claim"])
def test_a_refusal_on_sqlite_names_the_other_databases(tmp_path: Path, flags: str) -> None:
    files = {"config/database.yml": "production:\n  adapter: sqlite3\nother:\n  adapter: postgresql\n"}
    root = Repo(files=files).write(tmp_path)
    done = sidekiq_gen(root, "job", "ScanOrder", "--model", "Order", *flags.split(), "--no-input")

    assert (done.status, "--database postgresql" in done.err) == (1, True)


TABLE = """ActiveRecord::Schema[7.1].define(version: 1) do
  create_table "users", force: :cascade do |t|
    t.string "name"
  end

  create_table "orders", force: :cascade do |t|
    t.string "number", limit: 12, null: false
    t.string "url", null: false
    t.integer "kind", null: false
    t.integer "place", null: false
    t.bigint "user_id", null: false
    t.boolean "gift", null: false
    t.boolean "paid", default: false, null: false
    t.jsonb "extras", null: false
    t.string "tags", array: true, null: false
    t.datetime "charged_at"
    t.datetime "created_at", null: false
    t.index ["number"], name: "one", unique: true
    t.index ["url", "kind"], name: "two", unique: true
    t.index ["place"], name: "three", unique: true, where: "(gift = true)"
    t.index ["user_id"], name: "four"
  end

  add_foreign_key "orders", "users"
end
"""
SPEC = "spec/jobs/charge_customer_job_spec.rb"
TEST = "test/jobs/charge_customer_job_test.rb"
CLAIM = "--kind claim --model Order --check-then-act charged_at"


def in_spec(root: Path, flags: str, path: str = SPEC) -> str:
    job(root, flags)
    return " ".join((root / path).read_text(encoding="utf-8").split())


def test_a_row_without_a_factory_has_what_the_database_insists_on(tmp_path: Path) -> None:
    files = {
        "db/schema.rb": TABLE,
        "app/models/order.rb": "class Order < ApplicationRecord\n  enum kind: [:big, :small]\nend\n",
        "spec/factories.rb": "FactoryBot.define do\n  factory :user\nend\n",
    }
    text = in_spec(Repo(files=files).write(tmp_path), CLAIM)

    assert (
        "Order.new( number: SecureRandom.hex(6), url: SecureRandom.hex, "
        'kind: "big", place: 1, user_id: create(:user).id, gift: false, extras: {}, tags: [] '
        ").tap do |order| order.save!(validate: false) end"
    ) in text


def test_a_row_of_which_nothing_is_insisted_on_is_made_as_before(tmp_path: Path) -> None:
    text = in_spec(Repo(records="none").write(tmp_path), CLAIM)

    assert "{ Order.new.tap { |order| order.save!(validate: false) } }" in text


def test_a_parent_that_nothing_makes_is_named(tmp_path: Path) -> None:
    files = {"db/schema.rb": TABLE}
    done = sidekiq_gen(Repo(records="none", files=files).write(tmp_path), "job", "ChargeCustomer", *CLAIM.split())

    assert "Fill in what the database requires: user_id." in done.err


def test_the_same_is_read_from_structure_sql(tmp_path: Path) -> None:
    files = {
        "db/schema.rb": "",
        "db/structure.sql": "CREATE TABLE public.orders (\n    id bigint NOT NULL,\n    url text NOT NULL,\n"
        "    kind integer DEFAULT 0 NOT NULL,\n    code character varying(8) NOT NULL,\n    charged_at timestamp\n);\n"
        "ALTER TABLE ONLY public.orders ALTER COLUMN id SET DEFAULT nextval('public.orders_id_seq'::regclass);\n"
        "ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);\n"
        "CREATE UNIQUE INDEX one ON public.orders USING btree (url);\n",
    }
    text = in_spec(Repo(records="none", files=files).write(tmp_path), CLAIM)

    assert 'Order.new(url: SecureRandom.hex, code: "text").tap' in text


CHARGED_LATE = "create(:order).tap { |order| order.update!(charged_at: nil) }"


@pytest.mark.parametrize(
    ("factory", "expected"),
    [
        ("charged_at { 1.day.ago }", "create(:order, charged_at: nil)"),
        ("charged_at 1.day.ago", "create(:order, charged_at: nil)"),
        ("sequence(:charged_at) { |n| n }", "create(:order, charged_at: nil)"),
        ("trait(:done) do\n      charged_at { 1.day.ago }\n    end", "create(:order)"),
        ("total { 1 }", "create(:order)"),
        ("done\n    trait :done do\n      charged_at { 1.day.ago }\n    end", "create(:order, charged_at: nil)"),
        ("after(:create) { |order| order.update!(charged_at: 1.day.ago) }", CHARGED_LATE),
        ("after :create do |order|\n      order.touch(:charged_at)\n    end\n    total { 1 }", CHARGED_LATE),
        ("after(:create) { |order| order.update!(total: 1) }\n    total { 1 }", "create(:order)"),
        ("done\n    trait(:done) { after(:create) { |order| order.touch(:charged_at) } }", CHARGED_LATE),
        ("done\n    trait(:done) do\n      after(:create) { |order| order.touch(:charged_at) }\n    end", CHARGED_LATE),
    ],
)
@pytest.mark.parametrize("flags", [CLAIM, "--model Order --check-then-act charged_at"])
def test_the_mark_that_a_factory_sets_is_taken_back(tmp_path: Path, factory: str, expected: str, flags: str) -> None:
    files = {"spec/factories.rb": f"FactoryBot.define do\n  factory :order do\n    {factory}\n  end\nend\n"}
    text = in_spec(Repo(files=files).write(tmp_path), flags)

    assert f"{{ {expected} }}" in text


def test_a_trait_that_the_options_of_a_factory_name_counts(tmp_path: Path) -> None:
    trait = "  trait :done do\n    charged_at { 1.day.ago }\n  end\n"
    factory = f"FactoryBot.define do\n{trait}  factory :order, traits: [:done] do\n    total {{ 1 }}\n  end\nend\n"
    text = in_spec(Repo(files={"spec/factories.rb": factory}).write(tmp_path), CLAIM)

    assert "{ create(:order, charged_at: nil) }" in text


def test_the_mark_that_a_fabricator_sets_is_taken_back(tmp_path: Path) -> None:
    files = {"spec/fabricators/order_fabricator.rb": "Fabricator(:order) do\n  charged_at { Time.now }\nend\n"}
    repo = Repo(records="none", gems={"fabrication": "2.31.0"}, files=files)

    assert "{ Fabricate(:order, charged_at: nil) }" in in_spec(repo.write(tmp_path), CLAIM)


def test_a_copy_of_a_fixture_differs_where_the_database_wants_no_two_alike(tmp_path: Path) -> None:
    files = {"db/schema.rb": TABLE, "test/fixtures/orders.yml": "one:\n  number: a\n"}
    text = in_spec(Repo(rspec=False, records="fixture", files=files).write(tmp_path), CLAIM, TEST)

    assert (
        "@order.dup.tap do |order| order.assign_attributes(number: SecureRandom.hex(6), url: SecureRandom.hex) "
        "order.save!(validate: false) end"
    ) in text


def test_columns_that_nothing_can_tell_apart_are_named(tmp_path: Path) -> None:
    schema = TABLE.replace('t.index ["user_id"], name: "four"', 't.index ["user_id"], name: "four", unique: true')
    files = {"db/schema.rb": schema, "test/fixtures/orders.yml": "one:\n  number: a\n"}
    _, told = job(Repo(rspec=False, records="fixture", files=files).write(tmp_path), CLAIM)

    assert "requires them to differ" in told["rows-may-collide"]


def test_the_mark_that_a_fixture_sets_is_taken_back(tmp_path: Path) -> None:
    files = {"test/fixtures/orders.yml": "one:\n  charged_at: 2026-01-01\n"}
    repo = Repo(rspec=False, records="fixture", files=files)
    text = in_spec(repo.write(tmp_path), "--model Order --check-then-act charged_at", TEST)

    assert "@order = orders(:one).tap { |order| order.update_column(:charged_at, nil) }" in text
