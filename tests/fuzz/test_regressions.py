"""What was found by fuzzing, each as the smallest input that showed it: it is read or refused now, and in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fuzz.catalogue import TARGETS
from fuzz.seeds import together
from fuzz.target import HANG, attempt, within
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.factory_paths import find_files
from sidekiq_gen.rails.files import Repo as Files
from sidekiq_gen.rails.globs import MAXIMUM_ALTERNATIVES, alternatives, folders
from sidekiq_gen.rails.house.globs import matches
from sidekiq_gen.rails.inflections import Rule
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

BRACES = "{a,b}" * 30
DIGITS = "9" * 5000
EXCLUDED = "Style/StringLiterals:\n  EnforcedStyle: single_quotes\n  Exclude:\n    - '{}'\n"
FOUND = {
    "yaml": ("!!bool", "!!timestamp ", "!!int ", "!!float ''", "- - - !!bool x", "? !!int\n: a", "!!timestamp [a]"),
    "queue-list": ("!!bool :", "\n!!timestamp", "!!int "),
    "schedule": ("!!timestamp \nule---: \nncy: >\n:queqw:\n=    : ''\n",),
    "fixtures": ("one:\n!!bool :",),
    "linter": (EXCLUDED.format(BRACES), EXCLUDED.format("**/" * 200 + "x"), together("", "", "", "", f"3.{DIGITS}")),
    "autoload": (
        f'config.autoload_paths += Dir["{BRACES}"]\nconfig.eager_load_paths << "{BRACES}"\n',
        together("", "", f'package_paths:\n- "{BRACES}"\n', f'pack_paths:\n- "{BRACES}"\n'),
    ),
    "models": (
        "class Order < ApplicationRecord\n  aasm column: :state do\n    state :'a('\n  end\nend\n",
        "class Order < ApplicationRecord\n  enum :state, " + "[" * 600 + "\nend\n",
        "class Order < ApplicationRecord\n  enum :state, " + "A = " * 900 + "[:a]\nend\n",
        "class Order < ApplicationRecord\n" + "  aasm do\n" * 20_000,
        "class Order < ApplicationRecord\n  aasm do\n" + "    state :a, :b\n" * 20_000 + "  end\nend\n",
        together("", "", f'create_table "orders" do |t|\n t.string "a", limit: {DIGITS}\nend\n'),
    ),
    "values": (" {" * 400, "(" * 900, " A = " * 900, "[A=" * 600),
    "structure": (f"CREATE TABLE orders (\n  a character varying({DIGITS})\n);\n",),
    "callables": ("class SettleOrder\n  def self.call(" + "[" * 700 + "\n  end\nend\n",),
    "configuration": (
        f"Sidekiq.default_job_options = {{ retry: {DIGITS} }}\n",
        "Sidekiq.default_job_options = " + "[" * 600,
        f"Sidekiq.options[:max_retries] = {DIGITS}\n",
    ),
    "factories": (together("", "", "FactoryBot.definition_file_paths = ['x\0']\n"),),
    "inflections": (
        "inflections do |inflect|\n  inflect.singular %r{(a+){1,9}s$}, 'x'\nend\n",
        "inflections do |inflect|\n  inflect.plural(/^(.+)+$x/i, 'y')\nend\n",
        "inflections do |inflect|\n  inflect.plural /(?:a|aa)+$/, 'y'\nend\n",
        "inflections do |inflect|\n  inflect.plural /.*.*.*.*.*.*.*.*.*x/, 'y'\nend\n",
        "inflections do |inflect|\n  inflect.plural /" + "a?" * 60 + "a" * 60 + "/, 'y'\nend\n",
    ),
}


@pytest.mark.parametrize(
    ("name", "data"),
    [(name, data) for name, inputs in FOUND.items() for data in inputs],
    ids=lambda value: f"{value!r:.30}",
)
def test_what_was_found_stays_mended(name: str, data: str | bytes) -> None:
    defect = attempt(TARGETS[name], data.encode() if isinstance(data, str) else data)

    assert defect is None, defect.told


def test_a_pattern_with_many_braces_means_a_bounded_number() -> None:
    assert list(alternatives("a{b,c}/{f,}")) == ["ab/f", "ab/", "ac/f", "ac/"]
    assert set(alternatives("a{b,c{d,e}}")) == {"ab", "acd", "ace"}
    with within(HANG):
        assert len([*alternatives(BRACES)]) == MAXIMUM_ALTERNATIVES


def test_stars_that_follow_each_other_walk_a_folder_once(tmp_path: Path) -> None:
    deep = "a/b/c/d/e/f/g/h"
    (tmp_path / deep / "q").mkdir(parents=True)

    with within(HANG):
        found = folders(Files(tmp_path), "**/" * 20 + "q")
        all_of_them = folders(Files(tmp_path), "**")

    assert found == (f"{deep}/q",)
    assert all_of_them == tuple(deep[:end] for end in range(1, len(deep) + 1, 2))


def test_stars_among_links_that_lead_back_come_to_an_end(tmp_path: Path) -> None:
    places = f'FactoryBot.definition_file_paths = ["{"*/" * 30}x", "spec/*/mine"]\n'
    root = Repo(files={"spec/support/x.rb": places, "spec/more/mine.rb": ""}).write(tmp_path / "repo")
    for name in "ab":
        (root / name).symlink_to(".")

    with within(HANG):
        found = set(find_files(Files(root)))

    assert "spec/more/mine.rb" in found


def test_a_name_is_held_against_many_stars_in_time() -> None:
    name = "app/jobs/" + "a" * 200

    with within(HANG):
        assert not matches(name, "app/jobs/" + "*[a-z]" * 60 + "?Z")
        assert not matches(name, "**/" * 60 + "*a*a*a*a*a*a*a*a*a*a*b")
        assert matches(name, "**/" * 60 + "*a*a*a*a*a*a")


@pytest.mark.parametrize(
    ("pattern", "taught"),
    [
        (r"/^(.*)foo$/i", True),
        (r"/(x|ch|ss|sh)es$/", True),
        (r"/([ti])a+[*+{?|]*$/", True),
        (r"/(a)\+\*\{/", True),
        ("/(a|b)+$/", False),
        ("/(a|b){2,}$/", False),
        ("/a*b*c*$/", False),
        ("/" + "a?" * 17 + "/", False),
    ],
)
def test_a_rule_that_takes_long_for_some_word_is_left_out(tmp_path: Path, pattern: str, *, taught: bool) -> None:
    text = f"ActiveSupport::Inflector.inflections(:en) do |inflect|\n  inflect.plural {pattern}, 'x'\nend\n"
    root = Repo(files={"config/initializers/inflections.rb": text}).write(tmp_path / "repo")

    rules = RailsApp(root, None).inflections.plurals

    assert len(rules) == taught
    assert all(isinstance(rule, Rule) for rule in rules)


def test_a_state_is_no_regular_expression(tmp_path: Path) -> None:
    states = "    state :'a.'\n    state :ab, initial: true\n"
    model = f"class Order < ApplicationRecord\n  aasm column: :state do\n{states}  end\nend\n"
    root = Repo(files={"app/models/order.rb": model}).write(tmp_path / "repo")

    found = RailsApp(root, None).values_of("Order", "state")

    assert found
    assert found.values == ("ab", "a.")  # the initial one is the first


def test_a_list_that_is_nested_too_deep_proves_nothing(tmp_path: Path) -> None:
    model = "class Order < ApplicationRecord\n  enum :state, [{}:a{}, :b]\nend\n"
    deep, plain = model.format("[" * 60, "]" * 60), model.format("", "")

    told = [
        sidekiq_gen(
            Repo(files={"app/models/order.rb": text}).write(tmp_path / str(number)),
            *"job SettleOrder --check-then-act state=c:d --no-input".split(),
        )
        for number, text in enumerate((deep, plain))
    ]

    assert [one.status for one in told] == [0, 1]
    assert "does not let state be" in told[1].err
