"""The covering pairs: which are missing, and the rows that cover them. `make pairs` adds these to those there are.

    python -m support.pairs

A row that is there keeps its name and its values for good. A factor that it does not name is absent in it.
"""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from support.cases import ABSENT, FACTORS, PAIRS, allowed, rows_of_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Row: TypeAlias = "dict[str, str]"
Pair: TypeAlias = "frozenset[tuple[str, str]]"
Factors: TypeAlias = "Mapping[str, tuple[str, ...]]"


def completed(row: Mapping[str, str], factors: Factors) -> Row | None:
    """The row with a value for every factor, the first that will do; None where that is impossible."""
    if not allowed(row):
        return None
    open_factor = next((name for name in factors if name not in row), None)
    if open_factor is None:
        return dict(row)
    rows = (completed({**row, open_factor: value}, factors) for value in factors[open_factor])
    return next((found for found in rows if found), None)


def missing(rows: Iterable[Mapping[str, str]], factors: Factors) -> list[Pair]:
    """Every two values that can meet and do so in no row, in a stable order."""
    covered = {pair for row in rows for pair in _pairs_of({**_absent(factors), **row})}
    return [pair for pair in _all_pairs(factors) if pair not in covered and completed(dict(pair), factors)]


def additions(rows: Mapping[str, Row], factors: Factors) -> dict[str, Row]:
    """More rows, so that every two values that can meet do so somewhere; none where nothing is missing."""
    wanted = dict.fromkeys(missing(rows.values(), factors))
    made: dict[str, Row] = {}
    number = 1 + max((int(name.rpartition("-")[2]) for name in rows), default=-1)
    while wanted:
        row = dict(sorted(next(iter(wanted))))
        for name in factors:
            if name not in row:
                row[name] = max(
                    (value for value in factors[name] if completed({**row, name: value}, factors)),
                    key=lambda value, name=name: len(wanted.keys() & _pairs_with(row, name, value)),  # type: ignore[misc]
                )
        for pair in _pairs_of(row):
            wanted.pop(pair, None)
        made[f"pair-{number + len(made):03}"] = {name: row[name] for name in factors if row[name] != ABSENT.get(name)}
    return made


def text(rows: Mapping[str, Row]) -> str:
    """The file: a line for each row."""
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    return f"{{\n{lines}\n}}\n"


def _absent(factors: Factors) -> Row:
    """The value of each factor in a row that does not name it."""
    return {name: ABSENT.get(name, values[0]) for name, values in factors.items()}


def _pairs_of(row: Mapping[str, str]) -> Iterator[Pair]:
    return (frozenset(two) for two in combinations(row.items(), 2))


def _pairs_with(row: Mapping[str, str], name: str, value: str) -> set[Pair]:
    return {frozenset((known, (name, value))) for known in row.items()}


def _all_pairs(factors: Factors) -> Iterator[Pair]:
    for one, other in combinations(factors, 2):
        for first in factors[one]:
            yield from (frozenset(((one, first), (other, second))) for second in factors[other])


if __name__ == "__main__":
    there = rows_of_pairs()
    PAIRS.write_text(text(there | additions(there, FACTORS)), encoding="utf-8")
