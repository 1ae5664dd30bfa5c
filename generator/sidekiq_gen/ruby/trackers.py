"""How an error, or a message without one, is told to the repo's error tracker: as Ruby source.

Each form was read in the tracker's own repository, at the tags named below. What reports errors of jobs by itself, and
where it hooks into Sidekiq:

- sentry-sidekiq: 5.0.0 sentry-sidekiq/lib/sentry-sidekiq.rb:28. From 5.5.0 an exception is told once (hub.rb:98).
- sentry-raven: sentry-raven-v3.1.2 sentry-raven/lib/raven/integrations/sidekiq.rb:8.
- honeybadger: v3.0.0 lib/honeybadger/plugins/sidekiq.rb:26. From v5.0.0 an exception is told once (agent.rb:125).
- bugsnag: v6.19.0 lib/bugsnag/integrations/sidekiq.rb:52, v6.0.0 :24.
- rollbar: v2.27.0 lib/rollbar/plugins/sidekiq.rb:15.
- appsignal: v3.0.0 lib/appsignal/hooks/sidekiq.rb:17, v2.11.0 :49.
- airbrake: v13.0.2 lib/airbrake/sidekiq.rb:49, once that file has been required.
- Sidekiq's own log: v6.5.12 lib/sidekiq/cli.rb:38, v7.3.2 lib/sidekiq/config.rb:55.

- Rails.error: Rails' executor tells it (rails v7.0.8 active_support/execution_wrapper.rb:94), but of
  Sidekiq::JobRetry::Handled, or its subclass Skip, with the error as its cause (sidekiq v7.3.2
  lib/sidekiq/job_retry.rb:137, v7.2.0 :133). That is all it takes where an error is marked as told together with its
  causes: v7.2.3 error_reporter.rb:238, v8.0.2 :245. Before, it takes a report of the error itself as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.sidekiq.versions import Version
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.rails.gems import Tracker
    from sidekiq_gen.rails.wrappers import ErrorWrapper

Level = Literal["warning", "error"]
# Pairs of a name and the Ruby expression of its value: ("jid", 'job["jid"]').
Details: TypeAlias = "Sequence[tuple[str, str]]"

SIDEKIQ_LOGGER = "Sidekiq.logger"

# v6.23.0 lib/bugsnag/report.rb:338; add_tab before.
_BUGSNAG_METADATA = Version("6.23")
# v4.0.0 lib/appsignal/helpers/instrumentation.rb:330 and transaction.rb:386; send_error and set_sample_data before.
_APPSIGNAL_REPORT = Version("4.0")
# v7.0.0 lib/airbrake/sidekiq.rb; lib/airbrake.rb requires it only where Sidekiq was required before.
_AIRBRAKE_FILE = Version("7.0")
# The causes of what was told count as told: v7.2.3 activesupport/lib/active_support/error_reporter.rb:235, v8.0.2 :242.
_RAILS_MARKS_CAUSES = ">=7.2.3,!=8.0.0,!=8.0.1"
_NEW_SENTRY = ("sentry-ruby", "sentry-rails", "sentry-sidekiq")
_CALLED = {
    "honeybadger": ("Honeybadger", "notify", "notify"),
    "bugsnag": ("Bugsnag", "notify", "notify"),
    "rollbar": ("Rollbar", "error", "warning"),
    "airbrake": ("Airbrake", "notify", "notify"),
    "rails": ("Rails.error", "report", "report"),
    "logger": (SIDEKIQ_LOGGER, "error", "warn"),
}


@dataclass(frozen=True)
class Calls:
    """What is called, for specs: ``expect(Sentry).to receive(:capture_message)``.

    receiver: a Ruby expression: ``Sentry``, ``Rails.error``, ``Sidekiq.logger``.
    report, alert: the names of its methods for an error and for a message.
    """

    receiver: str
    report: str
    alert: str


def calls(tracker: Tracker) -> Calls:
    """What `report` and `alert` call on a tracker."""
    if tracker.name == "appsignal":
        method = "report_error" if _at_least(tracker, "appsignal", _APPSIGNAL_REPORT) else "send_error"
        return Calls("Appsignal", method, method)
    if tracker.name == "sentry":
        return Calls("Sentry" if _new_sentry(tracker) else "Raven", "capture_exception", "capture_message")
    return Calls(*_CALLED[tracker.name])


def report(tracker: Tracker, error: str, details: Details = (), *, logger: str = "logger") -> str:
    """One Ruby statement that reports the exception in the variable ``error``.

    logger: what stands in for a tracker where there is none: ``logger`` in a job, ``Sidekiq.logger`` elsewhere.
    Returns source without indentation, over several lines where the tracker takes a block.
    """
    if tracker.name == "logger":
        return f"{logger}.error({_pairs([('error', f'{error}.inspect'), *details])})"
    return _call(tracker, error, details, level=None)


def alert(
    tracker: Tracker, message: str, details: Details = (), *, logger: str = "logger", level: Level = "warning"
) -> str:
    """One Ruby statement that tells a message, a Ruby expression, where no exception was raised.

    Trackers that know only exceptions are given one. Returns source like `report`.
    """
    if tracker.name == "logger":
        return f"{logger}.{'warn' if level == 'warning' else level}({_pairs([('message', message), *details])})"
    takes_exceptions_only = tracker.name in {"bugsnag", "appsignal", "rails"}
    return _call(tracker, f"RuntimeError.new({message})" if takes_exceptions_only else message, details, level=level)


def reports_by_itself(tracker: Tracker) -> str | None:
    """What already reports errors of jobs here, by name, so that a second error handler would report each twice.

    ``sentry-sidekiq``, the gem of the tracker itself, ``Rails``, or ``Sidekiq`` for the log; None where nothing does.
    """
    if tracker.name == "rails":
        rails = tracker.version("rails")
        return "Rails" if rails and holds(_RAILS_MARKS_CAUSES, rails) else None
    if tracker.name == "sentry":
        gem = "sentry-sidekiq" if tracker.version("sentry-sidekiq") else "sentry-raven"
        return gem if tracker.version(gem) and (gem == "sentry-sidekiq" or not _new_sentry(tracker)) else None
    return "Sidekiq" if tracker.name == "logger" else tracker.name


def needs(tracker: Tracker) -> str | None:
    """What is to be required for that in any case: Airbrake looks for Sidekiq once, whatever the order of the gems."""
    wanted = tracker.name == "airbrake" and _at_least(tracker, "airbrake", _AIRBRAKE_FILE)
    return "airbrake/sidekiq" if wanted else None


def _call(tracker: Tracker, subject: str, details: Details, *, level: Level | None) -> str:
    """The call of a real tracker; level: None for an exception, which is reported as an error."""
    known, name, pairs = calls(tracker), tracker.name, _pairs(details)
    method = known.report if level is None else known.alert
    called = f"{known.receiver}.{method}"
    if name == "bugsnag":
        metadata = (
            "add_metadata(:sidekiq, {})"
            if _at_least(tracker, "bugsnag", _BUGSNAG_METADATA)
            else "add_tab(:sidekiq, {})"
        )
        severity = f'report.severity = "{level}"' if level else ""
        return _block(f"{called}({subject})", "report", severity, pairs and f"report.{metadata.format(pairs)}")
    if name == "appsignal":
        data = 'set_sample_data("custom_data", {{ {} }})' if method == "send_error" else "add_custom_data({})"
        return _block(f"{called}({subject})", "transaction", pairs and f"transaction.{data.format(pairs)}")
    if name == "rollbar":
        called = f"Rollbar.{level or 'error'}"
    hashed = f"{{ {pairs} }}" if pairs else ""
    arguments = {
        "sentry": [f"level: :{level}" if level else "", hashed and f"extra: {hashed}"],
        "honeybadger": [hashed and f"context: {hashed}"],
        "rails": [
            f"handled: true, severity: :{level}" if level else "handled: false",
            hashed and f"context: {hashed}",
        ],
    }.get(name, [pairs])
    return f"{called}({', '.join(filter(None, [subject, *arguments]))})"


def _block(call: str, variable: str, *lines: str) -> str:
    body = "\n".join(f"  {line}" for line in lines if line)
    return f"{call} do |{variable}|\n{body}\nend" if body else call


def _pairs(details: Details) -> str:
    return ", ".join(f"{name}: {value}" for name, value in details)


def _new_sentry(tracker: Tracker) -> bool:
    return any(tracker.version(name) for name in _NEW_SENTRY)


def _at_least(tracker: Tracker, name: str, version: Version) -> bool:
    locked = tracker.version(name)
    return locked is not None and locked >= version


@dataclass(frozen=True)
class Reporter:
    """What a job calls with an error, for specs.

    receiver, method: ``Sentry``, ``capture_exception``.
    takes_error: whether the error itself is the first argument; a logger gets a description.
    """

    receiver: str
    method: str
    takes_error: bool = True


def reporter(tracker: Tracker, wrapper: ErrorWrapper | None) -> Reporter:
    """What `report_in_job` calls."""
    if wrapper:
        return Reporter(wrapper.receiver, wrapper.method)
    known = calls(tracker)
    return Reporter(known.receiver, known.report, takes_error=known.receiver != SIDEKIQ_LOGGER)


def report_in_job(tracker: Tracker, wrapper: ErrorWrapper | None, error: str, details: Details) -> str:
    """One Ruby statement at the level of a class that reports the exception in the variable ``error``.

    By the repo's own wrapper where existing jobs use one, else by the tracker.
    """
    if wrapper is None:
        return report(tracker, error, details, logger=SIDEKIQ_LOGGER)
    more = f", {wrapper.keyword}: {{ {_pairs(details)} }}" if wrapper.keyword else ""
    return f"{wrapper.receiver}.{wrapper.method}({error}{more})"
