"""The report: everything that a move of Sidekiq touches in one repo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq import needs
from sidekiq_gen.upgrade.bundle import Bundle
from sidekiq_gen.upgrade.orphans import orphans
from sidekiq_gen.upgrade.pairs import pairs
from sidekiq_gen.upgrade.surroundings import surroundings
from sidekiq_gen.upgrade.touched import touched
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sidekiq.release import Release
    from sidekiq_gen.upgrade.matter import Matter


@dataclass(frozen=True)
class Report:
    """What a move from one release to another means.

    needs: what the target needs of Ruby and the Redis server, where that is more than before: ``ruby`` -> ``>= 3.2.0``.
    matters: what it touches: gems first, then by path and line.
    """

    now: Release
    target: Release
    needs: dict[str, str]
    matters: tuple[Matter, ...]

    @property
    def first(self) -> tuple[Matter, ...]:
        """What has to be done before the move."""
        return tuple(matter for matter in self.matters if matter.first)


def report(app: RailsApp, now: Release, target: Release) -> Report:
    """Read the repo and say what the move means for it; a move to the same release means nothing."""
    if now.version == target.version:
        return Report(now, target, {}, ())
    bundle = Bundle(app)
    gems = {bundle.gemfile: 1, bundle.lockfile: 2, None: 0}
    found = (
        *pairs(bundle, now, target),
        *surroundings(bundle, target),
        *orphans(bundle, now, target),
        *touched(app, now, target),
    )
    matters = sorted(found, key=lambda one: (gems.get(one.path, 3), one.path or "", one.line or 0))
    return Report(now, target, _new_needs(now, target), tuple(matters))


def _new_needs(now: Release, target: Release) -> dict[str, str]:
    found = {}
    for name in sorted(needs.NOT_GEMS):
        before, after = needs.need_of(now.version, name), needs.need_of(target.version, name)
        if after and (before is None or before.requirement != after.requirement):
            found[name] = after.requirement
    return found
