"""What RuboCop and its extensions ask for where a repo says nothing, of the cops that jobs and specs meet.

Sources (config/default.yml of each): rubocop v1.89, rubocop-rails v2.38, rubocop-rspec v3.10.2, rubocop-performance
v1.26, rubocop-factory_bot v2.28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

STYLE = "EnforcedStyle"
MULTILINE = "EnforcedStyleForMultiline"
MAXIMUM = "Max"


@dataclass(frozen=True)
class Cop:
    """One cop by its defaults.

    enabled: ``pending`` where only ``NewCops: enable`` switches it on.
    key, value: the setting that says what it asks for, and what that is by default; None where there is none.
    since: the version of its gem that brought it; empty where each that is still in use has it.
    """

    enabled: bool | Literal["pending"] = True
    key: str = STYLE
    value: Any = None
    since: str = ""


# The gem that brings the cops of a department; all others are RuboCop's own.
GEMS: Mapping[str, str] = {
    "Capybara": "rubocop-capybara",
    "FactoryBot": "rubocop-factory_bot",
    "Minitest": "rubocop-minitest",
    "Performance": "rubocop-performance",
    "RSpec": "rubocop-rspec",
    "RSpecRails": "rubocop-rspec_rails",
    "Rails": "rubocop-rails",
}
# The files that the cops of a department look at; all files for any other.
INCLUDED: Mapping[str, tuple[str, ...]] = {
    "FactoryBot": ("**/*_spec.rb", "**/spec/**/*", "**/test/**/*"),
    "Minitest": ("**/test/**/*", "**/*_test.rb"),
    "RSpec": ("**/*_spec.rb", "**/spec/**/*"),
    "RSpecRails": ("**/*_spec.rb", "**/spec/**/*"),
}

_WRITES = ("touch", "update_all", "update_attribute", "update_column", "update_columns")

COPS: Mapping[str, Cop] = {
    "FactoryBot/CreateList": Cop(value="create_list"),
    "FactoryBot/SyntaxMethods": Cop("pending", since="2.22"),
    "Layout/AccessModifierIndentation": Cop(value="indent"),
    "Layout/ArgumentAlignment": Cop(value="with_first_argument"),
    "Layout/EmptyLineAfterGuardClause": Cop(),
    "Layout/EmptyLinesAfterModuleInclusion": Cop("pending", since="1.79"),
    "Layout/EmptyLinesAroundAccessModifier": Cop(value="around"),
    "Layout/FirstHashElementIndentation": Cop(value="special_inside_parentheses"),
    "Layout/HashAlignment": Cop(key="EnforcedColonStyle", value="key"),
    "Layout/IndentationConsistency": Cop(value="normal"),
    "Layout/LineLength": Cop(key=MAXIMUM, value=120),
    "Layout/MultilineMethodCallIndentation": Cop(value="aligned"),
    "Layout/SpaceAroundEqualsInParameterDefault": Cop(value="space"),
    "Layout/SpaceInsideArrayLiteralBrackets": Cop(value="no_space"),
    "Layout/SpaceInsideBlockBraces": Cop(key="SpaceBeforeBlockParameters", value=True),
    "Layout/SpaceInsideHashLiteralBraces": Cop(value="space"),
    "Lint/RedundantCopDisableDirective": Cop(),
    "Lint/SuppressedException": Cop(),
    "Lint/UnusedBlockArgument": Cop(),
    "Metrics/AbcSize": Cop(key=MAXIMUM, value=17),
    "Metrics/BlockLength": Cop(key=MAXIMUM, value=25),
    "Metrics/ClassLength": Cop(key=MAXIMUM, value=100),
    "Metrics/MethodLength": Cop(key=MAXIMUM, value=10),
    "Minitest/MultipleAssertions": Cop("pending", MAXIMUM, 3),
    "Naming/BlockForwarding": Cop("pending", value="anonymous", since="1.24"),
    "Naming/PredicateMethod": Cop("pending", since="1.76"),
    "Naming/RescuedExceptionsVariableName": Cop(key="PreferredName", value="e"),
    "Performance/ZipWithoutBlock": Cop("pending", since="1.24"),
    "RSpec/AnyInstance": Cop(),
    "RSpec/ContextWording": Cop(key="Prefixes", value=("when", "with", "without")),
    "RSpec/DescribeClass": Cop(),
    "RSpec/DescribedClass": Cop(value="described_class"),
    "RSpec/ExampleLength": Cop(key=MAXIMUM, value=5),
    "RSpec/ImplicitExpect": Cop(value="is_expected"),
    "RSpec/InstanceVariable": Cop(),
    "RSpec/LetSetup": Cop(),
    "RSpec/MessageSpies": Cop(value="have_received"),
    "RSpec/MultipleExpectations": Cop(key=MAXIMUM, value=1),
    "RSpec/MultipleMemoizedHelpers": Cop(key=MAXIMUM, value=5),
    "RSpec/NamedSubject": Cop(value="always"),
    "RSpec/NestedGroups": Cop(key=MAXIMUM, value=3),
    "RSpec/NotToNot": Cop(value="not_to"),
    "RSpec/StubbedMock": Cop(),
    "RSpec/SubjectStub": Cop(),
    "RSpec/VerifiedDoubles": Cop(),
    "Rails/ApplicationJob": Cop(),
    "Rails/RefuteMethods": Cop(value="assert_not"),
    "Rails/SaveBang": Cop(enabled=False),
    "Rails/SkipsModelValidations": Cop(key="ForbiddenMethods", value=_WRITES),
    "Rails/TimeZone": Cop(value="flexible"),
    "Style/AccessModifierDeclarations": Cop(value="group"),
    "Style/ClassAndModuleChildren": Cop(value="nested"),
    "Style/Documentation": Cop(),
    "Style/FrozenStringLiteralComment": Cop(value="always"),
    "Style/HashSyntax": Cop(value="ruby19"),
    "Style/LambdaCall": Cop(value="call"),
    "Style/MethodCallWithArgsParentheses": Cop(enabled=False, value="require_parentheses"),
    "Style/RescueStandardError": Cop(value="explicit"),
    "Style/StringLiterals": Cop(value="single_quotes"),
    "Style/SymbolArray": Cop(value="percent"),
    "Style/TrailingCommaInArguments": Cop(key=MULTILINE, value="no_comma"),
    "Style/TrailingCommaInArrayLiteral": Cop(key=MULTILINE, value="no_comma"),
    "Style/TrailingCommaInHashLiteral": Cop(key=MULTILINE, value="no_comma"),
    "Style/WordArray": Cop(value="percent"),
}
