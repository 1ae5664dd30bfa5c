"""The primary keys of the models of a job: one column that goes through JSON, or the job cannot be had."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import inflection

from sidekiq_gen.errors import Refused
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sidekiq_gen.job.subject import Subject
    from sidekiq_gen.naming import Argument, Model
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.table import Table

# By the type of a column, the type of an argument that carries it.
_CARRIED_AS = {
    "bigint": "integer",
    "integer": "integer",
    "serial": "integer",
    "bigserial": "integer",
    "float": "float",
    "boolean": "boolean",
    "decimal": "decimal",
    "datetime": "time",
    "time": "time",
    "date": "date",
}


# What neither Ruby's JSON nor Sidekiq's strict arguments take. Source: v7.3.2 lib/sidekiq/job_util.rb:76.
_NO_JSON = frozenset({"binary", "date", "datetime", "time", "timestamptz", "interval"})


def with_keys(subject: Subject, app: RailsApp) -> Subject:
    """The subject, each of its models with the primary key that it has.

    Raises:
        Refused: a model has several columns for it or none, or one that no payload can carry.
    """

    def known(model: Model) -> Model:
        key = app.primary_key(model.name)
        if len(key.columns) != 1:
            raise _no_single_key(model, key.columns, app)
        if key.type in _NO_JSON:
            raise Refused(
                f"The primary key of {model.name} is of the type {key.type}, which Sidekiq's payload cannot carry.",
                hint=f"Hand it over as text, and look the row up in the work: --kind plain {model.variable}_id:string.",
                code="primary-key-type",
            )
        return replace(model, key=key.columns[0], key_type=key.type)

    def keyed(argument: Argument) -> Argument:
        return replace(argument, model=known(argument.model)) if argument.model else argument

    return replace(
        subject,
        arguments=tuple(map(keyed, subject.arguments)),
        model=known(subject.model) if subject.model else None,
        record=keyed(subject.record) if subject.record else None,
    )


def _no_single_key(model: Model, columns: tuple[str, ...], app: RailsApp) -> Refused:
    """The refusal of a model whose rows no single value names, with the way out."""
    table = app.table(model.name)
    if columns:
        return Refused(
            f"The primary key of {model.name} is composite ({', '.join(columns)}): no single id stands for a row.",
            hint=f"Pass its parts, and look the row up in the work: {_plain(columns, table)}.",
            code="composite-primary-key",
        )
    return Refused(
        f"{model.name} has no primary key: no id stands for a row.",
        hint=f"Pass what tells a row, and look it up in the work: {_plain(_telling(table), table)}; or name a "
        "column that is unique in the model: self.primary_key =.",
        code="no-primary-key",
    )


def _telling(table: Table | None) -> tuple[str, ...]:
    """The columns that tell one row from another where there is no key: of a unique index, else the references."""
    if table is None:
        return ()
    return next(iter(table.unique), tuple(name for name in table.columns if name.endswith("_id")))


def _plain(columns: Iterable[str], table: Table | None) -> str:
    """The flags of a job that is handed these columns."""
    types = table.types if table else {}
    arguments = (
        f"{re.sub(r'[^a-z0-9]+', '_', inflection.underscore(name))}:"
        f"{_CARRIED_AS.get(types.get(name, '').partition('(')[0], 'string')}"
        for name in columns
    )
    return " ".join(("--kind plain", *arguments))
