from __future__ import annotations

import re
from itertools import product
from string import ascii_lowercase
from typing import Literal

import inflection
import pytest

from sidekiq_gen.plurals import plural, regular_plural, regular_singular, singular
from sidekiq_gen.rails.inflections import UNCOUNTABLE, Inflections, _of_rails

RULES = [*inflection.PLURALS, *inflection.SINGULARS]
# Whatever stands in a rule, with each of its choices, and what comes out of it.
PARTS = {
    part.lower() for pattern, becomes in RULES for text in (pattern, becomes) for part in re.findall(r"[A-Za-z]+", text)
}
WHOLE = (
    "child children person people man men woman women human humans sex sexes move moves zombie zombies ox oxen".split()
)
WHOLE += "mouse mice louse lice house houses spice quiz quizzes matrix status statuses bus buses virus octopus".split()
ENDINGS = {"".join(letters) for letters in product(ascii_lowercase, repeat=3)}
WORDS = sorted(
    {
        f"{before}{word}{behind}"
        for before in ("", "x", "xo")
        for word in {*PARTS, *WHOLE, *UNCOUNTABLE}
        for behind in ("", "s")
    }
    | {f"or{ending}" for ending in ENDINGS}
    | ENDINGS
)


def of_rails(word: str, number: Literal["plural", "singular"]) -> str:
    """What the rules make of a word, one after the other."""
    if any(re.search(rf"\b{re.escape(one)}\Z", word, re.IGNORECASE) for one in UNCOUNTABLE):
        return word
    for rule in _of_rails(number):
        if re.search(rule.pattern, word):
            return re.sub(rule.pattern, rule.replacement, word, count=1)
    return word


def test_a_word_that_is_told_by_its_end_becomes_what_the_rules_make_of_it() -> None:
    plurals = {word: found for word in WORDS if (found := regular_plural(word)) is not None}
    singulars = {word: found for word in WORDS if (found := regular_singular(word)) is not None}
    assert len(plurals) > 5_000
    assert len(singulars) > 5_000
    assert {word: inflection.pluralize(word) for word in plurals} == plurals
    assert {word: of_rails(word, "plural") for word in plurals} == plurals
    assert {word: inflection.singularize(word) for word in singulars} == singulars
    assert {word: of_rails(word, "singular") for word in singulars} == singulars


@pytest.mark.parametrize(
    ("one", "many"),
    [("order", "orders"), ("person", "people"), ("address", "addresses"), ("Payment", "Payments"), ("bus", "buses")],
)
def test_plurals_and_singulars_are_those_of_rails(one: str, many: str) -> None:
    assert (plural(one), singular(many), singular(one)) == (many, one, one)
    assert (Inflections().pluralize(one), Inflections().singularize(many)) == (many, one)


def test_most_words_of_a_schema_take_no_rule() -> None:
    words = "order customer payment product user account event item import refund job restaurant invoice".split()
    assert [word for word in words if regular_plural(word) is None] == []
    assert [word for word in words if regular_singular(f"{word}s") is None] == ["invoice"]
