"""Everything known about the repo, read when it is asked for and only once."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.memory import remembered
from sidekiq_gen.rails import gems
from sidekiq_gen.rails.databases import Database, find_databases
from sidekiq_gen.rails.defaults import default_options, default_retry
from sidekiq_gen.rails.factories import factory_call, mixed_in
from sidekiq_gen.rails.house.bases import find_bases
from sidekiq_gen.rails.house.conventions import Conventions, read_conventions
from sidekiq_gen.rails.house.folders import JobFolders
from sidekiq_gen.rails.house.layout import LayoutHabits, ballots, read_layout
from sidekiq_gen.rails.house.linter import Linter, find_linter
from sidekiq_gen.rails.house.rules import Rules
from sidekiq_gen.rails.house.settings import read_habits, settled, settled_layout
from sidekiq_gen.rails.house.specs import SpecHabits, Specs
from sidekiq_gen.rails.job_files import JobFiles
from sidekiq_gen.rails.processes import Process, find_processes
from sidekiq_gen.rails.queues import Served, UsualQueue, find_queues, find_served, usual_queue
from sidekiq_gen.rails.wrappers import ErrorWrapper, find_wrapper, named_wrapper
from sidekiq_gen.regex import regex
from sidekiq_gen.settings import SettingsFile, read_settings
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.style import SpecStyle, Style
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from sidekiq_gen.packs.layers import Layer
    from sidekiq_gen.rails.gems import Tracker
    from sidekiq_gen.rails.house.bases import BaseClass
    from sidekiq_gen.rails.house.layout import Ballots
    from sidekiq_gen.rails.house.neighbours import NewJob
    from sidekiq_gen.style import QueueLiteral

__all__ = ["Database", "Linter", "RailsApp", "TestFramework"]

TestFramework = Literal["rspec", "minitest"]

_OWN_LOGGER = regex(r"^[^#\n]*\b(?:config|Sidekiq)\.(?:logger(?:\.formatter)?|log_formatter)\s*=[^=]", re.MULTILINE)
_THROTTLED = regex(r"^[^#\n]*\bSidekiq::Throttled\.setup!", re.MULTILINE)
_ENTERPRISE_UNIQUE = regex(r"^[^#\n]*\bSidekiq::Enterprise\.unique!", re.MULTILINE)
_WIRING = regex(r"^[^#\n]*\bSidekiqUniqueJobs::(?:Server\.configure|Middleware::Client)\b", re.MULTILINE)


class RailsApp(JobFiles):
    """One repo, and how its people work: what runs it, and how its jobs and specs are written."""

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
        """What reports errors around the tracker: as its settings say, else as existing jobs do."""
        said = read_habits(self.settings, "house").get("error_wrapper")
        return named_wrapper(said.value, self.wrapper_in_use) if said else self.wrapper_in_use

    @cached_property
    def wrapper_in_use(self) -> ErrorWrapper | None:
        """What existing jobs report errors with, where that is the repo's own or comes with a gem."""
        return find_wrapper(self.job_files, self.constants, self.lockfile)

    @cached_property
    def linter(self) -> Linter | None:
        """The linter whose word counts."""
        return find_linter(self.lockfile, self.repo)

    @cached_property
    def rules(self) -> Rules:
        """What the linter asks for, cop by cop."""
        return Rules(self.repo, self.lockfile)

    @cached_property
    def settings(self) -> SettingsFile:
        """What ``.sidekiq-gen.toml`` says."""
        return read_settings(self.root)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The templates that lie over the built-in ones, those of the repo first: almost always none.

        Raises:
            Refused: one of them cannot be read.
        """
        of_pack = (self.pack.layer,) if self.pack and self.pack.layer else ()
        if not self.repo.is_folder("lib/templates/sidekiq_gen"):
            return of_pack
        from sidekiq_gen.packs.layers import repo_layer

        own = repo_layer(self.root)
        return (own, *of_pack) if own else of_pack

    @cached_property
    def bases(self) -> Mapping[str, BaseClass]:
        """The classes that jobs inherit Sidekiq from, by name."""
        return find_bases(self.job_files, self.constants)

    @cached_property
    def votes(self) -> Conventions:
        """How the house writes jobs, as far as they and its linter show."""
        return self.votes_for(None)

    def votes_for(self, new: NewJob | None) -> Conventions:
        """The same of the jobs that are most like a new one."""
        own = self._peers.own(new) if new else ()
        queue = self._default_queue
        return read_conventions(self.job_files, self.bases, self.rules, new, default_queue=queue, own=own)

    @property
    def conventions(self) -> Conventions:
        """How the house writes jobs: as its settings say, else as it shows."""
        return self.conventions_for(None)

    def conventions_for(self, new: NewJob | None) -> Conventions:
        """How the house writes a job: the most similar ones decide; None for the house as a whole."""
        key = self._peers.outcome(new) if new else None
        if key not in self._known_conventions:
            votes = self.votes_for(new) if new else self.votes
            self._known_conventions[key] = settled(votes, self.settings, "house")
        return self._known_conventions[key]

    @cached_property
    def _known_conventions(self) -> dict[Hashable, Conventions]:
        return {}

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
        layout = self._layout_without(job_path)
        style = Style(
            house.quotes.value,
            house.frozen_string_literal.value,
            self._queue_literal(house),
            house.job_module.value,
            layout.width.value,
            compact=house.compact.value,
            first_option=house.first_option.value,
            logger=house.logger.value,
            layout=layout.style,
        )
        if test == "none":
            return style
        specs = settled(self._specs[test].habits(job_path.rpartition("/")[0]), self.settings, "spec")
        return replace(style, spec=_following(specs, house))

    def _queue_literal(self, house: Conventions) -> QueueLiteral:
        """How the queue is written; Rails' own generator writes a symbol."""
        silent = house.queue_literal.origin == "default"
        return "symbol" if silent and self.form == "active-job" else house.queue_literal.value

    @cached_property
    def layout(self) -> LayoutHabits:
        """Where it puts what Ruby leaves free: as its settings say, else as it shows."""
        return settled_layout(self.layout_votes, self.settings)

    @cached_property
    def layout_votes(self) -> LayoutHabits:
        """The same, as far as its jobs and its linter show."""
        return self._layout_of(ballots(self.repo, self._styled))

    def _layout_without(self, job_path: str) -> LayoutHabits:
        """The same; a job that is there already has no vote on itself."""
        place = self._places.get(job_path)
        if place is None:
            return self.layout
        others = (*self._styled[:place], *self._styled[place + 1 :])
        return settled_layout(self._layout_of(ballots(self.repo, others)), self.settings)

    @remembered
    def _layout_of(self, votes: Ballots) -> LayoutHabits:
        return read_layout(votes, self.rules, f"{self.conventions.job_dir.value}/any_job.rb")

    @cached_property
    def spec_votes(self) -> SpecHabits | None:
        """How the specs of jobs are written, as far as they show; None without a framework."""
        return self._specs[self.test_framework].habits() if self.test_framework else None

    @cached_property
    def spec_habits(self) -> SpecHabits | None:
        """The same, as the settings say, else as the specs show."""
        return settled(self.spec_votes, self.settings, "spec") if self.spec_votes else None

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
        texts = (self.repo.read(path) or "" for path in self.repo.files("config/initializers"))
        return any("Sidekiq" in text and _OWN_LOGGER.search(text) for text in texts)

    def factory(self, model: str) -> str | None:
        """A Ruby expression that makes a persisted record with the repo's factories; None when none fits."""
        best = self.fitting_factory(model)
        return factory_call(best, model, mixed_in=self._calls_bare(best.library)) if best else None

    @remembered
    def _calls_bare(self, library: str) -> bool:
        """Whether specs call the methods of a library without naming it: as those of jobs do, else as they can."""
        habit = self.spec_habits.bare_factories if self.spec_habits else None
        return habit.value if habit and habit.origin != "default" else library in mixed_in(self.repo)

    @cached_property
    def _default_queue(self) -> str:
        said = default_options(self.repo).get("queue")
        return said.text if said and said.kind == "word" else "default"


def _following(specs: SpecHabits, house: Conventions) -> SpecStyle:
    """How a spec is written: what the settings say of all files holds for it, unless they say otherwise of specs."""
    own = {
        name: None
        for name in ("quotes", "frozen_string_literal")
        if getattr(house, name).origin == "settings" != getattr(specs, name).origin
    }
    return replace(specs.style, **own)  # type: ignore[arg-type] # both take None
