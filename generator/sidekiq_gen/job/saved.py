"""--save-result: what the work returns goes into a column, in the write that sets the mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Flag, answer
from sidekiq_gen.job.collaborator import CALLS
from sidekiq_gen.job.needs import Column
from sidekiq_gen.job.samples import known_value
from sidekiq_gen.job.values import columns_of, refuse_unwritable
from sidekiq_gen.naming import parse_column
from sidekiq_gen.near import near
from sidekiq_gen.regex import regex
from sidekiq_gen.reserved import KEYWORDS, TAKEN_METHODS
from sidekiq_gen.ruby.templates import declared_names
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp

SAVE_RESULT = Flag(
    "--save-result",
    "The column that takes what the work returns, or a value of it: charge_id, charge_id=id.",
    "text",
    metavar="COLUMN[=METHOD]",
)
RESULT = "result"

# The templates whose names may share a scope with the variable.
_SCOPES = (
    "job.rb.j2",
    "kinds/claim/job.rb.j2",
    "patterns/advisory_lock/job.rb.j2",
    "patterns/retry_after/asked/job.rb.j2",
)
_READER = regex(r"([a-z_]\w*[?]?)|\[(\"[^\"\\#]+\"|:[a-z_]\w*)\]", re.ASCII)


@dataclass(frozen=True)
class Saved:
    """What is saved of the result of the work.

    column: where. variable: the local variable of the job that holds the result.
    reader: Ruby behind it that gives the value: ``.id``, ``["id"]``; empty for itself.
    value: Ruby for a value that the column takes, in a spec. returned: Ruby for a result that has it.
    """

    column: str
    variable: str
    reader: str
    value: str
    returned: str

    @property
    def literal(self) -> str:
        """The value as an argument that stands first: a hash would be taken for a block."""
        return f"({self.value})" if self.value.startswith("{") else self.value

    @property
    def pair(self) -> str:
        """What is written: ``charge_id: charge.id``."""
        return f"{self.column}: {self.variable}{self.reader}"


def read_saved(answers: Answers, mark: str, context: JobContext, app: RailsApp) -> Saved | None:
    """What ``COLUMN`` or ``COLUMN=METHOD`` asks for; None where it was not asked for.

    mark: the column that marks the work as done.

    Raises:
        InvalidInput: it cannot be the name of a column, or of a method.
        Refused: there is no such column, it takes nothing that a spec could know, or no result can be asked for it.
    """
    typed = answer(answers, SAVE_RESULT.parameter)
    if typed is None:
        return None
    name, given, method = typed.partition("=")
    column = parse_column(name)
    refuse_unwritable(column, f"{SAVE_RESULT.option} charge_id", context, app)
    found = _READER.fullmatch(method) if given else None
    if given and (found is None or method in KEYWORDS):
        raise InvalidInput(
            f"{SAVE_RESULT.option} {typed[:60]!a} names no method of the result.",
            hint=f'Give a method or a key: {SAVE_RESULT.option} {column}=id, {SAVE_RESULT.option} {column}=["id"].',
            code="invalid-value",
        )
    if given and CALLS.parameter not in answers:
        raise Refused(
            f"{SAVE_RESULT.option} {typed} asks the result for {method}, which a method of the job can return itself.",
            hint=f"Leave it out, {SAVE_RESULT.option} {column}; or name what does the work: --calls.",
            code="contradictory-patterns",
        )
    if column == mark:
        raise Refused(
            f"{column} is the mark of the work itself.",
            hint=f"Name another column: {SAVE_RESULT.option} charge_id.",
            code="contradictory-patterns",
        )
    value = _value(column, context, app, migrated="migration" in answers)
    reader = f".{found[1]}" if found and found[1] else f"[{found[2]}]" if found else ""
    return Saved(column, _variable(column, method, _taken(context)), reader, value, _returned(found, value))


def need(saved: Saved) -> Column:
    """The column as a table has to have it."""
    return Column(saved.column, "string")


def _value(column: str, context: JobContext, app: RailsApp, *, migrated: bool) -> str:
    """Ruby for a value that a column takes.

    Raises:
        Refused: there is no such column, or none is known.
    """
    columns, model = columns_of(context, app), context.model.name if context.model else ""
    if columns is not None and column not in columns:
        if migrated:
            return '"text"'
        found = near(column, columns, 3)
        raise Refused(
            f"The table of {model} has no column {column}.",
            hint=(f"Did you mean {' or '.join(found)}? Or add" if found else "Add") + " it: --migration writes that.",
            code="no-such-column",
        )
    if columns is None:
        return '"text"'
    value = known_value(app, model, column)
    if value is None:
        raise Refused(
            f"The column {column} is of the type {columns[column]}, of which a spec knows no value beforehand.",
            hint="Name a column of a text, a number or JSON, or save the result in the work.",
            code="column-takes-no-result",
        )
    return value


def _taken(context: JobContext) -> frozenset[str]:
    names = (name for argument in context.arguments for name in (argument.name, argument.parameter))
    own = (name for template in _SCOPES for name in declared_names(context.tree, template, context.layers))
    return frozenset({*names, *own, context.row, context.rows}) | KEYWORDS | TAKEN_METHODS


def _variable(column: str, method: str, taken: Collection[str]) -> str:
    """What the result is called: the column without the method that gives its value; ``result`` where it is taken."""
    word = re.sub(r"\W", "", method)
    name = column.removesuffix(f"_{word}") if word else column
    if word and name == column:
        name = RESULT
    return next(one for one in (name, RESULT, f"{RESULT}_of_work") if one not in taken)


def _returned(found: re.Match[str] | None, value: str) -> str:
    """Ruby for a result that gives a value."""
    if found is None:
        return value
    if found[1]:
        return f"Struct.new(:{found[1]}).new({value})"
    key = f"{found[2]} => {value}" if found[2].startswith('"') else f"{found[2][1:]}: {value}"
    return f"{{ {key} }}"
