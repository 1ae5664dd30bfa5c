"""The configurations that come as gems, of the cops in `cops.COPS`.

Sources: rubocop-govuk v5.2.1 config/*.yml, rubocop-shopify v2.15.1 and v3.0.1 rubocop.yml, rubocop-rails-omakase v1.1.0
rubocop.yml, standard v1.54.0 config/base.yml and config/default.yml, standard-custom v1.0.2 and standard-performance
v1.9.0 config/base.yml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.rails.house.cops import MULTILINE, STYLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.rails.lockfile import LockedGem

# A document of RuboCop's: what stands under the name of a cop, a department or a key for the whole.
Document = dict[str, Any]

_COMMAS = (
    "Style/TrailingCommaInArguments",
    "Style/TrailingCommaInArrayLiteral",
    "Style/TrailingCommaInHashLiteral",
)


def _on(names: str) -> Document:
    return {name: {"Enabled": True} for name in names.split()}


def _off(names: str) -> Document:
    return {name: {"Enabled": False} for name in names.split()}


_GOVUK: Mapping[str, Document] = {
    "config/default.yml": {
        **_off(
            "Layout/LineLength Layout/MultilineMethodCallIndentation Metrics/AbcSize Metrics/BlockLength"
            " Metrics/ClassLength Metrics/MethodLength Style/ClassAndModuleChildren Style/Documentation"
            " Style/FrozenStringLiteralComment",
        ),
        "AllCops": {"NewCops": "disable"},
        "Layout/AccessModifierIndentation": {"Enabled": True, STYLE: "outdent"},
        "Layout/FirstHashElementIndentation": {STYLE: "consistent"},
        "Style/StringLiterals": {STYLE: "double_quotes"},
        "Style/WordArray": {"MinSize": 0},
        **{name: {MULTILINE: "comma"} for name in _COMMAS},
    },
    "config/rails.yml": {
        "plugins": ["rubocop-rails"],
        "Rails": {"Enabled": True},
        "Rails/SaveBang": {"Enabled": True},
        "Rails/SkipsModelValidations": {"ForbiddenMethods": ["update_attribute"]},
        "Rails/TimeZone": {STYLE: "strict"},
    },
    "config/rspec.yml": {
        **_off(
            "RSpec/DescribeClass RSpec/ExampleLength RSpec/MessageSpies RSpec/MultipleExpectations"
            " RSpec/MultipleMemoizedHelpers RSpec/NestedGroups",
        ),
        "plugins": ["rubocop-rspec"],
        "RSpec/ContextWording": {"Prefixes": ["when", "with", "without", "and", "but"]},
        "RSpec/InstanceVariable": {"Exclude": ["spec/features/**/*.rb", "spec/system/**/*.rb"]},
    },
}
_SHOPIFY_2: Document = {
    **_off(
        "Metrics/AbcSize Metrics/BlockLength Metrics/ClassLength Metrics/MethodLength"
        " Naming/RescuedExceptionsVariableName Style/AccessModifierDeclarations Style/Documentation"
        " Style/RescueStandardError",
    ),
    "Layout/ArgumentAlignment": {STYLE: "with_fixed_indentation"},
    "Layout/FirstHashElementIndentation": {STYLE: "consistent"},
    "Layout/MultilineMethodCallIndentation": {STYLE: "indented"},
    "Style/FrozenStringLiteralComment": {STYLE: "always_true"},
    "Style/MethodCallWithArgsParentheses": {"Enabled": True, "AllowedMethods": ["raise"]},
    "Style/StringLiterals": {STYLE: "double_quotes"},
    "Style/SymbolArray": {STYLE: "brackets"},
    "Style/TrailingCommaInArguments": {MULTILINE: "comma"},
    "Style/TrailingCommaInArrayLiteral": {MULTILINE: "consistent_comma"},
    "Style/TrailingCommaInHashLiteral": {MULTILINE: "consistent_comma"},
    "Style/WordArray": {STYLE: "brackets"},
}
# From version 3 on it leaves all that a formatter decides to one.
_SHOPIFY: Document = {
    **_off(
        "Layout/EmptyLineAfterGuardClause Layout/EmptyLinesAfterModuleInclusion Layout/FirstHashElementIndentation"
        " Layout/HashAlignment Layout/LineLength Layout/MultilineMethodCallIndentation Lint/SuppressedException"
        " Lint/UnusedBlockArgument Metrics/AbcSize Metrics/BlockLength Metrics/ClassLength Metrics/MethodLength"
        " Naming/PredicateMethod Naming/RescuedExceptionsVariableName Style/AccessModifierDeclarations"
        " Style/ClassAndModuleChildren Style/Documentation Style/RescueStandardError Style/StringLiterals"
        " Style/SymbolArray Style/TrailingCommaInArguments Style/TrailingCommaInArrayLiteral"
        " Style/TrailingCommaInHashLiteral Style/WordArray",
    ),
    "AllCops": {"NewCops": "disable"},
    "Layout/ArgumentAlignment": {STYLE: "with_fixed_indentation"},
    "Style/FrozenStringLiteralComment": {STYLE: "always_true"},
}
_OMAKASE: Document = {
    **_off("Bundler Gemspec Layout Lint Metrics Naming Performance Rails Security Style"),
    **_on(
        "Layout/SpaceAroundEqualsInParameterDefault Style/HashSyntax Style/TrailingCommaInArguments"
        " Style/TrailingCommaInArrayLiteral Style/TrailingCommaInHashLiteral",
    ),
    "plugins": ["rubocop-performance", "rubocop-rails"],
    "Layout/IndentationConsistency": {"Enabled": False, STYLE: "indented_internal_methods"},
    "Layout/SpaceInsideArrayLiteralBrackets": {"Enabled": True, STYLE: "space"},
    "Layout/SpaceInsideHashLiteralBraces": {"Enabled": True, STYLE: "space"},
    "Style/StringLiterals": {
        "Enabled": True,
        STYLE: "double_quotes",
        "Include": ["app/**/*", "config/**/*", "lib/**/*", "test/**/*", "Gemfile", "db/seeds.rb"],
    },
}
_STANDARD: Document = {
    **_on(
        "Layout/EmptyLinesAfterModuleInclusion Layout/EmptyLinesAroundAccessModifier Performance/ZipWithoutBlock",
    ),
    **_off("Style/FrozenStringLiteralComment"),
    **{name: {"Enabled": True, MULTILINE: "no_comma"} for name in _COMMAS},
    "plugins": ["rubocop-performance"],
    "AllCops": {"DisabledByDefault": True},
    "Layout/AccessModifierIndentation": {"Enabled": True, STYLE: "indent"},
    "Layout/ArgumentAlignment": {"Enabled": True, STYLE: "with_fixed_indentation"},
    "Layout/FirstHashElementIndentation": {"Enabled": True, STYLE: "consistent"},
    "Layout/HashAlignment": {"Enabled": True},
    "Layout/IndentationConsistency": {"Enabled": True, STYLE: "normal"},
    "Layout/MultilineMethodCallIndentation": {"Enabled": True, STYLE: "indented"},
    "Layout/SpaceAroundEqualsInParameterDefault": {"Enabled": True, STYLE: "space"},
    "Layout/SpaceInsideArrayLiteralBrackets": {"Enabled": True, STYLE: "no_space"},
    "Layout/SpaceInsideHashLiteralBraces": {"Enabled": True, STYLE: "no_space"},
    "Style/HashSyntax": {"Enabled": True, STYLE: "ruby19_no_mixed_keys"},
    "Style/RescueStandardError": {"Enabled": True, STYLE: "implicit"},
    "Style/StringLiterals": {"Enabled": True, STYLE: "double_quotes"},
}
_ALL = {
    "rubocop-govuk": _GOVUK,
    "rubocop-rails-omakase": {"rubocop.yml": _OMAKASE},
    "rubocop-shopify": {"rubocop.yml": _SHOPIFY},
    "standard": {"config/base.yml": _STANDARD},
}
# The gems whose configuration counts where a repo has none of its own.
NAMES = ("standard", "rubocop-rails-omakase", "rubocop-govuk", "rubocop-shopify")


def shared(name: str, locked: LockedGem | None, path: str = "") -> Document | None:
    """One file of a gem's configuration, or that which it calls its main one; None for a gem that is not known."""
    files = _ALL.get(name)
    if not files:
        return None
    if name == "rubocop-shopify" and locked and locked.version.major < 3:  # noqa: PLR2004 - see _SHOPIFY
        return _SHOPIFY_2
    return files.get(path.removeprefix("./")) or next(iter(files.values()))
