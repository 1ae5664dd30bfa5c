"""A table, from what Rails dumps: ``schema.rb`` or ``structure.sql``.

Source: rails v8.1.0 activerecord/lib/active_record/schema_dumper.rb:168-214 (how a table is dumped),
connection_adapters/abstract/schema_dumper.rb:38 (a key of type bigint goes without saying), :54 (the words for types),
and connection_adapters/abstract/schema_definitions.rb:525-548 (timestamps, references, belongs_to).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.plurals import singular
from sidekiq_gen.rails import checks
from sidekiq_gen.rails.table import Column, Table
from sidekiq_gen.reading import SCHEMA
from sidekiq_gen.regex import regex
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_NO_SQL_COLUMN = regex(r"CONSTRAINT|PRIMARY|KEY|UNIQUE|INDEX|FOREIGN|CHECK|EXCLUDE|LIKE|FULLTEXT|SPATIAL|PERIOD")
# Source: NATIVE_DATABASE_TYPES in rails v8.1.0 activerecord/lib/active_record/connection_adapters/:
# postgresql_adapter.rb:134, abstract_mysql_adapter.rb:31, sqlite3_adapter.rb:96.
_SQL_TYPES = (
    (regex(r"tinyint\(1\)|bool"), "boolean"),
    (regex(r"timestamp|datetime"), "datetime"),
    (regex(r"character|varchar|char\b"), "string"),
    (regex(r"(?:big)serial|bigint"), "bigint"),
    (regex(r"(?:tiny|small|medium)?int(?:eger|[0-9])?\b|serial"), "integer"),
    (regex(r"double|float|real"), "float"),
    (regex(r"numeric|decimal"), "decimal"),
    (regex(r"(?:tiny|medium|long)?text\b"), "text"),
    (regex(r"bytea|(?:tiny|medium|long)?blob|(?:var)?binary"), "binary"),
)
# The types of primary keys to which the database gives a value.
_GIVEN_KEYS = frozenset({"bigint", "integer", "bigserial", "serial", "primary_key", "uuid"})
_RUBY_TYPES = {"timestamp": "datetime", "timestamptz": "datetime", "timestamp_without_time_zone": "datetime"}

_COLUMN = regex(r"\s*t\.(\w+)[\s(]+[:\"']((?<=:)\w+|(?<=[\"'])[^\"'\\]+(?=[\"']))[\"']?(.*)")
_COLUMN_TYPE = regex(r",\s*(?:type:\s*)?[:\"'](\w+)")
_VIRTUAL_TYPE = regex(r"\btype:\s*[:\"'](\w+)")
_ID = regex(r"(?:\bid:|:id\s*=>)\s*(?:\{\s*type:\s*)?(?::(\w+)|[\"'](\w+)[\"']|(false)\b)", needs="id")
_PRIMARY_KEY = regex(
    r"(?:\bprimary_key:|:primary_key\s*=>)\s*(?::(\w+)|[\"']([^\"']+)|%[wi]\[([^\]]*)\]|\[([^\]]*)\])",
    needs="primary_key",
)
_KEY_COLUMN = regex(r"\s*t\.primary_key[\s(]+[:\"'](\w+)[\"']?(?:\s*,\s*:(\w+))?", needs="t.primary_key")
_IS_KEY = regex(r"\bprimary_key:\s*true|:primary_key\s*=>\s*true", needs="primary_key")
_SQL_COLUMN = regex(r"\s*(?:[`\"]([^`\"]+)[`\"]|(\w+))\s+(\S.*)", re.DOTALL)
_SCHEMA_NAME = regex(r"^[`\"]?\w+[`\"]?\.")
_INSISTS = regex(r"\bnull:\s*false|:null\s*=>\s*false")
_DEFAULT = regex(r"\bdefault:|:default\s*=>|\bas:|:as\s*=>")
_LIMIT = regex(r"(?:\blimit:|:limit\s*=>)\s*([0-9]{1,10})\b", needs="limit")
_ENUM_TYPE = regex(r"\benum_type:\s*[:\"'](?:\w+\.)?(\w+)", needs="enum_type:")
_MYSQL_ENUM = regex(r"\"enum\(((?:[^)\"\\]|\\.)*)\)\"", needs='"enum(')
_QUOTED = regex(r"'((?:[^']|'')*)'|\"([^\"]*)\"")
_NAMES = r"(?:\[\s*)?([:\"'][\w ]+[\"']?(?:[\s,]*[:\"'][\w ]+[\"']?)*)\]?"
_INDEX = regex(rf"\s*t\.(index|unique_constraint)[\s(]+{_NAMES}(.*)")
_ADD_INDEX = regex(rf"^[ \t]*add_index[ (]+[:\"'](\w+)[\"']?,\s*{_NAMES}(.*)$", re.MULTILINE, needs="add_index")
_FOREIGN_KEY = regex(
    r"^[ \t]*add_foreign_key[ (]+[:\"'](\w+)[\"']?,\s*[:\"'](\w+)[\"']?(?:.*?\bcolumn:\s*[:\"'](\w+))?", re.MULTILINE
)
_CREATE_ENUM = regex(
    r"^[ \t]*create_enum[ (]+[:\"'](?:\w+\.)?(\w+)[\"']?,\s*\[([^\]]*)\]", re.MULTILINE, needs="create_enum"
)
_WORD = regex(r"[:\"']([^\"',:]+)")
_CREATE_TYPE = regex(r"^CREATE TYPE (?:\w+\.)?\"?(\w+)\"? AS ENUM \(([^)]*)\)", re.MULTILINE)
_SQL_LIMIT = regex(r"\w[\w ]*\(([0-9]{1,10})\)")
_SQL_INSISTS = regex(r"\bNOT NULL\b")
_SQL_DEFAULT = regex(r"\bDEFAULT\b|\bAUTO_INCREMENT\b|\bGENERATED\b|\bAUTOINCREMENT\b|\bserial\b", re.IGNORECASE)
_SQL_UNIQUE_INDEX = regex(
    r"^CREATE UNIQUE INDEX \S+ ON (?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)[`\"]?(?: USING \w+)? ?\(([^()]*)\)([^;\n]*)",
    re.MULTILINE,
)
_SQL_UNIQUE_KEY = regex(
    r"\s*(?:CONSTRAINT [`\"]?\w+[`\"]? )?UNIQUE(?: KEY| INDEX)?(?: [`\"]?\w+[`\"]?)?\s*\(([^()]*)\)"
)
_SQL_KEY = regex(r"\bPRIMARY KEY(?: USING \w+)?\s*\(((?:[^()]|\([0-9]+\))*)\)")
_SQL_IS_KEY = regex(r"\bPRIMARY KEY\b")
_SQL_REFERENCE = regex(
    r"FOREIGN KEY \([`\"]?(\w+)[`\"]?\) REFERENCES (?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)[`\"]?", re.IGNORECASE
)


def read_table(repo: Repo, table: str) -> Table | None:
    """A table; None when no dump knows it."""
    for ending, read in (("schema.rb", table_of_schema), ("structure.sql", table_of_structure)):
        for _, text in dumps(repo, ending):
            found = read(text, table)
            if found is not None:
                return found
    return None


def dumps(repo: Repo, *endings: str) -> Iterator[tuple[str, str]]:
    """The dumps of the schema whose names end so, each by its path and with its text.

    Those of further databases (``db/animals_schema.rb``) come after the main one. Source: rails v8.1.0
    activerecord/lib/active_record/database_configurations/hash_config.rb:172.
    """
    names = sorted((name for name in repo.names("db") if name.endswith(endings)), key=len)
    return ((f"db/{name}", repo.read(f"db/{name}", SCHEMA) or "") for name in names)


def is_view(repo: Repo, name: str) -> bool:
    """Whether a dump knows a view of that name. Source: the gem scenic, lib/scenic/view.rb (to_schema)."""
    shape = rf"^[ \t]*(?:create_view[ (]+[:\"']|CREATE (?:MATERIALIZED )?VIEW )(?:\w+\.)?[`\"]?{re.escape(name)}\b"
    return any(re.search(shape, text, re.MULTILINE) for _, text in dumps(repo, "schema.rb", "structure.sql"))


def table_of_schema(text: str, table: str) -> Table | None:
    """A table in the text of ``schema.rb``."""
    name = rf"[:\"'](?:\w+\.)?{re.escape(table)}[\"']?"
    start = re.search(rf"^[ \t]*create_table[ \t(]+{name}(?!\w)([^\n]*)$", text, re.MULTILINE)
    if not start:
        return None
    enums = {found[1]: _words(found[2]) for found in _CREATE_ENUM.finditer(text)}
    columns, key = _own_key(start[1]), _key_of_options(start[1])
    unique = [_names(found[2]) for found in _ADD_INDEX.finditer(text) if found[1] == table and _whole(found[3])]
    conditions = [*checks.added(text, table)]
    for line in text[start.end() + 1 :].split("\n"):
        if line.strip() == "end":
            break
        conditions += checks.of_table(line)
        index = _INDEX.match(line)
        if index and (index[1] == "unique_constraint" or _whole(index[3])):
            unique.append(_names(index[2]))
        if line.strip().startswith("t.timestamps"):
            columns |= {"created_at": Column("datetime"), "updated_at": Column("datetime")}
        column, own = _COLUMN.match(line), _KEY_COLUMN.match(line)
        if own:
            columns[own[1]] = Column(own[2] or "bigint")
        if column and (own or _IS_KEY.search(column[3])):
            key = (column[2],)
        if column and column[1] in {"references", "belongs_to"}:
            columns[f"{column[2]}_id"] = _column("bigint", column[3], enums)
        elif column and (kind := _ruby_type(column[1], column[3])):
            columns[column[2]] = _column(kind, column[3], enums)
    keys = (found for found in _FOREIGN_KEY.finditer(text) if found[1] == table)
    references = {found[3] or f"{singular(found[2])}_id": found[2] for found in keys}
    columns |= checks.checked(columns, conditions)
    return Table(columns, tuple(unique), references, key)


def _column(kind: str, options: str, enums: dict[str, tuple[str, ...]]) -> Column:
    """A column of a dump in Ruby, by its options."""
    limit, enum, listed = _LIMIT.search(options), _ENUM_TYPE.search(options), _MYSQL_ENUM.search(options)
    return Column(
        kind,
        insists=bool(_INSISTS.search(options)) and not _DEFAULT.search(options),
        limit=int(limit[1]) if limit else None,
        values=enums.get(enum[1], ()) if enum else _words(listed[1]) if listed else (),
        array="array: true" in options,
    )


def _whole(options: str) -> bool:
    """Whether an index is unique for all rows."""
    return "unique: true" in options and "where:" not in options


def _names(text: str) -> tuple[str, ...]:
    return tuple(found.strip() for found in _WORD.findall(text) if found.strip())


def _words(text: str) -> tuple[str, ...]:
    """The texts in quotes."""
    return tuple((found[1] or found[2] or "").replace("''", "'") for found in _QUOTED.finditer(text))


def _key_of_options(options: str) -> tuple[str, ...]:
    """The columns of the primary key that ``create_table`` is asked for."""
    named, own = _PRIMARY_KEY.search(options), _ID.search(options)
    if own and own[3]:
        return ()
    if named is None:
        return ("id",)
    if named[1] or named[2]:
        return (named[1] or named[2],)
    return tuple(named[3].split()) if named[3] else _names(named[4] or "")


def _own_key(options: str) -> dict[str, Column]:
    """The column that ``create_table`` makes by itself.

    Source: rails v8.1.0 activerecord/lib/active_record/connection_adapters/postgresql/schema_dumper.rb:120 and
    mysql/schema_dumper.rb:36 (the default is dumped where a number does not count up by itself).
    """
    own, key = _ID.search(options), _key_of_options(options)
    if len(key) != 1:
        return {}
    kind, limit = (own[1] or own[2]) if own else "bigint", _LIMIT.search(options)
    # A number counts up by itself, and a uuid of PostgreSQL's is made by it, unless the dump says otherwise.
    given = "default: nil" not in options if kind in _GIVEN_KEYS else bool(_DEFAULT.search(options))
    return {key[0]: Column(kind, insists=not given, limit=int(limit[1]) if limit else None)}


def _ruby_type(method: str, rest: str) -> str | None:
    """The type of the column that a call on the table makes; None when it makes none."""
    if method in {"column", "virtual"}:
        found = (_COLUMN_TYPE if method == "column" else _VIRTUAL_TYPE).search(rest)
        method = found[1] if found else ""
    elif method in _NO_COLUMN:
        return None
    return _RUBY_TYPES.get(method, method) or None


def table_of_structure(text: str, table: str) -> Table | None:
    """A table in the text of ``structure.sql``, as PostgreSQL, MySQL or SQLite dumps it."""
    name = re.escape(table)
    start = re.search(
        rf"^CREATE TABLE (?:IF NOT EXISTS )?(?:[`\"]?\w+[`\"]?\.)?(?:[`\"]{name}[`\"]|{name})\s*\(", text, re.MULTILINE
    )
    if not start:
        return None
    enums = {found[1]: _words(found[2]) for found in _CREATE_TYPE.finditer(text)}
    columns: dict[str, Column] = {}
    found = _SQL_UNIQUE_INDEX.finditer(text)
    unique = [_sql_names(index[2]) for index in found if index[1] == table and " WHERE " not in index[3]]
    references: dict[str, str] = {}
    primary: tuple[str, ...] = ()
    conditions: list[str] = []
    for part in _parts(text, start.end()):
        conditions += checks.in_sql(part)
        key, reference = _SQL_UNIQUE_KEY.match(part), _SQL_REFERENCE.search(part)
        primary = _sql_key(part) or primary
        if key:
            unique.append(_sql_names(key[1]))
        if reference:
            references[reference[1]] = reference[2]
        column = _SQL_COLUMN.match(part)
        if column and (column[1] or not _NO_SQL_COLUMN.fullmatch(column[2])):
            columns[column[1] or column[2]] = _sql_column(column[3], enums)
            primary = (column[1] or column[2],) if _SQL_IS_KEY.search(column[3]) else primary
    # PostgreSQL dumps keys, defaults of sequences and constraints behind the tables.
    for more in re.finditer(rf"^ALTER TABLE (?:ONLY )?(?:\w+\.)?\"?{name}\"?\s+([^;]*);", text, re.MULTILINE):
        conditions += checks.in_sql(more[1])
        key = re.search(r"(?:PRIMARY KEY|SET DEFAULT|(UNIQUE) \(([^()]*)\))", more[1])
        reference = _SQL_REFERENCE.search(more[1])
        primary = _sql_key(more[1]) or primary
        if key and key[1]:
            unique.append(_sql_names(key[2]))
        if reference:
            references[reference[1]] = reference[2]
        given = re.match(r"ALTER COLUMN \"?(\w+)\"? (?:SET DEFAULT|ADD GENERATED)", more[1])
        if given and given[1] in columns:
            columns[given[1]] = replace(columns[given[1]], insists=False)
    columns |= checks.checked(columns, conditions)
    return Table(columns, tuple(names for names in unique if names), references, primary)


def _sql_key(text: str) -> tuple[str, ...]:
    """The columns of the primary key that a part of a table, or a change of it, declares."""
    found = _SQL_KEY.search(text)
    parts = (re.match(r"\s*(?:[`\"]([^`\"]+)|(\w+))", part) for part in found[1].split(",")) if found else ()
    return tuple(part[1] or part[2] for part in parts if part)


def _sql_column(text: str, enums: dict[str, tuple[str, ...]]) -> Column:
    """A column of a dump in SQL, by what follows its name."""
    kind, limit = _sql_type(text), _SQL_LIMIT.match(text.strip())
    listed = re.match(r"enum\(([^)]*)\)", text.strip(), re.IGNORECASE)
    return Column(
        kind,
        insists=bool(_SQL_INSISTS.search(text)) and not _SQL_DEFAULT.search(text),
        limit=int(limit[1]) if limit and kind in {"string", "binary", "text"} else None,
        values=_words(listed[1]) if listed else enums.get(kind, ()),
        array="[]" in text.partition(" DEFAULT")[0],
    )


def _sql_names(text: str) -> tuple[str, ...]:
    """The columns of an index; none where it is one over expressions."""
    names = [part.strip().strip('`"') for part in text.split(",")]
    return tuple(names) if all(re.fullmatch(r"\w+", name) for name in names) else ()


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
