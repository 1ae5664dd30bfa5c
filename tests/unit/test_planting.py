"""What is planted into a job is found: every planter, in jobs of the shapes that repos have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from houses.checked import houses
from houses.planting import main, plant, planters
from houses.rewriting import around_perform, at_end_of_perform, in_class, in_perform, instead_of_perform, with_option
from houses.tally import COLUMNS, FILE, Row, read_rows, write_rows
from sidekiq_gen.check.rules.catalogue import BY_CODE
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from houses.checked import Checked

PLAIN = """\
class SyncOrderJob
  include Sidekiq::Job
  sidekiq_options queue: "low", retry: 3

  # Copies it.
  def perform(order_id)
    order = Order.find(order_id)
    order.sync
  end
end
"""
NESTED = """\
module Billing
  class CloseBookJob
    include Sidekiq::Worker

    def perform(book_id, year)
      Book.find(book_id).close(year)
      Rails.logger.info("closed")
    end
  end
end
"""
ACTIVE = """\
class MailOrderJob < ApplicationJob
  queue_as :mailers

  def perform(order_id)
    OrderMailer.paid(order_id).deliver_now
  end
end
"""
JOBS = {
    "app/jobs/sync_order_job.rb": PLAIN,
    "app/jobs/billing/close_book_job.rb": NESTED,
    "app/jobs/mail_order_job.rb": ACTIVE,
    "app/jobs/application_job.rb": "class ApplicationJob < ActiveJob::Base\nend\n",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """One repo as a house."""
    folder = tmp_path_factory.mktemp("houses")
    Repo(files=JOBS, waits=False).write(folder / "one")
    (only,) = houses([folder], [])
    return only


@pytest.mark.parametrize("code", planters())
def test_what_is_planted_is_found(house: Checked, code: str) -> None:
    done = plant(BY_CODE[code], planters()[code], [house])

    assert done.missed == []
    assert done.found == done.planted > 0


def test_lines_are_put_where_they_belong() -> None:
    assert in_class(PLAIN, "retry_on Timeout") == PLAIN.replace("  # Copies", "  retry_on Timeout\n\n  # Copies")
    assert in_perform(PLAIN, "sleep 1") == PLAIN.replace("    order = ", "    sleep 1\n    order = ")
    assert at_end_of_perform(PLAIN, "sleep 1") == PLAIN.replace("order.sync\n", "order.sync\n    sleep 1\n")
    assert instead_of_perform(PLAIN, "sleep 1") == PLAIN.replace(
        "    order = Order.find(order_id)\n    order.sync", "    sleep 1\n    "
    )
    assert with_option(PLAIN, "retry", "5") == PLAIN.replace("retry: 3", "retry: 5")
    assert with_option(PLAIN, "dead", "false") == PLAIN.replace("retry: 3", "retry: 3, dead: false")
    around = around_perform(NESTED, "loop do")
    assert around is not None
    assert "      loop do\n      Book.find" in around
    assert 'info("closed")\n      end\n    end' in around


def test_hits_are_shown_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = PLAIN.replace("    order.sync", "    SyncOrderJob.perform_async(:all)")
    Repo(files={**JOBS, "app/jobs/sync_order_job.rb": wrong}).write(tmp_path / "one")
    before = FILE.read_bytes()

    assert main(["hits", "--at", str(tmp_path), "--rule", "symbol-argument", "--sample", "20"]) == 0

    shown = capsys.readouterr().out
    assert "1 in 1 repos" in shown
    assert ">    8     SyncOrderJob.perform_async(:all)" in shown
    assert FILE.read_bytes() == before


def test_numbers_come_back_as_they_were_kept(tmp_path: Path) -> None:
    rows = {"b-b": Row("b-b", 1, 2, None, None, 50, 49), "a-a": Row("a-a")}
    write_rows(rows, tmp_path / "kept.tsv")

    assert read_rows(tmp_path / "kept.tsv") == rows
    assert (tmp_path / "kept.tsv").read_text().splitlines()[1] == "a-a" + "\t" * 6


def test_what_is_kept_is_of_rules_that_are_there_each_once() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    codes = [line.split("\t")[0] for line in lines[1:]]

    assert tuple(lines[0].split("\t")) == COLUMNS
    assert sorted(set(codes)) == codes
    assert set(codes) <= set(BY_CODE)
    for row in read_rows().values():
        assert (row.true or 0) <= (row.read or 0)
        assert (row.found or 0) <= (row.planted or 0)
