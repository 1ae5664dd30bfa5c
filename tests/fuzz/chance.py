"""Inputs by chance alone, without a guide: what a run of the tests takes, everywhere and in bounded time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

# What seldom stands in a file, and what ends, opens or escapes something in one of the languages that are read.
ODD = (
    *"\0|\x1b[31m|\x9b|\x7f|\r|\r\n|\n|\t|\u2028|\u202e|\ufeff|\U0001f600|\u00e9|\u0130|\u0660|--|../|/dev/zero|~".split(
        "|"
    ),
    *"#{|#{system('x')}|<%= x %>|%>|{{ x }}|{% x %}|\\|\"|'|`|$(x)|;|!!bool x|&a [*a]|*a|-1|0x|1e999".split("|"),
    "9" * 24,
)
RAW = (b"\xff", b"\xed\xa0\x80", b"\xc0\x80")  # no UTF-8
MANY = (2, 3, 10, 60, 400)


def mutant(chance: random.Random, seeds: Sequence[bytes], words: Sequence[str], longest: int) -> bytes:
    """A seed in which a few things are other than they were."""
    data = chance.choice(seeds)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 8))):
        data = _changed(chance, data, seeds, words)
    return data[:longest]


def _changed(chance: random.Random, data: bytes, seeds: Sequence[bytes], words: Sequence[str]) -> bytes:
    start, end = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    end = min(end, start + chance.choice((1, 4, 20, 200)))
    other = chance.choice(seeds)
    at = chance.randrange(len(other) + 1)
    new = chance.choice(
        (
            b"",
            data[start:end] * chance.choice(MANY),
            chance.choice(words).encode(),
            chance.choice(words).encode() * chance.choice(MANY),
            chance.choice(ODD).encode(),
            chance.choice(ODD).encode() * chance.choice(MANY),
            chance.choice(RAW),
            other[at : at + chance.choice((5, 50, 500))],
            data[:start][::-1][: chance.choice((1, 9))],
        )
    )
    kept = chance.choice((start, end))
    return data[:start] + new + data[kept:]
