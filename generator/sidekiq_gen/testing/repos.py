"""Small Rails repos to generate into: a lockfile that says what is wanted, and a few files.

None of it is run: it has what is read of a repo, two models (Order, Restaurant), their table, factories or fixtures,
services and the errors that they raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.values import dataclass, field, replace

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """ActiveRecord::Schema[7.1].define(version: 2026_01_01_000000) do
  create_table "orders", force: :cascade do |t|
    t.integer "total_cents"
    t.string "customer_token"
    t.string "charge_id"
    t.string "state"
    t.boolean "processed", default: false
    t.date "settled_on"
    t.datetime "charged_at"
  end

  create_table "restaurants", id: :uuid, force: :cascade do |t|
    t.datetime "indexed_at"
  end
end
"""

# What does the work: a module, a class that is made for one record, one that takes a list; the model has another.
SERVICES = {
    "app/services/settle_order.rb": """class SettleOrder
  def initialize(order, idempotency_key: nil)
    @order = order
  end

  def call
  end
end
""",
    "app/services/rebuild_index.rb": """module RebuildIndex
  def self.call(account_id:)
  end
end
""",
    "app/services/import_orders.rb": """class ImportOrders
  def self.call(orders)
  end
end
""",
}

# Errors: what retry_after gives is handed over, spelled out, and computed from what a service says.
ERRORS = {
    "app/services/payment_gateway.rb": """module PaymentGateway
  def self.charge(customer_token, total_cents:, idempotency_key: nil)
  end

  class Error < StandardError; end
  class CardDeclined < Error; end

  class RateLimited < Error
    attr_reader :retry_after

    def initialize(message = "too many requests", retry_after: nil)
      super(message)
      @retry_after = retry_after
    end
  end
end
""",
    "app/services/search_index.rb": """module SearchIndex
  class Gone < StandardError; end

  class Busy < StandardError
    def retry_after
      2
    end
  end

  class Late < StandardError
    def wait
      message[/\\d+/].to_i
    end
  end
end
""",
}


@dataclass(frozen=True)
class Repo:
    """What a repo is made of; versions are those of its lockfile, None for a gem that is not in it.

    records: where specs take records from.
    quotes, comment: of the one RuboCop configuration there is; None leaves the default.
    rails_cops: whether that configuration loads rubocop-rails.
    waits: whether an initializer makes pushes wait for the commit of the transaction.
    """

    sidekiq: str = "7.3.2"
    rails: str = "7.2.2"
    adapter: str = "pg"
    unique_jobs: str | None = None
    rspec: bool = True
    records: str = "factory"
    quotes: str | None = None
    comment: bool | None = None
    rails_cops: bool = False
    waits: bool = True
    gems: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def but(self, **changes: Any) -> Repo:
        """The same with some of it changed."""
        return replace(self, **changes)

    def lockfile(self) -> str:
        """The text of Gemfile.lock."""
        gems = {"sidekiq": self.sidekiq, "rails": self.rails, "minitest": "5.25.1", self.adapter: "1.5.9", **self.gems}
        if self.unique_jobs:
            gems["sidekiq-unique-jobs"] = self.unique_jobs
        if self.rspec:
            gems["rspec-rails"] = "7.0.1"
        if self.records == "factory":
            gems["factory_bot_rails"] = "6.4.4"
        specs = "".join(f"    {name} ({version})\n" for name, version in sorted(gems.items()))
        direct = "".join(f"  {name}\n" for name in sorted(gems))
        return (
            f"GEM\n  remote: https://gems.example/\n  specs:\n{specs}\nPLATFORMS\n  ruby\n\n"
            f"DEPENDENCIES\n{direct}\nBUNDLED WITH\n   2.5.22\n"
        )

    def rubocop(self) -> str:
        """The text of .rubocop.yml: its plugin, which quotes, whether a magic comment; double quotes where open."""
        plugins = "plugins:\n  - rubocop-rails\n" if self.rails_cops else ""
        return plugins + (
            "Style/Documentation:\n  Enabled: false\n"
            f"Style/StringLiterals:\n  EnforcedStyle: {self.quotes or 'double'}_quotes\n"
            f"Style/FrozenStringLiteralComment:\n  Enabled: {str(self.comment is not False).lower()}\n"
        )

    def write(self, root: Path) -> Path:
        """Lay the repo out below ``root``; returns it."""
        test = "spec" if self.rspec else "test"
        files = {
            "Gemfile.lock": self.lockfile(),
            "app/models/application_record.rb": "class ApplicationRecord < ActiveRecord::Base\nend\n",
            "app/models/order.rb": "class Order < ApplicationRecord\n  def settle!(idempotency_key: nil)\n  end\nend\n",
            "app/models/restaurant.rb": "class Restaurant < ApplicationRecord\nend\n",
            "db/schema.rb": SCHEMA,
            **SERVICES,
            **ERRORS,
            f"{test}/{'rails' if self.rspec else 'test'}_helper.rb": "",
        }
        if self.records == "factory":
            files[f"{test}/factories.rb"] = (
                "FactoryBot.define do\n  factory :order\n  factory :restaurant\n"
                '  factory :billing_invoice, class: "Billing::Invoice"\nend\n'
            )
            files[f"{test}/support/factory_bot.rb"] = "config.include FactoryBot::Syntax::Methods\n"
        elif self.records == "fixture":
            files[f"{test}/fixtures/orders.yml"] = "one:\n  total_cents: 1\n"
            files[f"{test}/fixtures/restaurants.yml"] = "one: {}\n"
        if self.quotes or self.comment is not None or self.rails_cops:
            files[".rubocop.yml"] = self.rubocop()
        if self.waits:
            files["config/initializers/job_client.rb"] = (
                'Sidekiq.default_job_options["client_class"] = Sidekiq::TransactionAwareClient\n'
            )
        if self.unique_jobs:
            files["config/initializers/sidekiq.rb"] = "SidekiqUniqueJobs::Server.configure(config)\n"
        for path, text in (files | self.files).items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return root
