from __future__ import annotations

from pathlib import Path

import pytest

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.lockfile import Lockfile, parse_lockfile

JOB = "class AJob\n  include Sidekiq::Job\n  sidekiq_options queue: :{queue}\nend\n"


def put(root: Path, path: str, text: str = "") -> Path:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
    return root / path


def lock(*gems: str) -> Lockfile:
    """A lock file with gems such as ``rails 7.1.0``; one with a ``!`` is asked for by the Gemfile itself."""
    specs = "".join(f"    {gem.rstrip('!').partition(' ')[0]} ({gem.partition(' ')[2] or '1.0'})\n" for gem in gems)
    direct = "".join(f"  {gem.rstrip('!')}\n" for gem in gems if gem.endswith("!"))
    return parse_lockfile(f"GEM\n  specs:\n{specs}\nDEPENDENCIES\n{direct}", Path("Gemfile.lock"))


def app(root: Path, *gems: str) -> RailsApp:
    return RailsApp(root, lock(*gems))


def test_nothing_is_known_of_an_empty_folder(tmp_path: Path) -> None:
    for empty in (RailsApp(tmp_path, None), RailsApp(tmp_path / "missing", lock())):
        assert empty.gem("rails") is None
        assert empty.rails is None
        assert empty.databases == ()
        assert empty.test_framework is None
        assert empty.spec_habits is None
        assert not empty.factories
        assert empty.tracker.name == "logger"
        assert empty.linter is None
        assert empty.job_files == ()
        assert empty.queues == ("default",)
        assert empty.acronyms == ()
        assert empty.models == ()
        assert empty.model_file("Order") is None
        assert empty.factory("Order") is None
        assert empty.fixture("Order") is None
        assert empty.columns("Order") is None
        assert empty.defined_elsewhere("OrderJob", Path("app/jobs/order_job.rb")) is None
        assert empty.namespace_keyword("Billing") == "module"
        assert not empty.unique_jobs_wired


def test_rails_is_found_by_its_gem_or_its_railties(tmp_path: Path) -> None:
    assert app(tmp_path, "rails 7.1.0", "railties 7.1.1").rails == lock("rails 7.1.0").gems["rails"]
    assert app(tmp_path, "railties 7.1.1").rails == lock("railties 7.1.1").gems["railties"]
    assert app(tmp_path, "rack").gem("rack") == lock("rack").gems["rack"]


@pytest.mark.parametrize(
    ("yml", "gems", "databases"),
    [
        ("production: {adapter: postgresql}", (), ("postgresql",)),
        ("test: {adapter: sqlite3}\nproduction: {adapter: mysql2}", ("pg",), ("mysql", "sqlite")),
        ("default: &d\n  adapter: postgis\ntest:\n  <<: *d\nproduction:\n  <<: *d", (), ("postgresql",)),
        ("production:\n  primary: {adapter: trilogy}\n  cache: {adapter: sqlite3}", (), ("mysql", "sqlite")),
        ("production: {adapter: mysql2_makara}", (), ("mysql",)),
        ("production: {adapter: jdbcpostgresql}", (), ("postgresql",)),
        ("production: {url: 'postgres://u:p@db.example/mysql'}", (), ("postgresql",)),
        ("production: {url: 'jdbc:mysql://db.example/x'}", (), ("mysql",)),
        ("production: {url: 'sqlite3:db/x.sqlite3'}", (), ("sqlite",)),
        ('production:\n  adapter: <%= ENV.fetch("ADAPTER", "postgresql") %>', (), ("postgresql",)),
        ("production:\n  adapter: <%= ENV['ADAPTER'] || 'mysql2' -%>", (), ("mysql",)),
        ("<% if x %>\nproduction:\n  adapter: sqlite3\n<% end %>", (), ("sqlite",)),
        ("production:\n\tadapter: postgresql\n# adapter: mysql2\n", (), ("postgresql",)),
        ("development: {adapter: sqlite3}\nproduction: {url: <%= ENV['URL'] %>}", ("pg", "sqlite3"), None),
        ("development: {adapter: sqlite3}", ("pg", "sqlite3"), ("sqlite",)),
        ("production: {adapter: oracle_enhanced}", ("pg",), ("postgresql",)),
        ("", ("sqlite3", "mysql2", "pg"), ("postgresql", "mysql", "sqlite")),
        ("- a\n- b", ("trilogy",), ("mysql",)),
        ("&a [*a]", ("activerecord-jdbcsqlite3-adapter",), ("sqlite",)),
        ("a: " + "[" * 5000, ("activerecord-postgis-adapter",), ("postgresql",)),
    ],
)
def test_the_databases(tmp_path: Path, yml: str, gems: tuple[str, ...], databases: tuple[str, ...] | None) -> None:
    put(tmp_path, "config/database.yml", yml)

    assert app(tmp_path, *gems).databases == (databases or ("postgresql", "sqlite"))


