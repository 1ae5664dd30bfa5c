"""Every spec and test that is rendered, of jobs and of what install sets up, before the real cops for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from live.rubocop import OF_SPECS, OF_TESTS, lay_out, rubocop
from support.cases import all_cases
from support.install_cases import install_cases

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from support.cases import Case


def laid_out(folder: Path, scratch: Path, cases: Iterable[Case], place: str) -> Path:
    """The specs or tests, by their place in a repo, of some cases and of install, below a folder."""

    def own(files: dict[str, str]) -> dict[str, str]:
        return {path: text for path, text in files.items() if path.startswith(place)}

    for case in cases:
        house = replace(case, repo=replace(case.repo, quotes="double", comment=True))
        lay_out(folder / case.name, [own(house.render(scratch / case.name))])
    for install in install_cases():
        styled = install.styled("double", comment=True)
        lay_out(folder / install.name, [own(styled.render(scratch / install.name))])
    return folder


def test_rubocop_rspec_finds_nothing(processes: Processes, forky: Variant, tmp_path: Path, promise: Note) -> None:
    cases = [case for case in all_cases() if case.repo.rspec]
    folder = laid_out(tmp_path / "rendered", tmp_path, cases, "spec/")

    offenses = rubocop(processes, forky, folder, OF_SPECS)

    files = len(list(folder.rglob("*_spec.rb")))
    promise(forky, "all", "every combination", "rubocop-rspec finds nothing in its spec", files)
    assert [str(offense) for offense in offenses] == []
    assert files > 300


def test_rubocop_rspec_would_find_something(processes: Processes, forky: Variant, tmp_path: Path) -> None:
    planted = """\
# frozen_string_literal: true

require "rails_helper"

RSpec.describe ChargeCustomerJob do
  subject(:job) { described_class.new }

  let!(:order) { create(:order) }

  it "charges the customer" do
    expect(job).to receive(:charge_customer).and_return(1)

    expect(job.perform).to eq(1)
  end
end
"""
    lay_out(tmp_path, [{"spec/jobs/charge_customer_job_spec.rb": planted}])

    found = {offense.cop for offense in rubocop(processes, forky, tmp_path, OF_SPECS)}

    names = ("LetSetup", "MessageSpies", "MultipleExpectations", "StubbedMock", "SubjectStub")
    assert found == {f"RSpec/{name}" for name in names}


def test_rubocop_minitest_finds_nothing(processes: Processes, forky: Variant, tmp_path: Path, promise: Note) -> None:
    cases = [
        replace(case, repo=replace(case.repo, gems={**case.repo.gems, "rubocop-rails": "2.34.2"}, rails_cops=True))
        for case in all_cases()
        if not case.repo.rspec
    ]
    folder = laid_out(tmp_path / "rendered", tmp_path, cases, "test/")

    offenses = rubocop(processes, forky, folder, OF_TESTS)

    files = len(list(folder.rglob("*_test.rb")))
    promise(forky, "all", "every combination", "rubocop-minitest finds nothing in its test", files)
    assert [str(offense) for offense in offenses] == []
    assert files > 200


def test_rubocop_minitest_would_find_something(processes: Processes, forky: Variant, tmp_path: Path) -> None:
    planted = """\
# frozen_string_literal: true

require "test_helper"

class ChargeCustomerJobTest < ActiveSupport::TestCase
  test "charges the customer" do
    calls = []
    assert_equal 0, calls.size
    assert calls.empty?
    assert_equal calls, []
    assert !calls.any?
  end
end
"""
    lay_out(tmp_path, [{"test/jobs/charge_customer_job_test.rb": planted}])

    found = {offense.cop for offense in rubocop(processes, forky, tmp_path, OF_TESTS)}

    names = ("AssertEmpty", "EmptyLineBeforeAssertionMethods", "LiteralAsActualArgument", "MultipleAssertions")
    assert found >= {f"Minitest/{name}" for name in names} | {"Rails/AssertNot"}
