"""Every kind and every pattern is there in full, and one that is not is named with what it lacks."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.flags import Flag
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.base import Pattern
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from support.evidence import OF_PATTERNS, ROOT, WORDS, Evidence, lacking, scenarios

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp

EVIDENCE = Evidence.gather()


class Timeout(Pattern[Any]):
    name = "time-out"
    group = "fail"
    layer = "work"
    example = 5
    summary = paragraph = avoid = cost = "..."
    flags = (Flag("--time-out", "", "number"), Flag("--time-out-in", "", "choice", choices=("work",)))

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> Any:
        raise NotImplementedError


FULL = Evidence(
    frozenset(f"common/patterns/time_out/{part}.rb.j2" for part in ("job", "rspec", "minitest")),
    frozenset({"--time-out", "--time-out-in"}),
    frozenset({"--time-out"}),
    frozenset({"time-out"}),
    frozenset({"--time-out", "--time-out-in"}),
    frozenset({"time-out"}),
)
# One for each thing that can be left out, and how it is named.
WITHOUT = [
    ("templates", "common/patterns/time_out/job.rb.j2", "patterns/time_out/job.rb.j2"),
    ("templates", "common/patterns/time_out/rspec.rb.j2", "patterns/time_out/rspec.rb.j2"),
    ("templates", "common/patterns/time_out/minitest.rb.j2", "patterns/time_out/minitest.rb.j2"),
    ("cases", "--time-out", "tests/support/cases.py: --time-out"),
    ("cases", "--time-out-in", "tests/support/cases.py: --time-out-in"),
    ("fuzzed", "--time-out", "tests/support/fuzzing.py: --time-out"),
    ("scenarios", "time-out", 'scenario("time-out")'),
    ("page", "--time-out-in", "docs/job.md: --time-out-in"),
    ("rows", "time-out", "docs/live.md"),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_there_in_full(kind: Kind[Any]) -> None:
    assert list(lacking(kind, "kinds", EVIDENCE)) == []


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_a_pattern_is_there_in_full(pattern: Pattern[Any]) -> None:
    assert list(lacking(pattern, "patterns", EVIDENCE)) == []


def test_no_promise_is_broken() -> None:
    rows = json.loads((ROOT / "docs/live.json").read_text(encoding="utf-8"))

    assert [row for row in rows if row["result"] == "broken"] == []


def test_what_has_everything_lacks_nothing() -> None:
    assert list(lacking(Timeout(), "patterns", FULL)) == []


@pytest.mark.parametrize(("field", "left_out", "named"), WITHOUT)
def test_what_is_left_out_is_named(field: str, left_out: str, named: str) -> None:
    evidence = replace(FULL, **{field: getattr(FULL, field) - {left_out}})

    found = list(lacking(Timeout(), "patterns", evidence))

    assert found
    assert all(named in lack for lack in found)


@pytest.mark.parametrize("word", [*WORDS, *OF_PATTERNS])
def test_a_word_that_a_class_lacks_is_named(word: str) -> None:
    named = {key: value for key, value in vars(Timeout).items() if key != word}

    found = list(lacking(type("Timeout", (Pattern,), named)(), "patterns", FULL))

    assert found == [f"the attribute {word} in its class"]


def test_each_piece_of_evidence_can_be_left_out() -> None:
    assert {field for field, _, _ in WITHOUT} == {field.name for field in fields(Evidence)}


def test_a_template_in_one_tree_is_none_for_the_others() -> None:
    moved = {path.replace("common/", "8/") for path in FULL.templates}

    found = list(lacking(Timeout(), "patterns", replace(FULL, templates=frozenset(moved))))

    assert len(found) == 6
    assert not any(lack.endswith("templates/8") for lack in found)


def test_a_shape_without_a_template_is_named() -> None:
    class Shaped(Timeout):
        shapes = ("early", "late")

    early = frozenset(path.replace("time_out/", "time_out/early/") for path in FULL.templates)

    found = list(lacking(Shaped(), "patterns", replace(FULL, templates=early)))

    assert len(found) == 3
    assert all("time_out/late/" in lack for lack in found)
    assert list(lacking(Shaped(), "patterns", FULL)) == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('@pytest.mark.scenario("a", "b")\ndef test_x(promise):\n    promise("a")\n', {"a", "b"}),
        ('@pytest.mark.scenario("a")\ndef test_x(promise):\n    """promise("a")"""\n', set()),
        ('# @pytest.mark.scenario("a")\ndef test_x(promise):\n    promise("a")\n', set()),
        ('@pytest.mark.scenario("a")\ndef helper(promise):\n    promise("a")\n', set()),
    ],
)
def test_a_scenario_is_a_test_that_makes_a_promise(source: str, names: set[str]) -> None:
    assert scenarios(source) == names
