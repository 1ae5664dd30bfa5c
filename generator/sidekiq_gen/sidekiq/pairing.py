"""Which Sidekiq a version of a companion gem goes with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.versions import Version
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Pairing:
    """From version `since` of a gem on, it goes with Sidekiq from `low` up to, not including, `high`."""

    since: Version
    low: Version
    high: Version

    def fits(self, sidekiq: Version) -> bool:
        """Say whether that Sidekiq is one of those."""
        return self.low <= sidekiq < self.high


def pairings(table: Sequence[tuple[str, str, str]]) -> tuple[Pairing, ...]:
    """Read the rows of a table, each its since, low and high."""
    return tuple(Pairing(*map(Version, row)) for row in table)


def pairing_of(version: Version, table: Sequence[tuple[str, str, str]]) -> Pairing | None:
    """Return the row that counts for a version of the gem; None for one that is older than all of them.

    table: the oldest first; it is read here, as most runs look nothing up in it.
    """
    return next((pairing for pairing in reversed(pairings(table)) if pairing.since <= version), None)


def gemfile_line(gem: str, sidekiq: Version, versions: tuple[tuple[str, str], ...]) -> str:
    """Return the line for the Gemfile that brings the right version of a gem for a Sidekiq.

    versions: the oldest Sidekiq and what to ask for from it on, the newest first; the last counts for anything older.
    """
    wanted = next((wanted for since, wanted in versions if sidekiq >= Version(since)), versions[-1][1])
    return f'gem "{gem}", "{wanted}"'
