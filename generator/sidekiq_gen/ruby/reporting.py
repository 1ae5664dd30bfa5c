"""How a job reports an error: by the repo's own wrapper where existing jobs use one, else by its tracker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.ruby import trackers

if TYPE_CHECKING:
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.ruby.trackers import Details


@dataclass(frozen=True)
class Reporter:
    """What is called with an error.

    receiver, method: ``Sentry``, ``capture_exception``.
    takes_error: whether the error itself is the first argument; a logger gets a description.
    """

    receiver: str
    method: str
    takes_error: bool = True


def reporter(app: RailsApp) -> Reporter:
    """What `report` calls."""
    if app.error_wrapper:
        return Reporter(app.error_wrapper.receiver, app.error_wrapper.method)
    calls = trackers.calls(app)
    return Reporter(calls.receiver, calls.report, takes_error=calls.receiver != trackers.SIDEKIQ_LOGGER)


def report(app: RailsApp, error: str, details: Details) -> str:
    """One Ruby statement at the level of a class that reports the exception in the variable ``error``."""
    wrapper = app.error_wrapper
    if wrapper is None:
        return trackers.report(app, error, details, logger=trackers.SIDEKIQ_LOGGER)
    facts = ", ".join(f"{name}: {value}" for name, value in details)
    more = f", {wrapper.keyword}: {{ {facts} }}" if wrapper.keyword else ""
    return f"{wrapper.receiver}.{wrapper.method}({error}{more})"
