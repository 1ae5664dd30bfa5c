"""Every rule of `check --against` finds its bad example, and nothing in its good one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.parsing import parse
from sidekiq_gen.check.rules import catalogue as check_rules
from sidekiq_gen.deploys.against import compare
from sidekiq_gen.deploys.rules.catalogue import BY_CODE, RULES
from sidekiq_gen.rails.project import Where, detect_project
from support.deploys import changed

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.check.rule import Finding
    from sidekiq_gen.deploys.rule import ChangeRule, Deploy

by_code = pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])


def findings(example: Deploy, root: Path, rules: list[ChangeRule]) -> list[Finding]:
    changed(example, example.before, root)
    return compare(detect_project(Where(root=root), root), "HEAD", rules)


@by_code
def test_the_bad_example_is_found(rule: ChangeRule, tmp_path: Path) -> None:
    found = findings(rule.bad, tmp_path, [rule])
    assert {one.code for one in found} == {rule.code}
    assert all(one.path in {**rule.bad.files, **rule.bad.before} for one in found)


@by_code
def test_nothing_at_all_is_found_in_the_good_example(rule: ChangeRule, tmp_path: Path) -> None:
    assert findings(rule.good, tmp_path, list(RULES)) == []


@by_code
@pytest.mark.parametrize("side", ["bad", "good"])
def test_examples_are_ruby(rule: ChangeRule, side: str) -> None:
    example: Deploy = getattr(rule, side)
    texts = [*example.files.items(), *example.before.items()]
    assert [path for path, text in texts if path.endswith(".rb") and parse(text.encode()).has_error] == []


@by_code
def test_a_rule_says_what_it_is(rule: ChangeRule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.code)
    assert rule.severity in {"error", "warning", "note"}
    for sentence in (rule.why, rule.way_out):
        assert sentence.endswith(".")
    assert not rule.title.endswith(".")
    assert rule.source


def test_codes_are_used_once() -> None:
    assert len(BY_CODE) == len(RULES)
    assert not BY_CODE.keys() & check_rules.BY_CODE.keys()
