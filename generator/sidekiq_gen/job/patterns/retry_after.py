"""Later, when the other side says so: an error that carries its own delay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.delays import LONGEST, USUAL, Delay, is_proven, limits_of, read_delay
from sidekiq_gen.job.error_notices import error_notices
from sidekiq_gen.job.patterns.base import COUNTER, Pattern, parse_errors
from sidekiq_gen.rails.errors import error_class
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.app import RailsApp

LIMIT = 10
MOST = 100
SOON = 110  # seconds that are left of two minutes when the job asks


@dataclass(frozen=True)
class RetryAfterSettings:
    """Which errors postpone the job, and how often at most.

    delays: the errors, each with what gives its delay.
    limit: how often at most.
    native: whether an ActiveJob class does that, which counts by itself.
    """

    delays: tuple[Delay, ...]
    limit: int
    native: bool = False

    @property
    def errors(self) -> tuple[str, ...]:
        """The classes of the errors."""
        return tuple(delay.error for delay in self.delays)

    @property
    def longest(self) -> int:
        """After how many seconds the job asks again in any case."""
        return LONGEST

    @property
    def usual(self) -> int:
        """After how many seconds it does where the error names no time."""
        return USUAL

    @property
    def cases(self) -> tuple[tuple[str, str], ...]:
        """What is asked, each with the errors that are asked for it."""
        asked: dict[str, list[str]] = {}
        for delay in self.delays:
            asked.setdefault(delay.expression, []).append(delay.error)
        return tuple((expression, ", ".join(errors)) for expression, errors in asked.items())

    @property
    def seconds(self) -> str:
        """The number of seconds, by its expression where all errors have the same."""
        asked = "requested_delay(error)" if len(self.cases) > 1 else self.delays[0].expression
        return asked if self.numbers else f"seconds_until({asked})"

    @property
    def numbers(self) -> bool:
        """Whether all of them always name a number."""
        return all(delay.number for delay in self.delays)

    @property
    def fixed(self) -> int | None:
        """The number of seconds where that is all there is to it."""
        expression = self.delays[0].expression
        return int(expression) if len(self.cases) == 1 and expression.isdigit() else None

    @property
    def telling(self) -> Delay | None:
        """An error that can be made to name anything."""
        open_ones = (delay for delay in self.delays if delay.answers and not delay.number)
        return next(open_ones, next((delay for delay in self.delays if delay.answers), None))

    @property
    def odd_values(self) -> str:
        """What it may name but points in time, as pairs of a hash: the shortest and the longest delay that follows."""
        names = {"-5": limits_of(-5), "10**9": limits_of(10**9)}
        if self.telling and not self.telling.number:
            names |= dict.fromkeys(("nil", '"soon"'), limits_of(USUAL)) | {'"120"': limits_of(120)}
            names |= {"5.minutes": limits_of(300)}
        return ",\n".join(f"{name} => [{least}, {most}]" for name, (least, most) in names.items())

    @property
    def moments(self) -> tuple[tuple[str, str], ...]:
        """The points in time that it may name, each behind what a description says more of it."""
        if self.telling is None or self.telling.number:
            return ()
        return (("", "2.minutes.from_now"), (" as text", "2.minutes.from_now.httpdate"))

    @property
    def soon(self) -> str:
        """The shortest and the longest delay that follows from them: ``110, 154``."""
        return f"{SOON}, {limits_of(120)[1]}"

    @property
    def stands_in(self) -> bool:
        """Whether a spec needs an error that answers what the class itself would have to be told by a service."""
        return any(delay.made.startswith("busy(") for delay in self.delays)

    @property
    def listed(self) -> str:
        """The errors with a comma between them."""
        return ", ".join(self.errors)

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
    shapes = ("fixed", "asked")
    flags = (
        Flag(
            "--retry-after",
            "Re-enqueue the job after the delay given by this error: its retry_after, or Ruby on error, or a time "
            "(30, 2m). May be given several times.",
            "list",
            metavar="ERROR[=EXPRESSION]",
            question="Which errors carry their own delay? (class names, separated by commas)",
        ),
        Flag(
            "--retry-after-limit",
            "How many times a job is rescheduled like that at most.",
            "number",
            metavar="N",
            question="How many times is a job rescheduled like that at most?",
        ),
    )
    summary = "re-enqueue the job after the delay given by an error, such as a rate limit"
    paragraph = (
        "For services that answer with a Retry-After header: the delay they give beats a guess, and hitting their "
        "limit is no fault of the job. A class of the repo shows whether it has a retry_after; of any other, and of "
        "one without, say what gives its delay: --retry-after 'Api::Busy=error.response.headers[\"retry-after\"]', "
        "the same without error in front, or 'Net::ReadTimeout=30'. A delay is a number, a time, or either as text; "
        "it is capped at one hour. Jitter is added, so that throttled jobs do not all return at once. After "
        "--retry-after-limit times the error counts as an ordinary failure, which Sidekiq retries and finally gives up "
        "on."
    )
    avoid = "Not for errors without a delay of their own: the delay of Sidekiq's own retries grows by itself."
    cost = "One more argument, a counter."
    example = ("PaymentGateway::RateLimited=error.retry_after",)
    names = frozenset({COUNTER})

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        return str(LIMIT) if flag.parameter == "retry_after_limit" else ""

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> RetryAfterSettings:
        delays = tuple(read_delay(error, typed, error_class(app, error)) for error, typed in _read(answers).items())
        limit = answer(answers, "retry_after_limit", LIMIT)
        if not 0 < limit <= MOST:
            raise InvalidInput(
                f"--retry-after-limit {limit} is not a number of times.",
                hint=f"Give one from 1 to {MOST}: --retry-after-limit {LIMIT}.",
                code="invalid-limit",
            )
        return RetryAfterSettings(delays, limit, native=context.form == "active-job")

    def shape(self, settings: RetryAfterSettings) -> str:
        return "asked" if settings.fixed is None else "fixed"

    def unproven(self, answers: Answers, context: JobContext, app: RailsApp) -> tuple[str, ...]:
        read = _read(answers) if "retry_after" in answers else {}
        return tuple(error for error, typed in read.items() if not is_proven(typed, error_class(app, error)))

    def question(self, value: str) -> str:
        return f"What gives the delay of {value} in seconds? (Ruby on error, or a number)"

    def filled(self, answers: Answers, value: str, reply: str) -> dict[str, Sourced[Any]]:
        given = answers["retry_after"]
        texts = [f"{text}={reply}" if text.removeprefix("::") == value else text for text in given.value]
        return {**answers, "retry_after": Sourced(texts, given.origin)}

    def notices(self, settings: RetryAfterSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        yield from error_notices(settings.errors, app)

    def parameters(self, settings: RetryAfterSettings) -> tuple[str, ...]:
        return () if settings.native else (f"{settings.counter} = 0",)


def _read(answers: Answers) -> dict[str, str | None]:
    """The errors, each with the expression that was given for it, or None.

    Raises:
        InvalidInput: one is no constant.
        Refused: one takes in every error or is none of the work's, or has two expressions.
    """
    read: dict[str, str | None] = {}
    for text in answer(answers, "retry_after"):
        name, given, expression = text.partition("=")
        (error,) = parse_errors(
            "--retry-after",
            [name],
            "and hardly any of them gives a delay",
            "Name the error of the service that does: --retry-after PaymentGateway::RateLimited.",
        )
        if read.setdefault(error, expression if given else None) != (expression if given else None):
            raise Refused(
                f"--retry-after says twice what gives the delay of {error}.",
                hint="Say it once.",
                code="contradictory-patterns",
            )
    return read
