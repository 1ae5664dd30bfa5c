"""`sidekiq-gen argument`: what each action changes, tells and refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen, tree
from support.deploys import write
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

PATH, SPEC, TEST = "app/jobs/charge_job.rb", "spec/jobs/charge_job_spec.rb", "test/jobs/charge_job_test.rb"
EXAMPLE = """\

  it "runs payloads without note and with it" do
    expect(described_class.new).to respond_to(:perform).with(1..2).arguments
  end
"""
SPEC_TEXT = 'require "rails_helper"\n\nRSpec.describe ChargeJob do\n  it "charges" do\n  end\nend\n'


def job(head: str, body: str = "", options: str = "retry: 5") -> str:
    inner = f"    {body}\n" if body else ""
    return f"class ChargeJob\n  include Sidekiq::Job\n  sidekiq_options {options}\n\n  {head} # é\n{inner}  end\nend\n"


def push(arguments: str) -> dict[str, str]:
    return {"app/models/order.rb": f"class Order\n  def pay\n    ChargeJob.perform_async({arguments})\n  end\nend\n"}


def repo(root: Path, head: str, body: str = "", **more: str) -> Path:
    return write(Repo(records="none", unique_jobs="8.1.0").write(root), {PATH: job(head, body)} | more)


def run(root: Path, *words: str) -> str:
    done = sidekiq_gen(root, "argument", *words)
    assert done.status == 0, done.err
    return (root / PATH).read_text(encoding="utf-8")


def refusal(root: Path, *words: str) -> tuple[int, str]:
    before = tree(root)
    done = sidekiq_gen(root, "argument", *words, "--json")
    assert tree(root) == before
    return done.status, json.loads(done.out)["error"]["code"]


@pytest.mark.parametrize(
    ("head", "words", "expected"),
    [
        ("def perform(order_id)", ["note:string"], "def perform(order_id, note = nil)"),
        ("def perform(order_id)", ["note"], "def perform(order_id, note = nil)"),
        ("def perform order_id", ["note"], "def perform order_id, note = nil"),
        ("def perform", ["note"], "def perform(note = nil)"),
        ("def perform()", ["note"], "def perform(note = nil)"),
        ("def perform(a, b = {})", ["note"], "def perform(a, b = {}, note = nil)"),
        ("private def perform(a)", ["note"], "private def perform(a, note = nil)"),
        ("def perform(a)", ["order:record"], "def perform(a, order_id = nil)"),
        ("def perform(a)", ["n:integer", "--default", "-1"], "def perform(a, n = -1)"),
        ("def perform(a)", ["n:float", "--default", "1.5"], "def perform(a, n = 1.5)"),
        ("def perform(a)", ["n:boolean", "--default", "true"], "def perform(a, n = true)"),
        ("def perform(a)", ["n:hash", "--default", "{}"], "def perform(a, n = {})"),
        ("def perform(a)", ["n:date", "--default", "2026-01-01"], 'def perform(a, n = "2026-01-01")'),
        ("def perform(a)", ["n", "--default", '"#{x}\n'], 'def perform(a, n = "\\"\\#{x}\\n")'),
        ("def perform(a)", ["n", "--default", "nil"], "def perform(a, n = nil)"),
    ],
)
def test_an_argument_comes_as_an_optional_one(head: str, words: list[str], expected: str, tmp_path: Path) -> None:
    root = repo(tmp_path, head)
    assert run(root, "add", "ChargeJob", *words) == job(expected)


def test_a_whole_life(tmp_path: Path) -> None:
    root = repo(tmp_path, "def perform(order_id)", **push("id"), **{SPEC: SPEC_TEXT})
    spec = root / SPEC

    run(root, "add", "Charge", "note:string")
    assert spec.read_text() == SPEC_TEXT.removesuffix("end\n") + EXAMPLE + "end\n"
    assert refusal(root, "require", "Charge", "note") == (1, "not-handed-over")

    write(root, push("id, 'x'"))
    assert run(root, "require", "Charge", "note") == job("def perform(order_id, note)")
    assert spec.read_text() == SPEC_TEXT
    assert refusal(root, "require", "Charge", "note") == (1, "required-already")

    assert run(root, "remove", "Charge", "note") == job("def perform(order_id, note = nil)")
    assert EXAMPLE in spec.read_text()
    assert refusal(root, "remove", "Charge", "note") == (1, "still-handed-over")

    write(root, push("id"))
    assert run(root, "remove", "Charge", "note") == job("def perform(order_id)")
    assert spec.read_text() == SPEC_TEXT


def test_a_method_of_something_else_may_be_called_so(tmp_path: Path) -> None:
    root = repo(tmp_path, "def perform(a)", "Effect.note(a)")
    assert run(root, "add", "ChargeJob", "note") == job("def perform(a, note = nil)", "Effect.note(a)")


def test_the_only_argument_goes_with_its_parentheses(tmp_path: Path) -> None:
    root = repo(tmp_path, "def perform(note = nil)")
    assert run(root, "remove", "ChargeJob", "note") == job("def perform")


def test_an_example_that_was_changed_stays(tmp_path: Path) -> None:
    root = repo(tmp_path, "def perform(order_id)", **{SPEC: SPEC_TEXT})
    run(root, "add", "ChargeJob", "note")
    (root / SPEC).write_text((root / SPEC).read_text().replace("without note", "of old"))
    run(root, "require", "ChargeJob", "note")
    assert "of old" in (root / SPEC).read_text()


def test_a_test_of_minitest_with_lines_of_windows(tmp_path: Path) -> None:
    root = repo(tmp_path, "def perform(order_id)")
    text = 'require "test_helper"\r\n\r\nclass ChargeJobTest < ActiveSupport::TestCase\r\nend\r\n'
    (root / TEST).parent.mkdir(parents=True)
    (root / TEST).write_bytes(text.encode())

    run(root, "add", "ChargeJob", "note")

    assert (root / TEST).read_bytes().decode() == text.replace(
        "TestCase\r\n",
        "TestCase\r\n\r\n  def test_runs_payloads_without_note_and_with_it\r\n"
        "    assert_equal %i[opt note], ChargeJob.instance_method(:perform).parameters[1]\r\n  end\r\n",
    )
    run(root, "require", "ChargeJob", "note")
    assert (root / TEST).read_bytes() == text.encode()


def test_what_is_told(tmp_path: Path) -> None:
    throttled = job("def perform(order_id)", options="lock: :until_executed").replace(
        "\n\n", "\n  sidekiq_throttle(concurrency: { limit: 1, key_suffix: ->(order_id) { order_id } })\n\n", 1
    )
    gems = {"sidekiq-throttled": "1.5.2"}
    root = write(Repo(records="none", unique_jobs="8.1.0", gems=gems).write(tmp_path), {PATH: throttled, **push("id")})

    document = json.loads(sidekiq_gen(root, "argument", "add", "ChargeJob", "note", "--json").out)

    assert {one["code"]: one["message"].split()[0] for one in document["notices"]} == {
        "callers": "ChargeJob",
        "lock-digest": "The",
        "lambda-takes-arguments": "sidekiq_throttle",
    }
    assert "app/models/order.rb:3" in document["notices"][0]["message"]
    assert [one["name"] for one in document["next"]] == ["pass", "require"]
    assert document["command_line"] == "sidekiq-gen argument add ChargeJob note --no-input"


def test_places_are_named_by_path_and_line(tmp_path: Path) -> None:
    lines = "".join("    ChargeJob.perform_async(1)\n" for _ in range(8))
    root = repo(tmp_path, "def perform(order_id)", **{"app/models/order.rb": f"def pay\n{lines}end\n"})

    document = json.loads(sidekiq_gen(root, "argument", "add", "ChargeJob", "note", "--json").out)

    assert ", ".join(f"app/models/order.rb:{line}" for line in range(2, 10)) in document["notices"][0]["message"]


@pytest.mark.parametrize(
    ("head", "body", "words", "expected"),
    [
        ("def perform(a:)", "", ["add", "ChargeJob", "note"], (1, "parameters")),
        ("def perform(*a)", "", ["add", "ChargeJob", "note"], (1, "parameters")),
        ("def perform(a, &b)", "", ["add", "ChargeJob", "note"], (1, "parameters")),
        ("def perform(...)", "", ["add", "ChargeJob", "note"], (1, "parameters")),
        ("def perform((a, b))", "", ["add", "ChargeJob", "note"], (1, "parameters")),
        ("def perform(a = 1, b)", "", ["add", "ChargeJob", "note"], (1, "parameters")),
        ("def each_iteration(a)", "", ["add", "ChargeJob", "note"], (1, "no-perform")),
        ("def perform(note)", "", ["add", "ChargeJob", "note"], (1, "name-taken")),
        ("def perform(a)", "send(a) { note }", ["add", "ChargeJob", "note"], (1, "name-taken")),
        ("def perform(a)", "", ["add", "NoneJob", "note"], (1, "no-such-job")),
        ("def perform(a)", "", ["add", "ChargeJob", "Note"], (2, "invalid-argument")),
        ("def perform(a)", "", ["add", "ChargeJob", "note:symbol"], (2, "invalid-argument")),
        ("def perform(a)", "", ["add", "ChargeJob", "n:integer", "--default", "x"], (2, "invalid-default")),
        ("def perform(a)", "", ["add", "ChargeJob", "n:record", "--default", "1"], (2, "invalid-default")),
        ("def perform(a)", "", ["require", "ChargeJob", "note"], (1, "no-such-argument")),
        ("def perform(a, b = 1)", "", ["require", "ChargeJob", "b", "--default", "1"], (2, "usage")),
        ("def perform(a, b = 1, c = 2)", "", ["require", "ChargeJob", "c"], (1, "not-the-next")),
        ("def perform(a, b)", "", ["remove", "ChargeJob", "a"], (1, "not-the-last")),
        ("def perform(a, b = 1)", "p b", ["remove", "ChargeJob", "b"], (1, "still-used")),
    ],
)
def test_what_is_refused(head: str, body: str, words: list[str], expected: tuple[int, str], tmp_path: Path) -> None:
    assert refusal(repo(tmp_path, head, body), *words) == expected


def test_a_signature_of_sorbet_is_left_to_people(tmp_path: Path) -> None:
    text = job("def perform(a)").replace("  def perform", "  sig { params(a: Integer).void }\n  def perform")
    assert refusal(repo(tmp_path, "def perform(a)", **{PATH: text}), "add", "ChargeJob", "note") == (
        1,
        "sorbet-signature",
    )
