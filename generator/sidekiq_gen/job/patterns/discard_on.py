"""What no retry can fix: errors that end a job at once."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.error_notices import error_notices
from sidekiq_gen.job.patterns.base import Pattern, parse_errors
from sidekiq_gen.job.raised import raised
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.errors import error_class
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

LONG_NAME = 50  # characters, from which on a description does not name errors
LONG_LIST = 100  # from which on a list of errors does not fit a line


@dataclass(frozen=True)
class DiscardOnSettings:
    """Which errors end the job, where it goes, and by which means.

    errors: the classes of the errors. made: Ruby that makes one of each in a spec.
    to: the Dead set, or nowhere.
    means: ``retry_in`` asks Sidekiq for it (6.5.2 and later); ``rescue`` swallows the error in ``perform``, also where
        the record is to be marked failed, as nothing runs sidekiq_retries_exhausted for a discarded job; ``bury``
        swallows it and puts the job into the Dead set, which is the only way before 6.5.2; ``native`` is the discard_on
        of an ActiveJob class.
    """

    errors: tuple[str, ...]
    made: tuple[str, ...]
    to: Literal["dead", "nowhere"]
    means: Literal["retry_in", "rescue", "bury", "native"]

    @property
    def listed(self) -> str:
        """The errors with a comma between them."""
        return ", ".join(self.errors)

    @property
    def thrown(self) -> tuple[tuple[str, str], ...]:
        """Each error with what a spec raises: the class, if its initializer needs no arguments."""
        return tuple((error, made.removesuffix(".new")) for error, made in zip(self.errors, self.made, strict=True))

    @property
    def samples(self) -> tuple[tuple[str, str], ...]:
        """Each error with Ruby that makes one."""
        return tuple(zip(self.errors, self.made, strict=True))

    @property
    def cases(self) -> str:
        """The same behind ``when``, each on a line of its own where they are too long for one."""
        return self.listed if len(self.listed) < LONG_LIST else self.listed.replace(", ", ",\n       ")

    @property
    def verdict(self) -> str:
        """What the block of sidekiq_retry_in answers."""
        return ":kill" if self.to == "dead" else ":discard"

    @property
    def ending(self) -> str:
        """What the job does besides where --on-exhausted is there, in the words of an example."""
        return "ends as if its retries were exhausted when it meets a permanent error"

    @property
    def promise(self) -> str:
        """What the job does, in the words of an example."""
        names = " and ".join(self.errors)
        if len(names) >= LONG_NAME:
            names = "permanent errors"
        done = f"sends {names} straight to the Dead set" if self.to == "dead" else f"drops {names}"
        return f"{done}, retries anything else" if self.means == "retry_in" else done


class DiscardOn(Pattern[DiscardOnSettings]):
    """What ActiveJob calls ``discard_on``, which a Sidekiq::Job does not have."""

    settings = DiscardOnSettings
    name = "discard-on"
    group = "fail"
    layer = "class"
    shapes = ("retry_in", "rescue", "bury", "native")
    kinds = frozenset({"record", "plain", "backfill"})
    flags = (
        Flag(
            "--discard-on",
            "Never retry this error. May be given several times.",
            "list",
            metavar="ERROR",
            question="Which errors are permanent? (class names, separated by commas)",
        ),
        Flag(
            "--discard-to",
            "Where a job goes that fails with such an error.",
            "choice",
            choices=("dead", "nowhere"),
            lines=(
                "to the Dead set, where it can be inspected and retried by hand",
                "dropped: no retry, not in the Dead set",
            ),
            question="Where should a job go that fails with one of them?",
        ),
    )
    summary = "give up at once on permanent errors: to the Dead set, or nowhere"
    paragraph = (
        "Sidekiq retries every error, including permanent ones: a declined card, an invalid record. Those named here "
        "end the job at the first failure. In the Dead set (dead) it can be inspected and retried by hand; nowhere is "
        "for jobs that have lost their purpose."
    )
    avoid = "Not for transient errors: a timeout, a deadlock, a service that is down."
    cost = "Nothing; with --discard-to nowhere nobody is told."
    example = ("ActiveRecord::RecordInvalid",)
    adds = MappingProxyType({"discard_reason": "Why the job ends at once, as a comment beside the verdict."})

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        if context.form == "active-job":
            return None
        return "dead" if context.retry and context.options.dead else "nowhere"

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> DiscardOnSettings:
        errors = parse_errors(
            "--discard-on",
            answer(answers, "discard_on"),
            "so that nothing would ever be retried",
            "Name the permanent errors, or allow no retries: --retry 0.",
        )
        made = tuple(raised(error, error_class(app, error)) for error in errors)
        if context.form == "active-job":
            return DiscardOnSettings(errors, made, "nowhere", "native")
        to = answer(answers, "discard_to", "dead" if context.options.dead else "nowhere")
        if context.retry and context.release.capabilities.retry_in_kill:
            return DiscardOnSettings(errors, made, to, "retry_in")
        if not context.retry and to == "dead" and context.options.dead:
            raise self._pointless(context)
        return by_rescue(DiscardOnSettings(errors, made, to, "retry_in"))

    def shape(self, settings: DiscardOnSettings) -> str:
        return settings.means

    def facts(self, settings: DiscardOnSettings, request: JobRequest) -> Mapping[str, object]:
        if settings.to == "dead":
            return {"discard_reason": "a permanent error: straight to the Dead set"}
        told = "" if request.context.release.capabilities.discard_runs_death_handlers else ", no death handler"
        return {"discard_reason": f"a permanent error: dropped, not in the Dead set{told}"}

    def satisfies(self, settings: DiscardOnSettings) -> Mapping[str, str]:
        return {"permanent-errors": "permanent errors end it at once"}

    def notices(self, settings: DiscardOnSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        yield from error_notices(settings.errors, app)
        context = request.context
        if settings.means != "retry_in" and context.retry and not context.release.capabilities.retry_in_kill:
            yield Notice(
                "discard-by-rescue",
                f"Sidekiq {context.release.text} cannot end a job from sidekiq_retry_in: a rescue does.",
                "From 6.5.2 on run this command again for the shorter form.",
            )
        if settings.means == "bury" and context.options.backtrace:
            yield Notice(
                "buried-without-backtrace",
                f"On Sidekiq {context.release.text} a job that a rescue puts into the Dead set has no backtrace there.",
                "Errors that are retried have one; from 6.5.2 on these have one too.",
            )

    @staticmethod
    def _pointless(context: JobContext) -> Refused:
        if context.retry is False:
            return Refused(
                "--discard-to dead contradicts --retry false, which keeps failed jobs out of the Dead set.",
                hint="Use --discard-to nowhere, or allow retries: --retry 5.",
                code="contradictory-patterns",
            )
        return Refused(
            "--discard-to dead adds nothing to --retry 0, which sends every failed job to the Dead set.",
            hint="Leave out --discard-on, use --discard-to nowhere, or allow retries: --retry 5.",
            code="contradictory-patterns",
        )


def by_rescue(settings: DiscardOnSettings) -> DiscardOnSettings:
    """The same by a rescue in ``perform``.

    Raises:
        Refused: that would swallow errors nobody has named.
    """
    if "RuntimeError" in settings.errors:
        raise Refused(
            "--discard-on RuntimeError needs a rescue here, which would swallow whatever the work raises by name.",
            hint="Name a narrower error.",
            code="contradictory-patterns",
        )
    return replace(settings, means="bury" if settings.to == "dead" else "rescue")
