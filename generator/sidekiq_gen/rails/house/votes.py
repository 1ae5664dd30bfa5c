"""What most of the existing jobs do, and when a cop outvotes them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterable

V = TypeVar("V")
# So many jobs show whether a cop is kept: it is not where fewer than a tenth of them keep it.
ENOUGH = 5
TENTH = 10


def vote(votes: Iterable[V | None]) -> Sourced[V] | None:
    """What most of the jobs do; None for a tie, or when none has an opinion. None is no vote."""
    cast = list(votes)
    ranking = Counter(one for one in cast if one is not None).most_common(2)
    if not ranking or (ranking[1:] and ranking[0][1] == ranking[1][1]):
        return None
    winner, count = ranking[0]
    return Sourced(winner, "repo", f"{count} of {len(cast)} existing jobs")


def decide(said: Sourced[V] | None, votes: Iterable[V | None]) -> Sourced[V] | None:
    """What the linter says, else what most of the jobs do; a cop that hardly any of many jobs keeps says nothing."""
    cast = list(votes)
    seen = [one for one in cast if one is not None]
    if said and (len(seen) < ENOUGH or TENTH * seen.count(said.value) >= len(seen)):
        return said
    return vote(cast)
