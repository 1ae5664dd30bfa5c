"""How a failed job is tried again: so many times, or for so long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Flag, answer
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.house.conventions import RETRIES
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobContext, Retry
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.house.conventions import Conventions
    from sidekiq_gen.rails.project import Project

DEFAULT = "default"
SIDEKIQS_OWN = 25
LONGEST = 1_000_000_000  # more raises when the job is pushed: v7.1.3 lib/sidekiq/job_util.rb:16


RETRY = Flag(
    "--retry",
    "How often a failed job is retried; default leaves it to Sidekiq.",
    "text",
    metavar="N|false|default",
    question="How many retries?",
)
RETRY_FOR = Flag(
    "--retry-for",
    "How long a failed job is retried, instead of how often: 90, 30m, 2h, 1d.",
    "duration",
    metavar="DURATION",
    longest=LONGEST,
)


@dataclass(frozen=True)
class Retries:
    """How a failed job is tried again.

    count: what `JobContext.retry` is. seconds: that they may take in all, where these are to end them.
    written: whether the job says so itself; else it is left to Sidekiq.
    """

    count: Retry
    seconds: int | None = None
    written: bool = True


def find_retries(answers: Answers, project: Project, house: Conventions) -> Retries:
    """How often, or for how long, the job is retried: as asked for, else as most jobs are.

    Raises:
        InvalidInput: neither a number nor ``false``.
        Refused: both were given, or this Sidekiq knows no length of time.
    """
    if "retry_for" in answers:
        return Retries(SIDEKIQS_OWN, _retry_for(answers, project))
    base = project.app.base_of(house)
    of_base = base.retry if base else None
    counted = project.app.form == "active-job" and "on_exhausted" in answers  # up to the last one
    typed = answer(answers, "retry", str(RETRIES) if counted else usual_retries(project.app, house))
    if typed == DEFAULT or ("retry" not in answers and typed == of_base):
        known = of_base and of_base != "true"
        return Retries(parse_retry(of_base) if of_base and known else project.app.default_retry, written=False)
    return Retries(parse_retry(typed))


def usual_retries(app: RailsApp, house: Conventions) -> str:
    """What is taken where nobody says anything, as it would be typed."""
    if app.form == "active-job":
        return DEFAULT
    base = app.base_of(house)
    said = app.own_default_retry or (base is not None and base.retry is not None)
    silent = house.retry.value == "" or said
    return house.retry.value or (DEFAULT if silent else str(RETRIES))


def retry_notices(context: JobContext) -> Iterator[Notice]:
    """What the user should know about retry_for on this release."""
    if context.retry_for and not context.release.capabilities.retry_for_overrides_retry:
        yield Notice(
            "retry-for-stops-early",
            f"On Sidekiq {context.release.text} retry_for ends the retries only if {SIDEKIQS_OWN} of them do not end "
            "them before.",
            f"{SIDEKIQS_OWN} retries take three weeks; a lower retry in Sidekiq.default_job_options counts as well.",
        )


def parse_retry(typed: str) -> Retry:
    """Read ``--retry``: a number or ``false``.

    Raises:
        InvalidInput: it is neither.
    """
    if typed == "false":
        return False
    if typed.isascii() and typed.isdigit() and len(typed) < 5:  # noqa: PLR2004 - 9999 retries are years
        return int(typed)
    raise InvalidInput(
        f"--retry {typed!a} is not a number of retries.",
        hint="Give a number, false, or default: --retry 5.",
        code="invalid-retry",
    )


def _retry_for(answers: Answers, project: Project) -> int:
    seconds: int = answer(answers, "retry_for")
    if "retry" in answers:
        raise Refused(
            "--retry-for and --retry both say when to give up.",
            hint="Choose one of them.",
            code="contradictory-patterns",
        )
    if not project.release.capabilities.retry_for:
        raise Refused(
            f"--retry-for needs Sidekiq 7.1.3, and this is {project.release.text}, which would ignore it.",
            hint=f"Closest is --retry {_as_many(seconds)}.",
            code="no-retry-for",
        )
    return seconds


def _as_many(seconds: int) -> int:
    """How many of Sidekiq's own delays, the fourth power of the count plus 15 and some jitter, fill that time."""
    count = total = 0
    while total < seconds and count < SIDEKIQS_OWN:
        total += count**4 + 15
        count += 1
    return count
