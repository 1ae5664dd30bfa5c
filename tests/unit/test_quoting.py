"""Text on its way out: as Ruby, YAML and SQL, and onto a terminal. What the real Ruby reads is in tests/snapshots."""

from __future__ import annotations

import pytest

from sidekiq_gen.quoting import (
    is_constant,
    ruby_label,
    ruby_pairs,
    ruby_string,
    ruby_symbol,
    ruby_text,
    sql_string,
    visible,
    yaml_scalar,
)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("paid", '"paid"'),
        ("it's", '"it\'s"'),
        ('a"b', '"a\\"b"'),
        ("a\\b", '"a\\\\b"'),
        ("#{x} #$x #@x #x #", '"\\#{x} \\#$x \\#@x #x #"'),
        ("a\nb\tc\rd", '"a\\nb\\tc\\rd"'),
        ("\x1b\x9b\u202e\u2028", '"\\u001B\\u009B\\u202E\\u2028"'),
        ("gr\u00f6\u00dfe \U0001f600\U000e0041", '"gr\u00f6\u00dfe \U0001f600\\u{E0041}"'),
        ("\udcff\ud800", '"\\xFF\\xED\\xA0\\x80"'),
    ],
)
def test_a_string_of_ruby(text: str, literal: str) -> None:
    assert ruby_string(text) == literal


def test_the_inside_of_a_string_may_stand_before_anything() -> None:
    assert ruby_text("a#") == "a\\#"


@pytest.mark.parametrize(
    ("text", "symbol", "label"),
    [
        ("paid", ":paid", "paid"),
        ("paid?", ":paid?", '"paid?"'),
        ("on hold", ':"on hold"', '"on hold"'),
        ("1st", ':"1st"', '"1st"'),
        ("", ':""', '""'),
        ("gr\u00f6\u00dfe", ':"gr\u00f6\u00dfe"', '"gr\u00f6\u00dfe"'),
        ('x"', ':"x\\""', '"x\\""'),
    ],
)
def test_a_symbol_and_a_label(text: str, symbol: str, label: str) -> None:
    assert (ruby_symbol(text), ruby_label(text)) == (symbol, label)


def test_pairs() -> None:
    assert ruby_pairs([("id", "1"), ("on hold", "true")]) == 'id: 1, "on hold": true'


@pytest.mark.parametrize("text", ["Order", "Billing::Invoice", "A1_b"])
def test_a_constant(text: str) -> None:
    assert is_constant(text)


@pytest.mark.parametrize("text", ["eBay", "order", "Billing::", "::Order", "Billing::eBay", "\u00c4rger", "A\n", ""])
def test_no_constant(text: str) -> None:
    assert not is_constant(text)


@pytest.mark.parametrize(
    ("text", "scalar"),
    [
        ("default", "default"),
        ("low-priority", "low-priority"),
        ("within:colon", "within:colon"),
        ("Billing::HealthJob", "Billing::HealthJob"),
        ("ends:", '"ends:"'),
        ("Yes", '"Yes"'),
        ("10", '"10"'),
        (":symbol", '":symbol"'),
        ("*/5 * * * *", '"*/5 * * * *"'),
        ("<%= x %>", '"<\\x25= x \\x25>"'),
        ('a"\\\n\u2028\udcff', '"a\\"\\\\\\n\\u2028\\xFF"'),
    ],
)
def test_a_scalar_of_yaml(text: str, scalar: str) -> None:
    assert yaml_scalar(text) == scalar


def test_a_string_of_sql() -> None:
    assert sql_string("it's") == "'it''s'"


def test_what_a_terminal_is_shown() -> None:
    text = "gr\u00f6\u00dfe\tline\n\r\x1b\x7f\x9b\u061c\u200b\u200e\u202e\u2066\u2028\ufeff\udcff\ud800\U000e0041"

    assert visible(text) == (
        "gr\u00f6\u00dfe\tline\n\\x0d\\x1b\\x7f\\x9b\\u061c\\u200b\\u200e\\u202e\\u2066\\u2028\\ufeff\\xff\\ud800"
        "\\U000e0041"
    )
    assert visible("plain") == "plain"
