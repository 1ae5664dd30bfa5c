"""What a repo can ask of the readers: globs, rules of the inflector, nesting and numbers are taken up to a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.files import Repo as Files
from sidekiq_gen.rails.globs import MAXIMUM_ALTERNATIVES, alternatives, folders
from sidekiq_gen.rails.house.globs import matches
from sidekiq_gen.rails.inflections import MAXIMUM_ACRONYMS, MAXIMUM_TAUGHT, find_inflections
from sidekiq_gen.rails.literals import read_value
from sidekiq_gen.reading import LONGEST_LINE
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path


def test_braces_stand_for_a_bounded_number_of_patterns() -> None:
    assert tuple(alternatives("a{b,c}{d,e}")) == ("abd", "abe", "acd", "ace")
    assert len(tuple(alternatives("{a,b}" * 40))) == MAXIMUM_ALTERNATIVES
    assert tuple(alternatives("{a}" * 1000)) == ("{a}" * 1000,)


def test_stars_do_not_multiply() -> None:
    assert matches(f"app/jobs/{'a' * 200}.rb", f"app/jobs/{'*?' * 40}b")
    assert not matches(f"app/jobs/{'a' * 200}.rb", f"app/jobs/{'*a' * 60}c")
    assert matches("app/jobs/a_b.rb", "app/*/*_*.rb")
    assert not matches("app/jobs/x/a_b.rb", "app/*/*_*.rb")
    assert not matches("app/jobs", "app[^x]jobs")  # a set of characters is never a slash


def test_folders_are_looked_through_once(tmp_path: Path) -> None:
    deep = tmp_path / "/".join("abcdefgh")
    deep.mkdir(parents=True)
    (deep / "q").mkdir()
    assert folders(Files(tmp_path), "**/" * 20 + "q") == ("a/b/c/d/e/f/g/h/q",)
    assert folders(Files(tmp_path), "**/c/**/e") == ("a/b/c/d/e",)


def test_places_of_factories_are_bounded(tmp_path: Path) -> None:
    root = Repo(files={"spec/support/x.rb": f"FactoryBot.definition_file_paths = ['{'*/' * 30}x']\n"}).write(tmp_path)
    (root / "a").symlink_to(".")
    (root / "b").symlink_to(".")
    assert sidekiq_gen(root, "job", "ProcessOrder", "--pretend").status == 0


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        ("inflect.plural(/^(ox)$/i, '\\1en')", True),
        ("inflect.plural(/([^aeiouy]|qu)y$/i, '\\1ies')", True),
        ("inflect.plural(/^(.+)+$x/i, 'y')", False),
        ("inflect.plural(/a*a*a*a*a*b/, 'y')", False),
        (f"inflect.plural(/{'a?' * 30}{'a' * 30}/, 'y')", False),
    ],
)
def test_rules_that_could_take_for_ever_are_left_out(tmp_path: Path, rule: str, *, known: bool) -> None:
    root = Repo(files={"config/initializers/inflections.rb": f"{rule}\n"}).write(tmp_path)
    found = find_inflections(Files(root))
    assert bool(found.plurals) == known
    assert found.pluralize("a" * 40)


def test_acronyms_are_bounded(tmp_path: Path) -> None:
    lines = "".join(f"inflect.acronym 'A{number}'\n" for number in range(2_000))
    root = Repo(files={"config/initializers/inflections.rb": lines}).write(tmp_path)
    assert len(find_inflections(Files(root)).acronyms) == MAXIMUM_ACRONYMS


def test_of_very_many_rules_the_latest_count(tmp_path: Path) -> None:
    rules = [f"  inflect.irregular 'one{number}', 'many{number}'\n" for number in range(MAXIMUM_TAUGHT)]
    words = [f"  inflect.uncountable 'thing{number}'\n" for number in range(MAXIMUM_TAUGHT + 2)]
    taken_back = f"  inflect.irregular 'thing{MAXIMUM_TAUGHT}', 'goods'\n"
    text = f"ActiveSupport::Inflector.inflections(:en) do |inflect|\n{''.join([*words, *rules, taken_back])}end\n"
    found = find_inflections(Files(Repo(files={"config/initializers/inflections.rb": text}).write(tmp_path)))
    assert (len(found.plurals), len(found.singulars), len(found.uncountable)) == (MAXIMUM_TAUGHT,) * 3
    assert found.pluralize(f"thing{MAXIMUM_TAUGHT}") == "goods"
    assert found.pluralize(f"one{MAXIMUM_TAUGHT - 1}") == f"many{MAXIMUM_TAUGHT - 1}"
    assert found.pluralize("one0") == "one0s"
    assert found.pluralize(f"thing{MAXIMUM_TAUGHT + 1}") == f"thing{MAXIMUM_TAUGHT + 1}"
    assert found.pluralize("thing0") == "thing0s"


@pytest.mark.parametrize("text", ["[" * 300 + "]" * 300, "[" * 3_000, "A = " * 1_900, "{a: " * 900, "(" * 900, ":'a("])
def test_values_are_nested_as_deep_as_people_nest_them(tmp_path: Path, text: str) -> None:
    assert read_value(text, 0).kind in {"list", "hash", "other", "constant", "word"}
    body = f"  enum :state, {text}\n  aasm column: :state do\n    state {text}\n  end\n"
    model = f"class Order < ApplicationRecord\n{body}end\n"
    root = Repo(files={"app/models/order.rb": model}).write(tmp_path)
    done = sidekiq_gen(root, "job", "ProcessOrder", "--check-then-act", "state", "--pretend")
    assert done.status in {0, 1, 3}, done.err
    assert "SIDEKIQ_GEN_DEBUG" not in done.err


NINES = "9" * 5_000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config/initializers/sidekiq.rb", f"Sidekiq.default_job_options = {{ retry: {NINES} }}\n"),
        ("config/initializers/sidekiq.rb", f"Sidekiq.options[:max_retries] = {NINES}\n"),
        ("config/sidekiq.yml", f":max_retries: {NINES}\n:concurrency: true\n"),
        (".ruby-version", f"3.{NINES}\n"),
        ("db/schema.rb", f'create_table "orders" do |t|\n  t.string "state", limit: {NINES}\nend\n'),
        ("db/structure.sql", f"CREATE TABLE orders (\n  state varchar({NINES})\n);\n"),
        ("spec/support/x.rb", "FactoryBot.definition_file_paths = ['x\0']\n"),
        ("Procfile", "worker: bundle exec sidekiq -C a\0b\n"),
        (".rubocop.yml", 'inherit_from: "a\\0b"\nAllCops: {TargetRubyVersion: 3.' + NINES + "}\n"),
        ("config/application.rb", "config.autoload_paths += %W[#{config.root}/a\0b]\n"),
    ],
)
def test_numbers_and_paths_that_nobody_means(tmp_path: Path, path: str, text: str) -> None:
    files = {"db/schema.rb": "", path: text} if "structure" in path else {path: text}
    root = Repo(files=files, gems={"rubocop": "1.60.0"}).write(tmp_path)
    for command in ("info", "job ProcessOrder --model Order --mark-failed state=failed --on-exhausted --pretend"):
        done = sidekiq_gen(root, *command.split())
        assert done.status in {0, 1}, done.err
        assert "SIDEKIQ_GEN_DEBUG" not in done.err


def test_a_line_of_ruby_that_nobody_wrote_is_passed_over(tmp_path: Path) -> None:
    root = Repo(files={"app/a.rb": f"A\n{'x' * (LONGEST_LINE + 1)}\n{'y' * LONGEST_LINE}\nB\n"}).write(tmp_path)
    assert Files(root).read("app/a.rb") == f"A\n\n{'y' * LONGEST_LINE}\nB\n"


@pytest.mark.parametrize(
    ("path", "text", "command"),
    [
        ("app/jobs/a_job.rb", "class AJob\n  include Sidekiq::Job\n  " + "\\'" * 400_000 + "\nend\n", "info"),
        ("app/jobs/a_job.rb", "class AJob\n  include Sidekiq::Job\n" + ("\\'" * 400 + "\n") * 1_000 + "end\n", "info"),
        (
            "db/schema.rb",
            'create_table "orders" do |t|\n  t.column "a"' + " " * 900_000 + '\n  t.string "state"\nend\n',
            "job ProcessOrder --check-then-act a --pretend",
        ),
        ("config/initializers/sidekiq.rb", "config" * 150_000 + "\n", "install --pretend"),
        ("Procfile", f"a: {'=' * 190_000}\n", "info"),
        ("config/application.rb", "config.autoload_paths += %W[#{config.root}/a\n" * 22_000, "info"),
        (
            "db/schema.rb",
            'create_table "orders" do |t|\n' + f"t.index [{' ' * 900}\n" * 5_000 + "end\n",
            "job ProcessOrder --check-then-act a --pretend",
        ),
    ],
)
def test_files_within_the_limit_that_took_minutes(tmp_path: Path, path: str, text: str, command: str) -> None:
    done = sidekiq_gen(Repo(files={path: text}).write(tmp_path), *command.split())
    assert done.status in {0, 1}, done.err
    assert "SIDEKIQ_GEN_DEBUG" not in done.err


@pytest.mark.parametrize(
    "written", ["%W[#{config.root}/extras]", '"#{config.root}/extras"', '["#{Rails.root}/extras"]']
)
def test_a_folder_below_an_interpolated_root_is_loaded_from(tmp_path: Path, written: str) -> None:
    files = {"config/application.rb": f"config.autoload_paths += {written}\n", "extras/a.rb": ""}
    assert Files(Repo(files=files).write(tmp_path)).autoload.settings.added == {"extras": "config/application.rb"}
