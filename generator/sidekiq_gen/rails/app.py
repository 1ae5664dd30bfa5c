"""Everything known about the repo, read when it is asked for and only once."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.rails import gems
from sidekiq_gen.rails.constants import Constants
from sidekiq_gen.rails.databases import Database, find_databases
from sidekiq_gen.rails.defaults import default_options, default_retry
from sidekiq_gen.rails.factories import (
    Factory,
    factory_call,
    find_factories,
    fitting_factory,
    fixture_call,
    fixture_sets,
    mixed_in,
)
from sidekiq_gen.rails.files import Repo
from sidekiq_gen.rails.house.bases import find_bases
from sidekiq_gen.rails.house.conventions import Conventions, read_conventions
from sidekiq_gen.rails.house.folders import JobFolders
from sidekiq_gen.rails.house.jobs import JobFile, find_jobs
from sidekiq_gen.rails.house.linter import Linter, find_linter
from sidekiq_gen.rails.house.rules import Rules
from sidekiq_gen.rails.house.settings import settled
from sidekiq_gen.rails.house.specs import SpecHabits, Specs
from sidekiq_gen.rails.inflections import Inflections, find_inflections
from sidekiq_gen.rails.models import fixture_names, generations, read_model, single_associations, tables
from sidekiq_gen.rails.primary_key import PrimaryKey, find_primary_key
from sidekiq_gen.rails.processes import Process, find_processes
from sidekiq_gen.rails.queues import Served, UsualQueue, find_queues, find_served, usual_queue
from sidekiq_gen.rails.schema import read_table
from sidekiq_gen.rails.states import ColumnValues, values_of_column
from sidekiq_gen.rails.stored import Stored, find_stored
from sidekiq_gen.rails.wrappers import ErrorWrapper, find_wrapper
from sidekiq_gen.settings import SettingsFile, read_settings
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.style import Style

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sidekiq_gen.rails.gems import Tracker
    from sidekiq_gen.rails.house.bases import BaseClass
    from sidekiq_gen.rails.house.neighbours import NewJob
    from sidekiq_gen.rails.lockfile import LockedGem, Lockfile
    from sidekiq_gen.rails.table import Table

__all__ = ["Database", "Linter", "RailsApp", "TestFramework"]

TestFramework = Literal["rspec", "minitest"]

_OWN_LOGGER = re.compile(
    r"^[^#\n]*\b(?:config|Sidekiq)\.(?:logger(?:\.formatter)?|log_formatter)\s*=[^=]", re.MULTILINE
)
_THROTTLED = re.compile(r"^[^#\n]*\bSidekiq::Throttled\.setup!", re.MULTILINE)
_ENTERPRISE_UNIQUE = re.compile(r"^[^#\n]*\bSidekiq::Enterprise\.unique!", re.MULTILINE)
_WIRING = re.compile(r"^[^#\n]*\bSidekiqUniqueJobs::(?:Server\.configure|Middleware::Client)\b", re.MULTILINE)


@dataclass(frozen=True)
class RailsApp:
    """One repo. Nothing is read before it is asked for, and a file that cannot be read counts as missing.

    lockfile: None when the Sidekiq version was given by hand and there is none.
    """

    root: Path
    lockfile: Lockfile | None

    def gem(self, name: str) -> LockedGem | None:
        """The locked gem of that name."""
        return self.lockfile.get(name) if self.lockfile else None

    @property
    def gem_names(self) -> frozenset[str]:
        """The names of all locked gems."""
        return gems.names(self.lockfile)

    @cached_property
    def rails(self) -> LockedGem | None:
        """Rails itself, else its ``railties``."""
        return gems.rails_gem(self.lockfile)

    @cached_property
    def databases(self) -> tuple[Database, ...]:
        """The databases that it talks to, production's first."""
        return find_databases(self.repo, self.lockfile)

    @cached_property
    def test_framework(self) -> TestFramework | None:
        """What its tests are written with; minitest alone in the lock file says little, as Rails itself asks for it."""
        if self.gem("rspec-rails"):
            return "rspec"
        if self.lockfile is None and (
            self.repo.is_file("spec/rails_helper.rb") or self.repo.is_file("spec/spec_helper.rb")
        ):
            return "rspec"
        if self.repo.is_folder("test"):
            return "minitest"
        if self.repo.is_folder("spec") and self.gem("rspec-core"):
            return "rspec"
        return "minitest" if self.gem("minitest") else None

    @cached_property
    def factories(self) -> bool:
        """Whether a gem that makes test records is locked."""
        return gems.has_factories(self.lockfile)

    @cached_property
    def tracker(self) -> Tracker:
        """Where an error can be reported."""
        return gems.find_tracker(self.lockfile)

    @cached_property
    def error_wrapper(self) -> ErrorWrapper | None:
        """What existing jobs report errors with, where that is the repo's own or comes with a gem."""
        return find_wrapper(self.job_files, self.constants, self.lockfile)

    @cached_property
    def linter(self) -> Linter | None:
        """The linter whose word counts."""
        return find_linter(self.lockfile)

    @cached_property
    def rules(self) -> Rules:
        """What the linter asks for, cop by cop."""
        return Rules(self.repo, self.lockfile)

    @cached_property
    def job_files(self) -> tuple[JobFile, ...]:
        """The Sidekiq jobs that are there, their base classes among them."""
        return find_jobs(self.repo)

    @cached_property
    def settings(self) -> SettingsFile:
        """What ``.sidekiq-gen.toml`` says."""
        return read_settings(self.root)

    @cached_property
    def bases(self) -> Mapping[str, BaseClass]:
        """The classes that jobs inherit Sidekiq from, by name."""
        return find_bases(self.job_files, self.constants)

    @cached_property
    def votes(self) -> Conventions:
        """How the house writes jobs, as far as they and its linter show."""
        return self._votes_on(None)

    @property
    def conventions(self) -> Conventions:
        """How the house writes jobs: as its settings say, else as it shows."""
        return self.conventions_for(None)

    def conventions_for(self, new: NewJob | None) -> Conventions:
        """How the house writes a job: the most similar ones decide; None for the house as a whole."""
        if new not in self._conventions:
            self._conventions[new] = settled(self._votes_on(new) if new else self.votes, self.settings)
        return self._conventions[new]

    @cached_property
    def folders(self) -> JobFolders:
        """The folders for jobs."""
        return JobFolders(self.constants, self.job_files, self.conventions.job_dir)

    @cached_property
    def default_retry(self) -> int | Literal[False]:
        """How often a job is retried that says nothing about it."""
        return default_retry(self.repo)

    @cached_property
    def own_default_retry(self) -> bool:
        """Whether an initializer says how often such a job is retried."""
        return "retry" in default_options(self.repo)

    @property
    def style(self) -> Style:
        """How this repo writes Ruby."""
        return self.style_for(self.conventions)

    def style_for(
        self, house: Conventions, test: TestFramework | Literal["none"] = "none", job_path: str = ""
    ) -> Style:
        """How a job with these conventions is written, and its spec; job_path: where the class goes."""
        style = Style(
            house.quotes.value,
            house.frozen_string_literal.value,
            house.queue_literal.value,
            house.job_module.value,
            compact=house.compact.value,
            first_option=house.first_option.value,
        )
        if test == "none":
            return style
        specs = settled(self._specs[test].habits(job_path.rpartition("/")[0]), self.settings)
        return replace(style, spec=specs.style)

    @cached_property
    def spec_votes(self) -> SpecHabits | None:
        """How the specs of jobs are written, as far as they show; None without a framework."""
        return self._specs[self.test_framework].habits() if self.test_framework else None

    @cached_property
    def spec_habits(self) -> SpecHabits | None:
        """The same, as the settings say, else as the specs show."""
        return settled(self.spec_votes, self.settings) if self.spec_votes else None

    @cached_property
    def _specs(self) -> Mapping[TestFramework, Specs]:
        return {
            "rspec": Specs(self.repo, self.job_files, "rspec", self.rules),
            "minitest": Specs(self.repo, self.job_files, "minitest", self.rules, mocha=self.gem("mocha") is not None),
        }

    def base_of(self, conventions: Conventions) -> BaseClass | None:
        """The class that jobs inherit Sidekiq from; None where they include it themselves.

        Raises:
            Refused: the settings name one that is not there: ``base-class-not-found``.
        """
        base = conventions.base
        if base.value and base.value not in self.bases and base.origin == "settings":
            raise Refused(
                f"{base.reason} sets the base class {base.value}, and no file of a job defines it with Sidekiq in it.",
                hint='Name one that includes Sidekiq::Job, or set base-class = "" for none.',
                code="base-class-not-found",
            )
        return self.bases.get(base.value)

    @cached_property
    def processes(self) -> tuple[Process, ...]:
        """The processes of Sidekiq that the repo starts."""
        return find_processes(self.repo)

    @cached_property
    def served(self) -> Served:
        """The queues that processes work on."""
        return find_served(self.repo, self.processes)

    @cached_property
    def queues(self) -> tuple[str, ...]:
        """The queues that are served or used, and ``default`` unless nobody serves it."""
        return find_queues(self.served, self.job_files)

    @property
    def usual_queue(self) -> Sourced[str]:
        """The queue of a new job, whatever it is about."""
        return self.queue_for(self.conventions).name

    def queue_for(self, conventions: Conventions) -> UsualQueue:
        """The queue of a job with these conventions."""
        base = self.base_of(conventions)
        silent = Sourced(self._default_queue, "default")
        if base and base.queue:
            silent = Sourced(base.queue, "repo", base.name)
        return usual_queue(self.served, self.job_files, conventions.queue, silent)

    @property
    def acronyms(self) -> tuple[str, ...]:
        """The acronyms that the repo teaches Rails' inflector."""
        return self.inflections.acronyms

    @cached_property
    def inflections(self) -> Inflections:
        """How words change in this repo."""
        return find_inflections(self.repo)

    @cached_property
    def unique_jobs_wired(self) -> bool:
        """Whether sidekiq-unique-jobs has been given its middleware somewhere under ``config``."""
        return self.configured(_WIRING)

    @cached_property
    def enterprise_unique(self) -> bool:
        """Whether the unique jobs of Sidekiq Enterprise have been switched on somewhere under ``config``."""
        return self.configured(_ENTERPRISE_UNIQUE)

    @cached_property
    def throttled_set_up(self) -> bool:
        """Whether sidekiq-throttled has been set up somewhere under ``config``."""
        return self.configured(_THROTTLED)

    @cached_property
    def own_sidekiq_logger(self) -> bool:
        """Whether an initializer that speaks of Sidekiq gives it a logger or a formatter."""
        texts = (self.repo.read_found(path) or "" for path in self.repo.files("config/initializers"))
        return any("Sidekiq" in text and _OWN_LOGGER.search(text) for text in texts)

    @property
    def models(self) -> tuple[str, ...]:
        """The class names that the files in ``app/models`` stand for, sorted."""
        return self.constants.models

    def model_file(self, model: str) -> Path | None:
        """The file that defines a model: ``Billing::Invoice`` -> ``app/models/billing/invoice.rb`` below the root."""
        return self._path(self.constants.model_file(model))

    def defined_elsewhere(self, class_name: str, target: Path) -> Path | None:
        """A file below the root, other than target, that defines a class; target may be relative to the root."""
        return self._path(self.constants.defined_elsewhere(class_name, str(target)))

    def hides(self, namespace: str) -> tuple[str, ...]:
        """The constants directly below a namespace that hide one of the same name at the top, sorted."""
        return self.constants.hides(namespace, self.gem_names)

    def namespace_keyword(self, constant: str) -> Literal["module", "class"]:
        """What a namespace is opened with: ``class`` when a file defines it as one."""
        return self.constants.keyword(constant)

    def factory(self, model: str) -> str | None:
        """A Ruby expression that makes a persisted record with the repo's factories; None when none fits."""
        best = self.fitting_factory(model)
        return factory_call(best, model, mixed_in=self._calls_bare(best.library)) if best else None

    def fitting_factory(self, model: str) -> Factory | None:
        """That factory itself."""
        return fitting_factory(self._factories, model, self.constants)

    def fixture(self, model: str) -> str | None:
        """A Ruby expression that gives a record from the repo's fixtures; None when there is none."""
        return fixture_call(self.repo, fixture_names(self.constants, model))

    def fixture_sets(self, model: str) -> tuple[str, ...]:
        """The columns to which that fixture gives a value."""
        return fixture_sets(self.repo, fixture_names(self.constants, model))

    def columns(self, model: str) -> Mapping[str, str] | None:
        """The columns of a model's table and their types, in Rails' words; None when no dump of the schema knows it."""
        table = self.table(model)
        return table.types if table else None

    def table(self, model: str) -> Table | None:
        """The table of a model; None when no dump of the schema knows it."""
        names = (table for name in generations(self.constants, model) for table in tables(self.constants, name))
        return next((table for name in names if (table := read_table(self.repo, name))), None)

    def belongings(self, model: str) -> tuple[str, ...]:
        """The associations of a model that lead to one record: ``user``."""
        return single_associations(self.constants, model)

    def primary_key(self, model: str) -> PrimaryKey:
        """The primary key of a model, with what says so."""
        return find_primary_key(self.constants, model, self.table(model))

    def stored(self, model: str) -> Stored | None:
        """Where the table of a model is described, and its indexes; None when no dump of the schema knows it."""
        return find_stored(self.repo, self.constants, model)

    def names(self, folder: str) -> tuple[str, ...]:
        """The names of what is directly in a folder."""
        return self.repo.names(folder)

    def values_of(self, model: str, column: str) -> ColumnValues | None:
        """What a column of a model can hold: as the model says, else its type or a check; None where nothing does."""
        listed = read_model(self.constants, model).values_of(column)
        table = None if listed else self.table(model)
        return values_of_column(table.columns.get(column)) if table else listed

    def mapper(self, model: str) -> str | None:
        """What maps a model to its database, where that is said not to be ActiveRecord: ``Mongoid``."""
        return read_model(self.constants, model).mapper

    def cannot_write(self, model: str, column: str) -> str | None:
        """What in a model keeps ``update_column`` from writing a column; None where nothing does."""
        return read_model(self.constants, model).cannot_write(column)

    def configured(self, sign: re.Pattern[str], ending: str = ".rb") -> bool:
        """Whether a file under ``config`` whose name ends so has a text like that."""
        return any(sign.search(self.repo.read_found(path) or "") for path in self.repo.files("config", ending))

    @cached_property
    def repo(self) -> Repo:
        """Its files, each read once."""
        return Repo(self.root)

    @cached_property
    def constants(self) -> Constants:
        """Which file defines which constant."""
        return Constants(self.repo, self.inflections)

    def _calls_bare(self, library: str) -> bool:
        """Whether specs call the methods of a library without naming it: as those of jobs do, else as they can."""
        habit = self.spec_habits.bare_factories if self.spec_habits else None
        return habit.value if habit and habit.origin != "default" else library in mixed_in(self.repo)

    def _votes_on(self, new: NewJob | None) -> Conventions:
        return read_conventions(self.job_files, self.bases, self.rules, new, self._default_queue)

    @cached_property
    def _default_queue(self) -> str:
        said = default_options(self.repo).get("queue")
        return said.text if said and said.kind == "word" else "default"

    @cached_property
    def _conventions(self) -> dict[NewJob | None, Conventions]:
        return {}

    @cached_property
    def _factories(self) -> tuple[Factory, ...]:
        return find_factories(self.repo, self.lockfile)

    def _path(self, path: str | None) -> Path | None:
        return self.root / path if path else None
