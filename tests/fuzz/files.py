"""Targets that take files of a repo: everything that is read from them, through the reader of files."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.seeds import DIVIDER, seed, seeds, together, words
from fuzz.target import Target, require
from fuzz.texts import require_the_same, require_types
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.install.settings import SETTINGS, files_about_sidekiq
from sidekiq_gen.install.wiring import Wiring, find_wiring
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.autoload import Autoload
from sidekiq_gen.rails.databases import Database
from sidekiq_gen.rails.errors import ErrorClass, find_error
from sidekiq_gen.rails.factories import Factory
from sidekiq_gen.rails.house.conventions import Conventions
from sidekiq_gen.rails.house.layout import LayoutHabits
from sidekiq_gen.rails.house.settings import HABITS, read_habits
from sidekiq_gen.rails.inflections import Inflections
from sidekiq_gen.rails.lockfile import Lockfile, parse_lockfile
from sidekiq_gen.rails.primary_key import PrimaryKey
from sidekiq_gen.rails.queues import Served
from sidekiq_gen.rails.signatures import Callable as ReadCallable
from sidekiq_gen.rails.signatures import read_callable
from sidekiq_gen.rails.states import ColumnValues
from sidekiq_gen.rails.stored import Stored
from sidekiq_gen.rails.table import Table
from sidekiq_gen.rails.wrappers import ErrorWrapper
from sidekiq_gen.settings import SettingsFile, read_settings
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.release import Release
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.style import SpecStyle, Style
from support.repos import ERRORS, SERVICES, Repo

if TYPE_CHECKING:
    from collections.abc import Callable

FAST = Path("/dev/shm")  # noqa: S108 - a folder in memory, where there is one


@dataclass
class Place:
    """A repo on disk in which some files change."""

    repo: Repo
    root: Path = field(init=False)

    def __post_init__(self) -> None:
        place = Path(tempfile.mkdtemp(prefix="sidekiq-gen-fuzz-", dir=FAST if FAST.is_dir() else None))
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        self.root = self.repo.write(place / "app")

    def put(self, data: bytes, paths: tuple[str, ...]) -> None:
        """Write the parts of an input to these paths, and take away the file for which there is no part."""
        parts = data.split(DIVIDER, len(paths) - 1)
        for number, path in enumerate(paths):
            target = self.root / path
            if number < len(parts):
                _folder(target.parent)
                with open(target, "wb", buffering=0) as file:  # noqa: PTH123 - ten thousand times a second
                    file.write(parts[number])
            elif os.path.lexists(target):
                target.unlink()


@cache
def _folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


@cache
def _place(_target: str) -> tuple[Place, Lockfile]:
    """The repo of one target: each has its own, as its files stay."""
    repo = Repo(unique_jobs="8.0.10", gems={"rubocop": "1.60.0", "rubocop-rails": "2.24.0", "mocha": "2.1.0"})
    place = Place(repo)
    return place, parse_lockfile(repo.lockfile(), place.root / "Gemfile.lock")


def _taking(name: str, paths: tuple[str, ...], read: Callable[[RailsApp], object]) -> Callable[[bytes], None]:
    """A run: put the files there, and read what there is to be known."""

    def run(data: bytes) -> None:
        place, lockfile = _place(name)
        place.put(data, paths)
        found = read(RailsApp(place.root, lockfile))
        require_the_same(data, found, lambda: read(RailsApp(place.root, lockfile)))

    return run


def _databases(app: RailsApp) -> object:
    require_types(app.databases, tuple[Database, ...])
    return app.databases


def _queues(app: RailsApp) -> object:
    require_types(app.served, Served)
    require_types(app.queues, tuple[str, ...])
    return app.served, app.queues, app.usual_queue


def _linter(app: RailsApp) -> object:
    path = "app/jobs/charge_order_job.rb"
    require_types(app.conventions, Conventions)
    require_types(app.layout, LayoutHabits)
    found = app.conventions, app.layout, app.rules.ruby(path), app.rules.minded(path)
    require_types(found[2], tuple[int, ...] | None)
    require_types(found[3], tuple[str, ...])
    return found


def _jobs(app: RailsApp) -> object:
    conventions, wrapper = app.conventions, app.wrapper_in_use
    require_types(conventions, Conventions)
    require_types(app.layout, LayoutHabits)
    require_types(wrapper, ErrorWrapper | None)
    try:
        style: Style | str = app.style
        require_types(style, Style)
    except Refused as error:
        style = error.code
    return conventions, wrapper, style, app.form, app.queues


def _specs(app: RailsApp) -> object:
    habits = app.spec_habits
    style = app.style_for(app.conventions, "rspec").spec
    require_types(style, SpecStyle)
    return habits, style, app.style_for(app.conventions, "minitest").spec


def _models(app: RailsApp) -> object:
    found: list[object] = []
    for model in ("Order", "Billing::Invoice"):
        for column in ("state", "status"):
            values = app.values_of(model, column)
            require_types(values, ColumnValues | None)
            refused = app.cannot_write(model, column)
            require_types(refused, str | None)
            found += [values, refused]
        key, stored, table = app.primary_key(model), app.stored(model), app.table(model)
        require_types(key, PrimaryKey)
        require_types(stored, Stored | None)
        require_types(table, Table | None)
        require_types(app.belongings(model), tuple[str, ...])
        found += [key, stored, table, app.belongings(model), app.mapper(model), app.model_file(model)]
    return found


def _callables(app: RailsApp) -> object:
    found: list[object] = []
    for name in ("SettleOrder", "Order", "PaymentGateway", "Billing::Charge"):
        one = read_callable(app.constants, name)
        require_types(one, ReadCallable | None)
        found += [one, app.namespace_keyword(name), app.hides(name)]
    for name in ("PaymentGateway::RateLimited", "SettleOrder::Failed"):
        error = find_error(app.constants, name)
        require_types(error, ErrorClass | None)
        if error:
            for reader in ("retry_after", "wait"):
                found += [error.gives_number(reader), error.literal(reader), error.made_with(reader)]
            found += [error, error.made(plain=True)]
    return found


def _factories(app: RailsApp) -> object:
    found = app._factories  # noqa: SLF001 - what all the rest is read from
    require_types(found, tuple[Factory, ...])
    return found, [app.factory(model) for model in ("Order", "Restaurant", "Billing::Invoice")]


def _fixtures(app: RailsApp) -> object:
    found = app.fixture("Order"), app.fixture_sets("Order")
    require_types(found, tuple[str | None, tuple[str, ...]])
    return found


def _inflections(app: RailsApp) -> object:
    rules = app.inflections
    require_types(rules, Inflections)
    words = "order", "invoices", "eye_of_the_storm", "a" * 60
    return rules, [rules.pluralize(word) for word in words], [rules.singularize(word) for word in words], app.models


def _autoload(app: RailsApp) -> object:
    require_types(app.repo.autoload, Autoload)
    require_types(app.repo.units, tuple[str, ...])
    return app.repo.autoload, app.repo.units, app.constants.all_names, app.constants.model_file("Order")


def _configuration(app: RailsApp) -> object:
    files = files_about_sidekiq(app.repo)
    capabilities = Release(Gems("7.3.2", "gem")).capabilities
    wiring = find_wiring(files, "config/initializers/sidekiq.rb", capabilities)
    require_types(wiring, Wiring)
    settings = [setting.found_in(files) for setting in SETTINGS]
    require_types(app.default_retry, int)
    return wiring, settings, app.default_retry, app.own_default_retry, app.usual_queue, app.processes


def _settings(app: RailsApp) -> object:
    try:
        found = read_settings(app.root)
        require_types(found, SettingsFile)
        habits = {table: read_habits(found, table) for table in sorted({habit.table for habit in HABITS})}
    except InvalidInput as error:
        require(error.code == "invalid-settings", error.code)
        require(error.message.isprintable(), error.message)
        return error.message
    require_types(habits, dict[str, dict[str, Sourced[object]]])
    return found, habits


def _target(
    name: str,
    paths: tuple[str, ...],
    read: Callable[[RailsApp], object],
    good: tuple[bytes, ...],
    parts: tuple[str, ...],
) -> Target:
    return Target(name, ", ".join(paths), good, parts, _taking(name, paths, read))


_YAMLS = seeds("yaml", "sidekiq")
_QUEUES_IN_RUBY = "Sidekiq.configure_server { |c| c.queues = %w[a b,2] }\n"
_STANDARD = "ignore:\n  - 'a/**':\n    - Style/X\n"
_BASE = "class BaseWorker\n  include Sidekiq::Worker\nend\n"
_JOB = seed("ruby/charge_order_job.rb")
_CHARGE = "module Billing\n  class Charge < Struct.new(:a)\n    extend Callable\n  end\nend\n"
_PUSHED = 'Rails.autoloaders.main.push_dir(Rails.root.join("app/x"), namespace: Shop)\n'
FILES = (
    _target("databases", ("config/database.yml",), _databases, seeds("yaml"), words("yaml", "databases")),
    _target(
        "queues",
        ("config/sidekiq.yml", "Procfile", "config/initializers/sidekiq.rb"),
        _queues,
        tuple(together(one, seed("processes/Procfile"), _QUEUES_IN_RUBY) for one in _YAMLS),
        words("yaml", "queues"),
    ),
    _target(
        "linter",
        (".rubocop.yml", ".rubocop_todo.yml", ".standard.yml", "app/jobs/.rubocop.yml", ".ruby-version"),
        _linter,
        tuple(together(one, "Layout/LineLength:\n  Max: 100\n", _STANDARD) for one in _YAMLS),
        words("yaml", "linter"),
    ),
    _target(
        "jobs",
        ("app/jobs/charge_order_job.rb", "app/jobs/sync_job.rb", "app/workers/base_worker.rb"),
        _jobs,
        (together(_JOB, seed("ruby/sync_job.rb"), _BASE), together(_JOB, _JOB.replace(b"ChargeOrder", b"Sync"))),
        words("ruby"),
    ),
    _target(
        "specs",
        ("app/jobs/charge_order_job.rb", "spec/jobs/charge_order_job_spec.rb", "test/jobs/charge_order_job_test.rb"),
        _specs,
        (together(_JOB, seed("specs/rspec.rb")), together(_JOB, "", seed("specs/minitest.rb"))),
        words("ruby", "specs"),
    ),
    _target(
        "models",
        ("app/models/order.rb", "app/models/concerns/payable.rb", "db/schema.rb"),
        _models,
        (
            together(seed("ruby/order.rb"), "module Payable\n  KINDS = [:a]\nend\n", seed("schemas/many.rb")),
            seed("ruby/order.rb"),
        ),
        words("ruby"),
    ),
    _target(
        "callables",
        ("app/services/settle_order.rb", "app/services/payment_gateway.rb", "lib/billing/charge.rb"),
        _callables,
        tuple(together(service, error, _CHARGE) for service in SERVICES.values() for error in ERRORS.values()),
        words("ruby"),
    ),
    _target(
        "factories",
        ("spec/factories.rb", "spec/factories/orders.rb", "spec/support/factory_bot.rb"),
        _factories,
        (
            together(
                seed("factories/orders.rb"),
                "FactoryGirl.define { factory :order }\n",
                "FactoryBot.definition_file_paths = ['x']\n",
            ),
        ),
        words("ruby", "factories"),
    ),
    _target(
        "fixtures",
        ("test/fixtures/orders.yml", "spec/fixtures/orders.yml"),
        _fixtures,
        seeds("fixtures"),
        words("yaml"),
    ),
    _target(
        "inflections",
        ("config/initializers/inflections.rb",),
        _inflections,
        seeds("inflections"),
        words("inflections"),
    ),
    _target(
        "autoload",
        ("config/application.rb", "config/initializers/zeitwerk.rb", "packwerk.yml", "packs.yml"),
        _autoload,
        (together(seed("autoload/application.rb"), _PUSHED, "package_paths:\n  - packs/*\n"),),
        words("ruby", "autoload"),
    ),
    _target(
        "configuration",
        (
            "config/initializers/sidekiq.rb",
            "config/initializers/sidekiq_unique_jobs.rb",
            "config/environments/production.rb",
        ),
        _configuration,
        tuple(
            together(one, "SidekiqUniqueJobs.configure { |c| c.enabled = true }\n", "config.x\n")
            for one in seeds("initializers")
        ),
        words("ruby"),
    ),
    _target("settings", (".sidekiq-gen.toml",), _settings, seeds("settings"), words("settings")),
)
