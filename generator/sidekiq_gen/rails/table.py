"""A table as a dump of the schema describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Column:
    """One column.

    type: in Rails' words: ``string``, ``datetime``.
    insists: whether the database refuses a row that gives it no value: NOT NULL, without a default.
    limit: the characters of a text, or the bytes of a number; None where the dump names none.
    values: of a type that lists them: an enum of PostgreSQL's or MySQL's. array: whether it holds several.
    checked: those that a check constraint lists.
    """

    type: str
    insists: bool = False
    limit: int | None = None
    values: tuple[str, ...] = ()
    array: bool = False
    checked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table.

    unique: the columns of each unique index or constraint; none of an index over an expression.
    references: the tables that columns point to, by a foreign key.
    primary_key: its columns; none where it has no primary key.
    """

    columns: Mapping[str, Column]
    unique: tuple[tuple[str, ...], ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ("id",)

    @property
    def types(self) -> dict[str, str]:
        """The types of the columns."""
        return {name: column.type for name, column in self.columns.items()}
