from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.ruby import layout, literals
from support.command import sidekiq_gen
from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from sidekiq_gen.style import Quotes


@pytest.mark.parametrize(
    ("text", "quotes", "literal"),
    [
        ("payments", "double", '"payments"'),
        ("payments", "single", "'payments'"),
        ("order-#{order.id}", "single", '"order-#{order.id}"'),
        ("locktype = 'advisory'", "single", "\"locktype = 'advisory'\""),
        (r"a\nb", "single", r'"a\nb"'),
        (r"a\nb", "double", r'"a\nb"'),
        ("", "single", "''"),
        ("order #1", "single", "'order #1'"),
    ],
)
def test_a_literal_takes_the_quotes_of_the_repo_where_ruby_allows_them(text: str, quotes: Quotes, literal: str) -> None:
    assert literals.quote(text, quotes) == literal


QUOTES = Path(__file__).parents[1] / "fixtures/quotes"
DOUBLE, SINGLE = ((QUOTES / name).read_text(encoding="utf-8") for name in ("double.rb", "single.rb"))


@pytest.mark.parametrize(("source", "expected"), [*zip(DOUBLE.splitlines(), SINGLE.splitlines(), strict=True)])
def test_plain_literals_take_the_quotes_of_the_repo_and_nothing_else_does(source: str, expected: str) -> None:
    assert literals.in_quotes(source, "single") == expected
    assert literals.in_quotes(source, "double") == source
    assert literals.in_quotes(expected, "single") == expected


def test_a_guard_clause_that_is_too_long_becomes_a_block() -> None:
    line = '  return logger.warn("there is no Order #{order_id}") unless order'

    assert layout.fit(line, 70) == line
    assert layout.fit(line, 50) == (
        '  unless order\n    logger.warn("there is no Order #{order_id}")\n    return\n  end'
    )


def test_no_line_is_taken_for_the_end_of_another() -> None:
    assert literals.in_quotes(DOUBLE, "single") == SINGLE


def test_a_literal_inside_an_interpolation_ends_nothing() -> None:
    source = 'key = "order-#{hash["id"]}"; other = "b"'

    assert literals.in_quotes(source, "single") == """key = "order-#{hash["id"]}"; other = 'b'"""


def test_a_number_sign_alone_needs_no_double_quotes() -> None:
    assert literals.in_quotes('call("order #1")', "single") == "call('order #1')"


# The instructions that Ruby makes of each text, which hold the values of its literals.
COMPILE = """
require "json"
puts JSON.parse($stdin.read).map { |text| RubyVM::InstructionSequence.compile(text).disasm }.to_json
"""


def test_other_quotes_mean_the_same_to_ruby(tmp_path: Path) -> None:
    ruby = require("ruby", "apt-get install ruby")
    root = Repo(unique_jobs="8.0.10").write(tmp_path)
    flags = "--model Order --advisory-lock --lock-scope session --idempotency-key --discard-on Gone --on-exhausted"
    done = sidekiq_gen(root, "job", "ChargeCustomer", *flags.split(), "--unique", "until_executed", "--no-input")
    written = [(root / line.split()[1]).read_text(encoding="utf-8") for line in done.out.splitlines()]
    sources = [DOUBLE, 'call("a # b", "c")', *written]
    changed = [literals.in_quotes(source, "single") for source in sources]

    ran = subprocess.run(
        [ruby, "-W0", "-e", COMPILE],
        input=json.dumps([*sources, *changed]),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )

    meanings = json.loads(ran.stdout)
    assert len(written) == 2
    assert changed != sources
    assert meanings[: len(sources)] == meanings[len(sources) :]


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
        ("  { first: second_thing, one: two },", "  {\n    first: second_thing, one: two\n  },"),
        ("  { first: second_thing, last: one },", "  {\n    first: second_thing,\n    last: one\n  },"),
        ('  job = { "jid" => "1", "args" => [1] }', '  job = {\n    "jid" => "1", "args" => [1]\n  }'),
        ("  one_word_that_nobody_could_ever_break", "  one_word_that_nobody_could_ever_break"),
    ],
)
def test_a_line_that_is_too_long_is_broken_where_rubocop_would(line: str, fitted: str) -> None:
    assert layout.fit(line, 34) == fitted


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (
            "  retry_on Locked, attempts: 11, wait: ->(times) { times * rand(1.0) } do |job, error|",
            [
                "retry_on Locked,",
                "         attempts: 11,",
                "         wait: ->(times) { times * rand(1.0) } do |job, error|",
            ],
        ),
        (
            "  retry_on Locked, wait: ->(_times) { rand(90..116) }, attempts: 11",
            ["retry_on Locked,", "         wait: ->(_times) { rand(90..116) },", "         attempts: 11"],
        ),
        (
            "  other = @row.dup.tap { |row| row.code = random }.tap { |row| row.save! }",
            ["other = @row.dup.tap do |row|", "  row.code = random", "  row.save!", "end"],
        ),
        (
            "  rows = after ? remaining.where(Order.arel_table[:id].gt(after)) : remaining",
            [
                "rows = if after",
                "         remaining.where(Order.arel_table[:id].gt(after))",
                "       else",
                "         remaining",
                "       end",
            ],
        ),
        (
            "  expect([order, another].map { |order| order.reload.paid_at? }).to contain_exactly(true, false)",
            [
                "expect(",
                "  [order, another].map { |order| order.reload.paid_at? }",
                ").to contain_exactly(true, false)",
            ],
        ),
        (
            "  ids = [order, Order.new(reference: reference_of_order)].map(&:id).sort",
            ["ids = [", "  order, Order.new(reference: reference_of_order)", "].map(&:id).sort"],
        ),
        (
            '  "class" => self.class.name, "jid" => jid, "created_at" => created_at,',
            ['"class" => self.class.name,', '"jid" => jid,', '"created_at" => created_at,'],
        ),
    ],
)
def test_a_statement_that_is_too_long_takes_the_form_that_rubocop_wants(line: str, lines: list[str]) -> None:
    assert layout.fit(line, len(line)) == line
    assert layout.fit(line, 64) == "\n".join(f"  {one}" for one in lines)


def test_a_line_of_arguments_that_begins_with_a_hash_is_broken_between_them() -> None:
    line = '  { "jid" => "4f1d8a2b", "args" => [order.id, "text"] }, StandardError.new("connection lost")'

    assert layout.fit(line, 60).split("\n") == [
        '  { "jid" => "4f1d8a2b", "args" => [order.id, "text"] },',
        '  StandardError.new("connection lost")',
    ]


def test_a_text_that_is_too_long_goes_on_in_the_next_line_where_it_is_computed() -> None:
    line = 'call(key: "charge-#{Digest::SHA256.hexdigest([order.id, amount].to_json)}")'

    assert layout.fit(line, 70) == (
        'call(\n  key: "charge-" \\\n       "#{Digest::SHA256.hexdigest([order.id, amount].to_json)}"\n)'
    )