@pytest.mark.parametrize(
    ("gems", "files", "framework"),
    [
        (("rspec-rails", "minitest"), ["test/test_helper.rb"], "rspec"),
        (("rspec-core", "minitest"), ["test/test_helper.rb", "spec/x.rb"], "minitest"),
        (("rspec-core", "minitest"), ["spec/x.rb"], "rspec"),
        (("minitest",), ["spec/x.rb"], "minitest"),
        ((), ["spec/x.rb"], None),
    ],
)
def test_the_test_framework(tmp_path: Path, gems: tuple[str, ...], files: list[str], framework: str | None) -> None:
    for path in files:
        put(tmp_path, path)

    assert app(tmp_path, *gems).test_framework == framework


def test_the_test_framework_without_a_lockfile(tmp_path: Path) -> None:
    put(tmp_path, "test/test_helper.rb")
    assert RailsApp(tmp_path, None).test_framework == "minitest"
    put(tmp_path, "spec/spec_helper.rb")
    assert RailsApp(tmp_path, None).test_framework == "rspec"


@pytest.mark.parametrize(
    ("gems", "tracker"),
    [
        (("airbrake", "sentry-raven", "rails 7.0.0"), "sentry"),
        (("sentry-sidekiq",), "sentry"),
        (("appsignal", "honeybadger"), "honeybadger"),
        (("rollbar", "bugsnag"), "bugsnag"),
        (("appsignal", "rollbar"), "rollbar"),
        (("airbrake", "appsignal"), "appsignal"),
        (("airbrake", "rails 8.1.0"), "airbrake"),
        (("rails 7.0.0",), "rails"),
        (("rails 7.0.0.rc1",), "rails"),
        (("railties 8.2.0.alpha",), "rails"),
        (("rails 6.1.7.10",), "logger"),
        ((), "logger"),
    ],
)
def test_the_error_tracker(tmp_path: Path, gems: tuple[str, ...], tracker: str) -> None:
    assert app(tmp_path, *gems).tracker.name == tracker


@pytest.mark.parametrize(
    ("gems", "linter"),
    [
        (("standard!", "rubocop!"), "standard"),
        (("standard", "rubocop"), "rubocop"),
        (("rubocop-govuk!",), "rubocop"),
        (("standard",), "standard"),
        ((), None),
    ],
)
def test_the_linter(tmp_path: Path, gems: tuple[str, ...], linter: str | None) -> None:
    assert app(tmp_path, *gems).linter == linter


@pytest.mark.parametrize(
    "gem", ["factory_bot", "factory_bot_rails", "factory_girl", "factory_girl_rails", "fabrication"]
)
def test_factories_are_known_by_their_gems(tmp_path: Path, gem: str) -> None:
    assert app(tmp_path, gem).factories


