"""What can be written into a column that has states, and what is said of what cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.near import near
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.states import ColumnValues

WORDS = frozenset({"string", "text", "enum", "citext"})  # types of columns
# What is written into a column that says that something has happened, by its type.
TOLD_BY_TYPE = {"datetime": "Time.current", "date": "Date.current", "boolean": "true"}
NUMBERS = frozenset({"integer", "bigint"})
VALUE = regex(r"(?! )[^\"\\#\x00-\x1f\x7f]{1,100}(?<! )")
TOLD_BY_NAME = {"_at": "datetime", "_on": "date"}

# States that a job leaves a record in only when it has failed, or while it works.
_NOT_DONE = regex(r".*ing|fail.*|error.*|cancel.*|reject.*|declin.*|abort.*|expired", re.DOTALL)


def columns_of(context: JobContext, app: RailsApp) -> dict[str, str] | None:
    """The columns of the model's table and their types as the schema names them, or None where it is silent."""
    columns = app.columns(context.model.name) if context.model else None
    return None if columns is None else dict(columns)


def kind_of(columns: dict[str, str] | None, column: str) -> str | None:
    """The type of a column, without a precision; None where the schema does not know it."""
    kind = (columns or {}).get(column)
    return kind.partition("(")[0] if kind else None


def refuse_unwritable(column: str, instead: str, context: JobContext, app: RailsApp) -> None:
    """Refuse a column that ``update_column`` cannot write.

    instead: a flag that names another one.
    """
    model = context.model.name if context.model else ""
    blocked = app.cannot_write(model, column)
    if blocked:
        raise Refused(
            f"{model} lists {column} in {blocked}, so that update_column raises.",
            hint=f"Name another column: {instead}.",
            code="column-is-no-mark",
        )


def no_such_value(model: str, column: str, value: str, values: ColumnValues, instead: str) -> Refused:
    """The refusal of a value that a column does not know, with those that it does.

    instead: a flag with a value that can be had.
    """
    known, meant = ", ".join(values.values), near(value, values.values)
    return Refused(
        f'The {values.proof} of {model} does not let {column} be "{value}": it has {known}.',
        hint=f'Did you mean "{meant[0]}"?' if meant else f"Name one of these: {instead}.",
        code="no-such-value",
    )


def likely_states(values: ColumnValues | None) -> tuple[str, str] | None:
    """The first of the values, and the first after it that says that work is done; None where nothing lists them."""
    first, *others = values.values if values and values.values else ("",)
    if not others:
        return None
    return first, next((value for value in others if not _NOT_DONE.fullmatch(value)), others[0])
