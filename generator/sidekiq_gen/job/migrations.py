"""The migrations that add what the table of a job lacks, as Rails' own generator would name and number them."""

from __future__ import annotations

import hashlib
import re
from time import strftime
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.job.lacks import lacks
from sidekiq_gen.job.needs import Column, Index, Need
from sidekiq_gen.naming import camelize
from sidekiq_gen.notices import Notice
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import layout
from sidekiq_gen.ruby.templates import find_template, ruby_file
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from time import struct_time

    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.databases import Database
    from sidekiq_gen.ruby.templates import Layers
    from sidekiq_gen.style import Style

FOLDER = "db/migrate"
LONGEST = 62  # Source: rails v7.2.0 .../connection_adapters/abstract/database_limits.rb:25; fewer than any database
_MIGRATION = regex(r"([0-9]+)_(\w+)\.rb")


@dataclass(frozen=True)
class Migration:
    """One migration.

    path: relative to the root, with its version. class_name: that of the file.
    rails: the release it is written for: ``7.2``. table: the name of the table.
    key: the primary key of the table, as Ruby spells it beside a colon. database: where the table is; None if unknown.
    columns, index: what it adds to the table: one of the two.
    """

    path: str
    class_name: str
    rails: str
    table: str
    key: str
    database: Database | None
    columns: tuple[Column, ...] = ()
    index: Index | None = None

    @property
    def columns_of_index(self) -> str:
        """The columns of its index where that is over all rows, in Ruby: ``%i[processed_at id]``."""
        mark = self.index.mark if self.index else ""
        return f"[:{mark}, :{self.key}]" if self.key.startswith('"') else f"%i[{mark} {self.key}]"

    @property
    def index_name(self) -> str:
        """The name of its index, of a length that every database takes."""
        name = f"index_{self.table}_on_open_{self.index.mark}" if self.index else ""
        digest = hashlib.sha256(name.encode()).hexdigest()[:10]
        return name if len(name) <= LONGEST else f"{name[: LONGEST - len(digest) - 1]}_{digest}"


def find_migrations(
    request: JobRequest, app: RailsApp, now: struct_time, earlier: Sequence[Migration] = ()
) -> tuple[Migration, ...]:
    """What is to be written for a job, columns and index apart: an index is built outside of a transaction.

    now: in UTC, of which a new version is made. One that is there already keeps its version.
    earlier: what is written for other jobs in the same run: what they add is not added again.

    Raises:
        Refused: there is no Rails in the lockfile, no dump of the schema that knows the table, or another job adds
            the same column otherwise.
    """
    model, rails = request.context.model, app.rails
    if rails is None:
        raise Refused(
            "--migration is written for a release of Rails, and the lockfile has none.",
            hint="Leave it out, and add by hand what the notices name.",
            code="no-rails",
        )
    stored = app.stored(model.name) if model else None
    if model is None or stored is None:
        raise Refused(
            f"--migration adds what the table of {model.name if model else 'a model'} lacks, and "
            + ("no db/schema.rb or db/structure.sql knows it." if model else "this job is about none."),
            hint="Run bin/rails db:schema:dump first, or leave it out." if model else "Leave it out.",
            code="no-schema",
        )
    folder = _folder(stored.dump, app)
    release = ".".join(rails.text.split(".")[:2])
    missing = [need for need in lacks(request, app) if not _is_added(need, stored.name, earlier)]
    columns = tuple(need for need in missing if isinstance(need, Column))
    wanted: list[tuple[str, tuple[Column, ...], Index | None]] = []
    if columns:
        added = "_and_".join(column.name for column in columns)
        wanted.append((f"add_{added}_to_{stored.name}", columns, None))
    wanted += [(f"index_{stored.name}_on_open_{need.mark}", (), need) for need in missing if isinstance(need, Index)]
    paths = _paths(folder, [stem for stem, _, _ in wanted], app, now, earlier)
    return tuple(
        Migration(
            path,
            camelize(stem, app.acronyms),
            release,
            stored.name,
            model.key_word,
            request.context.database,
            columns,
            index,
        )
        for path, (stem, columns, index) in zip(paths, wanted, strict=True)
    )


def render_migration(migration: Migration, style: Style, layers: Layers = ()) -> tuple[str, str]:
    """Its path and its text."""
    name = "migrate/index.rb.j2" if migration.index else "migrate/columns.rb.j2"
    text = find_template("8", name, layers).render(migration=migration)
    return migration.path, ruby_file(style, "", layout.fit(text, style.width).strip("\n"))


def _is_added(need: Need, table: str, earlier: Sequence[Migration]) -> bool:
    """Whether a migration of another job adds what is needed.

    Raises:
        Refused: it adds a column of that name that is another one.
    """
    for migration in earlier:
        if migration.table != table:
            continue
        if need == migration.index or need in migration.columns:
            return True
        if isinstance(need, Column) and any(need.name == column.name for column in migration.columns):
            raise Refused(
                f"{migration.path}, for another job, adds a column {need.name} of another type or default.",
                hint="Name another column for one of them.",
                code="contradictory-columns",
            )
    return False


def migration_notice(migrations: Sequence[Migration], earlier: Sequence[Migration] = ()) -> Notice:
    """What is left to do with them; earlier: those of other jobs in the same run."""
    if not migrations and earlier:
        return Notice(
            "nothing-to-migrate",
            "The schema and the migrations of the other jobs have all that the job needs: it has none of its own.",
            "Run bin/rails db:migrate before the jobs run.",
        )
    if not migrations:
        return Notice(
            "nothing-to-migrate",
            "The schema shows all that the job needs: no migration is written.",
            "Leave --migration out.",
        )
    named = " and ".join(migration.path for migration in migrations)
    return Notice(
        "migration-to-run",
        f"The job needs the {'migration' if len(migrations) == 1 else 'migrations'} {named}.",
        "Run bin/rails db:migrate before the job runs.",
    )


def _folder(dump: str, app: RailsApp) -> str:
    """Where the migrations of the database lie that a dump is of: ``db/animals_schema.rb`` -> ``db/animals_migrate``.

    Raises:
        Refused: there is no such folder.
    """
    found = re.fullmatch(r"db/(?:(\w+)_)?(?:schema\.rb|structure\.sql)", dump)
    folder = f"db/{found[1]}_migrate" if found and found[1] else FOLDER
    if folder != FOLDER and not app.names(folder):
        raise Refused(
            f"The table stands in {dump}, and there is no folder {folder} with its migrations.",
            hint="Leave --migration out, and add by hand what the notices name.",
            code="no-migrations",
        )
    return folder


def _paths(
    folder: str, stems: Sequence[str], app: RailsApp, now: struct_time, earlier: Sequence[Migration]
) -> Iterator[str]:
    """The paths of migrations in a folder: one that is there, else with the next version.

    Source: rails v7.2.0 railties/lib/rails/generators/migration.rb:18-25 (those that are there) and
    activerecord/lib/active_record/migration.rb:1131-1137 (the version: the time, or one more than the last).
    """
    planned = (one.path.rpartition("/")[2] for one in earlier)
    names = (*app.names(folder), *planned)
    there = {found[2]: found[1] for name in names if (found := _MIGRATION.fullmatch(name))}
    last = max(map(int, there.values()), default=0)
    for stem in stems:
        if stem in there:
            yield f"{folder}/{there[stem]}_{stem}.rb"
            continue
        last = max(int(strftime("%Y%m%d%H%M%S", now)), last + 1)
        yield f"{folder}/{last:014}_{stem}.rb"
