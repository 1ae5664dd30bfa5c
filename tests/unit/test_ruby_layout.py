from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.ruby import layout

if TYPE_CHECKING:
    from sidekiq_gen.style import Quotes


@pytest.mark.parametrize(
    ("text", "quotes", "literal"),
    [
        ("payments", "double", '"payments"'),
        ("payments", "single", "'payments'"),
        ("order-#{order.id}", "single", '"order-#{order.id}"'),
        ("locktype = 'advisory'", "single", "\"locktype = 'advisory'\""),
    ],
)
def test_a_literal_takes_the_quotes_of_the_repo_where_ruby_allows_them(text: str, quotes: Quotes, literal: str) -> None:
    assert layout.quote(text, quotes) == literal


@pytest.mark.parametrize(("number", "literal"), [(60, "60"), (3600, "3600"), (86_400, "86_400")])
def test_digits_are_grouped_from_five_on(number: int, literal: str) -> None:
    assert layout.integer(number) == literal


def test_sections_are_one_blank_line_apart_and_empty_ones_leave_no_trace() -> None:
    assert layout.sections("", "a\n", "\n", "\nb\nc") == "a\n\nb\nc"


def test_indenting_leaves_blank_lines_empty() -> None:
    assert layout.indent("a\n\nb", 2) == "    a\n\n    b"


@pytest.mark.parametrize(
    ("line", "fitted"),
    [
        ("  short(a, b)", "  short(a, b)"),
        ("  call(first, second) # the reasons", "  # the reasons\n  call(first, second)"),
        ('  tell("a # b, c", second_argument)', '  tell(\n    "a # b, c", second_argument\n  )'),
        (
            "  call(first_argument, second_argument, third)",
            "  call(\n    first_argument,\n    second_argument,\n    third\n  )",
        ),
        ("  outer(inner(a, b), [c, d]).then(last)", "  outer(inner(a, b), [c, d]).then(\n    last\n  )"),
        ("  assert_equal first_thing, second_thing", "  assert_equal first_thing,\n               second_thing"),
        ("  expect one[first_thing, second_thing]", "  expect one[\n    first_thing, second_thing\n  ]"),
        ("  { first: second_thing, last: one },", "  {\n    first: second_thing, last: one\n  },"),
        ("  one_word_that_nobody_could_ever_break", "  one_word_that_nobody_could_ever_break"),
    ],
)
def test_a_line_that_is_too_long_is_broken_where_rubocop_would(line: str, fitted: str) -> None:
    assert layout.fit(line, 34) == fitted


def test_a_line_of_arguments_that_begins_with_a_hash_is_broken_between_them() -> None:
    line = '  { "jid" => "4f1d8a2b", "args" => [order.id, "text"] }, StandardError.new("connection lost")'

    assert layout.fit(line, 60).split("\n") == [
        '  { "jid" => "4f1d8a2b", "args" => [order.id, "text"] },',
        '  StandardError.new("connection lost")',
    ]
