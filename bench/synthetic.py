"""Repos of any size, made up: Ruby files, jobs with their specs, lines of a lockfile, tables of a schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GEMS = {"factory_bot_rails": "6.4.4", "pg": "1.5.9", "rails": "7.2.2", "rspec-rails": "7.0.1", "sidekiq": "7.3.2"}
AREAS = ("billing", "catalog", "mailing", "search", "shipping", "support")


@dataclass(frozen=True)
class Size:
    """How much of each there is.

    files: Ruby files below app, the jobs and models among them. jobs: of Sidekiq, each with a spec.
    lines: of the lockfile. tables: of the schema, each with a model.
    """

    files: int = 0
    jobs: int = 0
    lines: int = 0
    tables: int = 0


def write_repo(root: Path, size: Size) -> Path:
    """Write one of that size; returns its root."""
    texts = dict(_texts(size))
    for folder in {(root / path).parent for path in texts}:
        folder.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        (root / path).write_text(text, encoding="utf-8")
    return root


def _texts(size: Size) -> Iterator[tuple[str, str]]:
    yield "Gemfile.lock", "\n".join(_lockfile(size.lines))
    yield "db/schema.rb", "\n".join(_schema(size.tables))
    yield "config/sidekiq.yml", ":queues:\n  - default\n  - low\n"
    yield "config/application.rb", "module Shop\n  class Application < Rails::Application\n  end\nend\n"
    yield "spec/rails_helper.rb", 'require "spec_helper"\n'
    yield "spec/factories.rb", "FactoryBot.define do\n  factory :order\nend\n"
    yield "app/models/application_record.rb", "class ApplicationRecord < ActiveRecord::Base\nend\n"
    for number in range(size.tables):
        yield f"app/models/thing{number}.rb", f"class Thing{number} < ApplicationRecord\n  belongs_to :order\nend\n"
    for number in range(size.jobs):
        yield from _job(number)
    for number in range(size.files - size.jobs - size.tables):
        area = AREAS[number % len(AREAS)]
        yield f"app/services/{area}/step{number}.rb", _service(area.capitalize(), number)


def _job(number: int) -> Iterator[tuple[str, str]]:
    area = AREAS[number % len(AREAS)]
    name = f"Step{number}Job"
    yield (
        f"app/jobs/{area}/step{number}_job.rb",
        f"""# frozen_string_literal: true

module {area.capitalize()}
  class {name}
    include Sidekiq::Job

    sidekiq_options queue: "low", retry: 3

    def perform(order_id)
      order = Order.find_by(id: order_id)
      return unless order

      logger.info "step {number} of #{{order.id}}"
      {area.capitalize()}::Step{number}.new(order, "step").call
    end
  end
end
""",
    )
    yield (
        f"spec/jobs/{area}/step{number}_job_spec.rb",
        f"""# frozen_string_literal: true

require "rails_helper"

RSpec.describe {area.capitalize()}::{name}, type: :job do
  it "does step {number}" do
    expect {{ described_class.new.perform(1) }}.not_to raise_error
  end
end
""",
    )


def _service(area: str, number: int) -> str:
    steps = "\n".join(
        f'    def part{part}(amount)\n      @order.update!(state: "part{part}", total: amount + {part})\n    end\n'
        for part in range(15)
    )
    made = "    def initialize(order, word)\n      @order = order\n    end\n\n"
    return f"module {area}\n  class Step{number}\n{made}{steps}  end\nend\n"


def _lockfile(lines: int) -> Iterator[str]:
    yield from ("GEM", "  remote: https://gems.example/", "  specs:")
    own = len(GEMS) * 2 + 10
    for number in range(max(0, lines - own) // 3):
        yield from (f"    gem{number:06} (1.{number % 10}.0)", "      rails (>= 6.0)", f"      gem{number // 2:06}")
    yield from (f"    {name} ({version})" for name, version in GEMS.items())
    yield from ("", "PLATFORMS", "  ruby", "", "DEPENDENCIES", *(f"  {name}" for name in GEMS), "")
    yield from ("BUNDLED WITH", "   2.5.22", "")


def _schema(tables: int) -> Iterator[str]:
    yield "ActiveRecord::Schema[7.2].define(version: 2026_01_01_000000) do"
    for name in ("orders", *(f"thing{number}s" for number in range(tables))):
        yield f'  create_table "{name}", force: :cascade do |t|'
        yield from (f'    t.string "column{column}", null: false' for column in range(12))
        yield from ('    t.datetime "charged_at"', f'    t.index ["column1"], name: "index_{name}"', "  end", "")
    yield "end"
