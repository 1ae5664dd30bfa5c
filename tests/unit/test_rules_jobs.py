"""Rules on a job's class, options, blocks and pushes: special cases, and what looks like a defect and is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.rule import Example
from sidekiq_gen.check.rules import call_sites, inside_perform, job_class, job_options, retry_blocks
from support.rules import findings

if TYPE_CHECKING:
    from pathlib import Path

MODULES = (call_sites, inside_perform, job_class, job_options, retry_blocks)
RULES = [rule for module in MODULES for rule in module.RULES]
PERFORM = "  def perform(order_id, note = nil)\n  end\n"
JOB = f"class ExampleJob\n  include Sidekiq::Job\n\n{PERFORM}end\n"
BASE = {"app/jobs/base.rb": f"class Base\n  include Sidekiq::Job\nend\nclass Heir < Base\n{PERFORM}end\n"}
ACTIVE = "class ExampleJob < ApplicationJob\n  def perform(order_id)\n  end\nend\n"


def codes(root: Path, files: dict[str, str], sidekiq: str = "7.3.2", **more: str) -> list[str]:
    return [one.code for one in findings(Example(files, sidekiq=sidekiq, gems=more), root, RULES)]


def job(body: str, perform: str = PERFORM) -> dict[str, str]:
    return {"app/jobs/example_job.rb": f"class ExampleJob\n  include Sidekiq::Job\n{body}\n{perform}end\n"}


def pushed(line: str, text: str = JOB) -> dict[str, str]:
    model = f"class Order\n  def pay(given)\n    {line}\n  end\nend\n"
    return {"app/jobs/example_job.rb": text, "app/models/order.rb": model}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ExampleJob.perform_in(60)", "argument-count"),
        ("ExampleJob.set(queue: :low).perform_async(1, 2, 3)", "argument-count"),
        ("ExampleJob.perform_bulk([[1], [2]])", ""),
        ("ExampleJob.perform_bulk([[1, 2, 3]])", "argument-count"),
        ("ExampleJob.perform_bulk(given.map { |one| [one, 1, 2] })", "argument-count"),
        ("ExampleJob.perform_bulk(given.map { |one| one.args })", ""),
        ("ExampleJob.perform_bulk(given.map { |one| next [1] if one; [1, 2, 3] })", ""),
        ('Sidekiq::Client.push("class" => ExampleJob, "args" => [])', "argument-count"),
        ('Sidekiq::Client.push("class" => ExampleJob, "args" => [1])', ""),
        ('Sidekiq::Client.push_bulk("class" => ExampleJob, "args" => [[1, 2, 3]])', "argument-count"),
        ("Sidekiq::Client.enqueue_in(60, ExampleJob)", "argument-count"),
        ("ExampleJob.perform_async(*given)", ""),
        ("ExampleJob.perform_async(1, **given)", ""),
        ("ExampleJob.perform_later(1)", "perform-later-on-sidekiq-job"),
        ("ExampleJob.new.perform_async(1)", "push-on-instance"),
        ("given.new.perform_async(1)", ""),
        ("ExampleJob.perform_in(nil, 1)", "push-time"),
        ("ExampleJob.perform_in(-5, 1)", "push-time"),
        ('ExampleJob.perform_in("5 minutes", 1)', "push-time"),
        ('ExampleJob.perform_in("300", 1)', ""),
        ("ExampleJob.perform_at(Date.today + 1, 1)", "push-time"),
        ("ExampleJob.perform_at(given.to_date, 1)", "push-time"),
        ("ExampleJob.perform_at(Date.tomorrow.noon, 1)", ""),
        ("ExampleJob.perform_at(Time.now + 60, 1)", ""),
        ("ExampleJob.perform_bulk([1, 2])", "bulk-arguments"),
        ("ExampleJob.perform_bulk(Order.pluck(:id))", "bulk-arguments"),
        ("ExampleJob.perform_bulk(Order.pluck(:id, :note))", ""),
        ("ExampleJob.perform_bulk(given.map(&:id))", "bulk-arguments"),
        ("ExampleJob.perform_bulk(given.map(&:to_a))", ""),
        ("ExampleJob.perform_bulk(Order.ids.zip)", ""),
        ("ExampleJob.perform_bulk([[1]], batch_size: 10)", ""),
        ("ExampleJob.perform_bulk([[1]], at: 1.hour.from_now.to_f)", "bulk-at"),
    ],
)
def test_pushes(line: str, code: str, tmp_path: Path) -> None:
    assert codes(tmp_path, pushed(line)) == ([code] if code else [])


@pytest.mark.parametrize(
    ("at", "found"), [("60", 1), ("1.hour.from_now", 1), ("1.hour.from_now.to_f", 0), ("[given, given]", 0)]
)
def test_the_time_of_a_bulk_push(at: str, found: int, tmp_path: Path) -> None:
    line = f"ExampleJob.perform_bulk([[1]], at: {at})"

    assert codes(tmp_path, pushed(line), sidekiq="8.1.0") == ["bulk-at"] * found


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ExampleJob.perform_later(1)", ""),
        ("ExampleJob.perform_later(1, 2)", "argument-count"),
        ("ExampleJob.set(wait: 5).perform_later", "argument-count"),
        ("ExampleJob.perform_later(order_id: 1)", ""),
        ("ExampleJob.perform_async(1)", "perform-async-on-active-job"),
        ("ExampleJob.perform_in(60, 1)", "perform-async-on-active-job"),
    ],
)
def test_pushes_of_an_active_job(line: str, code: str, tmp_path: Path) -> None:
    assert codes(tmp_path, pushed(line, ACTIVE)) == ([code] if code else [])


def test_a_class_may_define_the_other_way_to_push_itself(tmp_path: Path) -> None:
    active = ACTIVE.replace("  def perform", "  def self.perform_async(*args)\n  end\n\n  def perform")

    assert codes(tmp_path, pushed("ExampleJob.perform_async(1)", active)) == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (job("", "  def perform(order_id:, note: nil)\n  end\n"), ["keyword-perform"]),
        (job("", "  def perform(note: nil)\n  end\n"), []),
        (job("", "  private def perform(id)\n  end\n"), ["private-perform"]),
        (job("", "  def perform(id)\n  end\n\n  protected :perform\n"), ["private-perform"]),
        (job("  private\n\n  public\n"), []),
        (job("  private\n\n  attr_reader :order\n\n  public\n"), []),
        (job("", "  private\n\n  def work\n  end\n\n  public def perform(id)\n  end\n"), []),
        (job("", ""), ["missing-perform"]),
        (job("  alias perform call\n", "  def call\n  end\n"), []),
        (job("  alias_method :perform, :call\n", "  def call\n  end\n"), []),
        (job("  include Unknown::Module\n", ""), []),
        (job("  include Sidekiq::Job::Iterable\n", ""), []),
        (job("  include Sidekiq::Status::Worker\n", ""), ["missing-perform"]),
        (BASE, []),
        (job("  def initialize(id)\n  end\n"), ["initialize-arguments"]),
        (job("  def initialize(*ids, **more)\n  end\n"), []),
        (job("  queue_as :low\n"), []),
        (job("  queue_as do\n    :low\n  end\n"), ["queue-as"]),
        (job("  sidekiq_options lock: :until_executed, tenant: 1, queue: :low\n"), []),
        (job("  sidekiq_options retrys: 1\n"), ["unknown-option"]),
        (job("  sidekiq_options queue_name: :low\n"), ["unknown-option"]),
        (job("  sidekiq_options retry: 5.minutes\n"), ["option-value"]),
        (job("  sidekiq_options retry: nil\n"), ["option-value"]),
        (job("  sidekiq_options retry: RETRIES, tags: TAGS, queue: QUEUE\n"), []),
        (job('  sidekiq_options tags: "a"\n'), ["option-value"]),
        (job("  sidekiq_options retry: false, retry_for: 60\n"), ["retry-beside-retry-for"]),
    ],
)
def test_classes_and_options(files: dict[str, str], found: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, files) == found


def test_a_module_of_the_repo_is_seen_to_define_no_perform(tmp_path: Path) -> None:
    files = {**job("  include Logging\n", ""), "app/lib/logging.rb": "module Logging\n  def log\n  end\nend\n"}

    assert codes(tmp_path, files) == ["missing-perform"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("note[:a]", 1),
        ("note.fetch(:a, :b)", 1),
        ("note.dig(:a, 0)", 1),
        ("note.slice(:a, :b)", 2),
        ('note["a"]', 0),
        ("note = note.symbolize_keys\n    note[:a]", 0),
        ("note.deep_symbolize_keys!\n    note[:a]", 0),
        ("orders.each { |note| note[:a] }", 0),
        ("other[:a]", 0),
        ("order = Order.find(order_id)\n    order[:note]", 0),
        ('logger.info("paid", id: 1)', 1),
        ('Sidekiq.logger.warn "paid", id: 1', 1),
        ("logger.info(id: 1)", 0),
        ("logger.info(order_id, note)", 0),
        ('Rails.logger.info("paid", id: 1)', 0),
        ('client.error("paid", id: 1)', 0),
    ],
)
def test_what_perform_does(line: str, found: int, tmp_path: Path) -> None:
    perform = f"  def perform(order_id, note = {{}})\n    {line}\n  end\n"

    assert len(codes(tmp_path, job("", perform))) == found


@pytest.mark.parametrize(
    ("gems", "settings"),
    [
        ({"rails_semantic_logger": "4.17.0"}, ""),
        ({}, "Sidekiq.configure_server { |config| config.logger = Mine.new }\n"),
    ],
)
def test_another_logger_may_take_keywords(gems: dict[str, str], settings: str, tmp_path: Path) -> None:
    files = job("", '  def perform(order_id)\n    logger.info "paid", id: 1\n  end\n')

    assert codes(tmp_path, {**files, "config/initializers/sidekiq.rb": settings}, **gems) == []


@pytest.mark.parametrize(
    ("block", "sidekiq", "code"),
    [
        ("sidekiq_retry_in { |count| count + 1 }", "6.5.12", ""),
        ("sidekiq_retry_in { |count| (count + 1) * 5.minutes }", "6.5.12", "retry-in-duration"),
        ("sidekiq_retry_in { |count| 1.5 * count }", "7.0.6", "retry-in-duration"),
        ("sidekiq_retry_in { 5.minutes }", "6.5.1", ""),
        ("sidekiq_retry_in { 5.minutes }", "7.0.7", ""),
        ("sidekiq_retry_in { 5.minutes.to_i }", "6.5.12", ""),
        ("sidekiq_retry_in do |c, e|\n    next 5.minutes if e\n    10\n  end", "6.5.12", "retry-in-duration"),
        ("sidekiq_retry_in { |c, e| case e when KeyError then :kill else 10 end }", "6.5.1", "retry-in-symbol"),
        ("sidekiq_retry_in { |c, e| if e then :kill elsif c then 1 else :discard end }", "7.3.2", ""),
        ("sidekiq_retry_in { |c| c.zero? ? 0 : 10 }", "7.3.2", "retry-in-ignored"),
        ("sidekiq_retry_in { -1 }", "7.3.2", "retry-in-ignored"),
        ("sidekiq_retry_in { |c| log(:skip)\n 10 }", "7.3.2", ""),
        ("sidekiq_retry_in { |c, e, job| 10 }", "7.0.7", "retry-in-third-argument"),
        ("sidekiq_retry_in { |c, e, job = {}| 10 }", "7.0.7", ""),
        ("sidekiq_retry_in { |c, e, job| 10 }", "7.0.8", ""),
        ("sidekiq_retry_in(&DELAY)", "7.3.2", ""),
        ("sidekiq_retry_in ->(c) { 10 }", "7.3.2", "retry-block-missing"),
        ("sidekiq_options retry: 0\n  sidekiq_retry_in { 10 }", "7.3.2", "unused-retry-block"),
        ("sidekiq_options retry: 3\n  sidekiq_retry_in { 10 }", "7.3.2", ""),
        ("sidekiq_options retry: false\n  sidekiq_retries_exhausted { 1 }", "7.3.2", "unused-retry-block"),
        ("sidekiq_retries_exhausted { |job| :discard }", "7.1.6", "exhausted-discard"),
        ("sidekiq_retries_exhausted { |job| :discard }", "7.2.0", ""),
    ],
)
def test_blocks_about_retries(block: str, sidekiq: str, code: str, tmp_path: Path) -> None:
    assert codes(tmp_path, job(f"  {block}\n"), sidekiq=sidekiq) == ([code] if code else [])
