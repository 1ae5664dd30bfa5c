"""Everything that is rendered in tests, seen by the real Ruby and the real RuboCop."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

import pytest

from sidekiq_gen.testing.ruby import linted, parsed
from support.cases import Case, all_cases, alone, pairs, rows
from support.install_cases import InstallCase, install_cases
from support.tools import require

HOW = "apt-get install ruby rubocop"
SHARES = 2
LEAST = 250  # texts in a share


def cases(quotes: str, comment: str) -> list[Case]:
    """All cases in the first style; in the other one what works through rows, the covering pairs, and one tree alone.

    The pairs combine every pattern with every tree.
    """
    one_tree = [case for case in alone() if case.name.startswith("7-")]
    chosen = all_cases() if (quotes, comment) == ("double", "always") else [*one_tree, *rows(), *pairs()]
    return [replace(case, repo=replace(case.repo, quotes=quotes, comment=comment == "always")) for case in chosen]


def installs(quotes: str, comment: str) -> list[InstallCase]:
    return [case.styled(quotes, comment=comment == "always") for case in install_cases()]


def share_of(name: str) -> int:
    """Which of the shares of the work a case belongs to: the trees share one, as they render many equal files."""
    return zlib.crc32(re.sub(r"\b(6\.5|7|8)-", "", name, count=1).encode()) % SHARES


# Two styles have each value of each choice. A text that several cases render is looked at once.
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize(("quotes", "comment"), [("double", "always"), ("single", "never")])
def test_ruby_and_rubocop_have_nothing_to_say(
    tmp_path_factory: pytest.TempPathFactory, quotes: str, comment: str, share: int
) -> None:
    require("ruby", HOW), require("rubocop", HOW)
    every: list[Case | InstallCase] = [*cases(quotes, comment), *installs(quotes, comment)]
    texts: set[tuple[str, str]] = set()
    for case in every:
        if share_of(case.name) != share:
            continue
        rendered = case.render(tmp_path_factory.mktemp("repo"))
        assert len(rendered) > ("--kind fan-out" in case.line) * 2 + 1
        texts |= rendered.items()
    files = sorted(file for file in texts if file[0].endswith((".rb", ".rake")))
    assert len(files) > LEAST

    remarks = [*parsed([text for _, text in files]), *linted(files, quotes, comment)]

    assert [(files[remark.text], remark) for remark in remarks] == []


def test_every_case_belongs_to_a_share() -> None:
    assert {share_of(case.name) for case in all_cases()} == set(range(SHARES))


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
