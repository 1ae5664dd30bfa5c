"""Factories and fabricators wherever they are, and the one that makes a record of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.factory_paths import find_files
from sidekiq_gen.rails.files import Repo

if TYPE_CHECKING:
    from pathlib import Path

MODELS = {
    "app/models/course.rb": "class Course < ApplicationRecord\nend\n",
    "app/models/school_course.rb": "class SchoolCourse < Course\nend\n",
    "app/models/short_course.rb": "class ShortCourse < SchoolCourse\nend\n",
    "app/models/user.rb": "class User < ApplicationRecord\nend\n",
}


def laid_out(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def factory(root: Path, model: str, files: dict[str, str]) -> str | None:
    return RailsApp(laid_out(root, MODELS | files), None).factory(model)


def defined(*factories: str) -> str:
    return "FactoryBot.define do\n" + "".join(f"  {one}\n  end\n" for one in factories) + "end\n"


@pytest.mark.parametrize(
    ("path", "place", "line"),
    [
        ("spec/spec_helper.rb", "spec/support/factories", 'paths << Rails.root.join("spec", "support", "factories")'),
        ("spec/spec_helper.rb", "spec/support/made", "paths << Rails.root.join('spec/support/made').to_s"),
        ("spec/spec_helper.rb", "spec/made", 'paths = [\n  "#{Rails.root}/spec/made",\n  "spec/gone",\n]'),
        ("spec/rails_helper.rb", "spec/made", "paths += %w[made spec/made]"),
        ("spec/support/factories.rb", "spec/made", 'paths.push(File.expand_path("../../made", __FILE__))'),
        ("spec/support/factories.rb", "spec/made", "paths.unshift(File.expand_path('../made', __dir__))"),
        ("config/environments/test.rb", "lib/made", 'paths += ["lib/made"]'),
        ("config/application.rb", "lib/a/made", 'paths += Dir["lib/*/made"]'),
        ("test/test_helper.rb", "test/made", 'FabricatorPaths = fabricator_paths = ["test/made"]'),
    ],
)
def test_factories_are_found_where_the_repo_says(tmp_path: Path, path: str, place: str, line: str) -> None:
    said = line if "fabricator" in line else f"FactoryBot.definition_file_{line}"
    root = laid_out(tmp_path, {path: f"{said}\n", f"{place}/more/users.rb": defined("factory :user do")})

    assert list(find_files(Repo(root))) == [f"{place}/more/users.rb"]


@pytest.mark.parametrize(
    "line",
    [
        'paths << "../made"',
        'paths << "/made"',
        "paths == ['made']",
        'paths << "#{made}"',
        "paths << made",
        "paths << [",
    ],
)
def test_factories_are_found_nowhere_else(tmp_path: Path, line: str) -> None:
    files = {"spec/spec_helper.rb": f"definition_file_{line}\n", "made/users.rb": "", "spec/models/made.rb": ""}

    assert list(find_files(Repo(laid_out(tmp_path, files)))) == []


def test_each_file_is_read_once(tmp_path: Path) -> None:
    said = 'FactoryBot.definition_file_paths = ["spec/factories", "spec/factories.rb", "factories"]\n'
    files = {"spec/rails_helper.rb": said, "spec/factories.rb": "", "spec/factories/a.rb": "", "factories.rb": ""}

    assert sorted(find_files(Repo(laid_out(tmp_path, files)))) == [
        "factories.rb",
        "spec/factories.rb",
        "spec/factories/a.rb",
    ]


@pytest.mark.parametrize(
    ("factories", "call"),
    [
        (['factory :course, class: "SchoolCourse" do'], "FactoryBot.create(:course)"),
        (["factory :short_course do", "factory :user do"], "FactoryBot.create(:short_course)"),
        (["factory :short_course do", "factory :course, class: SchoolCourse do"], "FactoryBot.create(:course)"),
        # its own class is nearer
        (['factory :plain, class: "Course" do', "factory :school_course do"], "FactoryBot.create(:plain)"),
        # not one of its heirs, whatever its name
        (['factory :course, class: "User" do'], None),
        (['factory :course, class: "Unknown" do'], None),
    ],
)
def test_a_record_of_an_heir_is_one_of_the_model(tmp_path: Path, factories: list[str], call: str | None) -> None:
    assert factory(tmp_path, "Course", {"spec/factories.rb": defined(*factories)}) == call


def test_an_heir_that_only_the_specs_have_counts(tmp_path: Path) -> None:
    files = {
        "test/support/generic_course.rb": "class GenericCourse < Course\nend\n",
        "test/factories/courses.rb": defined("factory :course, class: GenericCourse do"),
    }

    assert factory(tmp_path, "Course", files) == "FactoryBot.create(:course)"
    assert factory(tmp_path, "SchoolCourse", files) is None


@pytest.mark.parametrize(
    ("body", "included", "call"),
    [
        ("create(:user)", False, "create(:user)"),
        ("FactoryBot.create(:user)", True, "FactoryBot.create(:user)"),
        ("FactoryBot.create(:user) && create(:user)", True, "create(:user)"),
        ("FactoryBot.create(:user) && create(:user)", False, "FactoryBot.create(:user)"),
        ("user.create(:user)", False, "FactoryBot.create(:user)"),
    ],
)
def test_specs_say_whether_they_name_the_library(tmp_path: Path, body: str, call: str, *, included: bool) -> None:
    specs = {f"spec/jobs/{name}_job_spec.rb": f"describe X do\n  {body}\nend\n" for name in "abc"}
    jobs = {f"app/jobs/{name}_job.rb": f"class {name.upper()}Job\n  include Sidekiq::Job\nend\n" for name in "abc"}
    helper = "config.include FactoryBot::Syntax::Methods\n" if included else ""
    files = {"spec/rails_helper.rb": helper, "spec/factories.rb": defined("factory :user do")}

    assert factory(tmp_path, "User", specs | jobs | files) == call
