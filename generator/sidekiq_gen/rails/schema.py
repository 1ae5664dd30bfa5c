"""The columns of a table, from what Rails dumps: ``schema.rb`` or ``structure.sql``.

Source: rails v8.1.0 activerecord/lib/active_record/schema_dumper.rb:168-214 (how a table is dumped),
connection_adapters/abstract/schema_dumper.rb:38 (a key of type bigint goes without saying), :54 (the words for types),
and connection_adapters/abstract/schema_definitions.rb:525-548 (timestamps, references, belongs_to).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.rails.files import Repo

# In a dump of Ruby: calls on the table that make no column. Source: the same schema_dumper.rb:209-212, and
# connection_adapters/postgresql/schema_definitions.rb:244 and :248.
_NO_COLUMN = frozenset(
    {
        "index",
        "check_constraint",
        "foreign_key",
        "unique_constraint",
        "exclusion_constraint",
        "primary_key",
        "timestamps",
    }
)
# In a dump of SQL: what begins a part of CREATE TABLE that makes no column. Names in capitals are quoted there.
_NO_SQL_COLUMN = re.compile(r"CONSTRAINT|PRIMARY|KEY|UNIQUE|INDEX|FOREIGN|CHECK|EXCLUDE|LIKE|FULLTEXT|SPATIAL|PERIOD")
# Source: NATIVE_DATABASE_TYPES in rails v8.1.0 activerecord/lib/active_record/connection_adapters/:
# postgresql_adapter.rb:134, abstract_mysql_adapter.rb:31, sqlite3_adapter.rb:96.
_SQL_TYPES = (
    (re.compile(r"tinyint\(1\)|bool"), "boolean"),
    (re.compile(r"timestamp|datetime"), "datetime"),
    (re.compile(r"character|varchar|char\b"), "string"),
    (re.compile(r"(?:big)serial|bigint"), "bigint"),
    (re.compile(r"(?:tiny|small|medium)?int(?:eger|[0-9])?\b|serial"), "integer"),
    (re.compile(r"double|float|real"), "float"),
    (re.compile(r"numeric|decimal"), "decimal"),
    (re.compile(r"(?:tiny|medium|long)?text\b"), "text"),
    (re.compile(r"bytea|(?:tiny|medium|long)?blob|(?:var)?binary"), "binary"),
)
_RUBY_TYPES = {"timestamp": "datetime", "timestamptz": "datetime", "timestamp_without_time_zone": "datetime"}

_COLUMN = re.compile(r"\s*t\.(\w+)[\s(]+(?::|[\"'])(\w+)[\"']?(.*)")
_COLUMN_TYPE = re.compile(r"\s*,\s*(?:type:\s*)?[:\"'](\w+)")
_VIRTUAL_TYPE = re.compile(r"\btype:\s*[:\"'](\w+)")
_ID = re.compile(r"(?:\bid:|:id\s*=>)\s*(?:\{\s*type:\s*)?(?::(\w+)|[\"'](\w+)[\"']|(false)\b)")
_PRIMARY_KEY = re.compile(r"(?:\bprimary_key:|:primary_key\s*=>)\s*(?:[:\"'](\w+)|(\[))")
_SQL_COLUMN = re.compile(r"\s*(?:[`\"]([^`\"]+)[`\"]|(\w+))\s+(\S.*)", re.DOTALL)
_SCHEMA_NAME = re.compile(r"^[`\"]?\w+[`\"]?\.")


def read_columns(repo: Repo, table: str) -> Mapping[str, str] | None:
    """The columns of a table by name, with their types in Rails' words; None when no dump knows the table.

    The dumps of further databases (``db/animals_schema.rb``) come after the main one. Source: rails v8.1.0
    activerecord/lib/active_record/database_configurations/hash_config.rb:172.
    """
    for ending, read in (("schema.rb", columns_of_schema), ("structure.sql", columns_of_structure)):
        dumps = sorted((name for name in repo.names("db") if name.endswith(ending)), key=len)
        for name in dumps:
            columns = read(repo.read(f"db/{name}") or "", table)
            if columns is not None:
                return columns
    return None


def columns_of_schema(text: str, table: str) -> dict[str, str] | None:
    """The columns of a table in the text of ``schema.rb``."""
    start = re.search(rf"^[ \t]*create_table[ \t(]+[:\"']{re.escape(table)}[\"']?(?!\w)([^\n]*)$", text, re.MULTILINE)
    if not start:
        return None
    columns = _primary_key(start[1])
    for line in text[start.end() + 1 :].split("\n"):
        if line.strip() == "end":
            break
        if line.strip().startswith("t.timestamps"):
            columns |= {"created_at": "datetime", "updated_at": "datetime"}
        column = _COLUMN.match(line)
        if column and column[1] in {"references", "belongs_to"}:
            columns[f"{column[2]}_id"] = "bigint"
        elif column and (kind := _ruby_type(column[1], column[3])):
            columns[column[2]] = kind
    return columns


def _primary_key(options: str) -> dict[str, str]:
    """The column that ``create_table`` makes by itself."""
    key, named = _ID.search(options), _PRIMARY_KEY.search(options)
    if (key and key[3]) or (named and named[2]):
        return {}
    return {named[1] if named else "id": (key[1] or key[2]) if key else "bigint"}


def _ruby_type(method: str, rest: str) -> str | None:
    """The type of the column that a call on the table makes; None when it makes none."""
    if method in {"column", "virtual"}:
        found = (_COLUMN_TYPE if method == "column" else _VIRTUAL_TYPE).search(rest)
        method = found[1] if found else ""
    elif method in _NO_COLUMN:
        return None
    return _RUBY_TYPES.get(method, method) or None


def columns_of_structure(text: str, table: str) -> dict[str, str] | None:
    """The columns of a table in the text of ``structure.sql``, as PostgreSQL, MySQL or SQLite dumps it."""
    name = re.escape(table)
    start = re.search(
        rf"^CREATE TABLE (?:IF NOT EXISTS )?(?:[`\"]?\w+[`\"]?\.)?(?:[`\"]{name}[`\"]|{name})\s*\(", text, re.MULTILINE
    )
    if not start:
        return None
    columns = {}
    for part in _parts(text, start.end()):
        column = _SQL_COLUMN.match(part)
        if column and (column[1] or not _NO_SQL_COLUMN.fullmatch(column[2])):
            columns[column[1] or column[2]] = _sql_type(column[3])
    return columns


def _parts(text: str, position: int) -> Iterator[str]:
    """What stands between the commas of a parenthesis that opens right before position."""
    depth, start = 1, position
    for found in re.compile(r"'(?:[^']|'')*'|[(),]").finditer(text, position):
        mark = found.group()
        depth += {"(": 1, ")": -1}.get(mark, 0)
        if not depth or (mark == "," and depth == 1):
            yield text[start : found.start()]
            start = found.end()
        if not depth:
            return


def _sql_type(text: str) -> str:
    """Rails' word for a type of SQL; the first word of it when Rails has none."""
    text = _SCHEMA_NAME.sub("", text.strip().lower())
    known = next((word for pattern, word in _SQL_TYPES if pattern.match(text)), None)
    first = re.match(r"\w+", text)
    return known or (first.group() if first else "string")
