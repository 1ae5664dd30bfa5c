from __future__ import annotations

from pathlib import Path

import pytest

from sidekiq_gen.rails.gems import Tracker, find_tracker
from sidekiq_gen.rails.lockfile import parse_lockfile
from sidekiq_gen.ruby import trackers

JOB = [("jid", 'job["jid"]'), ("args", 'job["args"]')]


def tracker(*gems: str) -> Tracker:
    """The tracker of an app with gems such as ``bugsnag 6.20.0`` in its lockfile."""
    specs = "".join(f"    {name} ({version})\n" for name, _, version in (gem.partition(" ") for gem in gems))
    return find_tracker(parse_lockfile(f"GEM\n  specs:\n{specs}", Path("Gemfile.lock")))


@pytest.mark.parametrize(
    ("gem", "reported", "alerted"),
    [
        (
            "sentry-ruby 5.28.0",
            'Sentry.capture_exception(error, extra: { jid: job["jid"], args: job["args"] })',
            'Sentry.capture_message("full", level: :warning, extra: { jid: job["jid"], args: job["args"] })',
        ),
        (
            "sentry-raven 3.1.2",
            'Raven.capture_exception(error, extra: { jid: job["jid"], args: job["args"] })',
            'Raven.capture_message("full", level: :warning, extra: { jid: job["jid"], args: job["args"] })',
        ),
        (
            "honeybadger 6.0.0",
            'Honeybadger.notify(error, context: { jid: job["jid"], args: job["args"] })',
            'Honeybadger.notify("full", context: { jid: job["jid"], args: job["args"] })',
        ),
        (
            "bugsnag 6.27.1",
            (
                "Bugsnag.notify(error) do |report|\n"
                '  report.add_metadata(:sidekiq, jid: job["jid"], args: job["args"])\nend'
            ),
            (
                'Bugsnag.notify(RuntimeError.new("full")) do |report|\n  report.severity = "warning"\n'
                '  report.add_metadata(:sidekiq, jid: job["jid"], args: job["args"])\nend'
            ),
        ),
        (
            "bugsnag 6.22.1",
            'Bugsnag.notify(error) do |report|\n  report.add_tab(:sidekiq, jid: job["jid"], args: job["args"])\nend',
            (
                'Bugsnag.notify(RuntimeError.new("full")) do |report|\n  report.severity = "warning"\n'
                '  report.add_tab(:sidekiq, jid: job["jid"], args: job["args"])\nend'
            ),
        ),
        (
            "rollbar 3.7.0",
            'Rollbar.error(error, jid: job["jid"], args: job["args"])',
            'Rollbar.warning("full", jid: job["jid"], args: job["args"])',
        ),
        (
            "appsignal 4.0.0",
            (
                "Appsignal.report_error(error) do |transaction|\n"
                '  transaction.add_custom_data(jid: job["jid"], args: job["args"])\nend'
            ),
            (
                'Appsignal.report_error(RuntimeError.new("full")) do |transaction|\n'
                '  transaction.add_custom_data(jid: job["jid"], args: job["args"])\nend'
            ),
        ),
        (
            "appsignal 3.13.0",
            (
                "Appsignal.send_error(error) do |transaction|\n"
                '  transaction.set_sample_data("custom_data", { jid: job["jid"], args: job["args"] })\nend'
            ),
            (
                'Appsignal.send_error(RuntimeError.new("full")) do |transaction|\n'
                '  transaction.set_sample_data("custom_data", { jid: job["jid"], args: job["args"] })\nend'
            ),
        ),
        (
            "airbrake 13.0.2",
            'Airbrake.notify(error, jid: job["jid"], args: job["args"])',
            'Airbrake.notify("full", jid: job["jid"], args: job["args"])',
        ),
        (
            "rails 7.0.0",
            'Rails.error.report(error, handled: false, context: { jid: job["jid"], args: job["args"] })',
            (
                'Rails.error.report(RuntimeError.new("full"), handled: true, severity: :warning, '
                'context: { jid: job["jid"], args: job["args"] })'
            ),
        ),
        (
            "rails 6.1.7",
            'logger.error(error: error.inspect, jid: job["jid"], args: job["args"])',
            'logger.warn(message: "full", jid: job["jid"], args: job["args"])',
        ),
    ],
)
def test_what_is_called(gem: str, reported: str, alerted: str) -> None:
    assert trackers.report(tracker(gem), "error", JOB) == reported
    assert trackers.alert(tracker(gem), '"full"', JOB) == alerted


