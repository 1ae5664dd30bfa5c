"""Rules on what is handed to a job: what is told apart, and what must not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Example
from sidekiq_gen.check.rules import arguments
from support.rules import findings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from tree_sitter import Node

JOB = """\
class ExampleJob
  include Sidekiq::Job

  def perform(*values)
  end
end
"""


def pushing(body: str, **more: str) -> Example:
    """A job, and a method of a model that pushes it; further files by path."""
    model = f"class Order < ApplicationRecord\n  def pay(order, due)\n    {body}\n  end\nend\n"
    sidekiq = more.pop("sidekiq", "7.3.2")
    return Example({"app/jobs/example_job.rb": JOB, "app/models/order.rb": model, **more}, sidekiq=sidekiq)


def codes(example: Example, root: Path) -> list[str]:
    return [one.code for one in findings(example, root, list(arguments.RULES))]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("ExampleJob.perform_async([1, [:low]])", "symbol-argument"),
        ("found = { low: 1 }\n    ExampleJob.perform_async(found)", "symbol-key-argument"),
        ("found = [1, :low]\n    list.each { |one| ExampleJob.perform_async(one, found) }", "symbol-argument"),
        ("ExampleJob.perform_async(kind.to_sym)", "symbol-argument"),
        ("ExampleJob.perform_async(%i[low high])", "symbol-argument"),
        ("ExampleJob.set(queue: :low).perform_in(5.minutes, :low)", "symbol-argument"),
        ('ExampleJob.perform_async("a": 1)', "symbol-key-argument"),
        ('ExampleJob.perform_async({ "a" => { b: 1 } })', "symbol-key-argument"),
        ("order = Order.find(1)\n    ExampleJob.perform_async(order)", "unknown"),
        (
            "found = Order.where(paid: true).includes(:lines).first\n    ExampleJob.perform_async(found)",
            "record-argument",
        ),
        ("ExampleJob.perform_async(Order.where(paid: true))", "record-argument"),
        ("ExampleJob.perform_async(self)", "record-argument"),
        ("ExampleJob.perform_async(2.days.ago)", "time-argument"),
        ("ExampleJob.perform_async(Time.current - 1.day)", "time-argument"),
        ("at = due.beginning_of_day\n    ExampleJob.perform_async(at)", "time-argument"),
        ("ExampleJob.perform_async(10.minutes)", "time-argument"),
        ('ExampleJob.perform_async(BigDecimal("1.5"))', "complex-argument"),
        ("ExampleJob.perform_async((1..5))", "complex-argument"),
        ("ExampleJob.perform_async(-> { 1 })", "complex-argument"),
        ("ExampleJob.perform_bulk([[1, :low]])", "symbol-argument"),
        ("ExampleJob.perform_bulk(ids.map { |id| [id, Date.today] })", "time-argument"),
        ('Sidekiq::Client.push("class" => ExampleJob, "args" => [:low])', "symbol-argument"),
        ('Sidekiq::Client.new.push_bulk("class" => "ExampleJob", "args" => [[1, :low]])', "symbol-argument"),
        ("Sidekiq::Client.enqueue_to(:low, ExampleJob, :low)", "symbol-argument"),
    ],
)
def test_what_a_push_refuses(body: str, code: str, tmp_path: Path) -> None:
    assert codes(pushing(body), tmp_path) == ([] if code == "unknown" else [code])


@pytest.mark.parametrize(
    "body",
    [
        'ExampleJob.perform_async("low", 1, 1.5, nil, true, [1], { "a" => 1 })',
        'ExampleJob.perform_async("a" => 1)',
        "ExampleJob.perform_async({ a: 1 }.to_json, { a: 1 }.stringify_keys)",
        "ExampleJob.perform_async(order.id, due)",
        "ExampleJob.perform_async(Order.find(1).id)",
        "ExampleJob.perform_async(Order.pluck(:id).first, LIMIT, Order::LIMIT)",
        "ExampleJob.perform_async(Time.now.to_i, 1.day.ago.iso8601, Time.now - started)",
        "ExampleJob.perform_async(tasks.first, list.find { |one| one })",
        "ExampleJob.perform_in(5.minutes, 1)",
        "ExampleJob.perform_at(Time.current.tomorrow, 1)",
        "ExampleJob.set(wait: 5.minutes, queue: :low).perform_async(1)",
        "x = 1\n    x = Order.find(1)\n    ExampleJob.perform_async(x)",
        "x = { a: 1 }\n    x.stringify_keys!\n    ExampleJob.perform_async(x)",
        "x = { a: 1 }\n    x = x.to_json\n    ExampleJob.perform_async(x)",
        "x = { a: 1 }\n    list.each { |x| ExampleJob.perform_async(x) }",
        "ids.each { |x| ExampleJob.perform_async(x) }",
        "Sidekiq::Client.push('class' => ExampleJob, 'args' => [1], 'queue' => :low)",
        "stack.push(:low)",
        "OtherThing.perform_async(:low)",
    ],
)
def test_what_json_carries(body: str, tmp_path: Path) -> None:
    assert codes(pushing(body), tmp_path) == []


@pytest.mark.parametrize(
    ("given", "fixed"),
    [
        (":low", '"low"'),
        ("[1, :low, %s]", ""),
        ("kind.to_sym", ""),
        ("{ a: { b: 1 }, :c => 2 }", '{ "a" => { "b" => 1 }, "c" => 2 }'),
        ("{ a: }", ""),
        ("a: 1", '"a" => 1'),
    ],
)
def test_what_is_certain_is_put_right(given: str, fixed: str, tmp_path: Path) -> None:
    given = given.replace("%s", "kind.to_sym")
    example = pushing(f"ExampleJob.perform_async({given})")
    (found,) = findings(example, tmp_path, list(arguments.RULES))

    text = example.files["app/models/order.rb"].encode()
    for edit in sorted(found.edits, key=lambda one: -one.start):
        text = text[: edit.start] + edit.text.encode() + text[edit.end :]
    assert (f"perform_async({fixed})" in text.decode()) is bool(fixed)
    assert bool(found.edits) is bool(fixed)


def test_a_class_may_turn_its_arguments_round_itself(tmp_path: Path) -> None:
    own = JOB.replace("  def perform(", "  def self.perform_async(order)\n    super(order.id)\n  end\n\n  def perform(")
    pushes = "ExampleJob.perform_async(self)\n    ExampleJob.perform_in(5, self)"
    found = findings(pushing(pushes, **{"app/jobs/example_job.rb": own}), tmp_path, list(arguments.RULES))

    assert [(one.code, one.line) for one in found] == [("record-argument", 4)]


@pytest.mark.parametrize(
    ("sidekiq", "settings", "method", "code"),
    [
        ("6.5.12", "", "perform_async", "lossy-argument"),
        ("6.5.12", "Sidekiq.strict_args!", "perform_async", "symbol-argument"),
        ("7.0.0", "", "perform_async", "symbol-argument"),
        ("7.3.2", "Sidekiq.strict_args!(false)", "perform_async", "lossy-argument"),
        ("7.3.2", "Sidekiq.strict_args!(:warn)", "perform_async", "lossy-argument"),
        ("7.3.2", "# Sidekiq.strict_args!(false)", "perform_async", "symbol-argument"),
        ("8.0.7", "", "perform_inline", "lossy-argument"),
        ("8.1.0", "", "perform_inline", "symbol-argument"),
    ],
)
def test_whether_it_is_refused_is_up_to_the_release_and_the_settings(
    sidekiq: str, settings: str, method: str, code: str, tmp_path: Path
) -> None:
    initializer = {"config/initializers/sidekiq.rb": f"{settings}\n"}

    assert codes(pushing(f"ExampleJob.{method}(:low)", sidekiq=sidekiq, **initializer), tmp_path) == [code]


def test_a_long_method_is_read_once_for_all_of_its_locals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(pushes: int) -> int:
        counted.clear()
        body = "\n    ".join(f"ExampleJob.perform_async(order, {number})" for number in range(pushes))
        root = tmp_path / str(pushes)
        assert codes(pushing(body), root) == []
        return len(counted)

    def walk(node: Node, *, into: Collection[str] = ()) -> Iterator[Node]:
        for one in walked(node, into=into):
            counted.append(one.id)
            yield one

    counted: list[int] = []
    walked = nodes.walk
    monkeypatch.setattr("sidekiq_gen.check.shapes.nodes.walk", walk)

    assert steps(80) <= 4.5 * steps(20)
