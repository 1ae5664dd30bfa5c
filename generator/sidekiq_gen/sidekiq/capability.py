"""One thing that a release can or cannot do, and the classes that list such things."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from sidekiq_gen.sidekiq.gems import Gem
    from sidekiq_gen.sidekiq.versions import Version


class Table:
    """A class whose attributes are capabilities.

    On the class such an attribute is the `Capability` itself, on an instance the answer for the versions it knows.
    A name that no table has is therefore an error of types, and an AttributeError at run time.
    """

    def version_of(self, gem: Gem) -> Version | None:
        """Return the version that is asked about; None for a gem that is not there."""
        raise NotImplementedError


@dataclass(frozen=True)
class Capability:
    """One thing that a release can or cannot do.

    gem: the gem whose version decides.
    versions: packaging specifiers, any of which holds.
    summary: what can be done where it holds, in a few words.
    source: repository, tag, file and line that show it.
    name: what templates and patterns ask for, for example ``retry_in_kill``: the attribute that it is in its table.
    """

    gem: Gem
    versions: tuple[str, ...]
    summary: str
    source: str
    name: str = field(init=False, default="")

    def __set_name__(self, owner: type[Table], name: str) -> None:
        """Take the name of the attribute."""
        object.__setattr__(self, "name", name)

    @overload
    def __get__(self, table: None, owner: type[Table]) -> Capability: ...
    @overload
    def __get__(self, table: Table, owner: type[Table]) -> bool: ...
    def __get__(self, table: Table | None, owner: type[Table]) -> Capability | bool:
        """Return itself on the class; on an instance whether it is there, which for a missing gem it is not."""
        if table is None:
            return self
        version = table.version_of(self.gem)
        vars(table)[self.name] = holds = version is not None and self.holds_for(version)  # and so asks no more
        return holds

    def holds_for(self, version: Version) -> bool:
        """Say whether that version has it.

        A pre-release such as 7.0.0.beta1 has neither what 7.0.0 brought nor what 7.0.0 took away: it may have been cut
        before or after either change, so the careful answer to both is no.
        """
        return any(holds(versions, version) for versions in self.versions)


def rows_of(gem: Gem) -> Callable[[str | tuple[str, ...], str, str], Capability]:
    """Return what makes a row of one gem: of versions (one specifier or several), summary, place in its repository."""

    def row(versions: str | tuple[str, ...], summary: str, where: str) -> Capability:
        return Capability(gem, (versions,) if isinstance(versions, str) else versions, summary, f"{gem} {where}")

    return row
