"""What counts how often the work on a row has failed: columns that are there, or that a flag names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.values import columns_of
from sidekiq_gen.naming import parse_column
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp

ATTEMPTS = Flag(
    "--attempts",
    "The column that counts how often a claim job has failed at a row [default: attempts or the like, if it is there].",
    "text",
    metavar="COLUMN|none",
    question="Which column counts how often a row has failed? (none to try it again for ever)",
)
NEXT_ATTEMPT = Flag(
    "--next-attempt",
    "The column that says until when such a row rests [default: next_attempt_at or the like, if it is there].",
    "text",
    metavar="COLUMN",
    question="Which column says until when a row that has failed rests? (empty for none)",
)
NONE = "none"

# Columns that say nothing else, in order of preference. Not failed_attempts, which Devise counts logins in.
COUNTS = ("attempts", "attempts_count", "attempt_count", "retry_count", "retries_count", "failures_count")
TIMES = ("next_attempt_at", "next_retry_at", "retry_at")
_NUMBERS = frozenset({"integer", "bigint"})
_MOMENTS = ("datetime", "timestamp")


@dataclass(frozen=True)
class Attempts:
    """The columns that remember that the work on a row has failed.

    count: holds how often; null counts as 0. until: holds the time until which the row rests; None where none does.
    """

    count: str
    until: str | None = None


def read_attempts(answers: Answers, context: JobContext, app: RailsApp) -> Attempts | None:
    """What counts the attempts: as asked for, else the columns that the table is known to have; None for nothing.

    Raises:
        InvalidInput: what was asked for is no name of a column, or a time without a count.
        Refused: the column cannot hold it.
    """
    columns = columns_of(context, app) or {}
    typed, until = answer(answers, ATTEMPTS.parameter), answer(answers, NEXT_ATTEMPT.parameter)
    if typed is None and until is None:
        count = next((name for name in COUNTS if columns.get(name) in _NUMBERS), None)
    elif typed is None:
        count = next((name for name in COUNTS if columns.get(name) in _NUMBERS), COUNTS[0])
    else:
        count = None if typed == NONE else _count(typed, columns)
    if count is None:
        if until is not None:
            raise InvalidInput(
                "--next-attempt says until when a row rests, and --attempts none lets nothing count.",
                hint="Leave out one of the two.",
                code="contradictory-patterns",
            )
        return None
    if until is not None:
        return Attempts(count, _until(until, columns))
    return Attempts(count, next((name for name in TIMES if columns.get(name, "").startswith(_MOMENTS)), None))


def suggested(flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
    """What the terminal offers for one of the two flags: the column that is there; None to ask nothing."""
    columns = columns_of(context, app) or {}
    if flag is ATTEMPTS:
        return next((name for name in COUNTS if columns.get(name) in _NUMBERS), NONE)
    if answer(answers, ATTEMPTS.parameter) == NONE:
        return None
    return next((name for name in TIMES if columns.get(name, "").startswith(_MOMENTS)), "")


def _count(typed: str, columns: dict[str, str]) -> str:
    column = parse_column(typed)
    kind = columns.get(column)
    if kind is not None and kind not in _NUMBERS:
        raise Refused(
            f"The column {column} is of the type {kind}, which cannot count attempts.",
            hint="Name an integer column: --attempts attempts.",
            code="column-is-no-count",
        )
    return column


def _until(typed: str, columns: dict[str, str]) -> str:
    column = parse_column(typed)
    kind = columns.get(column)
    if kind is not None and not kind.startswith(_MOMENTS):
        raise Refused(
            f"The column {column} is of the type {kind}, which cannot say until when a row rests.",
            hint="Name a datetime column: --next-attempt next_attempt_at.",
            code="column-is-no-time",
        )
    return column
