"""Names that a repo's files have reach rendered Ruby as text, never as code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen
from support.hostile import MARK
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

CODE = f"one#{{system(%q({MARK}))}}"
QUOTED = f"one\\#{{system(%q({MARK}))}}"


def written(root: Path, repo: Repo, *arguments: str, job: str = "ProcessOrder") -> dict[str, str]:
    """The new files, by path."""
    repo.write(root)
    before = {path for path in root.rglob("*") if path.is_file()}
    done = sidekiq_gen(root, "job", job, *arguments, "--no-input")
    assert done.status == 0, done.err
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*")
        if path.is_file() and path not in before
    }


@pytest.mark.parametrize("quotes", ["double", "single"])
def test_the_label_of_a_fixture(tmp_path: Path, quotes: str) -> None:
    files = {"test/fixtures/orders.yml": f'"{CODE}":\n  total_cents: 1\n'}

    found = written(tmp_path, Repo(rspec=False, records="fixture", quotes=quotes, files=files))

    assert f'@order = orders(:"{QUOTED}")' in found["test/jobs/process_order_job_test.rb"]


@pytest.mark.parametrize("quotes", ["double", "single"])
def test_the_name_of_a_factory(tmp_path: Path, quotes: str) -> None:
    files = {"spec/factories.rb": f"FactoryBot.define do\n  factory '{CODE}', class: 'Order'\nend\n"}

    found = written(tmp_path, Repo(quotes=quotes, files=files))

    assert f'(:"{QUOTED}")' in found["spec/jobs/process_order_job_spec.rb"]


def test_a_state_that_a_model_lists(tmp_path: Path) -> None:
    files = {
        "app/models/order.rb": f"class Order < ApplicationRecord\n  enum state: ['pending', 'paid', '{CODE}']\nend\n"
    }

    found = written(tmp_path, Repo(files=files), "--check-then-act", "state=pending:paid")

    assert f'update_column(:state, "{QUOTED}")' in found["spec/jobs/process_order_job_spec.rb"]


def test_what_ruby_computes_is_no_state(tmp_path: Path) -> None:
    model = 'class Order < ApplicationRecord\n  enum state: { "#{A}": 0, "a\\u0041": 1, paid: 2, pending: 3 }\nend\n'

    found = written(tmp_path, Repo(files={"app/models/order.rb": model}), "--check-then-act", "state=pending:paid")

    assert '(:state, "paid")' in found["spec/jobs/process_order_job_spec.rb"]


def test_the_columns_of_a_dump(tmp_path: Path) -> None:
    columns = f'id bigint NOT NULL PRIMARY KEY,\n  "{CODE}" integer NOT NULL,\n  done_at timestamp'
    table = f"CREATE TABLE orders (\n  {columns}\n);\n"
    files = {"db/schema.rb": "", "db/structure.sql": table}

    found = written(
        tmp_path,
        Repo(records="none", files=files),
        "--model",
        "Order",
        "--kind",
        "claim",
        "--check-then-act",
        "done_at",
    )

    assert f'Order.new(id: rand(1..2_000_000_000), "{QUOTED}": 1)' in found["spec/jobs/process_order_job_spec.rb"]


def test_a_plural_that_is_no_word(tmp_path: Path) -> None:
    files = {
        "config/initializers/inflections.rb": "ActiveSupport::Inflector.inflections(:en) do |inflect|\n"
        f"  inflect.irregular 'order', 'orders; system(%q({MARK})); x'\nend\n"
    }

    found = written(
        tmp_path, Repo(files=files), "--kind", "claim", "--model", "Order", "--check-then-act", "charged_at"
    )

    assert not any(MARK in text for text in found.values())
