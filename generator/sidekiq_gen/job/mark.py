"""The mark that says that the work on a row is done: its column, and what is written into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.naming import parse_column
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp


# What is written into the mark, by the type of its column.
_MARKS = {"datetime": "Time.current", "date": "Date.current", "boolean": "true"}


@dataclass(frozen=True)
class Mark:
    """The column that says the work is done, and the Ruby value written into it.

    column: its name.
    value: ``Time.current``, ``Date.current`` or ``true``.
    """

    column: str
    value: str

    @property
    def unset(self) -> str:
        """The RSpec matcher for a mark that is not set: a boolean may be false or null."""
        return "be_blank" if self.value == "true" else "be_nil"

    @property
    def cleared(self) -> str:
        """The Ruby that takes the mark away."""
        return "false" if self.value == "true" else "nil"

    @property
    def open(self) -> str:
        """What a query finds in the column while the work is not done: a boolean may be false or null."""
        return "[false, nil]" if self.value == "true" else "nil"


def read_mark(text: str, context: JobContext, app: RailsApp) -> Mark:
    """The mark that a column of the job's model makes.

    Raises:
        InvalidInput: it cannot be the name of a column.
        Refused: the column cannot tell done from not done.
    """
    column = parse_column(text)
    return Mark(column, _MARKS[_type(column, context, app)])


def missing_column(mark: Mark, context: JobContext, app: RailsApp) -> Iterator[Notice]:
    """The notice for a mark that the schema does not have."""
    known = columns_of(context, app)
    if known is not None and mark.column not in known:
        yield Notice(
            "column-not-found",
            f"The schema shows no column {mark.column} in the table of this model.",
            f"Add it before you run the job: a {'boolean' if mark.value == 'true' else 'datetime'} column.",
        )


def _type(column: str, context: JobContext, app: RailsApp) -> str:
    """The type of the column, from the schema or, where that is silent, from its name."""
    kind = (columns_of(context, app) or {}).get(column)
    if kind is None:
        return "date" if column.endswith("_on") else "datetime" if column.endswith("_at") else "boolean"
    if kind.startswith(("datetime", "timestamp")):
        return "datetime"
    if kind in _MARKS:
        return kind
    raise Refused(
        f"The column {column} is of the type {kind}, which cannot tell done from not done.",
        hint="Use a datetime, date or boolean column: --check-then-act processed_at.",
        code="column-is-no-mark",
    )


def columns_of(context: JobContext, app: RailsApp) -> dict[str, str] | None:
    """The columns of the model's table and their types as the schema names them, or None where it is silent."""
    columns = app.columns(context.model.name) if context.model else None
    return None if columns is None else dict(columns)
