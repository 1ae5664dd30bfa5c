"""What the linter asks for: which cops are on for which file, with which style, and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.house.globs import matches
from sidekiq_gen.sourced import Sourced
from support.linted import ALL, app

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/a_job.rb"
SPEC = "spec/jobs/a_job_spec.rb"
MODIFIER = "Layout/AccessModifierIndentation"
COMMA = "Style/TrailingCommaInArguments"
BRACES = "Layout/SpaceInsideHashLiteralBraces"
RESCUE = "Style/RescueStandardError"
NEW = "Layout/EmptyLinesAfterModuleInclusion"
WRITES = "Rails/SkipsModelValidations"
ZIP = "Performance/ZipWithoutBlock"


def rubocop(root: Path, settings: str, gems: str = ALL, **files: str) -> RailsApp:
    return app(root, gems, **{".rubocop.yml": settings}, **files)


@pytest.mark.parametrize(
    ("settings", "cop", "asks"),
    [
        ("", MODIFIER, True),
        (f"{MODIFIER}: {{Enabled: false}}", MODIFIER, False),
        ("Layout: {Enabled: false}", MODIFIER, False),
        (f"Layout: {{Enabled: false}}\n{MODIFIER}: {{Enabled: true}}", MODIFIER, True),
        ("AllCops: {DisabledByDefault: true}", MODIFIER, False),
        (f"AllCops: {{DisabledByDefault: true}}\n{MODIFIER}: {{EnforcedStyle: outdent}}", MODIFIER, True),
        ("AllCops: {DisabledByDefault: true}\nLayout: {Enabled: true}", MODIFIER, True),
        ("", NEW, False),
        ("AllCops: {NewCops: enable}", NEW, True),
        ("AllCops: {NewCops: enable}\nLayout: {NewCops: disable}", NEW, False),
        (f"{NEW}: {{Enabled: true}}", NEW, True),
        ("", WRITES, False),
        ("plugins: rubocop-rails", WRITES, True),
        ("require: [rubocop-rails, ./lib/own]", WRITES, True),
        ("plugins:\n- rubocop-rails: {setting: 1}", WRITES, True),
        ("plugins: rubocop-rails\nAllCops: {Exclude: ['app/jobs/*']}", WRITES, False),
        ("plugins: rubocop-rails\nRails: {Exclude: ['app/**/*']}", WRITES, False),
        (f"plugins: rubocop-rails\n{WRITES}: {{Exclude: [app/jobs/a_job.rb]}}", WRITES, False),
        (f"plugins: rubocop-rails\n{WRITES}: {{Exclude: [app/jobs/b_job.rb]}}", WRITES, True),
        (f"plugins: rubocop-rails\n{WRITES}: {{Include: ['lib/**/*.rb']}}", WRITES, False),
        (f"plugins: rubocop-rails\n{WRITES}: {{Include: ['{{app,lib}}/**/*.rb']}}", WRITES, True),
        ("AllCops: {Include: ['**/*.rake']}", MODIFIER, False),
        ("plugins: rubocop-rspec", "RSpec/NotToNot", False),
        ("", "Style/Unheard", None),
        ("Style/Unheard: {Enabled: true}", "Style/Unheard", True),
        ("Style: {Enabled: false}", "Style/Unheard", False),
        ("inherit_gem: {unheard: rubocop.yml}", MODIFIER, None),
        (f"inherit_gem: {{unheard: rubocop.yml}}\n{MODIFIER}: {{EnforcedStyle: indent}}", MODIFIER, True),
        ("inherit_from: https://gems.example/rubocop.yml", MODIFIER, None),
        ("inherit_from: missing.yml", MODIFIER, None),
        ("inherit_from: .rubocop.yml", MODIFIER, True),
        ("- [", MODIFIER, None),
        ("AllCops: nonsense\nLayout: 3\nplugins: {a: b}\ninherit_from: {a: b}\ninherit_mode: 3", MODIFIER, True),
        (f"base: &base {{Enabled: false}}\n{MODIFIER}: *base", MODIFIER, False),
        (f"base: &base\n  Enabled: false\n{MODIFIER}:\n  <<: *base", MODIFIER, False),
        (f"inherit_gem:\n{MODIFIER}:\nAllCops:\n", MODIFIER, True),
    ],
)
def test_whether_a_cop_is_on_for_a_job(tmp_path: Path, settings: str, cop: str, *, asks: bool | None) -> None:
    assert rubocop(tmp_path, settings).rules.asks(cop, JOB) is asks


def test_without_a_linter_nothing_is_known(tmp_path: Path) -> None:
    for rules in (app(tmp_path).rules, app(tmp_path, "rails").rules, RailsApp(tmp_path, None).rules):
        assert rules.asks(MODIFIER, JOB) is None
        assert rules.style(MODIFIER, JOB) is None
        assert rules.setting(MODIFIER, "Enabled") is None


def test_a_cop_of_a_gem_that_is_older_is_off(tmp_path: Path) -> None:
    settings = "AllCops: {NewCops: enable}"

    assert rubocop(tmp_path, settings, "rubocop=1.78.0").rules.asks(NEW, JOB) is False
    assert rubocop(tmp_path, settings, "rubocop=1.79.0").rules.asks(NEW, JOB) is True


GOVUK = "inherit_gem:\n  rubocop-govuk:\n  - config/default.yml\n  - config/rails.yml\n"
STYLES = (MODIFIER, COMMA, BRACES, RESCUE, "Style/StringLiterals", "Style/FrozenStringLiteralComment")


@pytest.mark.parametrize(
    ("settings", "gems", "styles"),
    [
        (GOVUK, ALL, ("outdent", "comma", "space", "explicit", "double_quotes", None)),
        ("", ALL, ("indent", "no_comma", "space", "explicit", "single_quotes", "always")),
        (
            "inherit_gem: {rubocop-shopify: rubocop.yml}",
            f"{ALL} rubocop-shopify=2.15.1",
            ("indent", "comma", "space", None, "double_quotes", "always_true"),
        ),
        (
            "inherit_gem: {rubocop-shopify: rubocop.yml}",
            f"{ALL} rubocop-shopify=3.0.1",
            ("indent", None, "space", None, None, "always_true"),
        ),
        (
            "inherit_gem: {rubocop-rails-omakase: rubocop.yml}",
            ALL,
            (None, "no_comma", "space", None, "double_quotes", None),
        ),
        (
            "require: standard\ninherit_gem: {standard: config/base.yml}",
            ALL,
            ("indent", "no_comma", "no_space", "implicit", "double_quotes", None),
        ),
        (
            "inherit_gem: {standard: config/base.yml}\nStyle/FrozenStringLiteralComment: {Enabled: true}",
            f"{ALL} standard!",
            ("indent", "no_comma", "no_space", "implicit", "double_quotes", "always"),
        ),
    ],
)
def test_what_the_shared_configurations_ask_for(
    tmp_path: Path, settings: str, gems: str, styles: tuple[str | None, ...]
) -> None:
    rules = rubocop(tmp_path, settings, gems).rules

    found = [rules.style(cop, JOB) for cop in STYLES]

    assert tuple(said.value if said else None for said in found) == styles


@pytest.mark.parametrize("files", [{}, {".rubocop.yml": f"# standard:\n{BRACES}: {{EnforcedStyle: space}}"}])
def test_standard_decides_where_no_configuration_of_rubocop_takes_it_over(
    tmp_path: Path, files: dict[str, str]
) -> None:
    house = app(tmp_path, f"{ALL} standard!", **files)

    assert house.linter == "standard"
    assert house.rules.style(BRACES, JOB) == Sourced("no_space", "repo", "standard")


def test_a_configuration_says_who_says_it(tmp_path: Path) -> None:
    rules = rubocop(tmp_path, GOVUK + f"{BRACES}: {{EnforcedStyle: no_space}}\n{RESCUE}: {{Enabled: true}}\n").rules

    assert rules.style(MODIFIER, JOB) == Sourced("outdent", "repo", "rubocop-govuk")
    assert rules.style(BRACES, JOB) == Sourced("no_space", "repo", ".rubocop.yml")
    assert rules.style(RESCUE, JOB) == Sourced("explicit", "repo", ".rubocop.yml")
    assert rules.style("Layout/IndentationConsistency", JOB) == Sourced("normal", "repo", "RuboCop's default")
    assert rules.setting("Layout/LineLength", "Enabled") == Sourced(value=False, origin="repo", reason="rubocop-govuk")
    assert rules.style(MODIFIER, JOB, "IndentationWidth") is None


def test_a_gem_that_the_gemfile_asks_for_counts_without_a_file(tmp_path: Path) -> None:
    assert app(tmp_path, "rubocop rubocop-govuk!").rules.style(MODIFIER, JOB) == Sourced(
        "outdent", "repo", "rubocop-govuk"
    )
    assert app(tmp_path, "rubocop rubocop-govuk").rules.style(MODIFIER, JOB) is None


@pytest.mark.parametrize(
    ("mode", "asks"),
    [
        ("", True),
        ("inherit_mode: {merge: [Exclude]}\n", False),
        ("inherit_mode: {merge: Exclude}\n", False),
        ("inherit_mode: {override: [Exclude]}\n", True),
    ],
)
def test_lists_are_put_together_where_the_mode_says_so(tmp_path: Path, mode: str, *, asks: bool) -> None:
    own = f"{mode}inherit_from: .rubocop_todo.yml\n{MODIFIER}:\n  Exclude: [lib/x.rb]\n"
    todo = f"{MODIFIER}:\n  Exclude: [app/jobs/a_job.rb]\n"

    rules = rubocop(tmp_path, own, **{".rubocop_todo.yml": todo}).rules

    assert rules.asks(MODIFIER, JOB) is asks
    assert rules.asks(MODIFIER, "lib/x.rb") is False


def test_the_mode_of_a_cop_counts_before_that_of_the_file(tmp_path: Path) -> None:
    own = (
        "inherit_mode: {merge: [Exclude]}\ninherit_from: base.yml\n"
        f"{MODIFIER}:\n  inherit_mode: {{override: [Exclude]}}\n  Exclude: [lib/x.rb]\n"
    )

    rules = rubocop(tmp_path, own, **{"base.yml": f"{MODIFIER}: {{Exclude: [{JOB}]}}\n"}).rules

    assert rules.asks(MODIFIER, JOB) is True


def test_a_department_that_is_switched_off_takes_back_what_was_inherited(tmp_path: Path) -> None:
    base = {"base.yml": f"{MODIFIER}: {{Enabled: true}}\n"}

    assert rubocop(tmp_path, "inherit_from: base.yml\nLayout: {Enabled: false}\n", **base).rules.asks(
        MODIFIER, JOB
    ) is (False)
    base = {"base.yml": "Layout: {Enabled: false}\n"}
    own = f"inherit_from: base.yml\n{MODIFIER}: {{Enabled: true}}\n"
    assert rubocop(tmp_path, own, **base).rules.asks(MODIFIER, JOB) is True

    base = {"base.yml": f"Layout: {{Enabled: false}}\n{MODIFIER}: {{Enabled: true}}\n"}
    own = "inherit_from: base.yml\nLayout: {Enabled: false}\n"
    assert rubocop(tmp_path, own, **base).rules.asks(MODIFIER, JOB) is True


def test_the_nearest_file_counts_and_patterns_are_relative_to_it(tmp_path: Path) -> None:
    rules = rubocop(
        tmp_path,
        f"{MODIFIER}: {{EnforcedStyle: outdent}}\n",
        **{
            "spec__.rubocop.yml": f"inherit_from: ../.rubocop.yml\n{COMMA}: {{Exclude: [jobs/*.rb]}}\n",
            "app__jobs__.rubocop.yml": f"inherit_from: ../house.yml\n{BRACES}: {{Exclude: [./a_job.rb]}}\n",
            "app__house.yml": f"{RESCUE}: {{Exclude: [app/jobs/a_job.rb]}}\n",
        },
    ).rules

    assert (rules.asks(COMMA, SPEC), rules.asks(COMMA, JOB)) == (False, True)
    assert rules.style(MODIFIER, SPEC) == Sourced("outdent", "repo", ".rubocop.yml")
    assert rules.style(MODIFIER, JOB) == Sourced("indent", "repo", "RuboCop's default")
    assert (rules.asks(BRACES, JOB), rules.asks(BRACES, "app/jobs/b_job.rb")) == (False, True)
    assert rules.asks(RESCUE, JOB) is False


def test_a_file_in_the_folder_for_configuration(tmp_path: Path) -> None:
    files = {".config__rubocop__config.yml": f"{MODIFIER}: {{EnforcedStyle: outdent}}\n"}

    assert app(tmp_path, **files).rules.style(MODIFIER, JOB) == Sourced("outdent", "repo", ".config/rubocop/config.yml")


def test_what_standard_is_told(tmp_path: Path) -> None:
    rules = app(
        tmp_path,
        f"{ALL} standard!",
        **{
            ".standard.yml": "ignore:\n- 'legacy/**/*'\n- app/jobs/a_job.rb:\n  - Style/StringLiterals\n"
            "extend_config: [.more.yml]\n",
            ".standard_todo.yml": f"ignore:\n- app/jobs/b_job.rb: [{BRACES}]\n",
            ".more.yml": f"plugins: rubocop-rspec\nRSpec/NotToNot: {{EnforcedStyle: to_not}}\n"
            f"{MODIFIER}: {{EnforcedStyle: outdent}}\n",
        },
    ).rules

    assert rules.asks("Style/StringLiterals", JOB) is False
    assert rules.asks("Style/StringLiterals", "legacy/app/a_job.rb") is False
    assert rules.style("Style/StringLiterals", "app/jobs/b_job.rb") == Sourced("double_quotes", "repo", "standard")
    assert (rules.asks(BRACES, JOB), rules.asks(BRACES, "app/jobs/b_job.rb")) == (True, False)
    assert rules.style("RSpec/NotToNot", SPEC) == Sourced("to_not", "repo", ".more.yml")
    assert rules.style(MODIFIER, JOB) == Sourced("indent", "repo", "standard")
    assert rules.asks(WRITES, JOB) is False


@pytest.mark.parametrize(
    ("settings", "minded"),
    [
        ("", "update_all update_column update_columns"),
        (f"{WRITES}: {{AllowedMethods: [update_all, update_columns]}}", "update_column"),
        (f"{WRITES}: {{Whitelist: [update_column]}}", "update_all update_columns"),
        (f"{WRITES}: {{ForbiddenMethods: [update_column]}}", "update_column"),
        (f"{WRITES}: {{Enabled: false}}", ""),
        ("inherit_gem: {rubocop-govuk: config/rails.yml}", ""),
    ],
)
def test_the_writes_that_are_minded(tmp_path: Path, settings: str, minded: str) -> None:
    rules = rubocop(tmp_path, f"plugins: rubocop-rails\n{settings}").rules

    assert [method for method in rules.minded(JOB) if method not in {"touch", "update_attribute"}] == minded.split()


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("app/a.rb", "app/a.rb", True),
        ("app", "app/a.rb", False),
        ("app/*", "app/a.rb", True),
        ("app/*", "app/jobs/a.rb", False),
        ("app/**", "app/jobs/a.rb", False),
        ("app/**/*", "app/jobs/a.rb", True),
        ("app/**/*.rb", "app/a.rb", True),
        ("**/a.rb", "a.rb", True),
        ("**/jobs/**/*", "packs/x/app/jobs/a.rb", True),
        ("{app,lib}/*.{rb,rake}", "lib/a.rake", True),
        ("{app,lib}/*.{rb,rake}", "spec/a.rb", False),
        ("db/migrate/201[0-9]*", "db/migrate/2019_x.rb", True),
        ("db/migrate/201[!0-8]*", "db/migrate/2017_x.rb", False),
        ("app/?.rb", "app/a.rb", True),
        ("app/[", "app/[", True),
        ("app/[z-a]", "app/b", False),
    ],
)
def test_patterns_for_files(pattern: str, path: str, *, meant: bool) -> None:
    assert matches(path, pattern) is meant
