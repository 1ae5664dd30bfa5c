"""What the locked gems alone tell about an app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sidekiq_gen.rails.lockfile import LockedGem, Lockfile

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


def rails_gem(lockfile: Lockfile | None) -> LockedGem | None:
    """Rails itself, by the gem that says so or by the part of it that makes an app."""
    return (lockfile.get("rails") or lockfile.get("railties")) if lockfile else None


def has_factories(lockfile: Lockfile | None) -> bool:
    """Whether a gem that makes test records is locked."""
    return lockfile is not None and any(lockfile.get(name) for name in FACTORY_GEMS)


def error_tracker(lockfile: Lockfile | None) -> ErrorTracker:
    """Where an error can be reported: the first tracker that is locked, else Rails from 7.0 on, else only the log."""
    if lockfile:
        for tracker, names in _TRACKERS.items():
            if any(lockfile.get(name) for name in names):
                return tracker
    rails = rails_gem(lockfile)
    return "rails" if rails and rails.version.release >= ERROR_REPORTER else "logger"
