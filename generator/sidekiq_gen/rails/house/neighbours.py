"""Who says how a new job is written: first the jobs that are most like it, then all of them.

Likeness is what the repo shows without being run: the namespace, whether a job is handed something, the words of its
name, its queue. How recent a job is would have to be asked of git, which is a program to be run: it does not count.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from sidekiq_gen.rails.house.votes import clear, is_kept, lead, unanimous
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.sourced import Sourced

V = TypeVar("V")

# The nearest are so many, and all that are as near as the last of them.
NEAREST = 3
NEARBY = "jobs most like it"

UNKNOWN = "?"

_OWN_NAMESPACE = 8
_OUTER_NAMESPACE = 4
_QUEUE = 4
_ARGUMENTS = 2
_WORDS = 2  # so many words of its name are counted, one each


@dataclass(frozen=True)
class NewJob:
    """What is known of a job before it is written.

    namespaces: ``("Billing",)``. words: of its name: ``("charge", "customer")``.
    takes_arguments: whether it is handed something. queue: that was asked for; empty for none.
    bare: whether it is about nothing that has to be done: no arguments, no record, no rows, no safeguards.
    """

    namespaces: tuple[str, ...]
    words: tuple[str, ...]
    takes_arguments: bool
    queue: str = ""
    bare: bool = False

    def among(self, words: Collection[str]) -> NewJob:
        """The same as far as it can be told from others by their words: what no job has stands as one unknown word."""
        shared = tuple(sorted(word for word in set(self.words) if word in words))
        unknown = (UNKNOWN,) if any(word not in words for word in self.words) else ()
        return replace(self, words=(*shared, *unknown))


@dataclass(frozen=True)
class Electorate:
    """The jobs that vote.

    jobs: all of them. new: what the nearest are near to; None for the repo as a whole, where all are equal.
    """

    jobs: Sequence[JobFile]
    new: NewJob | None = None

    def vote(
        self, ballot: Callable[[JobFile], V | None], said: Sourced[V] | None = None, *, few: bool = True
    ) -> Sourced[V] | None:
        """What a cop says that is kept, else what clearly most of the nearest jobs do, else of all.

        None where nothing is clear. A ballot of None is no vote.
        said: by the linter. few: whether a small sample decides at last where all of it agrees.
        """
        cast = [ballot(job) for job in self.jobs]
        if said and is_kept(said, cast):
            return said
        decided = clear([ballot(job) for job in self.nearest], NEARBY) or clear(cast)
        return decided or (unanimous(cast) if few else None)

    def elect(self, ballot: Callable[[JobFile], V | None]) -> Sourced[V] | None:
        """The same where any habit is better than the default: at last a narrow lead is enough, but no tie."""
        outcome = self.vote(ballot) or lead(map(ballot, self.nearest), NEARBY)
        return outcome or lead(map(ballot, self.jobs))

    @cached_property
    def nearest(self) -> tuple[JobFile, ...]:
        """The jobs that are most like the new one; none where too few are there, or all are alike."""
        new = self.new
        if new is None or len(self.jobs) < NEAREST:
            return ()
        likeness = [_likeness(job, new) for job in self.jobs]
        least = sorted(likeness, reverse=True)[NEAREST - 1]
        near = tuple(job for job, points in zip(self.jobs, likeness, strict=True) if points >= least)
        return near if len(near) < len(self.jobs) else ()


def _likeness(job: JobFile, new: NewJob) -> int:
    """How much a job is like the new one, in points that only compare."""
    points = 0
    if job.namespaces == new.namespaces:
        points += _OWN_NAMESPACE
    elif job.namespaces[:1] == new.namespaces[:1]:
        points += _OUTER_NAMESPACE
    if new.queue and job.queue and job.queue.name == new.queue:
        points += _QUEUE
    if job.takes_arguments == new.takes_arguments:
        points += _ARGUMENTS
    return points + min(_WORDS, len(job.words & set(new.words)))
