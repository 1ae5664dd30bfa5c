"""Rows for specs that the database takes: with what it insists on, and with other values where no two may be alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import inflection

from sidekiq_gen.quoting import ruby_pairs, ruby_string
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.table import Column, Table

# Rails fills them in by itself. Source: rails v8.1.0 activerecord/lib/active_record/timestamp.rb:64,
# inheritance.rb:57 (type).
_FILLED_BY_RAILS = frozenset({"created_at", "updated_at", "created_on", "updated_on", "type"})
_VALUES = {
    "string": '"text"',
    "text": '"text"',
    "citext": '"text"',
    "integer": "1",
    "bigint": "1",
    "float": "1.0",
    "decimal": "1",
    "boolean": "false",
    "datetime": "Time.current",
    "time": "Time.current",
    "date": "Date.current",
    "json": "{}",
    "jsonb": "{}",
    "hstore": "{}",
    "uuid": "SecureRandom.uuid",
    "binary": '"text"',
    "inet": '"127.0.0.1"',
}
# Those that a row gives back as they are, none of which it has by itself.
_GIVEN_BACK = {
    **dict.fromkeys(("string", "text", "citext"), '"text"'),
    "integer": "7",
    "bigint": "7",
    "decimal": "7",
    "float": "1.5",
    "boolean": "true",
    "uuid": '"b8f3c6de-4f0a-4c9b-9d52-0f6a7c1e2d3b"',
    "json": '{ "id" => 7 }',
    "jsonb": '{ "id" => 7 }',
}
_NUMBERS = frozenset({"integer", "bigint"})
_TEXTS = frozenset({"string", "text", "citext"})
# By type, a primary key that a row may have, and one that none has; a number where nothing says the type.
_KEYS = {
    "uuid": ('"b8f3c6de-4f0a-4c9b-9d52-0f6a7c1e2d3b"', '"00000000-0000-0000-0000-000000000000"'),
    **dict.fromkeys(("string", "text", "citext"), ('"1"', '"0"')),
}
TEXT = 4  # characters of "text"
HEX = 32  # characters of SecureRandom.hex
LARGEST = "2_000_000_000"


def key_sample(kind: str) -> tuple[str, str]:
    """A primary key of a type as Ruby writes it, and one that no row has."""
    return _KEYS.get(kind, ("1", "0"))


@dataclass(frozen=True)
class Sample:
    """The values of a row: pairs of Ruby, and the columns that the database insists on and that have none."""

    pairs: tuple[tuple[str, str], ...]
    missing: tuple[str, ...] = ()

    @property
    def arguments(self) -> str:
        """The pairs as arguments: ``(number: 1, name: "text")``; empty without any."""
        return f"({self.hash})" if self.pairs else ""

    @property
    def hash(self) -> str:
        """The pairs without a bracket: ``number: 1, name: "text"``."""
        return ruby_pairs(self.pairs)


def insisted_on(app: RailsApp, model: str) -> Sample:
    """Values for the columns without which the database refuses a row; none where no dump of the schema knows it."""
    table = app.table(model)
    if table is None:
        return Sample(())
    pairs, missing, key = [], [], app.primary_key(model).columns
    for name, column in table.columns.items():
        if not column.insists or name in _FILLED_BY_RAILS:
            continue
        # id= writes the primary key, whatever it is called.
        value = None if name == "id" and name not in key else _value(app, model, name, table)
        if value:
            pairs.append((name, value))
        else:
            missing.append(name)
    return Sample(tuple(pairs), tuple(missing))


def known_value(app: RailsApp, model: str, name: str) -> str | None:
    """A Ruby value that a column takes and gives back as it is; None where none is sure to be, or it changes."""
    table = app.table(model)
    if table is None or name not in table.columns:
        return None
    column = table.columns[name]
    value = _GIVEN_BACK.get(column.type.partition("(")[0])
    listed = app.values_of(model, name)
    if listed and listed.values:
        return ruby_string(listed.values[0])
    if column.array or value is None or name in table.references:
        return None
    short = column.limit is not None and column.limit < TEXT and column.type in _TEXTS
    return f'"{"text"[: column.limit]}"' if short else value


def distinct(app: RailsApp, model: str) -> Sample:
    """Values for a copy of a row, one for each unique index; missing are the columns of those without any.

    A copy has no primary key: it gets one where the database gives none.
    """
    table = app.table(model)
    if table is None:
        return Sample(())
    key = app.primary_key(model).columns
    insists = [name for name in key if name in table.columns and table.columns[name].insists]
    given = {name: None if name in table.references else _unlike(table.columns[name]) for name in insists}
    pairs = {name: value for name, value in given.items() if value}
    missing = [name for name in insists if name not in pairs]
    for columns in table.unique:
        if {*key, *pairs} & set(columns):
            continue
        found = next(_other_values(columns, table), None)
        if found:
            pairs[found[0]] = found[1]
        else:
            missing += columns
    return Sample(tuple(pairs.items()), tuple(dict.fromkeys(missing)))


def _other_values(columns: tuple[str, ...], table: Table) -> Iterator[tuple[str, str]]:
    """The columns that can be given a value of their own, and that value."""
    for name in columns:
        column = table.columns.get(name)
        value = _unlike(column) if column and name not in table.references and not name.endswith("_id") else None
        if value:
            yield name, value


def _value(app: RailsApp, model: str, name: str, table: Table) -> str | None:
    """The Ruby value of one column; None where none is sure to be taken."""
    column = table.columns[name]
    if name in table.references:
        parent = app.factory(inflection.camelize(app.inflections.singularize(table.references[name])))
        return f"{parent}.id" if parent else None
    if column.array:
        return "[]"
    listed = app.values_of(model, name)
    if listed and listed.values:
        return ruby_string(listed.values[0])
    unique = (app.primary_key(model).columns, *table.unique)
    if any(name in columns for columns in unique) and (value := _unlike(column)):
        return value
    value = _VALUES.get(column.type.partition("(")[0])
    if column.limit and column.limit < TEXT and column.type in _TEXTS:
        return f'"{"text"[: column.limit]}"'
    return value


def _unlike(column: Column) -> str | None:
    """A Ruby value that no other row has; None where the type has too few."""
    if column.type in _TEXTS:
        half = HEX if column.limit is None else min(HEX, column.limit)
        return "SecureRandom.hex" if half == HEX else f"SecureRandom.hex({half // 2})" if half >= 2 * TEXT else None
    if column.type == "uuid":
        return "SecureRandom.uuid"
    if column.type in _NUMBERS and (column.limit is None or column.limit >= TEXT):
        return f"rand(1..{LARGEST})"
    return None
