"""What the gems of one lockfile can do, asked by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.capability import Capability, Gem
from sidekiq_gen.sidekiq.tables.config import CONFIG
from sidekiq_gen.sidekiq.tables.job import JOB
from sidekiq_gen.sidekiq.tables.push import PUSH
from sidekiq_gen.sidekiq.tables.rails import RAILS
from sidekiq_gen.sidekiq.tables.throttled import THROTTLED
from sidekiq_gen.sidekiq.tables.unique_jobs import UNIQUE_JOBS

if TYPE_CHECKING:
    from packaging.version import Version

__all__ = ["TABLE", "Capabilities", "Capability", "can"]

TABLE: tuple[Capability, ...] = (*JOB, *PUSH, *CONFIG, *UNIQUE_JOBS, *THROTTLED, *RAILS)
"""Every capability there is: the one place where the versions stand that a template depends on."""

_ROWS = {row.name: row for row in TABLE}


@dataclass(frozen=True)
class Capabilities:
    """The table, evaluated for exact versions: ``can.retry_in_kill`` is a bool.

    Asking for a name that is not in the table raises AttributeError, so that a slip in a template cannot pass for a
    capability that is missing: Jinja makes it an undefined value, and StrictUndefined refuses to test that.
    """

    answers: tuple[tuple[str, bool], ...]

    @classmethod
    def of(
        cls,
        *,
        sidekiq: Version,
        unique_jobs: Version | None = None,
        throttled: Version | None = None,
        rails: Version | None = None,
    ) -> Capabilities:
        """Evaluate the table. The capabilities of a gem that is not there (None) are all False."""
        versions: dict[Gem, Version | None] = {
            "sidekiq": sidekiq,
            "sidekiq-unique-jobs": unique_jobs,
            "sidekiq-throttled": throttled,
            "rails": rails,
        }
        return cls(tuple((row.name, _holds(row, versions[row.gem])) for row in TABLE))

    def __getattr__(self, name: str) -> bool:
        """Answer for one name of the table; AttributeError for any other."""
        for known, answer in self.__dict__.get("answers", ()):
            if known == name:
                return bool(answer)
        raise AttributeError(f"no capability is called {name!r}: see TABLE in sidekiq_gen.sidekiq.capabilities")

    def as_dict(self) -> dict[str, bool]:
        """Return every name with its answer, in the order of the table."""
        return dict(self.answers)


def can(name: str, version: Version) -> bool:
    """Answer for one capability and a version of the gem that decides it; KeyError when it is not in the table."""
    return _ROWS[name].holds_for(version)


def _holds(row: Capability, version: Version | None) -> bool:
    return version is not None and row.holds_for(version)
