"""Gems that live on Sidekiq: which of their versions work with which Sidekiq.

Only where their gemspec allows what does not work, or where the way out is worth telling: what a lock file itself rules
out is read there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq import throttled, unique_jobs
from sidekiq_gen.sidekiq.gems import THROTTLED, UNIQUE_JOBS
from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.sidekiq.requirements import allows
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.sidekiq.versions import Version


@dataclass(frozen=True)
class Companion:
    """What one gem needs to be to go with some releases of Sidekiq.

    sidekiq: those releases, as a range. works: the versions of the gem that go with them, as RubyGems writes it.
    line: what to write in the Gemfile. source: where the gem says so.
    why: what happens with others; empty where the gem says no more than since when it supports that Sidekiq.
    breaks: whether others are known to fail, and not only announced for another Sidekiq.
    """

    gem: str
    sidekiq: str
    works: str
    line: str
    source: str
    why: str = ""
    breaks: bool = True


_SEVEN, _EIGHT = ">=7.0.0,<8.0.0", ">=8.0.0"
_CRON, _SCHEDULER = "sidekiq-cron CHANGELOG.md", "sidekiq-scheduler CHANGELOG.md"
_HANDLERS = "its error handler takes two arguments, and Sidekiq 8 loses every error that it should report"

COMPANIONS = (
    Companion("sidekiq-cron", _SEVEN, ">= 1.9.0", "~> 2.3", f"{_CRON} 1.9.0"),
    Companion("sidekiq-cron", _EIGHT, ">= 2.2.0", "~> 2.3", f"{_CRON} 2.2.0"),
    Companion("sidekiq-scheduler", ">=7.0.0,<7.3.0", ">= 5.0.0", "~> 5.0", f"{_SCHEDULER} 5.0.0.beta1"),
    Companion("sidekiq-scheduler", ">=7.3.0,<8.0.0", ">= 5.0.0", "~> 6.0", f"{_SCHEDULER} 5.0.0.beta1"),
    Companion("sidekiq-scheduler", _EIGHT, ">= 6.0.0", "~> 6.0", f"{_SCHEDULER} 6.0.0.beta1"),
    Companion("sidekiq-status", _SEVEN, ">= 3.0.0", "~> 3.0", "sidekiq-status CHANGELOG.md 3.0.0"),
    Companion("sidekiq-status", _EIGHT, ">= 4.0.0", "~> 4.0", "sidekiq-status CHANGELOG.md 4.0.0"),
    Companion("sidekiq-failures", _EIGHT, ">= 1.1.0", "~> 1.1", "sidekiq-failures CHANGELOG.md 1.1.0"),
    Companion("rspec-sidekiq", _SEVEN, ">= 4.0.0", "~> 5.3", "rspec-sidekiq CHANGES.md 4.0.0", breaks=False),
    Companion("rspec-sidekiq", _EIGHT, ">= 5.1.0", "~> 5.3", "rspec-sidekiq CHANGES.md 5.1.0", breaks=False),
    Companion(
        "sentry-sidekiq",
        _SEVEN,
        ">= 5.6.0",
        "~> 5.28",
        "sentry-ruby 5.3.1 sentry-sidekiq/lib/sentry/sidekiq/error_handler.rb:45",
        "with report_after_job_retries it calls Sidekiq.options, which is gone",
        breaks=False,
    ),
    Companion(
        "sentry-sidekiq",
        _EIGHT,
        ">= 5.14.0",
        "~> 5.28",
        "sentry-ruby 5.13.0 sentry-sidekiq/lib/sentry/sidekiq/error_handler.rb:8",
        _HANDLERS,
    ),
    Companion(
        "sentry-sidekiq",
        _EIGHT,
        ">= 5.24.0",
        "~> 5.28",
        "sentry-ruby CHANGELOG.md #2570",
        "it takes the milliseconds of the new timestamps for seconds",
        breaks=False,
    ),
    Companion("honeybadger", _SEVEN, ">= 5.1.0", "~> 5.3", "honeybadger-ruby CHANGELOG.md 5.1.0", breaks=False),
    Companion("honeybadger", _EIGHT, ">= 5.3.0", "~> 5.3", "honeybadger v5.3.0 plugins/sidekiq.rb:30", _HANDLERS),
    Companion("govuk_sidekiq", _SEVEN, ">= 9.0.0, < 12", "~> 9.0", "govuk_sidekiq v9.0.0 govuk_sidekiq.gemspec"),
    Companion("govuk_sidekiq", _EIGHT, ">= 12.0.0", "~> 12.0", "alphagov/publishing-api Gemfile.lock"),
    Companion("sidekiq-pro", _SEVEN, ">= 7.0.0, < 8", "~> 7.3", "sidekiq v8.1.7 Pro-Changes.md 7.0.0"),
    Companion("sidekiq-pro", _EIGHT, ">= 8.0.0", "~> 8.1", "sidekiq v8.1.7 Pro-Changes.md 8.0.0"),
    Companion("sidekiq-ent", _SEVEN, ">= 7.0.0, < 8", "~> 7.3", "sidekiq v8.1.7 Ent-Changes.md 7.0.0"),
    Companion("sidekiq-ent", _EIGHT, ">= 8.0.0", "~> 8.0", "sidekiq v8.1.7 Ent-Changes.md 8.0.0"),
)


def unfit(gem: str, version: Version, sidekiq: Version) -> Companion | None:
    """What a version of a gem lacks to go with a release; None where it does, or nothing is known."""
    return next((row for row in _rows(gem, sidekiq) if not allows(row.works, version)), None)


def gemfile_line(gem: str, sidekiq: Version) -> str | None:
    """The line for the Gemfile that brings a version of a gem that goes with a release; None where none is known."""
    if gem == UNIQUE_JOBS:
        return unique_jobs.gemfile_line(sidekiq)
    if gem == THROTTLED:
        return throttled.gemfile_line(sidekiq)
    row = next(_rows(gem, sidekiq), None)
    return f'gem "{gem}", "{row.line}"' if row else None


def _rows(gem: str, sidekiq: Version) -> Iterator[Companion]:
    return (row for row in COMPANIONS if row.gem == gem and holds(row.sidekiq, sidekiq))
