"""The jobs of a repo: which there are, and what a new one will be."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.rails.house.forms import FormHabit, form_habit
from sidekiq_gen.rails.house.jobs import Candidate, JobFile, find_active_jobs, find_jobs, read_candidates
from sidekiq_gen.rails.house.locks import find_lock_helper
from sidekiq_gen.rails.house.peers import Peers
from sidekiq_gen.rails.records import Records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.sourced import Sourced
    from sidekiq_gen.style import Form


class JobFiles(Records):
    """The jobs of one repo."""

    @cached_property
    def job_files(self) -> tuple[JobFile, ...]:
        """The jobs that are there and are what a new one will be, their base classes among them."""
        return self.active_jobs if self.form == "active-job" else self.sidekiq_jobs

    @cached_property
    def sidekiq_jobs(self) -> tuple[JobFile, ...]:
        """The classes that include Sidekiq::Job, or inherit from one that does."""
        return find_jobs(self._candidates)

    @cached_property
    def active_jobs(self) -> tuple[JobFile, ...]:
        """The classes that inherit from ActiveJob::Base."""
        return find_active_jobs(self._candidates)

    @cached_property
    def _candidates(self) -> tuple[Candidate, ...]:
        return read_candidates(self.repo)

    @property
    def form(self) -> Form:
        """What a new job is: as asked for, else as most jobs are."""
        return self.asked_form or self.form_habit.form.value

    @cached_property
    def form_habit(self) -> FormHabit:
        """What most jobs are."""
        return form_habit(self.sidekiq_jobs, self.active_jobs, self.repo)

    @cached_property
    def lock_helper(self) -> Sourced[str] | None:
        """The method that most jobs lock with, if they have one."""
        return find_lock_helper(self.job_files)

    @cached_property
    def _peers(self) -> Peers:
        """What tells a new job from others."""
        return Peers(self.job_files)

    @cached_property
    def _styled(self) -> tuple[JobFile, ...]:
        """The jobs whose layout counts: base classes have a shape of their own."""
        return tuple(job for job in self.job_files if not job.base)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Where each of these stands among them, by its path."""
        return {job.path: place for place, job in enumerate(self._styled)}
