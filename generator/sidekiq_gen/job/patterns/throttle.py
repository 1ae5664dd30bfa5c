"""Not faster than this: so many runs in so many seconds."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.durations import parse_duration
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.patterns.base import Pattern
from sidekiq_gen.notices import Notice
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import layout
from sidekiq_gen.sidekiq import enterprise, throttled
from sidekiq_gen.sidekiq.gems import THROTTLED
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

LONGEST = 86_400 * 31  # seconds

_RATE = regex(r"([1-9][0-9]{0,8})/(.*)")


@dataclass(frozen=True)
class ThrottleSettings:
    """So many runs in so many seconds, and by which means.

    limit, seconds: how many runs begin in how long.
    means: ``gem`` leaves a job in its queue until it may run; ``limiter`` lets it wait, then comes back later.
    interval: Ruby for the seconds, as the means wants them: ``1.minute``, ``:minute``.
    name: of the limiter.
    """

    limit: int
    seconds: int
    means: Literal["gem", "limiter"]
    interval: str
    name: str


class Throttle(Pattern[ThrottleSettings]):
    """Limits how many runs of the job begin in a length of time, over all processes."""

    settings = ThrottleSettings
    name = "throttle"
    group = "pace"
    layer = "work"
    shapes = ("gem", "limiter")
    unseen = MappingProxyType({"gem": "the limit is the gem's, and a spec calls perform without it"})
    kinds = frozenset({"record", "plain", "claim", "backfill"})
    flags = (
        Flag(
            "--throttle",
            "Run at most COUNT times per PERIOD: 10/60, 100/1h.",
            "text",
            metavar="COUNT/PERIOD",
            question="How many runs in how long? (10/60 or 10/1m for ten a minute)",
        ),
    )
    closed = "Sidekiq Enterprise"
    no_active_job = "sidekiq-throttled and Enterprise's limiter count the runs of a Sidekiq::Job"
    summary = "run at most COUNT times per period, across all processes"
    paragraph = (
        "For a service that allows a known number of calls a minute. sidekiq-throttled leaves the excess in the "
        "queue, Enterprise's limiter makes it wait and then reschedules it; both count in Redis, across all "
        "processes. For a limit that only the response reveals, use --retry-after. A throttled queue holds back its "
        "other jobs as well: give this job one of its own."
    )
    avoid = "Not to keep runs from overlapping: use a lock. Not for a limit that only the response reveals."
    cost = "A call to Redis for each run, and a delay for other jobs in the same queue."
    example = "10/60"

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        version = context.release.version
        gem = app.gem(THROTTLED)
        if gem:
            return throttled.pairing_error(gem.version, version)
        if app.gem(enterprise.GEM):
            if context.kind in {"record", "plain"}:
                return None
            return Refused(
                f"--throttle would limit a whole run of the kind {context.kind}, not what it does.",
                hint="Limit the job that does the work, or use sidekiq-throttled.",
                code="contradictory-patterns",
            )
        return Refused(
            f"--throttle needs {THROTTLED} or Sidekiq Enterprise, and neither is in the lockfile.",
            hint=f"Add it to the Gemfile: {throttled.gemfile_line(version)}",
            code="needs-gem",
        )

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> ThrottleSettings:
        typed = str(answer(answers, "throttle"))
        rate = _RATE.fullmatch(typed)
        if not rate:
            raise InvalidInput(
                f"--throttle {typed[:40]!a} is not a rate.",
                hint="Give COUNT/PERIOD: --throttle 10/60, --throttle 100/1h.",
                code="invalid-rate",
            )
        limit, seconds = int(rate[1]), parse_duration(rate[2], f"--throttle {rate[1]}/", LONGEST)
        name = context.name.slug
        if app.gem(THROTTLED):
            return ThrottleSettings(limit, seconds, "gem", layout.duration(seconds), name)
        interval = enterprise.INTERVALS.get(seconds)
        if interval is None:
            raise Refused(
                f"--throttle {typed} is not available: Enterprise's limiter counts by the second, minute, hour or day.",
                hint=f"Say it in one of these: --throttle {_nearest(limit, seconds)}.",
                code="no-such-interval",
            )
        return ThrottleSettings(limit, seconds, "limiter", f":{interval}", name)

    def shape(self, settings: ThrottleSettings) -> str:
        return settings.means

    def notices(self, settings: ThrottleSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        context = request.context
        gem = app.gem(THROTTLED)
        if settings.means == "limiter":
            yield Notice(
                "enterprise-not-run",
                "The limiter was not executed: Sidekiq Enterprise is closed source. It is written from its public "
                "documentation.",
                "Try the job once against your Redis.",
            )
        elif gem and not throttled.is_tested(gem.version, context.release.version):
            yield Notice(
                "throttled-untested",
                f"{THROTTLED} {gem.text} allows Sidekiq {context.release.text}, but does not name it as supported.",
                f"Try it once, or write in the Gemfile: {throttled.gemfile_line(context.release.version)}",
            )
        if context.release.capabilities.throttled_setup and not app.throttled_set_up:
            yield Notice(
                "throttled-not-set-up",
                f"Nothing under config/ calls Sidekiq::Throttled.setup!, without which {THROTTLED} does nothing here.",
                "sidekiq-gen install adds it.",
            )


def _nearest(limit: int, seconds: int) -> str:
    """About the same rate over the next longer interval there is."""
    longer = next((known for known in enterprise.INTERVALS if known >= seconds), max(enterprise.INTERVALS))
    return f"{max(limit * longer // seconds, 1)}/{longer}"