@pytest.mark.parametrize(
    ("yml", "queues"),
    [
        (":queues:\n  - critical\n  - default\n  - low\n", ("critical", "default", "low")),
        ("queues:\n  - [critical, 5]\n  - ['default', 2]\n  - [:low, 1]", ("critical", "default", "low")),
        (":queues:\n  - critical,5\n  - 'low, 2'\n  - default: 2", ("critical", "low", "default")),
        ("queues:\n  critical: 5\n  low: 1", ("critical", "low")),
        ("queues: [a]\nproduction:\n  :queues:\n    - [b, 2]\n    - a", ("a", "b")),
        ("queues: [a]\n:capsules:\n  single:\n    concurrency: 1\n    queues: [b]", ("a", "b")),
        ("queues:\n  - <%= ENV.fetch('Q', 'a') %>\n  - <%= q %>\n", ("a", "default")),
        ("<% if x %>\nqueues: [a]\n<% end %>", ("a", "default")),
        ("queues: a", ("default",)),
        ("queues: [", ("default",)),
        ("queues: [1, ~, 'with space', [], {}]", ("1",)),
        ("&a\nx: *a", ("default",)),
    ],
)
def test_the_queues_of_sidekiq_yml(tmp_path: Path, yml: str, queues: tuple[str, ...]) -> None:
    put(tmp_path, "config/sidekiq.yml", yml)

    assert app(tmp_path).queues == queues


def test_the_queues_of_jobs_come_after_those_of_sidekiq_yml(tmp_path: Path) -> None:
    put(tmp_path, "config/sidekiq.yml", "queues: [high, low]")
    put(tmp_path, "app/jobs/a_job.rb", JOB.format(queue="mailers"))
    put(tmp_path, "app/jobs/b_job.rb", JOB.format(queue="high"))

    assert app(tmp_path).queues == ("high", "low", "mailers")


INFLECTIONS = """\
ActiveSupport::Inflector.inflections(:en) do |inflect|
  inflect.acronym "API"
  inflect.acronym('OAuth') # inflect.acronym "ODD"
  # inflect.acronym "HTML"
  inflect.uncountable "fish"
end
"""


def test_acronyms_and_models(tmp_path: Path) -> None:
    put(tmp_path, "config/initializers/inflections.rb", INFLECTIONS)
    for path in (
        "app/models/application_record.rb",
        "app/models/order.rb",
        "app/models/api_key.rb",
        "app/models/billing/invoice.rb",
        "app/models/concerns/billable.rb",
        "app/models/order.yml",
        "packs/shop/app/models/shop/oauth_token.rb",
        "modules/blog/app/models/post.rb",
        "engines/crm/app/models/lead.rb",
        "engines/crm/app/models/concerns/scored.rb",
    ):
        put(tmp_path, path)
    repo = app(tmp_path)

    assert repo.acronyms == ("API", "OAuth")
    assert repo.models == ("APIKey", "Billing::Invoice", "Lead", "Order", "Post", "Shop::OAuthToken")
    assert {model: repo.model_file(model) for model in (*repo.models, "ApiKey", "Invoice", "Billable")} == {
        "APIKey": tmp_path / "app/models/api_key.rb",
        "Billing::Invoice": tmp_path / "app/models/billing/invoice.rb",
        "Lead": tmp_path / "engines/crm/app/models/lead.rb",
        "Order": tmp_path / "app/models/order.rb",
        "Post": tmp_path / "modules/blog/app/models/post.rb",
        "Shop::OAuthToken": tmp_path / "packs/shop/app/models/shop/oauth_token.rb",
        "ApiKey": None,
        "Invoice": None,
        "Billable": None,
    }


def test_a_model_file_that_says_its_name_needs_no_acronym(tmp_path: Path) -> None:
    put(tmp_path, "app/models/html_page.rb", "class HTMLPage < ApplicationRecord\nend\n")

    assert app(tmp_path).model_file("HTMLPage") == tmp_path / "app/models/html_page.rb"


BOT = """\
FactoryBot.define do
  # factory :comment
  factory :order, aliases: [:purchase, "sale"] do
    total { 1 }
    factory :paid_order
  end
  factory "customer", class: User do
    factory(:admin) { role { "admin" } }
  end
  factory :bill,
          class: "Billing::Invoice"
  factory :api_key, class: "APIKey"
  factory "billing/refund"
  factory :late_bill, parent: :bill
  factory :receipt, class: "Billing::Receipt"
  factory :billing_receipt, class: "Billing::Receipt"
end
"""


