"""The covering pairs are frozen by name, and cover what there is."""

from __future__ import annotations

import pytest

from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.testing.pairs import Factors
from support.cases import ABSENT, FACTORS, PAIRS, PATTERN_FACTORS, allowed, pairs, rows_of_pairs
from support.pairs import OWN, text

ROWS = rows_of_pairs()


def test_every_two_values_that_can_meet_do_so() -> None:
    assert [dict(pair) for pair in OWN.missing(ROWS.values())] == [], "`make pairs` adds rows"


def test_without_a_row_some_pair_is_missing() -> None:
    unneeded = [name for name in ROWS if not OWN.missing([row for key, row in ROWS.items() if key != name])]

    assert len(unneeded) < len(ROWS) // 4


@pytest.mark.parametrize("name", ROWS)
def test_a_row_names_known_values_that_can_meet(name: str) -> None:
    unknown = {factor: value for factor, value in ROWS[name].items() if value not in FACTORS.get(factor, ())}

    assert unknown == {}
    assert set(FACTORS) - set(ABSENT) <= set(ROWS[name])
    assert allowed({**ABSENT, **ROWS[name]})


def test_the_file_is_as_it_would_be_written() -> None:
    assert PAIRS.read_text(encoding="utf-8") == text(ROWS)
    assert list(ROWS) == [f"pair-{number:03}" for number in range(len(ROWS))]


def test_a_new_pattern_adds_rows_and_changes_none() -> None:
    more = Factors({**FACTORS, "pace": ("none", "slow", "slower")}, ABSENT, allowed)

    added = more.additions(ROWS)

    assert not set(added) & set(ROWS)
    assert more.missing([*ROWS.values(), *added.values()]) == []
    assert {row["pace"] for row in added.values()} == {"slow", "slower"}
    assert len(added) < 25


def test_nothing_is_added_where_nothing_is_missing() -> None:
    assert OWN.additions(ROWS) == {}


def test_values_that_cannot_meet_are_not_asked_for() -> None:
    assert OWN.completed({"shape": "plain", "lock": "row"}) is None
    assert OWN.completed({"shape": "plain", "lock": "advisory"})


def test_every_flag_of_every_pattern_is_in_a_pair() -> None:
    values = " ".join(flags for factor in PATTERN_FACTORS.values() for flags in factor.values()).split()
    words = {word for case in pairs() for word in case.arguments.split()}

    flags = [flag.option for pattern in PATTERNS for flag in pattern.flags]
    assert [flag for flag in flags if flag not in values] == []
    assert [flag for flag in flags if flag not in words] == []
