"""Later, when the other side says so: an error that carries its own delay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.patterns.base import Pattern, parse_errors

if TYPE_CHECKING:
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp

LIMIT = 10
MOST = 100
COUNTER = "postponed"
LONG_NAME = 50  # characters, from which on a description does not name errors


@dataclass(frozen=True)
class RetryAfterSettings:
    """Which errors postpone the job, and how often at most.

    errors: the classes of the errors.
    limit: how often at most.
    """

    errors: tuple[str, ...]
    limit: int

    @property
    def listed(self) -> str:
        """The errors with a comma between them."""
        return ", ".join(self.errors)

    @property
    def promise(self) -> str:
        """What the job does, in the words of an example."""
        names = " and ".join(self.errors)
        return f"comes back after the delay of {names if len(names) < LONG_NAME else 'an error that asks for it'}"

    @property
    def counter(self) -> str:
        """The parameter of perform that counts."""
        return COUNTER


class RetryAfter(Pattern[RetryAfterSettings]):
    """Enqueues the job again after the delay that the error names.

    It is rescued in ``perform`` itself, outside of every lock: what a transaction has begun is rolled back first, and
    nothing is pushed before that.
    """

    settings = RetryAfterSettings
    name = "retry-after"
    group = "fail"
    layer = "class"
    flags = (
        Flag(
            "--retry-after",
            "Enqueue the job again after the delay this error carries (retry_after). May be given several times.",
            "list",
            metavar="ERROR",
            question="Which errors carry their own delay? (class names, separated by commas)",
        ),
        Flag(
            "--retry-after-limit",
            "How often at most a job is enqueued again like that.",
            "number",
            metavar="N",
            question="How often at most is a job enqueued again like that?",
        ),
    )
    summary = "enqueue the job again after the delay that an error carries, as a rate limit does"
    paragraph = (
        "For services that answer with a Retry-After: the delay they name beats a guess, and their limit says nothing "
        "about the job. Some chance is added, so that jobs that were turned away together do not come back together. "
        "After so many times the error counts as an ordinary failure, which Sidekiq retries and at last gives up on."
    )
    avoid = "Not for errors without a delay of their own: Sidekiq's retries wait longer each time by themselves."
    cost = "One more argument, which counts; the error class must answer retry_after with seconds."
    example = ("PaymentGateway::RateLimited",)
    names = frozenset({COUNTER})

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        return str(LIMIT) if flag.parameter == "retry_after_limit" else ""

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> RetryAfterSettings:
        errors = parse_errors(
            "--retry-after",
            answer(answers, "retry_after"),
            "and hardly any carries a delay",
            "Name the error of the service that does: --retry-after PaymentGateway::RateLimited.",
        )
        limit = answer(answers, "retry_after_limit", LIMIT)
        if not 0 < limit <= MOST:
            raise InvalidInput(
                f"--retry-after-limit {limit} is no number of times.",
                hint=f"Give one from 1 to {MOST}: --retry-after-limit {LIMIT}.",
                code="invalid-limit",
            )
        return RetryAfterSettings(errors, limit)

    def parameters(self, settings: RetryAfterSettings) -> tuple[str, ...]:
        return (f"{settings.counter} = 0",)