def test_factory_bot(tmp_path: Path) -> None:
    put(tmp_path, "spec/factories/all.rb", BOT)
    put(tmp_path, "packs/shop/spec/factories.rb", "FactoryBot.define do\n  factory :item\nend\n")
    put(tmp_path, "test/factories/user_factory.rb", "FactoryBot.define { }\nfactory :account\n")
    put(tmp_path, "spec/models/order_spec.rb", "factory :comment\n")
    repo = app(tmp_path, "factory_bot_rails")
    asked = "Order Purchase PaidOrder User Admin Billing::Invoice Bill APIKey Billing::Refund Billing::Receipt"

    assert {model: repo.factory(model) for model in (*asked.split(), "Item", "Account", "Comment")} == {
        "Order": "FactoryBot.create(:order)",
        "Purchase": None,
        "PaidOrder": None,
        "User": "FactoryBot.create(:customer)",
        "Admin": None,
        "Billing::Invoice": "FactoryBot.create(:bill)",
        "Bill": None,
        "APIKey": "FactoryBot.create(:api_key)",
        "Billing::Refund": 'FactoryBot.create(:"billing/refund")',
        "Billing::Receipt": "FactoryBot.create(:receipt)",
        "Item": "FactoryBot.create(:item)",
        "Account": "FactoryBot.create(:account)",
        "Comment": None,
    }


def test_a_factory_that_is_no_variant_comes_before_one_that_is(tmp_path: Path) -> None:
    put(
        tmp_path,
        "spec/factories.rb",
        """\
FactoryBot.define do
  factory :account do
    factory :owner, class: "User"
  end
  factory :customer, class: "User"
end
""",
    )

    assert app(tmp_path, "factory_bot_rails").factory("User") == "FactoryBot.create(:customer)"


def test_the_factory_that_bears_the_name_of_the_model_comes_before_any_other(tmp_path: Path) -> None:
    own = '  factory :late_order, class: "Order"\n  factory :order\n'
    put(tmp_path, "spec/factories.rb", f"FactoryBot.define do\n{own}end\n")

    assert app(tmp_path, "factory_bot_rails").factory("Order") == "FactoryBot.create(:order)"


@pytest.mark.parametrize(
    ("path", "line", "call"),
    [
        ("spec/rails_helper.rb", "  config.include FactoryBot::Syntax::Methods", "create(:order)"),
        (
            "spec/support/factory_bot.rb",
            "RSpec.configure { |c| c.include FactoryBot::Syntax::Methods }",
            "create(:order)",
        ),
        ("test/test_helper.rb", "  include FactoryBot::Syntax::Methods", "create(:order)"),
        ("test/support/deep/er.rb", "  include(FactoryBot::Syntax::Methods)", "create(:order)"),
        ("spec/rails_helper.rb", "  # config.include FactoryBot::Syntax::Methods", "FactoryBot.create(:order)"),
        ("spec/rails_helper.rb", "  include FactoryGirl::Syntax::Methods", "FactoryBot.create(:order)"),
        ("lib/x.rb", "  include FactoryBot::Syntax::Methods", "FactoryBot.create(:order)"),
    ],
)
def test_the_methods_of_factory_bot_may_be_mixed_in(tmp_path: Path, path: str, line: str, call: str) -> None:
    put(tmp_path, "spec/factories.rb", "FactoryBot.define do\n  factory :order\nend\n")
    put(tmp_path, path, f"{line}\n")

    assert app(tmp_path, "factory_bot").factory("Order") == call


def test_factory_girl(tmp_path: Path) -> None:
    put(tmp_path, "spec/factories.rb", "FactoryGirl.define do\n  factory :order\nend\n")

    assert app(tmp_path, "factory_girl_rails").factory("Order") == "FactoryGirl.create(:order)"
    assert app(tmp_path, "factory_bot_rails").factory("Order") is None
    assert RailsApp(tmp_path, None).factory("Order") == "FactoryGirl.create(:order)"
    put(tmp_path, "spec/spec_helper.rb", "config.include FactoryGirl::Syntax::Methods\n")
    assert app(tmp_path, "factory_girl").factory("Order") == "create(:order)"


