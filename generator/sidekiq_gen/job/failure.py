"""The mark that says that the work on a record has failed: only what its column is known to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.needs import written
from sidekiq_gen.job.values import (
    NUMBERS,
    TOLD_BY_NAME,
    TOLD_BY_TYPE,
    VALUE,
    WORDS,
    columns_of,
    kind_of,
    no_such_value,
    refuse_unwritable,
)
from sidekiq_gen.naming import parse_column
from sidekiq_gen.quoting import ruby_string
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.job.needs import Column
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.states import ColumnValues

# Columns that say that the work on a record has failed, in order of preference, and the Ruby written into them.
COLUMNS = ("failed_at", "failed", "status", "state", "aasm_state")
FAILED = "failed"
_TOLD_BY_TYPE = TOLD_BY_TYPE | {"timestamp": TOLD_BY_TYPE["datetime"]}
_TOLD_BY_NAME = {**TOLD_BY_NAME, "failed": "boolean"}


@dataclass(frozen=True)
class FailureMark:
    """What is written into a record that has failed.

    column: that says so. value: the Ruby written into it; a text without its quotes. text: whether it is one.
    """

    column: str
    value: str
    text: bool = False

    @property
    def ruby(self) -> str:
        """What is written into it: ``Time.current``, ``"failed"``."""
        return ruby_string(self.value) if self.text else self.value

    @property
    def expected(self) -> str:
        """What RSpec expects to be written into it: a time is not known beforehand."""
        return self.ruby if self.text else "be_present"

    @property
    def need(self) -> Column:
        """The column as a table has to have it."""
        return written(self.column, self.value, "string" if self.text else "integer")

    @property
    def matcher(self) -> str:
        """The RSpec matcher for a mark that is set."""
        return f"eq({self.ruby})" if self.text else "be_present"


def known_failure(context: JobContext, app: RailsApp) -> FailureMark | None:
    """The first column of the model's table that is proven to be able to say it; None where none is."""
    if context.model is None:
        return None
    model, columns = context.model.name, columns_of(context, app)
    for column in COLUMNS:
        kind = kind_of(columns, column)
        if (columns is not None and kind is None) or app.cannot_write(model, column):
            continue
        if kind in _TOLD_BY_TYPE:
            return FailureMark(column, _TOLD_BY_TYPE[kind])
        values = app.values_of(model, column)
        if values and FAILED in values.values and (values.proof == "enum" or kind is None or kind in WORDS):
            return FailureMark(column, FAILED, text=True)
    return None


def read_failure(typed: str, context: JobContext, app: RailsApp) -> FailureMark:
    """The mark that ``--mark-failed COLUMN[=VALUE]`` asks for.

    Raises:
        InvalidInput: it cannot be the name of a column, or no such value.
        Refused: the column cannot hold that value, or nothing says what it can hold and no value was given.
    """
    name, given, value = typed.partition("=")
    column = parse_column(name)
    if given and not VALUE.fullmatch(value):
        raise InvalidInput(
            f"--mark-failed {typed[:60]!a} does not give a value that can be written.",
            hint="Give a word: --mark-failed status=failed.",
            code="invalid-value",
        )
    model = context.model.name if context.model else ""
    refuse_unwritable(column, "--mark-failed failed_at", context, app)
    columns = columns_of(context, app)
    values = app.values_of(model, column)
    kind = kind_of(columns, column) or (None if values else _by_name(column))
    if kind in _TOLD_BY_TYPE:
        return _told_by_type(column, kind, value)
    if values:
        return _listed(column, value, values, model)
    if kind in NUMBERS and value.isascii() and value.isdigit():
        return FailureMark(column, value)
    if kind is not None and kind not in WORDS:
        raise Refused(
            f"The column {column} is of the type {kind}, which cannot say that the work has failed.",
            hint="Name a datetime column: --mark-failed failed_at; or a number: --mark-failed status=9."
            if kind in NUMBERS
            else "Name a datetime or text column: --mark-failed failed_at.",
            code="column-is-no-mark",
        )
    if not value:
        raise _unproven(column, model)
    return FailureMark(column, value, text=True)


def _by_name(column: str) -> str | None:
    """The type that a name suggests where the schema is silent."""
    return next((kind for ending, kind in _TOLD_BY_NAME.items() if column.endswith(ending)), None)


def _told_by_type(column: str, kind: str, value: str) -> FailureMark:
    if value and value != _TOLD_BY_TYPE[kind]:
        raise Refused(
            f"The column {column} is of the type {kind}, which says it without a value.",
            hint=f"Leave the value out: --mark-failed {column}.",
            code="no-such-value",
        )
    return FailureMark(column, _TOLD_BY_TYPE[kind])


def _listed(column: str, value: str, values: ColumnValues, model: str) -> FailureMark:
    """The mark in a column whose values are known, as far as they are."""
    if (value or FAILED) in values.values or (value and not values.complete):
        return FailureMark(column, value or FAILED, text=True)
    if not values.complete:
        raise _unproven(column, model)
    raise no_such_value(model, column, value or FAILED, values, f"--mark-failed {column}={values.values[-1]}")


def _unproven(column: str, model: str) -> Refused:
    return Refused(
        f'Nothing in {model} says that {column} can be "{FAILED}".',
        hint=f"Say what is to be written, if it is a state there: --mark-failed {column}={FAILED}.",
        code="no-such-value",
    )
