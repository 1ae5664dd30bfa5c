"""The rules on errors, threads, marks and pushes: what they find, and what only looks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.rule import Context, Example
from sidekiq_gen.check.rules import errors, loading, marks, pushing, threads
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.release import Release
from support.rules import findings

if TYPE_CHECKING:
    from pathlib import Path

LOADS, LOOPS = loading.RULES
RULES = [*errors.RULES, LOADS, *marks.RULES, *pushing.RULES, *threads.RULES]


def codes(files: dict[str, str], root: Path, **locked: str) -> list[str]:
    return sorted(one.code for one in findings(Example(files, **locked), root, RULES))  # type: ignore[arg-type]


def job(body: str, above: str = "", below: str = "") -> dict[str, str]:
    text = f"class ExampleJob\n  include Sidekiq::Job\n{above}\n  def perform(id)\n{body}\n  end\n{below}\nend\n"
    return {"app/jobs/example_job.rb": text}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("work\nrescue Exception\nnil", "rescue-exception"),
        ("work\nrescue ::Exception => e\nRails.logger.error(e)\nfail", ""),
        ("begin\nwork\nrescue Interrupt\nretry\nend", "rescue-exception"),
        ("work\nrescue => e\nlogger.error(e.message)", "swallowed-error"),
        ("work\nrescue StandardError\nreturn false", "swallowed-error"),
        ("begin\nwork\nrescue\nend", "swallowed-error"),
        ("work\nrescue => e\nSentry.capture_exception(e)", ""),
        ("work\nrescue => e # a retry does not mend it\nlogger.error(e)", ""),
        ("work\nrescue => e\n# a retry does not mend it\nlogger.error(e)", ""),
        ("work\nrescue ActiveRecord::RecordNotFound\nnil", ""),
        ("work\nrescue => e\nlogger.error(e)\nraise", ""),
        ("Order.find_each do |order|\nwork(order)\nrescue => e\nlogger.error(e)\nend", ""),
        ("begin\nwork\nrescue\nnil\nend\nfinish", ""),
        ("work\nrescue => e\norder.update!(error: e.message)", ""),
        ("work\nrescue => e\nsleep 0.1\nretry", "rescue-retries-for-ever"),
        ("begin\nwork\nrescue\nretry\nend\nfinish", "rescue-retries-for-ever"),
        ("work\nrescue => e\nreturn if done?\nretry", ""),
        ("work\nrescue => e\nretry if (tries += 1) < 3\nreport(e)", ""),
        ("work\nrescue => e\nraise if (tries += 1) > 3\nretry", ""),
        ("work\nrescue ActiveRecord::RecordNotUnique\nretry", ""),
        ("Order.sync rescue nil", "rescue-modifier"),
        ("Order.sync rescue raise(Failed)", ""),
    ],
)
def test_errors_that_sidekiq_never_sees(body: str, found: str, tmp_path: Path) -> None:
    assert codes(job(body), tmp_path) == ([found] if found else [])


def test_only_what_a_run_goes_through_counts(tmp_path: Path) -> None:
    below = "def used\nOrder.sync rescue nil\nend\ndef unused\nOrder.sync rescue nil\nend\n"

    assert codes(job("used", below=below), tmp_path) == ["rescue-modifier"]


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("raise error", ["exhausted-block-raises"]),
        ("begin\nraise error\nrescue Failed\nreport\nend", []),
        ("report(error)", []),
    ],
)
def test_a_block_for_exhausted_retries_that_raises(block: str, found: list[str], tmp_path: Path) -> None:
    above = f"sidekiq_retries_exhausted do |job, error|\n{block}\nend"

    assert codes(job("work", above), tmp_path) == found


GUARD = "order = Order.find(id)\nreturn if order.paid_at?\n"
MARK = "order.update!(paid_at: Time.current)\n"
WORK = "Gateway.charge(order)\n"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (GUARD + MARK + WORK, "mark-before-work"),
        (GUARD + "order.update_column(:paid_at, Time.current)\ncharge", "mark-before-work"),
        (GUARD + "order.touch(:paid_at)\n" + WORK, "mark-before-work"),
        (GUARD.replace("?", ".present?") + MARK + WORK, "mark-before-work"),
        (GUARD.replace("if order.paid_at?", "unless order.paid_at.nil?") + MARK + WORK, "mark-before-work"),
        (GUARD + MARK + "logger.info(1)", ""),
        (GUARD + MARK + "order.save!", ""),
        (GUARD + MARK, ""),
        (GUARD + "order.update!(sent_at: Time.current)\n" + WORK, ""),
        (GUARD.replace("order.paid_at?", "other.paid_at?") + MARK + WORK, ""),
        (GUARD.replace("if", "unless") + MARK + WORK, ""),
        (GUARD + WORK + MARK + "Report.send(order)", "check-then-act-without-lock"),
        (GUARD + WORK + MARK, "check-then-act-without-lock"),
        ("order = Order.lock.find(id)\nreturn if order.paid_at?\n" + WORK + MARK, ""),
        (GUARD + "order.with_lock do\n" + WORK + MARK + "end", ""),
    ],
)
def test_a_mark_before_the_work_and_one_without_a_lock(body: str, found: str, tmp_path: Path) -> None:
    assert codes(job(body), tmp_path) == ([found] if found else [])


def test_a_unique_lock_is_a_lock(tmp_path: Path) -> None:
    assert codes(job(GUARD + WORK + MARK, "sidekiq_options lock: :until_executed"), tmp_path) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("sleep 5", "sleep-in-job"),
        ("sleep", "sleep-in-job"),
        ("Kernel.sleep(DELAY)", "sleep-in-job"),
        ("sleep 0.5", ""),
        ("sleep 1", ""),
        ("sleep id.to_i", ""),
        ("client.sleep(5)", ""),
        ("Thread.new { work }", "thread-in-job"),
        ("fork { work }", "thread-in-job"),
        ("Process.fork", "thread-in-job"),
        ("Concurrent::Promises.future { work }", "thread-in-job"),
        ("Thread.current[:id] = id", ""),
        ("github.fork(id)", ""),
        ("Timeout.timeout(5) { work }", "timeout-in-job"),
        ("client.timeout(5)", ""),
        ("exit", "exit-in-job"),
        ("abort('no') if id.nil?", "exit-in-job"),
        ("Process.exit!", "exit-in-job"),
        ("upload.abort", ""),
        ("exit = 1\nwork(exit: exit)", "exit-in-job"),
        ("Time.zone = zone", "global-state-in-job"),
        ("I18n.locale = :de", "global-state-in-job"),
        ("$last = id", "global-state-in-job"),
        ("@@last = id", "global-state-in-job"),
        ("@@count += 1", "global-state-in-job"),
        ("@@client ||= Client.new", ""),
        ("self.class.last = id", "global-state-in-job"),
        ("order.class.last = id", ""),
        ("self.last = id", ""),
        ('ENV["LAST"] = id', "global-state-in-job"),
        ("SEEN << id", "global-state-in-job"),
        ("SEEN.push(id)", "global-state-in-job"),
        ("Order.delete(id)", ""),
        ("Time.use_zone(zone) { work }", ""),
        ("old = I18n.locale\nI18n.locale = :de\nwork\nensure\nI18n.locale = old", ""),
        ('return if Rails.cache.read("a")\nwork\nRails.cache.write("a", 1)', "cache-as-lock"),
        ('return if Rails.cache.exist?("a")\nRails.cache.write("b", 1)', ""),
        ('return if Rails.cache.read("a")\nRails.cache.write("a", 1, unless_exist: true)', ""),
        ('seen = Rails.cache.read("a")\nRails.cache.write("a", seen + 1)', ""),
        ("work\nself.class.perform_in(60, id)", "pushes-itself-always"),
        ("ExampleJob.perform_async(id)", "pushes-itself-always"),
        ("return if done?\nself.class.perform_in(60, id)", ""),
        ("self.class.perform_in(60, id) if more?", ""),
        ("OtherJob.perform_async(id)", ""),
    ],
)
def test_what_a_job_does_to_its_thread(body: str, found: str, tmp_path: Path) -> None:
    assert codes(job(body), tmp_path) == ([found] if found else [])


def test_active_job_puts_zone_and_locale_back_itself(tmp_path: Path) -> None:
    text = "class ExampleJob < ApplicationJob\n  def perform\n    I18n.locale = :de\n    sleep 5\n  end\nend\n"

    assert codes({"app/jobs/example_job.rb": text}, tmp_path) == ["sleep-in-job"]


def pushed(body: str) -> dict[str, str]:
    return {**job("work"), "app/models/order.rb": f"class Order < ApplicationRecord\n{body}\nend\n"}


PUSH = "ExampleJob.perform_async(id)"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"def a\ntransaction do\nsave!\n{PUSH}\nend\nend", "push-in-transaction"),
        (f"def a\norder.with_lock {{ {PUSH} }}\nend", "push-in-transaction"),
        (f"def a\nOrder.transaction do\nlist.each {{ {PUSH} }}\nend\nend", "push-in-transaction"),
        (f"def a\ntransaction do\nafter_commit {{ {PUSH} }}\nend\nend", ""),
        (f"def a\ntransaction do\nlater = -> {{ {PUSH} }}\nend\nend", ""),
        ("def a\ntransaction do\nExampleJob.perform_in(5, id)\nend\nend", ""),
        ("def a\ntransaction do\nExampleJob.set(wait: 5).perform_async(id)\nend\nend", ""),
        (f"def a\nredis.transaction do\n{PUSH}\nend\nend", ""),
        (f"def a\nwith_lock(:order) do\n{PUSH}\nend\nend", ""),
        (f"after_save :a\ndef a\n{PUSH}\nend", "push-in-callback"),
        (f"after_create {{ {PUSH} }}", "push-in-callback"),
        (f"after_update -> {{ {PUSH} }}", "push-in-callback"),
        ("before_destroy :a\ndef a\nExampleJob.perform_async(key)\nend", "push-in-callback"),
        (f"after_commit :a\ndef a\n{PUSH}\nend", ""),
        (f"after_create_commit {{ {PUSH} }}", ""),
        (f"after_save :b\ndef a\n{PUSH}\nend", ""),
        ("after_create :a\ndef a\nExampleJob.perform_async(host)\nend", ""),
        ("after_create :a\ndef a\nExampleJob.perform_async(*ids)\nend", "push-in-callback"),
        ("after_create :a\ndef a\nExampleJob.perform_async\nend", "push-in-callback"),
        ("def a\nOrder.find_each { |order| ExampleJob.perform_async(order.id) }\nend", "push-per-record"),
        (
            "def a\nOrder.find_each do |order|\nnext if order.old?\nExampleJob.perform_async(1)\nend\nend",
            "push-per-record",
        ),
        ("def a\nOrder.find_each { |order| ExampleJob.perform_async(order.id) if order.old? }\nend", "push-per-record"),
        ("def a\nOrder.find_each do |order|\nsleep 1\nExampleJob.perform_async(order.id)\nend\nend", ""),
        ("def a\nOrder.find_each do |o|\nif o.old?\nExampleJob.perform_async(o.id)\nelse\nb\nend\nend\nend", ""),
        ("def a\nOrder.find_each { |order| ExampleJob.set(queue: order.queue).perform_async(1) }\nend", ""),
        ("def a\nOrder.find_each do |o|\no.discard\nExampleJob.perform_async(o.id)\nend\nend", ""),
        ("def a\n[1, 2].each { |one| ExampleJob.perform_async(one) }\nend", ""),
    ],
)
def test_when_a_job_is_pushed(body: str, found: str, tmp_path: Path) -> None:
    assert codes(pushed(body), tmp_path) == ([found] if found else [])


def test_pushes_that_wait_may_stand_in_a_transaction(tmp_path: Path) -> None:
    files = pushed(f"def a\ntransaction do\nsave!\n{PUSH}\nend\nend\nafter_save {{ {PUSH} }}")
    assert codes(files, tmp_path) == ["push-in-callback", "push-in-transaction"]

    waits = {"config/initializers/sidekiq.rb": "Sidekiq.transactional_push!\n"}
    assert codes(files | waits, tmp_path) == []

    in_bulk = pushed("def a\ntransaction do\nsave!\nExampleJob.perform_bulk([[id]])\nend\nend")
    assert codes(in_bulk | waits, tmp_path) == ["push-in-transaction"]


def test_without_a_database_of_its_own_nothing_waits_for_a_commit() -> None:
    release = Release(Gems("7.3.2"))

    assert [
        rule.code
        for rule in pushing.RULES
        if rule.holds(Context(release, databases=("postgresql",))) != rule.holds(Context(release))
    ] == ["push-in-transaction", "push-in-callback"]


def test_a_release_without_perform_bulk_is_not_told_of_it(tmp_path: Path) -> None:
    files = pushed("def a\nOrder.find_each { |order| ExampleJob.perform_async(order.id) }\nend")

    assert codes(files, tmp_path, sidekiq="6.2.2", rails="6.1.7") == []


def test_a_migration_that_has_run_is_left_alone(tmp_path: Path) -> None:
    text = "class A < Migration\ndef change\nOrder.find_each { |order| ExampleJob.perform_async(order.id) }\nend\nend\n"

    assert codes({**job("work"), "db/migrate/1_a.rb": text}, tmp_path) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Order.all.each(&:touch)", True),
        ("Order.where(paid: true).each(&:touch)", True),
        ('Order.where("paid_at < ?", 1.day.ago).map(&:touch)', True),
        ("Order.where(paid_at: ..1.day.ago).order(:id).each(&:touch)", True),
        ("Order.where(id: ids).each(&:touch)", False),
        ("Order.where(account_id: 1).each(&:touch)", False),
        ("Order.where(state: :open).each(&:touch)", False),
        ('Order.where(state: "open").each(&:touch)', False),
        ("Order.where(email: email).each(&:touch)", False),
        ("Order.where(account:).each(&:touch)", False),
        ("Order.where(email: user.email).each(&:touch)", False),
        ('Order.where("account_id = ?", id).each(&:touch)', False),
        ("Order.all.limit(5).each(&:touch)", False),
        ("Order.active.each(&:touch)", False),
        ("orders.where(paid: true).each(&:touch)", False),
        ("Order.find_each(&:touch)", False),
        ("STATES.each(&:touch)", False),
    ],
)
def test_a_relation_that_is_loaded_whole(query: str, found: bool, tmp_path: Path) -> None:  # noqa: FBT001
    assert codes(job(query), tmp_path) == (["loads-all-records"] if found else [])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Order.find_each(&:touch)", True),
        ("Order.where(paid: true).in_batches.each(&:touch)", True),
        ("Order.where(account_id: id).find_each(&:touch)", False),
        ("account.orders.find_each(&:touch)", False),
    ],
)
def test_a_table_that_one_run_goes_over(body: str, found: bool, tmp_path: Path) -> None:  # noqa: FBT001
    told = findings(Example(job(body)), tmp_path, [LOOPS])

    assert [one.code for one in told] == (["loop-over-table-in-perform"] if found else [])
    assert findings(Example(job(body), sidekiq="7.2.4"), tmp_path, [LOOPS]) == []


def test_an_iterable_job_may_load_what_it_goes_over(tmp_path: Path) -> None:
    text = (
        "class ExampleJob\n  include Sidekiq::IterableJob\n\n  def build_enumerator(cursor:)\n"
        "    active_record_batches_enumerator(Order.all, cursor: cursor)\n  end\n\n"
        "  def each_iteration(batch)\n    Order.where(id: batch).find_each(&:touch)\n  end\nend\n"
    )

    assert findings(Example({"app/jobs/example_job.rb": text}), tmp_path, [LOADS, LOOPS]) == []
