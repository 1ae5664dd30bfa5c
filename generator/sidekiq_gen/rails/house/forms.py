"""Whether the jobs of this repo include Sidekiq::Job themselves, or are ActiveJob classes that Sidekiq runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.style import Form

_ADAPTER = regex(r"^[^#\n]*\bactive_job\.queue_adapter\s*=\s*:?[\"']?(\w+)", re.MULTILINE)
# Where production is told; an environment has the last word over the application.
_SETTINGS = ("config/environments/production.rb", "config/application.rb")


@dataclass(frozen=True)
class FormHabit:
    """What a new job is where nobody says it.

    form: with the evidence. near: whether it is a near thing, so that a person had better be asked.
    """

    form: Sourced[Form]
    near: bool = False


def form_habit(sidekiq: Sequence[JobFile], active: Sequence[JobFile], repo: Repo) -> FormHabit:
    """What most jobs are that have a ``perform`` of their own; Sidekiq's own where another adapter runs ActiveJob."""
    own, others = (sum(job.performs and not job.base for job in jobs) for jobs in (sidekiq, active))
    if not others or not runs_active_jobs(repo):
        return FormHabit(Sourced("sidekiq", "default"))
    near = 2 * min(own, others) > max(own, others)
    form: Form = "active-job" if others > own else "sidekiq"
    return FormHabit(Sourced(form, "repo", f"{max(own, others)} of {own + others} existing jobs"), near)


def runs_active_jobs(repo: Repo) -> bool:
    """Whether Sidekiq runs the ActiveJob classes in production; a repo that names no adapter is taken to mean it."""
    named = (_ADAPTER.findall(repo.read(path) or "") for path in _SETTINGS)
    return next((found[-1] for found in named if found), "sidekiq") == "sidekiq"