@pytest.mark.parametrize(
    ("gem", "called"),
    [
        ("bugsnag 6.22.1", "report.add_tab(:sidekiq, "),
        ("bugsnag 6.23.0", "report.add_metadata(:sidekiq, "),
        ("appsignal 3.13.1", "Appsignal.send_error(error)"),
        ("appsignal 4.0.0", "Appsignal.report_error(error)"),
    ],
)
def test_what_is_called_changes_with_the_version_that_changed_it(gem: str, called: str) -> None:
    assert called in trackers.report(tracker(gem), "error", JOB)


@pytest.mark.parametrize(
    ("gem", "reported", "alerted"),
    [
        ("sentry-ruby 6.0.0", "Sentry.capture_exception(e)", 'Sentry.capture_message("x", level: :error)'),
        ("honeybadger 6.0.0", "Honeybadger.notify(e)", 'Honeybadger.notify("x")'),
        ("rollbar 3.7.0", "Rollbar.error(e)", 'Rollbar.error("x")'),
        ("appsignal 4.0.0", "Appsignal.report_error(e)", 'Appsignal.report_error(RuntimeError.new("x"))'),
        ("sidekiq 6.4.1", "logger.error(error: e.inspect)", 'logger.error(message: "x")'),
        (
            "rails 8.1.0",
            "Rails.error.report(e, handled: false)",
            'Rails.error.report(RuntimeError.new("x"), handled: true, severity: :error)',
        ),
    ],
)
def test_without_a_context_and_as_an_error(gem: str, reported: str, alerted: str) -> None:
    assert trackers.report(tracker(gem), "e") == reported
    assert trackers.alert(tracker(gem), '"x"', level="error") == alerted


def test_outside_a_job_the_log_is_sidekiqs() -> None:
    assert trackers.report(tracker(), "ex", logger=trackers.SIDEKIQ_LOGGER) == "Sidekiq.logger.error(error: ex.inspect)"


@pytest.mark.parametrize(
    ("gems", "called", "itself"),
    [
        (("sentry-ruby 5.28.0",), ("Sentry", "capture_exception", "capture_message"), None),
        (("sentry-sidekiq 5.28.0",), ("Sentry", "capture_exception", "capture_message"), "sentry-sidekiq"),
        (("sentry-raven 3.1.2",), ("Raven", "capture_exception", "capture_message"), "sentry-raven"),
        (("sentry-raven 3.1.2", "sentry-ruby 5.0.0"), ("Sentry", "capture_exception", "capture_message"), None),
        (("honeybadger 6.0.0",), ("Honeybadger", "notify", "notify"), "honeybadger"),
        (("bugsnag 6.27.1",), ("Bugsnag", "notify", "notify"), "bugsnag"),
        (("rollbar 3.7.0",), ("Rollbar", "error", "warning"), "rollbar"),
        (("appsignal 4.0.0",), ("Appsignal", "report_error", "report_error"), "appsignal"),
        (("appsignal 3.13.0",), ("Appsignal", "send_error", "send_error"), "appsignal"),
        (("airbrake 13.0.2",), ("Airbrake", "notify", "notify"), "airbrake"),
        (("rails 7.1.0",), ("Rails.error", "report", "report"), None),
        (("rails 7.2.2.2",), ("Rails.error", "report", "report"), None),
        (("rails 7.2.3",), ("Rails.error", "report", "report"), "Rails"),
        (("rails 8.0.1",), ("Rails.error", "report", "report"), None),
        (("rails 8.0.2",), ("Rails.error", "report", "report"), "Rails"),
        (("rails 8.1.0",), ("Rails.error", "report", "report"), "Rails"),
        ((), ("Sidekiq.logger", "error", "warn"), "Sidekiq"),
    ],
)  # fmt: skip
def test_what_specs_expect_and_who_reports_already(
    gems: tuple[str, ...], called: tuple[str, str, str], itself: str | None
) -> None:
    assert trackers.calls(tracker(*gems)) == trackers.Calls(*called)
    assert trackers.reports_by_itself(tracker(*gems)) == itself


@pytest.mark.parametrize(
    ("gem", "file"), [("airbrake 13.0.2", "airbrake/sidekiq"), ("airbrake 6.3.0", None), ("rollbar 3.7.0", None)]
)
def test_airbrake_is_told_that_sidekiq_is_there(gem: str, file: str | None) -> None:
    assert trackers.needs(tracker(gem)) == file
