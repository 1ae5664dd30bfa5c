"""The lines of code of a Ruby file are the same by the short way and by the long one."""

from __future__ import annotations

import random

import pytest

from sidekiq_gen.rails.code import code_lines, numbered_code_lines, usual_quotes

PARTS = ("class A", "  # no code", "  #{word}", "#", "", "   ", "\t", "  x = 'a'", '  y = "b"', "end", "=end", "\\" * 3)
LONGER = ("=begin", "__END__", "  a <<~SQL", "SQL", "  SQL", "x << 1", "  =begin", "# __END__")


@pytest.mark.parametrize("parts", [PARTS, PARTS + LONGER])
def test_the_short_way_leaves_out_what_the_long_one_does(parts: tuple[str, ...]) -> None:
    chance = random.Random(13)  # noqa: S311 - the same texts each time
    texts = ["\n".join(chance.choices(parts, k=chance.randrange(12))) for _ in range(400)]

    assert [list(code_lines(text)) for text in texts] == [
        [line for _, line in numbered_code_lines(text)] for text in texts
    ]


def test_quotes_in_lines_that_are_full_of_escapes_are_not_counted() -> None:
    lines = ["'a'", "'b'", '"' + "\\x" * 60 + '"', *['"c"' + "\\" * 30] * 2]

    assert usual_quotes(lines[:3]) == "single"
    assert usual_quotes(lines) is None
