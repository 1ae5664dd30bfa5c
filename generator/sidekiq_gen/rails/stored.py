"""Where the table of a model is described, and the indexes over it: from ``schema.rb`` or ``structure.sql``.

Source: rails v8.1.0 activerecord/lib/active_record/schema_dumper.rb:231-282 (how an index is dumped).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.rails.models import generations, tables
from sidekiq_gen.rails.schema import dumps
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.constants import Constants
    from sidekiq_gen.rails.files import Repo

_COLUMNS = r"(\[[^\]]*\]|[:\"'][\w ]+[\"']?)"
_WHERE = regex(r"(?:\bwhere:|:where\s*=>)\s*\"((?:[^\"\\]|\\.)*)\"", needs="where")
_IN_TABLE = regex(rf"^[ \t]*t\.(?:index|unique_constraint)[\s(]+{_COLUMNS}([^\n]*)", re.MULTILINE)
_WORD = regex(r"[:\"']([^\"',:\[\]]+)")
_SQL_KEY = regex(r"^[ \t]*(?:UNIQUE )?(?:KEY|INDEX)\s+[`\"]?\w+[`\"]?\s*\(([^\n]*)\)[^()\n]*$", re.MULTILINE)
_CAST = regex(r"::[a-z]+(?: varying)?")


@dataclass(frozen=True)
class Index:
    """One index.

    columns: in their order; an expression is an empty text. where: the condition of a partial one; else empty.
    """

    columns: tuple[str, ...]
    where: str = ""

    def finds(self, column: str, condition: str) -> bool:
        """Whether it finds the rows for which a condition on that column holds, without reading past the others."""
        if self.where:
            return plain(self.where) == plain(condition)
        return self.columns[:1] == (column,)


@dataclass(frozen=True)
class Stored:
    """A table as a dump of the schema knows it.

    name: of the table. dump: the path of the dump. indexes: those over it, without the primary key.
    """

    name: str
    dump: str
    indexes: tuple[Index, ...]


def find_stored(repo: Repo, constants: Constants, model: str) -> Stored | None:
    """The table of a model, or that of the class it inherits from; None when no dump of the schema knows it."""
    names = (table for name in generations(constants, model) for table in tables(constants, name))
    return next((found for name in names if (found := _in_dumps(repo, name))), None)


def plain(condition: str) -> str:
    """A condition of SQL as it can be compared: without brackets, quotes of names, casts and capitals."""
    text = _CAST.sub("", condition.lower())
    return " ".join(re.sub(r"[()`\"\\]", " ", text).split())


def _in_dumps(repo: Repo, table: str) -> Stored | None:
    for ending, read in (("schema.rb", _of_schema), ("structure.sql", _of_structure)):
        for dump, text in dumps(repo, ending):
            indexes = read(text, table)
            if indexes is not None:
                return Stored(table, dump, tuple(indexes))
    return None


def _of_schema(text: str, table: str) -> list[Index] | None:
    name = rf"[:\"'](?:\w+\.)?{re.escape(table)}[\"']?(?!\w)"
    body = re.search(rf"^[ \t]*create_table[ \t(]+{name}[^\n]*\n(.*?)^[ \t]*end$", text, re.MULTILINE | re.DOTALL)
    if not body:
        return None
    added = re.findall(rf"^[ \t]*add_index[ (]+{name},\s*{_COLUMNS}([^\n]*)", text, re.MULTILINE)
    return [
        Index(tuple(_WORD.findall(columns)), found[1] if (found := _WHERE.search(options)) else "")
        for columns, options in [*_IN_TABLE.findall(body[1]), *added]
    ]


def _of_structure(text: str, table: str) -> list[Index] | None:
    name = rf"(?:[`\"]?\w+[`\"]?\.)?[`\"]?{re.escape(table)}[`\"]?"
    body = re.search(rf"^CREATE TABLE (?:IF NOT EXISTS )?{name}\s*\((.*?)\)[^()]*;", text, re.MULTILINE | re.DOTALL)
    if not body:
        return None
    created = re.findall(
        rf"^CREATE (?:UNIQUE )?INDEX \S+ ON (?:ONLY )?{name}(?: USING \w+)?\s*\(([^;\n]*?)\)(?: INCLUDE \([^)]*\))?"
        r"(?: WHERE ([^;\n]*))?;",
        text,
        re.MULTILINE,
    )
    return [Index(tuple(_column(part) for part in columns.split(",")), where) for columns, where in created] + [
        Index(tuple(_column(part) for part in found[1].split(","))) for found in _keys(body[1])
    ]


def _keys(body: str) -> Iterator[re.Match[str]]:
    """The indexes that MySQL dumps inside of CREATE TABLE."""
    return _SQL_KEY.finditer("\n".join(line.rstrip(",") for line in body.split("\n")))


def _column(part: str) -> str:
    """The column of one part of an index; empty where that is an expression."""
    found = re.fullmatch(r"\s*[`\"]?(\w+)[`\"]?(?:\(\d+\))?(?: (?:ASC|DESC|NULLS|FIRST|LAST|\w+_ops))*\s*", part)
    return found[1] if found else ""
