"""What the gems of one lockfile can do, asked by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.capability import Capability
from sidekiq_gen.sidekiq.tables.config import ConfigTable
from sidekiq_gen.sidekiq.tables.job import JobTable
from sidekiq_gen.sidekiq.tables.push import PushTable
from sidekiq_gen.sidekiq.tables.rails import RailsTable
from sidekiq_gen.sidekiq.tables.throttled import ThrottledTable
from sidekiq_gen.sidekiq.tables.unique_jobs import UniqueJobsTable
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.sidekiq.gems import Gem, Gems
    from sidekiq_gen.sidekiq.versions import Version

__all__ = ["TABLE", "Capabilities", "Capability"]


@dataclass(frozen=True)
class Capabilities(JobTable, PushTable, ConfigTable, UniqueJobsTable, ThrottledTable, RailsTable):
    """The tables, answering for exact versions: ``can.retry_in_kill`` is a bool.

    A name that is not in a table is an error of types in Python. In a template it raises: Jinja makes it an undefined
    value, and StrictUndefined refuses to test that, so that a slip cannot pass for a capability that is missing.
    """

    gems: Gems

    def version_of(self, gem: Gem) -> Version | None:
        """Return the version of one of the gems; None for one that is not there."""
        return self.gems.version(gem)

    def as_dict(self) -> dict[str, bool]:
        """Return every name with its answer, in the order of the table."""
        versions = {row.gem: self.gems.version(row.gem) for row in TABLE}
        return {row.name: (version := versions[row.gem]) is not None and row.holds_for(version) for row in TABLE}


TABLE: tuple[Capability, ...] = tuple(
    row for table in Capabilities.__bases__ for row in vars(table).values() if isinstance(row, Capability)
)
"""Every capability there is: the one place where the versions stand that a template depends on."""
