"""What is known of the models of a repo: their tables, their columns and what they can hold, their records in specs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.memory import remembered
from sidekiq_gen.rails.factories import Factory, find_factories, fitting_factory, fixture_call, fixture_sets
from sidekiq_gen.rails.models import fixture_names, generations, read_model, single_associations, tables
from sidekiq_gen.rails.primary_key import PrimaryKey, find_primary_key
from sidekiq_gen.rails.schema import read_table
from sidekiq_gen.rails.source import Source
from sidekiq_gen.rails.states import ColumnValues, values_of_column
from sidekiq_gen.rails.stored import Stored, find_stored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sidekiq_gen.rails.table import Table


class Records(Source):
    """The models of one repo."""

    @property
    def models(self) -> tuple[str, ...]:
        """The class names that the files in ``app/models`` stand for, sorted."""
        return self.constants.models

    @remembered
    def model_file(self, model: str) -> Path | None:
        """The file that defines a model: ``Billing::Invoice`` -> ``app/models/billing/invoice.rb`` below the root."""
        return self._path(self.constants.model_file(model))

    @remembered
    def columns(self, model: str) -> Mapping[str, str] | None:
        """The columns of a model's table and their types, in Rails' words; None when no dump of the schema knows it."""
        table = self.table(model)
        return table.types if table else None

    @remembered
    def table(self, model: str) -> Table | None:
        """The table of a model; None when no dump of the schema knows it."""
        names = (table for name in generations(self.constants, model) for table in tables(self.constants, name))
        return next((table for name in names if (table := read_table(self.repo, name))), None)

    @remembered
    def belongings(self, model: str) -> tuple[str, ...]:
        """The associations of a model that lead to one record: ``user``."""
        return single_associations(self.constants, model)

    @remembered
    def primary_key(self, model: str) -> PrimaryKey:
        """The primary key of a model, with what says so."""
        return find_primary_key(self.constants, model, self.table(model))

    @remembered
    def stored(self, model: str) -> Stored | None:
        """Where the table of a model is described, and its indexes; None when no dump of the schema knows it."""
        return find_stored(self.repo, self.constants, model)

    @remembered
    def values_of(self, model: str, column: str) -> ColumnValues | None:
        """What a column of a model can hold: as the model says, else its type or a check; None where nothing does."""
        listed = read_model(self.constants, model).values_of(column)
        table = None if listed else self.table(model)
        return values_of_column(table.columns.get(column)) if table else listed

    @remembered
    def mapper(self, model: str) -> str | None:
        """What maps a model to its database, where that is said not to be ActiveRecord: ``Mongoid``."""
        return read_model(self.constants, model).mapper

    @remembered
    def cannot_write(self, model: str, column: str) -> str | None:
        """What in a model keeps ``update_column`` from writing a column; None where nothing does."""
        return read_model(self.constants, model).cannot_write(column)

    @remembered
    def fitting_factory(self, model: str) -> Factory | None:
        """That factory itself."""
        return fitting_factory(self._factories, model, self.constants)

    @remembered
    def fixture(self, model: str) -> str | None:
        """A Ruby expression that gives a record from the repo's fixtures; None when there is none."""
        return fixture_call(self.repo, fixture_names(self.constants, model))

    @remembered
    def fixture_sets(self, model: str) -> tuple[str, ...]:
        """The columns to which that fixture gives a value."""
        return fixture_sets(self.repo, fixture_names(self.constants, model))

    @cached_property
    def _factories(self) -> tuple[Factory, ...]:
        return find_factories(self.repo, self.lockfile)
