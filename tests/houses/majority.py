"""What the house's own files show for each trait, and where a generated file departs from it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from houses.traits import SILENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from houses.files import RubyFile
    from houses.traits import Trait

_DEFAULT_QUEUE = re.compile(r"\bqueue(?:_as|:)[ (]*[:\"']default\b")
CLEAR = 0.6  # of the files that show the trait; below, or with fewer than FEW of them, a house has no convention
FEW = 3
MANY = 0.3


@dataclass(frozen=True)
class Departure:
    """A trait in which a generated file is not like the house's own: `14 of 15 have X, this has Y`."""

    trait: Trait
    house: str
    votes: int
    voters: int
    value: str
    lines: frozenset[int]

    def __str__(self) -> str:
        return f"{self.trait.name}: {self.value}, but {self.votes} of {self.voters} have {self.house}"


def departures(
    generated: RubyFile, own: Sequence[RubyFile], traits: Sequence[Trait], overruled: frozenset[str] = frozenset()
) -> list[Departure]:
    """Where a file departs from a clear majority: of its own namespace where that is one, else of the whole house.

    A job is like the others as well when it does as a clear majority of those that take arguments, or none, as it does;
    and it may be silent about an option where many are, or where that says the same as the few who name it.
    overruled: the cops that the house's own files offend, so that a majority of them does not count.
    """
    near = [file for file in own if file.namespace and file.namespace == generated.namespace]
    alike = [file for file in own if file.takes_arguments == generated.takes_arguments]
    found = []
    for trait in traits:
        seen = trait.read(generated)
        if seen is None or overruled.intersection(trait.cops):
            continue
        winner = _clear(near, trait) or _clear(own, trait)
        similar = _clear(alike, trait)
        if winner is None or seen.value in {winner[0], similar and similar[0]}:
            continue
        if seen.value != SILENT or not _may_be_silent(own, trait):
            found.append(Departure(trait, *winner, seen.value, seen.lines))
    return found


def has_majority(own: Sequence[RubyFile], trait: Trait) -> bool:
    """Whether a house has this convention at all."""
    return _clear(own, trait) is not None


def _may_be_silent(own: Sequence[RubyFile], trait: Trait) -> bool:
    """Whether many say nothing about an option, or most of those who want what silence says."""
    silent = sum(seen.value == SILENT for file in own if (seen := trait.read(file)))
    named = sum(bool(_DEFAULT_QUEUE.search(file.text)) for file in own)
    return _share(own, trait, SILENT) >= MANY or (trait.name == "queue" and silent > named)


def _share(files: Sequence[RubyFile], trait: Trait, value: str) -> float:
    """The part of the files that have a value, of those that show the trait."""
    values = [seen.value for file in files if (seen := trait.read(file))]
    return values.count(value) / len(values) if values else 0.0


def _clear(files: Sequence[RubyFile], trait: Trait) -> tuple[str, int, int] | None:
    """The value of a clear majority, its votes, and how many voted."""
    votes = Counter(seen.value for file in files if (seen := trait.read(file)))
    voters = sum(votes.values())
    if voters < FEW:
        return None
    value, count = votes.most_common(1)[0]
    return (value, count, voters) if count >= CLEAR * voters else None
