"""Which jobs of the house a new one stands among, and which of them is that job itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.rails.house.neighbours import NewJob

_SUFFIXES = frozenset({"job", "worker"})


class Peers:
    """The jobs of a repo, by what tells a new one from others.

    Where a list of jobs is written that are there already, each of them is left out of the vote on itself: a vote for
    each, over all of them, would take time with the square of their number. But jobs that say the same leave the same
    behind, so that one vote does for all of these.
    """

    def __init__(self, jobs: Sequence[JobFile]) -> None:
        self._counts = Counter(word for job in jobs for word in job.words)
        self._own: dict[tuple[tuple[str, ...], frozenset[str]], list[JobFile]] = {}
        for job in jobs:
            self._own.setdefault((job.namespaces, job.words - _SUFFIXES), []).append(job)

    def own(self, new: NewJob) -> tuple[JobFile, ...]:
        """The files that hold this very job, which has no vote on itself."""
        return tuple(self._own.get((new.namespaces, frozenset(new.words)), ()))

    def among_others(self, new: NewJob) -> NewJob:
        """The new job as far as its words tell it from others: those that any job but itself has."""
        own = self.own(new)
        return new.among(
            {word for word in new.words if self._counts[word] > sum(word in job.words for job in own)},
        )

    def outcome(self, new: NewJob) -> Hashable:
        """What the votes on a new job depend on: where it is the same for two of them, so is the outcome."""
        return self.among_others(new), tuple(job.votes for job in self.own(new))
