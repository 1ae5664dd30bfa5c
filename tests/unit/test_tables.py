"""How models lead to tables: the inflections of the repo, and the names that its configuration gives to tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.inflections import Inflections, find_inflections
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

RULES = r"""
ActiveSupport::Inflector.inflections(:en) do |inflect|
  inflect.plural /^(.*)([Tt])axon$/i, '\1\2axa'
  inflect.singular(/^(.*)([Tt])axa$/i, '\1\2axon')
  inflect.plural %r{\A(call)(.*evidence)\z}i, '\1s\2'
  inflect.singular 'data', 'data'
  inflect.irregular "campus", "campuses" # inflect.irregular "order", "orderz"
  inflect.irregular("foot", "feet")
  inflect.irregular "cow", "kine"
  inflect.uncountable %w( metadata Staff )
  inflect.uncountable "gear", 'luggage'
  inflect.plural /(?<stem>[/, "broken"
  inflect.plural /broken/, '\7'
end
ActiveSupport::Inflector.inflections(:de) do |inflect|
  inflect.irregular "invoice", "rechnungen"
end
"""


@pytest.fixture
def taught(tmp_path: Path) -> Inflections:
    root = Repo(files={"config/initializers/inflections.rb": RULES}).write(tmp_path)
    return find_inflections(RailsApp(root, None).repo)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("geo_model_taxon", "geo_model_taxa"),
        ("call_for_evidence", "calls_for_evidence"),
        ("campus", "campuses"),
        ("forefoot", "forefeet"),
        ("cow", "kine"),
        ("Foot", "Feet"),
        ("metadata", "metadata"),
        ("staff", "staff"),
        ("luggage", "luggage"),
        ("invoice", "invoices"),
        ("broken", "brokens"),
    ],
)
def test_the_repo_teaches_its_own_plurals(taught: Inflections, one: str, many: str) -> None:
    assert taught.pluralize(one) == many


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("guide_taxa", "guide_taxon"),
        ("campuses", "campus"),
        ("kine", "cow"),
        ("forefeet", "forefoot"),
        ("data", "data"),
    ],
)
def test_and_its_own_singulars(taught: Inflections, many: str, one: str) -> None:
    assert taught.singularize(many) == one


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("order", "orders"),
        ("person", "people"),
        ("course_timeslice", "course_timeslices"),
        ("mouse", "mice"),
        ("potato", "potatos"),
        ("tomato", "tomatoes"),
        ("cow", "cows"),
        ("human", "humen"),
        ("police", "police"),
        ("user_information", "user_informations"),
    ],
)
def test_what_nobody_teaches_is_as_rails_has_it(one: str, many: str) -> None:
    # rails v8.1.0 activesupport/lib/active_support/inflections.rb, inflector/inflections.rb:72
    assert Inflections().pluralize(one) == many
    assert Inflections().singularize(many) == one


SCHEMA = """ActiveRecord::Schema[7.1].define(version: 1) do
  create_table "{table}" do |t|
    t.string "seen"
  end
end
"""


@pytest.mark.parametrize(
    ("table", "files"),
    [
        ("invoice", {"config/application.rb": "    config.active_record.pluralize_table_names = false\n"}),
        ("invoice", {"config/initializers/ar.rb": "ActiveRecord::Base.pluralize_table_names = false\n"}),
        ("invoice", {"app/models/application_record.rb": "self.pluralize_table_names = false\n"}),
        ("acme_invoices", {"config/application.rb": 'config.active_record.table_name_prefix = "acme_"\n'}),
        ("acme_billing_invoices", {"config/application.rb": 'config.active_record.table_name_prefix = "acme_"\n'}),
        ("invoices_v2", {"config/application.rb": "config.active_record.table_name_suffix = '_v2'\n"}),
        (
            "acme_invoice_v2",
            {
                "config/application.rb": "  config.active_record.table_name_prefix = 'acme_'\n"
                "  config.active_record.table_name_suffix = '_v2'\n"
                "  config.active_record.pluralize_table_names = false\n"
            },
        ),
        ("bill_invoices", {"app/models/billing.rb": 'module Billing\n  def self.table_name_prefix = "bill_"\nend\n'}),
        (
            "invoices_old",
            {"app/models/billing.rb": 'module Billing\n  def self.table_name_suffix\n    "_old"\n  end\nend\n'},
        ),
    ],
)
def test_the_table_is_found_as_the_repo_names_it(tmp_path: Path, table: str, files: dict[str, str]) -> None:
    base = files.get("app/models/application_record.rb", "")
    repo = {
        "app/models/billing/invoice.rb": "class Billing::Invoice < ApplicationRecord\nend\n",
        "db/schema.rb": SCHEMA.format(table=table),
        **files,
        "app/models/application_record.rb": f"class ApplicationRecord < ActiveRecord::Base\n  {base}\nend\n",
    }
    app = RailsApp(Repo(files=repo).write(tmp_path), None)

    assert dict(app.columns("Billing::Invoice") or {}) == {"id": "bigint", "seen": "string"}


@pytest.mark.parametrize(
    "file",
    [
        "config/initializers/blazer.rb",  # another class than ActiveRecord::Base
        "config/environments/development.rb",
    ],
)
def test_other_settings_do_not_count(tmp_path: Path, file: str) -> None:
    setting = "self.pluralize_table_names = false\n"
    files = {file: setting if "blazer" in file else f"config.active_record.{setting[5:]}"}
    app = RailsApp(Repo(files=files).write(tmp_path), None)

    assert app.table("Order") is not None


def test_a_fixture_is_called_like_the_table(tmp_path: Path) -> None:
    files = {
        "config/application.rb": "config.active_record.pluralize_table_names = false\n",
        "test/fixtures/order.yml": "first: {}\n",
    }
    root = Repo(rspec=False, records="none", files=files).write(tmp_path)

    assert RailsApp(root, None).fixture("Order") == "order(:first)"


def test_a_job_for_rows_finds_its_model_by_the_plural_of_the_repo(tmp_path: Path) -> None:
    files = {
        "config/initializers/inflections.rb": RULES,
        "app/models/taxon.rb": "class Taxon < ApplicationRecord\nend\n",
    }
    root = Repo(files=files).write(tmp_path)
    finished = sidekiq_gen(root, "job", "ExportTaxa", "--kind", "backfill")

    assert finished.status == 0, finished.err
    assert "Taxon" in (root / "app/jobs/export_taxa_job.rb").read_text()
