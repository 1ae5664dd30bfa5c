"""What the locked gems alone tell about an app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.sidekiq.gems import gem_version
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.rails.lockfile import LockedGem, Lockfile
    from sidekiq_gen.sidekiq.versions import Version

ErrorTracker = Literal["sentry", "honeybadger", "bugsnag", "rollbar", "appsignal", "airbrake", "rails", "logger"]

# In order of precedence.
_TRACKERS: dict[ErrorTracker, tuple[str, ...]] = {
    "sentry": ("sentry-ruby", "sentry-rails", "sentry-sidekiq", "sentry-raven"),
    "honeybadger": ("honeybadger",),
    "bugsnag": ("bugsnag",),
    "rollbar": ("rollbar",),
    "appsignal": ("appsignal",),
    "airbrake": ("airbrake",),
}
FACTORY_GEMS = ("factory_bot", "factory_bot_rails", "factory_girl", "factory_girl_rails", "fabrication")
# The first release with Rails.error.
ERROR_REPORTER = (7, 0)


@dataclass(frozen=True)
class Tracker:
    """Where an error can be reported, and the versions that decide how.

    gems: the locked gems of trackers, name and version as the lockfile spells it; Rails is one of them.
    """

    name: ErrorTracker
    gems: tuple[tuple[str, str], ...] = ()

    def version(self, gem: str) -> Version | None:
        """The locked version of a gem."""
        text = dict(self.gems).get(gem)
        return gem_version(text) if text else None


def names(lockfile: Lockfile | None) -> frozenset[str]:
    """The names of all locked gems."""
    return frozenset(lockfile.gems) if lockfile else frozenset()


def rails_gem(lockfile: Lockfile | None) -> LockedGem | None:
    """Rails itself, by the gem that says so or by the part of it that makes an app."""
    return (lockfile.get("rails") or lockfile.get("railties")) if lockfile else None


def has_factories(lockfile: Lockfile | None) -> bool:
    """Whether a gem that makes test records is locked."""
    return lockfile is not None and any(lockfile.get(name) for name in FACTORY_GEMS)


def find_tracker(lockfile: Lockfile | None) -> Tracker:
    """Where an error can be reported: the first tracker that is locked, else Rails from 7.0 on, else only the log."""
    names = [name for names in _TRACKERS.values() for name in names]
    locked = {name: gem.text for name in names if lockfile and (gem := lockfile.get(name))}
    rails = rails_gem(lockfile)
    gems = tuple((locked | ({"rails": rails.text} if rails else {})).items())
    for tracker, own in _TRACKERS.items():
        if any(name in locked for name in own):
            return Tracker(tracker, gems)
    return Tracker("rails" if rails and rails.version.release >= ERROR_REPORTER else "logger", gems)
