"""Tests that stub with Mocha, as the house does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.lockfile import read_lockfile
from sidekiq_gen.ruby.mocha import in_mocha
from support.command import sidekiq_gen
from support.houses import house
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'require "test_helper"\n\nclass {}Test < ActiveSupport::TestCase\n'
MOCHA = f'{HEAD}  test "a" do\n    {{}}.expects(:call)\n  end\nend\n'
MINITEST = MOCHA.replace("{}.expects(:call)", "{}.stub(:call, 1) { 2 }")


@pytest.mark.parametrize(
    ("canonical", "translated"),
    [
        ("@job.stub(:a?, true) { @job.perform }", "@job.stubs(:a?).returns(true)\n@job.perform"),
        ("@job.stub(:a, nil) { @job.perform(1) }", "@job.stubs(:a)\n@job.perform(1)"),
        ("@job.stub(:a, ->(*) {}) { run }", "@job.stubs(:a)\nrun"),
        ("@job.stub(:a, ->(*) { raise error }) { run }", "@job.stubs(:a).raises(error)\nrun"),
        ("@job.stub(:a, ->(*) { raise B::C.new }) { run }", "@job.stubs(:a).raises(B::C.new)\nrun"),
        ('@job.stub(:a, ->(*) { raise B::C.new("d") }) { run }', '@job.stubs(:a).raises(B::C.new("d"))\nrun'),
        (
            '@job.stub(:a, ->(*) { raise "lost" }) do\n  assert_raises(RuntimeError) { run }\nend\nnext',
            '@job.stubs(:a).raises(RuntimeError, "lost")\n\nassert_raises(RuntimeError) { run }\nnext',
        ),
        (
            "calls = @job.stub(:logger, Logger.new(log)) do\n  first\n  work_calls do\n    run\n  end\nend",
            "@job.stubs(:logger).returns(Logger.new(log))\nfirst\ncalls = work_calls do\n  run\nend",
        ),
        (
            "calls = A.stub(:b, 1) { C::D.e.stub(:f, 2) { run } }",
            "A.stubs(:b).returns(1)\nC::D.e.stubs(:f).returns(2)\ncalls = run",
        ),
        ('kept { A.stub(:b, "}") { run } }', 'A.stubs(:b).returns("}")\nkept { run }'),
        ("A.stub(:b, ->(*c) { d << c }) { run }", "A.stubs(:b).with { |*c| d << c }\nrun"),
        ("A.stub(:b, ->(*, **) { d += 1 }) { run }", "A.stubs(:b).with { d += 1 }\nrun"),
        (
            "A.stub(:b, ->(*, key:) { keys << key }) { run }",
            "A.stubs(:b).with { |*arguments| keys << arguments.last[:key] }\nrun",
        ),
        ("A.stub(:b, ->(*c) { (d << c) && 2 }) { run }", "A.stubs(:b).with { |*c| d << c }.returns(2)\nrun"),
        ("A.stub(:b, ->(*c) { @d.tap { @e << c } }) { run }", "A.stubs(:b).with { |*c| @e << c }.returns(@d)\nrun"),
        ("A.stub(:b, ->(*, **) { found.shift }) { run }", "A.stubs(:b).returns(*found)\nrun"),
        ("A.stub(:b, ->(id:) { @c if id == @c.id })", "A.stubs(:b)\nA.stubs(:b).with(id: @c.id).returns(@c)"),
        (
            "A.stub(:b, ->(**key) { @c if key == { class: @c.id } })",
            "A.stubs(:b)\nA.stubs(:b).with(class: @c.id).returns(@c)",
        ),
        (
            "A.stub(:b, ->(key) { key == @c.id ? @c : raise(E::F) })",
            "A.stubs(:b).raises(E::F)\nA.stubs(:b).with(@c.id).returns(@c)",
        ),
        (
            "@a.stub(:b, ->(name, value) { @a[name] = value })",
            "@a.stubs(:b).with { |name, value| @a.assign_attributes(name => value) || true }",
        ),
        (
            "@a.stub(:b, ->(**values) { @a.assign_attributes(values) })",
            "@a.stubs(:b).with { |values| @a.assign_attributes(values) || true }",
        ),
        (
            'once = lambda do |*c|\n  calls << c\n  raise "lost" if calls.one?\nend\nA.stub(:b, once) { run }',
            'A.stubs(:b).raises(RuntimeError, "lost").then.returns(nil).with { |*c| calls << c }\nrun',
        ),
        (
            'once = lambda do |*c|\n  calls << c\n  calls.one? ? raise("lost") : 7\nend\nA.stub(:b, once) { run }',
            'A.stubs(:b).raises(RuntimeError, "lost").then.returns(7).with { |*c| calls << c }\nrun',
        ),
        (
            "def kept(&block)\n  A.stub(:b, 1, &block)\n  c\nend\n",
            "def kept\n  A.stubs(:b).returns(1)\n  yield\n  c\nend\n",
        ),
        ("def kept(&block)\n  other(&block)\nend\n", "def kept(&block)\n  other(&block)\nend\n"),
        ("stubbed { @job.perform }", "@job.perform"),
        # what it has no words for, and what is none
        ("A.stub(:b, ->(c) { other(c) }) { run }", "A.stub(:b, ->(c) { other(c) }) { run }"),
        ("stub_const(A, :B, 1) { run }", "stub_const(A, :B, 1) { run }"),
    ],
)
def test_what_minitest_stubs_mocha_stubs(canonical: str, translated: str) -> None:
    assert in_mocha(canonical) == translated


@pytest.mark.parametrize(
    ("tests", "locked", "mocha"),
    [
        ([MOCHA] * 3, True, True),
        ([MOCHA] * 3, False, False),
        ([MOCHA, MINITEST], True, False),
        ([MOCHA] * 2 + [MINITEST] * 2, True, False),
        ([MINITEST] * 3, True, False),
    ],
)
def test_mocha_is_used_where_it_is_locked_and_most_tests_use_it(
    tmp_path: Path, tests: list[str], *, locked: bool, mocha: bool
) -> None:
    repo = Repo(rspec=False, gems={"mocha": "2.4.5"} if locked else {}, files=house(*tests, place="test/jobs"))
    done = sidekiq_gen(repo.write(tmp_path), "job", "SyncOrder", "--on-exhausted", "--no-input")

    assert done.status == 0, done.err
    text = (tmp_path / "test/jobs/sync_order_job_test.rb").read_text(encoding="utf-8")
    assert (".stubs(:sync_order).with { |*arguments| calls << arguments }" in text) == mocha
    assert ("minitest/mock" in text) == (".stub(:" in text) == (not mocha)


@pytest.mark.parametrize("flags", ["--row-lock", "--kind claim", "--check-then-act charged_at", "--on-missing retry"])
def test_stubs_of_every_run_are_set_up_once(tmp_path: Path, flags: str) -> None:
    repo = Repo(rspec=False, records="none", gems={"mocha": "2.4.5"}, files=house(*[MOCHA] * 3, place="test/jobs"))
    done = sidekiq_gen(repo.write(tmp_path), "job", "SyncOrder", "--model", "Order", *flags.split(), "--no-input")

    assert done.status == 0, done.err
    text = (tmp_path / "test/jobs/sync_order_job_test.rb").read_text(encoding="utf-8")
    setup, rest = re.split(r"\n  end\n", text, maxsplit=1)
    assert ".stubs(:" in setup
    assert not re.search(r"\.stub\(|stubbed|hold_lock|def perform|private\n\nend", rest)


def test_minitest_6_lacks_nothing_where_mocha_stubs(tmp_path: Path) -> None:
    for mocha in (True, False):
        tests = house(*[MOCHA if mocha else MINITEST] * 3, place="test/jobs")
        root = Repo(rspec=False, gems={"mocha": "2.4.5", "minitest": "6.0.0"}, files=tests).write(tmp_path / str(mocha))

        told = sidekiq_gen(root, "job", "SyncOrder", "--no-input", "--json").out

        assert ("no-minitest-mock" in told) != mocha


@pytest.mark.parametrize(
    ("begins", "written"),
    [
        ("  def test_a", "  def test_does_nothing_when_the_order_no_longer_exists\n"),
        ('  it "a" do', '  it "does nothing when the order no longer exists" do\n'),
        ('  test "a" do', '  test "does nothing when the order no longer exists" do\n'),
        ('  should "a" do', '  test "does nothing when the order no longer exists" do\n'),
    ],
)
def test_a_test_begins_as_in_the_house(tmp_path: Path, begins: str, written: str) -> None:
    test = f'require "test_helper"\n\nclass {{}}Test < JobTestCase\n{begins}\n  end\nend\n'
    root = Repo(rspec=False, files=house(*[test] * 3, place="test/jobs")).write(tmp_path)

    assert sidekiq_gen(root, "job", "SyncOrder", "--no-input").status == 0

    text = (tmp_path / "test/jobs/sync_order_job_test.rb").read_text(encoding="utf-8")
    assert "class SyncOrderJobTest < JobTestCase\n" in text
    assert written in text


def test_a_class_of_minitest_itself_is_inherited_from_by_no_new_test(tmp_path: Path) -> None:
    test = 'require "test_helper"\n\nclass {}Test < Minitest::Test\nend\n'
    root = Repo(rspec=False, files=house(*[test] * 3, place="test/jobs")).write(tmp_path)
    habits = RailsApp(root, read_lockfile(root / "Gemfile.lock")).spec_habits

    assert habits is not None
    assert (habits.superclass.value, habits.superclass.origin) == ("ActiveSupport::TestCase", "default")