def test_fabrication(tmp_path: Path) -> None:
    put(tmp_path, "spec/fabricators/order_fabricator.rb", "Fabricator(:order) do\n  total 1\nend\n")
    put(tmp_path, "spec/fabricators/more.rb", "Fabricator(:bill, from: 'Billing::Invoice')\n")
    put(tmp_path, "test/fabricators/x.rb", "Fabricator :admin, class_name: :user\nFabricator(:boss, from: :admin)\n")
    repo = app(tmp_path, "fabrication")

    assert {model: repo.factory(model) for model in ("Order", "Billing::Invoice", "User", "Admin", "Boss")} == {
        "Order": "Fabricate(:order)",
        "Billing::Invoice": "Fabricate(:bill)",
        "User": "Fabricate(:admin)",
        "Admin": None,
        "Boss": None,
    }
    assert app(tmp_path, "factory_bot").factory("Order") is None


def test_fixtures(tmp_path: Path) -> None:
    put(tmp_path, "app/models/ledger.rb", 'class Ledger < ApplicationRecord\n  self.table_name = "books"\nend\n')
    put(tmp_path, "test/fixtures/orders.yml", "# x\n_fixture: {}\nDEFAULTS: &d\n  a: 1\none:\n  <<: *d\ntwo: {}\n")
    put(tmp_path, "test/fixtures/billing/invoices.yml", "paid:\n")
    put(tmp_path, "test/fixtures/billing_refunds.yml", "open:\n")
    put(tmp_path, "test/fixtures/books.yml", "main:\n")
    put(tmp_path, "test/fixtures/people.yml", '"first-one":\n')
    put(tmp_path, "spec/fixtures/users.yml", "ben:\n  name: Ben\n")
    put(tmp_path, "test/fixtures/items.yml", "<% 9.times do |n| %>\nitem_<%= n %>:\n  a: 1\n<% end %>\n")
    repo = app(tmp_path)
    asked = ("Order", "Billing::Invoice", "Billing::Refund", "Ledger", "Person", "User", "Item", "Comment")

    assert {model: repo.fixture(model) for model in asked} == {
        "Order": "orders(:one)",
        "Billing::Invoice": "billing_invoices(:paid)",
        "Billing::Refund": "billing_refunds(:open)",
        "Ledger": "books(:main)",
        "Person": 'people(:"first-one")',
        "User": "users(:ben)",
        "Item": None,
        "Comment": None,
    }


SCHEMA = """\
ActiveRecord::Schema[7.2].define(version: 2024_01_01_000000) do
  create_table "order_items", force: :cascade do |t|
    t.string "wrong"
  end

  create_table "orders_archive", force: :cascade do |t|
    t.string "wrong"
  end

  create_table "orders", id: :uuid, default: -> { "gen_random_uuid()" }, force: :cascade do |t|
    t.string "state", default: "new", null: false
    t.datetime "charged_at", precision: nil
    t.timestamptz "seen_at"
    t.boolean "vip", default: false
    t.decimal "total", precision: 10, scale: 2
    t.enum "kind", enum_type: "order_kind"
    t.column "mood", "order_mood"
    t.virtual "label", type: :string, as: "upper(state)", stored: true
    t.index ["state"], name: "index_orders_on_state"
    t.check_constraint "total > 0", name: "positive"
  end

  create_table "billing_invoices", id: { type: :string, limit: 36 }, force: :cascade do |t|
    t.integer "number"
  end

  create_table "invoices", id: false do |t|
    t.integer "wrong"
  end

  create_table :users, primary_key: "key" do |t|
    t.references :account
    t.timestamps
  end

  create_table "refunds", id: :integer, charset: "utf8mb4" do |t|
    t.timestamp "paid_at"
  end

  create_table "memberships", primary_key: ["user_id", "team_id"] do |t|
    t.bigint "user_id"
  end

  add_foreign_key "orders", "users"
end
"""


