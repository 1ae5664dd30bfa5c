"""Covering pairs: few rows of values in which every two values that can meet do so somewhere.

A row has a value for each factor, or leaves it out where that is absent. The search is greedy: each new row begins with
a pair that no row has yet and takes, factor by factor, the value that brings most of the others.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Row: TypeAlias = "dict[str, str]"
Pair: TypeAlias = "frozenset[tuple[str, str]]"


@dataclass(frozen=True)
class Factors:
    """What can be varied.

    values: of each factor, by its name. absent: of some, the value in a row that does not name it; of the others it is
    the first.
    allowed: whether values that meet in a row, or the first of them, can be had together.
    """

    values: Mapping[str, tuple[str, ...]]
    absent: Mapping[str, str]
    allowed: Callable[[Mapping[str, str]], bool]

    def completed(self, row: Mapping[str, str]) -> Row | None:
        """The row with a value for every factor, the first that will do; None where that is impossible."""
        if not self.allowed(row):
            return None
        open_factor = next((name for name in self.values if name not in row), None)
        if open_factor is None:
            return dict(row)
        rows = (self.completed({**row, open_factor: value}) for value in self.values[open_factor])
        return next((found for found in rows if found), None)

    def missing(self, rows: Iterable[Mapping[str, str]]) -> list[Pair]:
        """Every two values that can meet and do so in no row, in a stable order."""
        filled = {name: self.absent.get(name, values[0]) for name, values in self.values.items()}
        covered = {pair for row in rows for pair in _pairs_of({**filled, **row})}
        return [pair for pair in self._all_pairs() if pair not in covered and self.completed(dict(pair))]

    def additions(self, rows: Mapping[str, Row]) -> dict[str, Row]:
        """More rows, so that every two values that can meet do so somewhere; none where nothing is missing.

        rows: those there are, named with a number at the end: ``pair-007``; the new ones are counted on.
        """
        wanted = dict.fromkeys(self.missing(rows.values()))
        made: dict[str, Row] = {}
        number = 1 + max((int(name.rpartition("-")[2]) for name in rows), default=-1)
        while wanted:
            row = dict(sorted(next(iter(wanted))))
            for name in self.values:
                if name not in row:
                    row[name] = max(
                        (value for value in self.values[name] if self.completed({**row, name: value})),
                        key=lambda value, row=row, name=name: len(  # type: ignore[misc]
                            wanted.keys() & _pairs_with(row, name, value)
                        ),
                    )
            for pair in _pairs_of(row):
                wanted.pop(pair, None)
            named = {name: row[name] for name in self.values if row[name] != self.absent.get(name)}
            made[f"pair-{number + len(made):03}"] = named
        return made

    def _all_pairs(self) -> Iterator[Pair]:
        for one, other in combinations(self.values, 2):
            for first in self.values[one]:
                yield from (frozenset(((one, first), (other, second))) for second in self.values[other])


def _pairs_of(row: Row) -> Iterator[Pair]:
    return (frozenset(two) for two in combinations(row.items(), 2))


def _pairs_with(row: Row, name: str, value: str) -> set[Pair]:
    return {frozenset((known, (name, value))) for known in row.items()}
