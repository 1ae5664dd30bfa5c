"""The mark that says that the work on a row is done: its column, and what is written into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.needs import Column, written
from sidekiq_gen.job.saved import Saved, read_saved
from sidekiq_gen.job.transition import STATES, flag_with_states, read_transition, transition_notices
from sidekiq_gen.job.values import NUMBERS, TOLD_BY_TYPE, WORDS, columns_of, kind_of, refuse_unwritable
from sidekiq_gen.naming import parse_column
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.app import RailsApp


@dataclass(frozen=True)
class Mark:
    """The column that says whether the work is done; everything but column and stored is Ruby.

    column: its name.
    value: what is written into it: ``Time.current``, ``Date.current``, ``true``, or a state: ``"paid"``.
    from_: the only state in which there is work; empty where the column has no states.
    other: a state in which there is none and that the work does not lead to, where one is known; else the value.
    stored: what the database holds for ``from_``, as SQL; empty where nothing proves it.
    saved: what is saved of the result of the work in the same write; None for nothing.
    """

    column: str
    value: str
    from_: str = ""
    other: str = ""
    stored: str = ""
    saved: Saved | None = None

    @property
    def writer(self) -> str:
        """The method that sets it."""
        return "update_columns" if self.saved else "update_column"

    @property
    def written(self) -> str:
        """What that method is handed."""
        pair = f", {self.saved.pair}" if self.saved else ""
        return f"{self.column}: {self.value}{pair}" if self.saved else f":{self.column}, {self.value}"

    @property
    def expected_write(self) -> str:
        """What RSpec expects that method to be handed, whatever is saved besides."""
        return f"hash_including({self.column}: {self.expected})" if self.saved else f":{self.column}, {self.expected}"

    @property
    def result(self) -> str:
        """What stands before the work, whose result is saved: ``charge = ``; else empty."""
        return f"{self.saved.variable} = " if self.saved else ""

    def not_open(self, record: str) -> str:
        """The condition under which there is nothing to do on a record."""
        return f"{record}.{self.column} != {self.from_}" if self.from_ else f"{record}.{self.column}?"

    def done(self, record: str) -> str:
        """The condition under which a record bears the mark."""
        return f"{record}.{self.column} == {self.value}" if self.from_ else f"{record}.{self.column}?"

    @property
    def cleared(self) -> str:
        """What the column holds while the work is not done, as a spec writes it."""
        return self.from_ or ("false" if self.value == "true" else "nil")

    @property
    def open(self) -> str:
        """What a query finds in the column while the work is not done: a boolean may be false or null."""
        return self.from_ or ("[false, nil]" if self.value == "true" else "nil")

    @property
    def need(self) -> Column:
        """The column as a table has to have it."""
        if not self.from_:
            return written(self.column, self.value)
        return Column(self.column, "integer" if self.from_.isdigit() else "string", self.from_)

    @property
    def open_sql(self) -> str:
        """The same as a condition of SQL, for an index; empty where nothing proves what the database holds."""
        if self.from_:
            return f"{self.column} = {self.stored}" if self.stored else ""
        return f"{self.column} = FALSE OR {self.column} IS NULL" if self.value == "true" else f"{self.column} IS NULL"

    @property
    def reader(self) -> str:
        """The method of a record that the job asks."""
        return self.column if self.from_ else f"{self.column}?"

    @property
    def asked_open(self) -> str:
        """What that method answers while the work is not done."""
        return self.from_ or "false"

    @property
    def asked_done(self) -> str:
        """What it answers when the work is done."""
        return self.value if self.from_ else "true"

    @property
    def state(self) -> str:
        """The state in which there is work, as a description in double quotes calls it."""
        return self.from_[1:-1] if self.from_.startswith('"') else self.from_

    @property
    def expected(self) -> str:
        """What RSpec expects to be written: a time is not known beforehand."""
        return self.value if self.from_ else "be_present"

    @property
    def matcher(self) -> str:
        """The RSpec matcher for a mark that is set."""
        return f"eq({self.value})" if self.from_ else "be_present"

    @property
    def unset(self) -> str:
        """The RSpec matcher for a mark that is not set: a boolean may be false or null."""
        return f"eq({self.from_})" if self.from_ else "be_blank" if self.value == "true" else "be_nil"

    def assert_set(self, record: str) -> str:
        """Minitest's assertion that a record bears the mark."""
        if self.from_:
            return f"assert_equal {self.value}, {record}.{self.column}"
        return f"assert_predicate {record}, :{self.column}?"

    def assert_unset(self, record: str) -> str:
        """Minitest's assertion that it does not."""
        if self.from_:
            return f"assert_equal {self.from_}, {record}.{self.column}"
        return f"assert_not_predicate {record}, :{self.column}?"


def read_mark(answers: Answers, context: JobContext, app: RailsApp, default: str = "") -> Mark:
    """The mark that ``--check-then-act`` asks for, else the default, with what is saved in its write.

    Raises:
        InvalidInput, Refused: it cannot be written, or what is saved cannot.
    """
    mark = _read(answer(answers, "check_then_act", default), context, app)
    return replace(mark, saved=read_saved(answers, mark.column, context, app))


def _read(text: str, context: JobContext, app: RailsApp) -> Mark:
    """The mark that ``COLUMN`` or ``COLUMN=FROM:TO`` makes of a column of the job's model.

    Raises:
        InvalidInput: it cannot be the name of a column, or the states are no pair.
        Refused: the column cannot tell done from not done, or lacks a state.
    """
    name, given, states = text.partition("=")
    column = parse_column(name)
    refuse_unwritable(column, "--check-then-act processed_at", context, app)
    if given:
        found = read_transition(column, states, context, app)
        return Mark(column, found.to, found.from_, found.other, found.stored)
    return Mark(column, TOLD_BY_TYPE[_type(column, context, app)])


def mark_notices(mark: Mark, context: JobContext, app: RailsApp) -> Iterator[Notice]:
    """What to know about a mark: what its states leave open."""
    if mark.from_:
        yield from transition_notices(mark.column, context, app)


def _type(column: str, context: JobContext, app: RailsApp) -> str:
    """The type of the column, from the schema or, where that is silent, from its name."""
    kind = kind_of(columns_of(context, app), column)
    if kind is not None and kind.startswith("timestamp"):
        return "datetime"
    if kind in TOLD_BY_TYPE:
        return kind
    values = app.values_of(context.model.name, column) if context.model else None
    if kind in WORDS | NUMBERS or values or column in STATES:
        known = ", ".join(values.values) if values else ""
        raise Refused(
            f"The column {column} has states and does not say which of them is done: it has {known}."
            if known
            else f"The column {column} is of the type {kind or 'string'}, which cannot tell done from not done.",
            hint="Name the state before the work and the one after it: "
            f"{flag_with_states(column, context, app)}; or a time: --check-then-act processed_at.",
            code="column-is-no-mark",
        )
    if kind is None:
        return "date" if column.endswith("_on") else "datetime" if column.endswith("_at") else "boolean"
    raise Refused(
        f"The column {column} is of the type {kind}, which cannot tell done from not done.",
        hint="Use a datetime, date or boolean column: --check-then-act processed_at.",
        code="column-is-no-mark",
    )
