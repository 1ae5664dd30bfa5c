"""Every rule of `check` finds its bad example, and nothing in its good one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.parsing import parse
from sidekiq_gen.check.rules.catalogue import BY_CODE, RULES
from support.rules import findings

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.check.rule import Example, Rule

by_code = pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])


@by_code
def test_the_bad_example_is_found(rule: Rule, tmp_path: Path) -> None:
    found = findings(rule.bad, tmp_path, [rule])
    assert {one.code for one in found} == {rule.code}
    assert all(one.path in rule.bad.files for one in found)


@by_code
def test_nothing_is_found_in_the_good_example(rule: Rule, tmp_path: Path) -> None:
    assert findings(rule.good, tmp_path, [rule]) == []


@by_code
@pytest.mark.parametrize("side", ["bad", "good"])
def test_examples_are_ruby(rule: Rule, side: str) -> None:
    example: Example = getattr(rule, side)
    assert [
        path for path, text in example.files.items() if path.endswith(".rb") and parse(text.encode()).has_error
    ] == []


@by_code
def test_a_rule_says_what_it_is(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.code)
    assert rule.severity in {"error", "warning", "note"}
    for sentence in (rule.why, rule.way_out):
        assert sentence.endswith(".")
    assert not rule.title.endswith(".")
    assert rule.source


def test_codes_are_used_once() -> None:
    assert len(BY_CODE) == len(RULES)
