"""docs/common-advice.md names a proof for each statement, and rules that find what it is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sidekiq_gen.check.rules.catalogue import BY_CODE
from support.rules import findings

PAGE = (Path(__file__).parents[2] / "docs/common-advice.md").read_text(encoding="utf-8")
ADVICE = {title: text for title, _, text in (part.partition("\n") for part in PAGE.split("\n### ")[1:])}
RULES = [re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", rule) for rule in re.findall(r"^- Rule: (.*)$", PAGE, re.MULTILINE)]
NAMED = sorted({code for codes in RULES for code in codes} & BY_CODE.keys())


def test_each_statement_has_a_proof_and_says_which_rule_finds_it() -> None:
    assert [
        title for title, text in ADVICE.items() if len(re.findall(r"^- (?:Proof|Rule): \S", text, re.MULTILINE)) != 2
    ] == []
    assert len(ADVICE) == len(RULES) == 30


def test_each_rule_that_is_named_exists() -> None:
    known = BY_CODE.keys() | {"discard-runs-death-handlers", "rails-pair", "sidekiq-gen"}  # codes of `upgrade --to`

    assert [code for codes in RULES for code in codes if code not in known] == []
    assert len(NAMED) > 20


@pytest.mark.parametrize("code", NAMED)
def test_each_rule_that_is_named_finds_its_bad_example_alone(code: str, tmp_path: Path) -> None:
    rule = BY_CODE[code]

    assert rule.on
    assert {one.code for one in findings(rule.bad, tmp_path / "bad", [rule])} == {code}
    assert findings(rule.good, tmp_path / "good", [rule]) == []
