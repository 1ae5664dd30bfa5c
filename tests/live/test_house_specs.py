"""Specs and tests in the forms of other houses: green for each job, and red where its work fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.specs import run_specs
from support.houses import house

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.specs import Framework
    from support.cases import Case


@dataclass(frozen=True)
class Form:
    """How a house writes its specs.

    spec: of each of its jobs, in a folder: place. helper: what its helper has besides, or a file that does without.
    signs: what some spec or test has then. unlike: what none has.
    """

    framework: Framework
    spec: str
    place: str
    helper: Mapping[str, str]
    signs: tuple[str, ...]
    unlike: tuple[str, ...]


FORMS = {
    "mocha": Form(
        "minitest",
        'require "test_helper"\n\nclass {}Test < ActiveJob::TestCase\n  test "a" do\n'
        "    {}.any_instance.stubs(:perform)\n    {}.expects(:perform_in)\n    {}.new.perform\n  end\nend\n",
        "test/unit/app/jobs",
        {"test/test_helper.rb": 'require "mocha/minitest"\n'},
        (".stubs(:", "< ActiveJob::TestCase"),
        (".stub(:", "minitest/mock"),
    ),
    "methods": Form(
        "minitest",
        'require "minitest_helper"\n\nclass {}Test < JobTestCase\n  def test_a\n  end\nend\n',
        "test/jobs",
        {"test/minitest_helper.rb": 'require "test_helper"\n\nJobTestCase = Class.new(ActiveSupport::TestCase)\n'},
        ("  def test_", "< JobTestCase", 'require "minitest_helper"'),
        ('\n  test "',),
    ),
    "examples": Form(
        "minitest",
        'require "test_helper"\n\nclass {}Test < ActiveSupport::TestCase\n  describe "#perform" do\n    it "a" do\n'
        "    end\n  end\nend\n",
        "test/jobs",
        {
            "test/test_helper.rb": 'require "minitest/spec"\n\n'
            "ActiveSupport::TestCase.extend(Minitest::Spec::DSL)\n"
            "ActiveSupport::TestCase.define_singleton_method(:describe) do |name, &block|\n"
            "  Class.new(self, &block).tap { |group| const_set(name.gsub(/\\W/, '').classify, group) }\nend\n"
        },
        ('\n  describe "#perform" do\n    it "',),
        ('\n  test "', '\n  it "works'),
    ),
    "inline": Form(
        "rspec",
        "require 'rails_helper'\n\nRSpec.describe {} do\n  it { described_class.new.perform(1) }\nend\n",
        "spec/jobs",
        {},
        ("described_class.new.perform", "let(:job) { described_class.new }"),
        ("type: :job",),
    ),
    "bare": Form(
        "rspec",
        "describe {}, type: :job do\n  let(:worker) { described_class.new }\n\n  describe '#perform' do\n"
        "    it { expect(1).to_not eq(2) }\n  end\nend\n",
        "spec/workers",
        {".rspec": "--require rails_helper\n"},
        ("\ndescribe ", ", type: :job do\n", '\n  describe "#perform" do\n    it "', ".to_not ", "worker.perform"),
        ("RSpec.describe", "rails_helper", ".not_to ", "job.perform"),
    ),
}


def requests(variant: Variant, name: str) -> Iterator[Case]:
    """The cases of the framework in a house of that form; each covering pair is in each form on one of the releases."""
    form, turn = FORMS[name], list(FORMS).index(name)
    files = house(*[form.spec] * 3, place=form.place) | dict(form.helper)
    for case in (*rendered.share_of_cases(variant, turn), *rendered.row_cases(variant), *rendered.key_cases(variant)):
        if case.repo.rspec == (form.framework == "rspec") and case.repo.adapter == "pg":
            repo = case.repo
            yield replace(case, repo=replace(repo, gems=repo.gems | {"mocha": "2.1.0"}, files=repo.files | files))


def changed(app: App, additions: Mapping[str, str]) -> dict[str, str]:
    """The helpers of the app with what a house has besides."""
    there = {path: app.folder / path for path in additions}
    return {
        path: (there[path].read_text(encoding="utf-8") if there[path].exists() else "") + text
        for path, text in additions.items()
    }


@pytest.mark.parametrize("name", FORMS)
def test_a_spec_in_the_form_of_the_house_is_green_and_fails_where_the_work_does(
    processes: Processes, variant: Variant, app: App, name: str, tmp_path: Path, promise: Note
) -> None:
    form = FORMS[name]
    made = [rendered.render(case, tmp_path / str(at)) for at, case in enumerate(requests(variant, name))]
    texts = "".join(one.files[one.spec] for one in made)
    assert all(sign in texts for sign in form.signs)
    assert not [sign for sign in form.unlike if sign in texts]
    app.write(changed(app, form.helper))
    app.write({path: text for one in made for path, text in one.files.items()})

    report = run_specs(processes, variant, app, form.framework)

    assert report.failures == []
    assert sorted(report.files) == sorted(path for one in made for path in one.files if not path.startswith("app/"))
    assert all(path.startswith(f"{form.place}/") and examples for path, examples in report.files.items())
    first: dict[str, str] = {}
    for one in made:
        wrong = rendered.with_work(one.files, 'raise "the work is wrong"')
        app.write(wrong)
        specs = [one.spec_of(path) for path, text in wrong.items() if text != one.files[path]]
        first |= {spec: rendered.first_example(one.files[spec]) for spec in specs}
    # The first example of each is enough: rspec runs it before the others, Minitest alone.
    report = run_specs(
        processes,
        variant,
        app,
        form.framework,
        sorted(first),
        until_failure=form.framework == "rspec",
        examples={*first.values()},
    )

    promise(
        variant,
        "all",
        "every combination",
        f"its spec, in the form of a house with {name}, fails where the work does",
        len(first),
    )
    survivors = [
        f"{spec}: {example}"
        for spec, example in first.items()
        if "failed" not in [one.status for one in report.files[spec] if one.is_called(example)]
    ]
    assert survivors == []
    assert len(first) > 30
