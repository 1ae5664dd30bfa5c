"""What most of the existing jobs do, and when a cop outvotes them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

V = TypeVar("V")
# Fewer votes are a small sample; a smaller share of them is a close vote.
SAMPLE = 3
CLEAR = 0.6
# So many jobs show whether a cop is kept: it is not where fewer than a tenth of them keep it.
ENOUGH = 5
TENTH = 10
EXISTING = "existing jobs"


def spread(items: Sequence[V], most: int) -> Sequence[V]:
    """So many of them at most, evenly spread over all."""
    return items[:: max(1, -(-len(items) // most))]


def vote(votes: Iterable[V | None], voters: str = EXISTING) -> Sourced[V] | None:
    """What clearly most of the jobs do; a small sample decides where all of it agrees. None is no vote."""
    cast = list(votes)
    return clear(cast, voters) or unanimous(cast, voters)


def clear(votes: Iterable[V | None], voters: str = EXISTING) -> Sourced[V] | None:
    """What clearly most do; None for a close vote or a small sample."""
    cast = [one for one in votes if one is not None]
    if len(cast) < SAMPLE:
        return None
    winner, count = Counter(cast).most_common(1)[0]
    return told(winner, count, len(cast), voters) if count >= CLEAR * len(cast) else None


def unanimous(votes: Iterable[V | None], voters: str = EXISTING) -> Sourced[V] | None:
    """The outcome of a small sample that agrees; None else."""
    cast = [one for one in votes if one is not None]
    agreed = cast and len(cast) < SAMPLE and len(set(cast)) == 1
    return told(cast[0], len(cast), len(cast), voters) if agreed else None


def lead(votes: Iterable[V | None], voters: str = EXISTING) -> Sourced[V] | None:
    """What more do than anything else; None for a tie."""
    cast = [one for one in votes if one is not None]
    ranking = Counter(cast).most_common(2)
    tied = len(ranking) > 1 and ranking[0][1] == ranking[1][1]
    return None if tied or not ranking else told(*ranking[0], len(cast), voters)


def is_kept(said: Sourced[V], cast: Sequence[V | None]) -> bool:
    """Whether a cop is kept: hardly any of many jobs keep one that says nothing."""
    seen = [one for one in cast if one is not None]
    return len(seen) < ENOUGH or TENTH * seen.count(said.value) >= len(seen)


def decide(said: Sourced[V] | None, votes: Iterable[V | None]) -> Sourced[V] | None:
    """What the linter says where that is kept, else what most of the jobs do."""
    cast = list(votes)
    return said if said and is_kept(said, cast) else vote(cast)


def told(winner: V, count: int, votes: int, voters: str) -> Sourced[V]:
    """An outcome with its evidence: ``37 of 41 existing jobs``."""
    return Sourced(winner, "repo", f"{count} of {votes} {voters}")
