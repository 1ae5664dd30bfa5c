"""Everything that is rendered in tests, seen by the real Ruby and the real RuboCop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pages.runs import Runs, texts
from pages.runs import cases as page_cases
from sidekiq_gen.testing import ruby
from sidekiq_gen.testing.ruby import linted, parsed
from support.cases import ABSENT, PATTERN_FACTORS, Case, all_cases, alone, pairs, rows, rows_of_pairs
from support.clean import Clean, rubocop_version
from support.install_cases import InstallCase, install_cases
from support.tools import require

PARTS = 2  # of a style
AT_ONCE = 200  # texts: no process may take longer than testing.ruby.LONGEST, on a busy machine either
HOW = "apt-get install ruby rubocop"
FIRST, *OTHERS = STYLES = [("double", "always"), ("single", "never"), ("single", "always"), ("double", "never")]


def cases(quotes: str, comment: str) -> list[Case]:
    """In the first style all cases, in the second what one tree has alone; each covering pair in the style it has.

    The pairs combine every value of every pattern with both quotes, and with and without the comment.
    """
    chosen: list[Case] = []
    if (quotes, comment) == FIRST:
        chosen = [case for case in all_cases() if not case.name.startswith("pair-")]
    elif (quotes, comment) == OTHERS[0]:
        chosen = [case for case in (*alone(), *rows()) if case.name.startswith("7-")]
    styled = [replace(case, repo=replace(case.repo, quotes=quotes, comment=comment == "always")) for case in chosen]
    return styled + [case for case in pairs() if (case.repo.quotes, case.repo.comment) == (quotes, comment == "always")]


def installs(quotes: str, comment: str) -> list[InstallCase]:
    chosen = install_cases() if (quotes, comment) in STYLES[:2] else []
    return [case.styled(quotes, comment=comment == "always") for case in chosen]


# A text that several cases render is looked at once, and not again as long as RuboCop is the same.
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("quotes", "comment"), STYLES)
def test_ruby_and_rubocop_have_nothing_to_say(
    tmp_path_factory: pytest.TempPathFactory, quotes: str, comment: str, part: int
) -> None:
    require("ruby", HOW), require("rubocop", HOW)
    every: list[Case | InstallCase] = [*cases(quotes, comment), *installs(quotes, comment)]
    texts: set[tuple[str, str]] = set()
    for case in every:
        rendered = case.render(tmp_path_factory.mktemp("repo"))
        assert len(rendered) > ("--kind fan-out" in case.line) * 2 + 1
        texts |= rendered.items()
    files = sorted(file for file in texts if file[0].endswith((".rb", ".rake")))[part::PARTS]
    assert files
    clean = Clean(f"{quotes}-{comment}-{part}", rubocop_version(), Path(ruby.__file__).read_text(encoding="utf-8"))
    unknown = clean.without(files)

    remarks = [(files[remark.text], remark) for remark in parsed([text for _, text in files])]
    for start in range(0, len(unknown), AT_ONCE):
        some = unknown[start : start + AT_ONCE]
        remarks += [(some[remark.text], remark) for remark in linted(some, quotes, comment)]

    assert remarks == []
    clean.keep(files)


def test_the_ruby_of_the_pages_is_ruby(tmp_path: Path) -> None:
    require("ruby", HOW)
    runs = Runs(tmp_path)
    shown = {text for name in page_cases() for files in texts(name, runs).values() for text in files.values()}

    assert parsed(sorted(shown)) == []
    assert len(shown) > 40


def test_every_case_is_seen_and_every_value_of_a_pair_in_both_styles() -> None:
    seen = {style: {case.name for case in cases(*style)} for style in STYLES}

    assert {name for names in seen.values() for name in names} == {case.name for case in all_cases()}
    for choice in range(2):
        for value in {style[choice] for style in STYLES}:
            names = {name for style in STYLES if style[choice] == value for name in seen[style]}
            rows = [row for name, row in rows_of_pairs().items() if name in names]
            found = {(factor, {**ABSENT, **row}[factor]) for row in rows for factor in PATTERN_FACTORS}
            assert found == {(factor, value) for factor, values in PATTERN_FACTORS.items() for value in values}


def test_rubocop_would_see_an_offense() -> None:
    require("rubocop", HOW)

    remarks = linted(
        [("job.rb", "class Job\n  def perform; end\nend\n"), ("other.rb", "# frozen_string_literal: true\n")]
    )

    assert {remark.text for remark in remarks} == {0}
    assert "Style/FrozenStringLiteralComment" in {remark.word for remark in remarks}


def test_ruby_would_see_an_error_and_a_warning() -> None:
    require("ruby", HOW)

    remarks = parsed(["class Job\nend\n", "def perform\n  one = 1\nend\n", "class Job\n"])

    assert [(remark.text, remark.word) for remark in remarks] == [(1, "ruby"), (2, "ruby")]
    assert "unused variable" in remarks[0].message


def test_ruby_would_see_that_data_is_code() -> None:
    require("ruby", HOW)
    data = ['x = "#PWNED"', "y = :'PWNED'", "# PWNED", 'z = "\\#{PWNED}"', "%w[PWNED]"]
    code = ['"#{PWNED}"', "`PWNED`", ":PWNED2; PWNED", "x = <<~TEXT\n  #{PWNED}\nTEXT", '"#$PWNED"']

    remarks = parsed([*data, *code], "PWNED")

    assert {remark.text for remark in remarks if remark.word == "code"} == {*range(len(data), len(data + code))}
