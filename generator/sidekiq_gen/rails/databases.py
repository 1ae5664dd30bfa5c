"""Which databases the app talks to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.rails import yaml
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.lockfile import Lockfile

Database = Literal["postgresql", "mysql", "sqlite"]

CONFIGURATION = "config/database.yml"
MAXIMUM_DEPTH = 6
# A part of every name that an adapter, a wrapper around one or a URL scheme goes by: mysql2_makara, jdbcpostgresql.
_MARKS: tuple[tuple[str, Database], ...] = (
    ("postg", "postgresql"),
    ("mysql", "mysql"),
    ("trilogy", "mysql"),
    ("mariadb", "mysql"),
    ("sqlite", "sqlite"),
    ("spatialite", "sqlite"),
)
_GEMS: tuple[tuple[str, Database], ...] = (
    ("pg", "postgresql"),
    ("activerecord-postgis-adapter", "postgresql"),
    ("activerecord-jdbcpostgresql-adapter", "postgresql"),
    ("mysql2", "mysql"),
    ("trilogy", "mysql"),
    ("activerecord-trilogy-adapter", "mysql"),
    ("activerecord-jdbcmysql-adapter", "mysql"),
    ("sqlite3", "sqlite"),
    ("activerecord-jdbcsqlite3-adapter", "sqlite"),
)

_LINE = regex(r"^[ \t]*(?:adapter|url):[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)


def find_databases(repo: Repo, lockfile: Lockfile | None) -> tuple[Database, ...]:
    """The databases that ``config/database.yml`` names, production's first; when it names none, those of the gems.

    Where production is there without naming one (its URL comes from the environment), gems for databases that no other
    environment uses come first.
    """
    locked = _locked(lockfile)
    document = yaml.of_file(repo, CONFIGURATION)
    if not isinstance(document, dict):
        text = yaml.strip_erb(repo.read(CONFIGURATION) or "")
        return _unique(_database(found[1]) for found in _LINE.finditer(text)) or locked
    production = _unique(_named(document.get("production"), MAXIMUM_DEPTH))
    named = _unique((*production, *_named(document, MAXIMUM_DEPTH)))
    if named and not production and "production" in document:
        return _unique((*(database for database in locked if database not in named), *named))
    return named or locked


def _locked(lockfile: Lockfile | None) -> tuple[Database, ...]:
    """The databases for which a gem is locked."""
    return _unique(database for name, database in _GEMS if lockfile and lockfile.get(name))


def _named(value: object, depth: int) -> Iterator[Database | None]:
    """The databases that a section and the sections in it name, in order."""
    if not isinstance(value, dict) or not depth:
        return
    for key, inner in value.items():
        if key in {"adapter", "url"}:
            yield _database(yaml.text(inner) or "")
        else:
            yield from _named(inner, depth - 1)


def _database(text: str) -> Database | None:
    """The database behind an adapter or a URL, of which only the scheme is looked at."""
    scheme = text.partition("/")[0].lower()
    return next((database for mark, database in _MARKS if mark in scheme), None)


def _unique(databases: Iterable[Database | None]) -> tuple[Database, ...]:
    """Each known database once, in order."""
    return tuple(dict.fromkeys(database for database in databases if database))