def test_the_columns_of_schema_rb(tmp_path: Path) -> None:
    put(tmp_path, "db/schema.rb", SCHEMA)
    put(tmp_path, "db/animals_schema.rb", 'create_table "dogs" do |t|\n  t.string "name"\nend\n')
    put(tmp_path, "app/models/api_key.rb", "class APIKey < ApplicationRecord\n  self.table_name = :refunds\nend\n")
    put(tmp_path, "app/models/user.rb", "class User < ApplicationRecord\nend\n")
    put(tmp_path, "app/models/admin.rb", "class Admin < User\nend\n")
    put(tmp_path, "app/models/hidden.rb", 'class Hidden < User\n  self.table_name = "missing"\nend\n')
    repo = app(tmp_path)
    user = {"key": "bigint", "account_id": "bigint", "created_at": "datetime", "updated_at": "datetime"}
    asked = (
        "Order",
        "Billing::Invoice",
        "Sales::Refund",
        "User",
        "Admin",
        "APIKey",
        "Membership",
        "Invoice",
        "Dog",
        "Cat",
    )

    assert {model: repo.columns(model) for model in asked} == {
        "Order": {
            "id": "uuid",
            "state": "string",
            "charged_at": "datetime",
            "seen_at": "datetime",
            "vip": "boolean",
            "total": "decimal",
            "kind": "enum",
            "mood": "order_mood",
            "label": "string",
        },
        "Billing::Invoice": {"id": "string", "number": "integer"},
        "Sales::Refund": {"id": "integer", "paid_at": "datetime"},
        "User": user,
        "Admin": user,
        "APIKey": {"id": "integer", "paid_at": "datetime"},
        "Membership": {"user_id": "bigint"},
        "Invoice": {"wrong": "integer"},
        "Dog": {"id": "bigint", "name": "string"},
        "Cat": None,
    }


STRUCTURE = {
    "postgresql": """\
CREATE TABLE public.order_items (
    wrong integer
);
CREATE TABLE public.orders (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    state character varying(20) DEFAULT 'a,b)''c'::character varying NOT NULL,
    charged_at timestamp(6) without time zone,
    vip boolean DEFAULT false,
    total numeric(10,2),
    kind public.order_kind,
    "position" integer,
    key text,
    CONSTRAINT positive CHECK ((total > (0)::numeric))
);
""",
    "mysql": """\
DROP TABLE IF EXISTS `orders`;
CREATE TABLE `orders` (
  `id` char(36) NOT NULL,
  `state` varchar(20) DEFAULT 'a,b)',
  `charged_at` datetime(6) DEFAULT NULL,
  `vip` tinyint(1) DEFAULT '0',
  `total` decimal(10,2) DEFAULT NULL,
  `kind` enum('a','b') NOT NULL,
  `position` int unsigned,
  `key` longtext,
  PRIMARY KEY (`id`),
  UNIQUE KEY `index_orders_on_state` (`state`),
  KEY `index_orders_on_kind` (`kind`)
) ENGINE=InnoDB;
""",
    "sqlite": (
        'CREATE TABLE IF NOT EXISTS "orders" ("id" varchar NOT NULL PRIMARY KEY, "state" varchar DEFAULT \'a,b)\', '
        '"charged_at" datetime(6), "vip" boolean, "total" decimal(10,2), "kind" order_kind, "position" integer, '
        '"key" text, CONSTRAINT "fk" FOREIGN KEY ("kind") REFERENCES "kinds" ("id"));\n'
    ),
}


