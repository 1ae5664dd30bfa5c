"""One row of the table of what each release can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from packaging.specifiers import SpecifierSet

if TYPE_CHECKING:
    from packaging.version import Version

Gem = Literal["sidekiq", "sidekiq-unique-jobs", "sidekiq-throttled", "rails"]


@dataclass(frozen=True)
class Capability:
    """One thing that a release can or cannot do.

    name: what templates and patterns ask for, for example ``retry_in_kill``.
    gem: the gem whose version decides.
    versions: packaging specifiers, any of which holds; the empty string stands for every version.
    summary: what can be done where it holds, in a few words.
    source: repository, tag, file and line that show it.
    """

    name: str
    gem: Gem
    versions: tuple[str, ...]
    summary: str
    source: str

    def holds_for(self, version: Version) -> bool:
        """Say whether that version has it.

        A pre-release such as 7.0.0.beta1 has neither what 7.0.0 brought nor what 7.0.0 took away: it may have been cut
        before or after either change, so the careful answer to both is no.
        """
        return any(SpecifierSet(versions).contains(version, prereleases=True) for versions in self.versions)


def rows(gem: Gem, *table: tuple[str, str | tuple[str, ...], str, str]) -> tuple[Capability, ...]:
    """Read a table of one gem: name, versions (one specifier or several), summary, and where in its repository."""
    return tuple(
        Capability(name, gem, (versions,) if isinstance(versions, str) else versions, summary, f"{gem} {where}")
        for name, versions, summary, where in table
    )
