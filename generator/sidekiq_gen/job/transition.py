"""The states that a job takes a record between, ``COLUMN=FROM:TO``: only those that its column is known to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.values import (
    NUMBERS,
    TOLD_BY_NAME,
    VALUE,
    WORDS,
    columns_of,
    kind_of,
    likely_states,
    no_such_value,
)
from sidekiq_gen.notices import Notice
from sidekiq_gen.quoting import ruby_string, sql_string
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.states import ColumnValues

FLAG = "--check-then-act"
TIMES = frozenset({"datetime", "timestamp", "timestamptz", "date", "boolean"})
STATES = ("status", "state", "aasm_state")  # columns that are usually called so


@dataclass(frozen=True)
class Transition:
    """From one state to another, each as Ruby: ``"pending"``, ``0``.

    other: a third state, else that at the end. stored: what the database holds for the first, as SQL; empty where
    nothing proves it.
    """

    from_: str
    to: str
    other: str
    stored: str


def read_transition(column: str, text: str, context: JobContext, app: RailsApp) -> Transition:
    """The transition that ``FROM:TO`` asks for.

    Raises:
        InvalidInput: the text is no such pair.
        Refused: the column cannot hold one of them.
    """
    names = text.split(":")
    if len(names) != 2 or names[0] == names[1] or not all(VALUE.fullmatch(name) for name in names):  # noqa: PLR2004
        raise InvalidInput(
            f"{FLAG} {f'{column}={text[:60]}'!a} does not name two different states.",
            hint=f"Give the state before the work and the one after it: {flag_with_states(column, context, app)}.",
            code="invalid-value",
        )
    model, values, kind = _model(context), _values(column, context, app), _kind(column, context, app)
    if values and _lists(values, kind):
        for name in names:
            if values.complete and name not in values.values:
                raise no_such_value(model, column, name, values, flag_with_states(column, context, app))
        others = [value for value in values.values if value not in names]
        return _quoted([*names, *others[:1]], _stored(names[0], values, kind))
    if kind in NUMBERS and all(name.isascii() and name.isdigit() for name in names):
        numbers = [str(int(name)) for name in names]
        return Transition(numbers[0], numbers[1], numbers[1], numbers[0])
    if kind in TIMES:
        raise Refused(
            f"The column {column} is of the type {kind}, which has no states.",
            hint=f"Leave them out: {FLAG} {column}.",
            code="no-such-value",
        )
    if kind is not None and kind not in WORDS:
        raise Refused(
            f"The column {column} is of the type {kind}, which cannot be {names[0]!a} or {names[1]!a}.",
            hint=f"Give the numbers that it holds: {FLAG} {column}=0:1."
            if kind in NUMBERS
            else f"Name a column of texts, or a time without states: {FLAG} processed_at.",
            code="column-is-no-mark",
        )
    _refuse_too_long(column, names, context, app)
    return _quoted(names, sql_string(names[0]) if kind else "")


def flag_with_states(column: str, context: JobContext, app: RailsApp) -> str:
    """The flag for a column, with two states that it is known to have where there are."""
    likely = likely_states(_values(column, context, app))
    return f"{FLAG} {column}={':'.join(likely or ('FROM', 'TO'))}"


def known_states(context: JobContext, app: RailsApp) -> str:
    """The first column of the model whose states are known, with two of them: ``status=pending:paid``; else empty."""
    columns = columns_of(context, app)
    for column in STATES:
        likely = likely_states(_values(column, context, app)) if columns is None or column in columns else None
        if likely:
            return f"{column}={':'.join(likely)}"
    return ""


def transition_notices(column: str, context: JobContext, app: RailsApp) -> Iterator[Notice]:
    """What to know about the states of a column."""
    values, kind = _values(column, context, app), _kind(column, context, app)
    listed = values is not None and _lists(values, kind)
    if not (values.complete if values and listed else kind in NUMBERS):
        yield Notice(
            "values-not-listed",
            f"Nothing in the repo lists {'all ' if listed else ''}what {column} can hold: "
            "the two states are written as they were typed.",
            f"Make sure that the rows hold just these words; an enum in {_model(context)} would prove it.",
        )
    if values and values.proof == "state machine":
        yield Notice(
            "passes-by-state-machine",
            f"update_column writes {column} past its state machine: no event, guard or callback runs.",
            "Where they matter, call the event in the work: what is then written behind it is the same state.",
        )


def _lists(values: ColumnValues, kind: str | None) -> bool:
    """Whether the values are what Ruby reads from and writes into a column of this type."""
    return kind is None or kind in WORDS or values.proof in {"enum", "type"}


def _quoted(names: Sequence[str], stored: str) -> Transition:
    from_, to, *others = map(ruby_string, names)
    return Transition(from_, to, others[0] if others else to, stored)


def _stored(name: str, values: ColumnValues, kind: str | None) -> str:
    """What the database holds for a value, as SQL; empty where that is not known."""
    held = dict(zip(values.values, values.stored, strict=False)).get(name, "")
    if kind in NUMBERS:
        return held if held.isdigit() else ""
    return sql_string(held) if kind and held else ""


def _refuse_too_long(column: str, names: Sequence[str], context: JobContext, app: RailsApp) -> None:
    table = app.table(_model(context))
    limit = table.columns[column].limit if table and column in table.columns else None
    long = next((name for name in names if limit and len(name) > limit), None)
    if long:
        raise Refused(
            f"The column {column} takes {limit} characters, and {long!a} has {len(long)}.",
            hint="Name a state that fits.",
            code="column-is-no-mark",
        )


def _kind(column: str, context: JobContext, app: RailsApp) -> str | None:
    """The type of the column, from the schema or, where that is silent, from an ending that says it."""
    kind = kind_of(columns_of(context, app), column)
    return kind or next((told for ending, told in TOLD_BY_NAME.items() if column.endswith(ending)), None)


def _values(column: str, context: JobContext, app: RailsApp) -> ColumnValues | None:
    return app.values_of(_model(context), column)


def _model(context: JobContext) -> str:
    return context.model.name if context.model else ""