@pytest.mark.parametrize(
    ("database", "identifier", "kind"),
    [("postgresql", "uuid", "order_kind"), ("mysql", "string", "enum"), ("sqlite", "string", "order_kind")],
)
def test_the_columns_of_structure_sql(tmp_path: Path, database: str, identifier: str, kind: str) -> None:
    put(tmp_path, "db/structure.sql", STRUCTURE[database])
    repo = app(tmp_path)

    assert repo.columns("Order") == {
        "id": identifier,
        "state": "string",
        "charged_at": "datetime",
        "vip": "boolean",
        "total": "decimal",
        "kind": kind,
        "position": "integer",
        "key": "text",
    }
    assert repo.columns("Item") is None


TARGET = Path("app/jobs/billing/charge_job.rb")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/workers/billing/charge_job.rb", ""),
        ("app/jobs/concerns/billing/charge_job.rb", ""),
        ("packs/x/app/services/billing/charge_job.rb", ""),
        ("modules/x/app/jobs/billing/charge_job.rb", ""),
        ("engines/x/app/jobs/billing/charge_job.rb", ""),
        ("app/jobs/all.rb", "class Billing::ChargeJob < ApplicationJob\nend\n"),
        ("app/jobs/all.rb", "module Billing\n  class Other\n  end\n\n  class ChargeJob\n  end\nend\n"),
        ("app/jobs/all.rb", "class ::Billing::ChargeJob; end\n"),
    ],
)
def test_a_class_that_is_defined_elsewhere(tmp_path: Path, path: str, text: str) -> None:
    put(tmp_path, str(TARGET), "class Billing::ChargeJob\nend\n")
    found = put(tmp_path, path, text)
    repo = app(tmp_path)

    assert repo.defined_elsewhere("Billing::ChargeJob", TARGET) == found
    assert repo.defined_elsewhere("::Billing::ChargeJob", tmp_path / TARGET) == found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (str(TARGET), "class Billing::ChargeJob\nend\n"),
        ("app/jobs/charge_job.rb", "class ChargeJob\nend\n"),
        ("app/jobs/all.rb", "module Billing\nend\nclass ChargeJob\nend\n"),
        ("app/jobs/all.rb", "module Sales\n  class ChargeJob\n  end\nend\n"),
        ("app/jobs/all.rb", "# class Billing::ChargeJob\nX = <<~RUBY\n  class Billing::ChargeJob\n  end\nRUBY\n"),
        ("app/jobs/all.rb", "class Billing::ChargeJobs\nend\nBilling::ChargeJob.perform_async(1)\n"),
        ("app/views/billing/charge_job.rb", "class Billing::ChargeJob\nend\n"),
        ("lib/billing/charge_job.rb", "class Billing::ChargeJob\nend\n"),
    ],
)
def test_a_class_that_is_not_defined_elsewhere(tmp_path: Path, path: str, text: str) -> None:
    put(tmp_path, path, text)

    assert app(tmp_path).defined_elsewhere("Billing::ChargeJob", TARGET) is None


def test_a_file_is_found_by_the_acronyms_of_the_repo(tmp_path: Path) -> None:
    put(tmp_path, "config/initializers/inflections.rb", INFLECTIONS)
    found = put(tmp_path, "app/workers/sync_api_job.rb")
    repo = app(tmp_path)

    assert repo.defined_elsewhere("SyncAPIJob", Path("app/jobs/sync_api_job.rb")) == found
    assert repo.defined_elsewhere("SyncApiJob", Path("app/jobs/sync_api_job.rb")) is None


@pytest.mark.parametrize(
    ("path", "text", "constant", "keyword"),
    [
        ("app/models/billing.rb", "class Billing < ApplicationRecord\nend\n", "Billing", "class"),
        ("app/models/billing.rb", "module Billing\nend\n", "Billing", "module"),
        ("app/models/billing.rb", "class Other\nend\n", "Billing", "module"),
        ("app/models/shop/cart.rb", "module Shop\n  class Cart\n  end\nend\n", "Shop::Cart", "class"),
        ("app/models/shop/cart.rb", "module Shop\n  class Cart\n  end\nend\n", "::Shop", "module"),
        ("app/jobs/billing/other_job.rb", "class Billing\n  class OtherJob\n  end\nend\n", "Billing", "class"),
        ("packs/x/app/models/billing.rb", "class Billing\nend\n", "Billing", "class"),
        ("lib/billing.rb", "class Billing\nend\n", "Billing", "class"),
    ],
)
def test_the_keyword_of_a_namespace(tmp_path: Path, path: str, text: str, constant: str, keyword: str) -> None:
    put(tmp_path, path, text)

    assert app(tmp_path).namespace_keyword(constant) == keyword


