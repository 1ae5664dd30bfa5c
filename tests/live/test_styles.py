"""What is rendered for a house of each style, before RuboCop with that style; each style sees a third of all cases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from live.rubocop import SETTINGS, lay_out, rubocop
from support.cases import all_cases

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant

COMMAS = ("Style/TrailingCommaInArguments", "Style/TrailingCommaInArrayLiteral", "Style/TrailingCommaInHashLiteral")
STYLES: Mapping[str, Mapping[str, object]] = {
    "outdented, with commas, %w and brackets": {
        "AllCops": {"NewCops": "disable", "TargetRubyVersion": 2.7, "TargetRailsVersion": 6.1},
        "Layout/AccessModifierIndentation": {"EnforcedStyle": "outdent"},
        "Layout/LineLength": {"Enabled": False},
        "Layout/SpaceInsideArrayLiteralBrackets": {"EnforcedStyle": "space"},
        "Style/MethodCallWithArgsParentheses": {"Enabled": True, "Exclude": ["**/spec/**/*", "**/test/**/*"]},
        "Style/WordArray": {"MinSize": 0},
        "Rails/SkipsModelValidations": {"AllowedMethods": ["update_column"]},
        **{cop: {"EnforcedStyleForMultiline": "comma"} for cop in COMMAS},
    },
    "without spaces, of few words": {
        "Layout/ArgumentAlignment": {"EnforcedStyle": "with_fixed_indentation"},
        "Layout/FirstHashElementIndentation": {"EnforcedStyle": "consistent"},
        "Layout/MultilineMethodCallIndentation": {"EnforcedStyle": "indented"},
        "Layout/SpaceAroundEqualsInParameterDefault": {"EnforcedStyle": "no_space"},
        "Layout/SpaceInsideBlockBraces": {"SpaceBeforeBlockParameters": False},
        "Layout/SpaceInsideHashLiteralBraces": {"EnforcedStyle": "no_space"},
        "Rails/RefuteMethods": {"EnforcedStyle": "refute"},
        "Rails/SkipsModelValidations": {"Enabled": False},
        "Style/LambdaCall": {"EnforcedStyle": "braces"},
        "Style/RescueStandardError": {"EnforcedStyle": "implicit"},
    },
    "indented, narrow, in single quotes": {
        "AllCops": {"NewCops": "enable", "TargetRubyVersion": 3.1, "TargetRailsVersion": 6.1},
        "Layout/EmptyLinesAroundAccessModifier": {"EnforcedStyle": "only_before"},
        "Layout/IndentationConsistency": {"EnforcedStyle": "indented_internal_methods"},
        "Layout/LineLength": {"Max": 110},
        "Style/HashSyntax": {"EnforcedShorthandSyntax": "always"},
        "Style/StringLiterals": {"EnforcedStyle": "single_quotes"},
        **{cop: {"EnforcedStyleForMultiline": "consistent_comma"} for cop in COMMAS},
    },
}
GEMS = {"rubocop": "1.91.0", "rubocop-rails": "2.38.0"}


@pytest.mark.parametrize("style", STYLES)
def test_rubocop_finds_nothing_in_a_house_of_this_style(
    processes: Processes, forky: Variant, tmp_path: Path, promise: Note, style: str
) -> None:
    settings, folder = {**SETTINGS, **STYLES[style]}, tmp_path / "rendered"
    turn = list(STYLES).index(style)
    for case in all_cases()[turn :: len(STYLES)]:
        files = {**case.repo.files, ".rubocop.yml": yaml.safe_dump(settings)}
        repo = replace(case.repo, quotes=None, comment=None, rails_cops=False, files=files, gems=case.repo.gems | GEMS)
        lay_out(folder / case.name, [replace(case, repo=repo).render(tmp_path / "repos" / case.name)])

    offenses = rubocop(processes, forky, folder, settings)

    files_seen = len(list(folder.rglob("*.rb")))
    promise(
        forky,
        "all",
        "every combination, each in one style",
        f"RuboCop finds nothing in a house that writes {style}",
        files_seen,
    )
    assert [str(offense) for offense in offenses] == []
    assert files_seen > 200


def test_rubocop_would_find_the_form_of_the_templates(processes: Processes, forky: Variant, tmp_path: Path) -> None:
    # A job with a default, a rescue, a hash and private methods.
    case = next(case for case in all_cases() if "--kind claim" in case.arguments)
    for style, settings in STYLES.items():
        folder = lay_out(tmp_path / style.split(",")[0], [case.render(tmp_path / "repos" / style.split(",")[0])])

        assert rubocop(processes, forky, folder, {**SETTINGS, **settings})