@pytest.mark.parametrize(
    ("path", "text", "wired"),
    [
        ("config/initializers/sidekiq.rb", "  SidekiqUniqueJobs::Server.configure(config)\n", True),
        ("config/application.rb", "chain.add SidekiqUniqueJobs::Middleware::Client\n", True),
        ("config/initializers/sidekiq.rb", "  # SidekiqUniqueJobs::Server.configure(config)\n", False),
        ("config/initializers/sidekiq.rb", "SidekiqUniqueJobs.configure { |c| c.enabled = true }\n", False),
        ("lib/sidekiq.rb", "SidekiqUniqueJobs::Server.configure(config)\n", False),
    ],
)
def test_the_wiring_of_unique_jobs(tmp_path: Path, path: str, text: str, wired: bool) -> None:  # noqa: FBT001
    put(tmp_path, path, text)

    assert app(tmp_path).unique_jobs_wired == wired


def test_links_that_loop_or_lead_outside_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(root, "app/jobs/a_job.rb", JOB.format(queue="low"))
    put(root, "shared/jobs/b_job.rb", JOB.format(queue="high"))
    put(tmp_path, "outside/c_job.rb", JOB.format(queue="far"))
    put(tmp_path, "outside/database.yml", "production: {adapter: postgresql}")
    (root / "app/jobs/again").symlink_to(root / "app/jobs")
    (root / "app/jobs/up").symlink_to(root)
    (root / "app/jobs/self").symlink_to(root / "app/jobs/self")
    (root / "app/jobs/gone.rb").symlink_to(root / "gone.rb")
    (root / "app/jobs/outside").symlink_to(tmp_path / "outside")
    (root / "app/jobs/c_job.rb").symlink_to(tmp_path / "outside/c_job.rb")
    (root / "app/jobs/shared").symlink_to(root / "shared/jobs")
    (root / "app/workers").symlink_to(tmp_path / "outside")
    (root / "config").symlink_to(tmp_path / "outside")
    repo = app(root)

    assert [file.path for file in repo.job_files] == ["app/jobs/a_job.rb", "app/jobs/shared/b_job.rb"]
    assert repo.queues == ("low", "high", "default")
    assert repo.databases == ()


def test_files_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    odd = b"# \xff\xfe\0\nclass AJob\n  include Sidekiq::Job\n"
    odd += b"  sidekiq_options queue: :low\n  CAFE = 'caf\xe9'\nend\n\x80"
    for path in (
        "app/jobs/a_job.rb",
        "app/models/order.rb",
        "config/database.yml",
        "config/sidekiq.yml",
        "config/initializers/inflections.rb",
        "spec/factories.rb",
        "test/fixtures/orders.yml",
        "db/schema.rb",
        ".rubocop.yml",
    ):
        put(tmp_path, path).write_bytes(odd)
    put(tmp_path, "app/jobs/folder.rb/x.txt")
    repo = app(tmp_path, "factory_bot", "rubocop!", "pg")

    assert [file.path for file in repo.job_files] == ["app/jobs/a_job.rb"]
    assert repo.databases == ("postgresql",)
    assert repo.queues == ("low", "default")
    assert repo.acronyms == ()
    assert repo.models == ("Order",)
    assert repo.factory("Order") is None
    assert repo.fixture("Order") is None
    assert repo.columns("Order") is None
    assert repo.conventions.job_module.value == "Sidekiq::Job"
    assert repo.namespace_keyword("AJob") == "class"
    assert repo.defined_elsewhere("AJob", Path("app/jobs/b_job.rb")) == tmp_path / "app/jobs/a_job.rb"
