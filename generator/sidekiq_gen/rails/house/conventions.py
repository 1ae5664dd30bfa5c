"""How this repo writes jobs: the majority of its jobs decides, then its linter, then a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from sidekiq_gen.rails.code import count_quotes, definitions
from sidekiq_gen.rails.house.lookups import MissingHabit, missing_habit
from sidekiq_gen.rails.house.votes import decide, vote
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.naming import Suffix
    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.rails.house.rules import Rules
    from sidekiq_gen.style import JobModule, Quotes

V = TypeVar("V")
_COMMENT = "Style/FrozenStringLiteralComment"
QueueLiteral = Literal["string", "symbol"]
# A number, or nothing said, which leaves it to Sidekiq.
RetryHabit: TypeAlias = "int | Literal['default']"


@dataclass(frozen=True)
class Conventions:
    """The habits of the house, each with where it was seen.

    job_dir: relative to the root: ``app/jobs``.
    suffix: what the names of job classes end in.
    job_module: None when no job includes either; the release decides then.
    queue_literal: how ``sidekiq_options`` names the queue.
    retry: the usual number of retries, or ``default`` where most jobs leave it to Sidekiq; None without such a habit.
    base: the class of the repo that jobs inherit Sidekiq from; empty where they include it themselves.
    compact: whether a class has its namespaces before its own name: ``class Billing::ChargeJob``.
    on_missing: what becomes of most jobs whose record is missing; None without such a habit.
    """

    quotes: Sourced[Quotes]
    frozen_string_literal: Sourced[bool]
    job_dir: Sourced[str]
    suffix: Sourced[Suffix]
    job_module: Sourced[JobModule | None]
    queue_literal: Sourced[QueueLiteral]
    retry: Sourced[RetryHabit | None]
    base: Sourced[str]
    compact: Sourced[bool]
    on_missing: Sourced[MissingHabit | None]


def read_conventions(job_files: Sequence[JobFile], rules: Rules) -> Conventions:
    """Let the existing jobs vote; base classes only count where they alone include Sidekiq.

    Where a cop is switched on for the jobs and kept, it has the last word.
    """
    jobs = [job for job in job_files if not job.base]
    folder = vote(job.folder for job in jobs or job_files) or Sourced("app/jobs", "default")
    module: Sourced[JobModule] | None = vote([job.module for job in job_files if job.module])
    return Conventions(
        quotes=decide(_wanted_quotes(rules, folder.value), map(_quotes, jobs)) or Sourced("double", "default"),
        frozen_string_literal=_frozen(jobs, rules, folder.value),
        job_dir=folder,
        suffix=vote(map(_suffix, jobs)) or Sourced("Job", "default"),
        job_module=_or_none(module),
        queue_literal=vote(map(_queue_literal, jobs)) or Sourced("string", "default"),
        retry=_retry(jobs, job_files),
        base=_base(jobs, job_files),
        compact=vote(job.compact for job in jobs if job.compact is not None) or Sourced(value=False, origin="default"),
        on_missing=_on_missing(jobs),
    )


def _wanted_quotes(rules: Rules, folder: str) -> Sourced[Quotes] | None:
    """The quotes that a cop asks for in the jobs."""
    said = rules.style("Style/StringLiterals", f"{folder}/any_job.rb")
    if said is None or said.value not in {"double_quotes", "single_quotes"}:
        return None
    return Sourced("double" if said.value == "double_quotes" else "single", said.origin, said.reason)


def _frozen(jobs: Sequence[JobFile], rules: Rules, folder: str) -> Sourced[bool]:
    """Whether the magic comment is written; a cop that the repo switches off says no where no job says anything."""
    said = rules.style(_COMMENT, f"{folder}/any_job.rb")
    wanted = Sourced(said.value != "never", said.origin, said.reason) if said else None
    off = rules.setting(_COMMENT, "Enabled") or rules.setting("Style", "Enabled")
    none = Sourced(value=False, origin="repo", reason=off.reason) if off and off.value is False else None
    votes = (job.frozen_string_literal for job in jobs)
    return decide(wanted, votes) or none or Sourced(value=True, origin="default")


def _base(jobs: Sequence[JobFile], job_files: Sequence[JobFile]) -> Sourced[str]:
    """The base class of most jobs that have a ``perform`` of their own; one that is itself a job does not count."""
    bases = {job.name for job in job_files if job.base}
    own = (job.parent if job.parent in bases else "" for job in jobs if job.performs)
    outcome = vote(own)
    return outcome if outcome and outcome.value else Sourced("", "default")


def _retry(jobs: Sequence[JobFile], job_files: Sequence[JobFile]) -> Sourced[RetryHabit | None]:
    """How often most jobs are retried: silence is a vote for what Sidekiq does, or the base class says.

    Jobs without arguments have no vote, as their schedule starts them again; and never to retry is not taken over,
    as no job shows that the next one can afford it.
    """
    bases: dict[str, RetryHabit] = {
        one.name: job.retry for job in job_files if job.base and job.retry for one in definitions(job.lines)
    }
    votes: list[RetryHabit | Literal["never"]] = [
        "never" if job.never_retries else job.retry or bases.get(job.superclass or "", "default")
        for job in jobs
        if job.takes_arguments
    ]
    outcome: Sourced[RetryHabit | Literal["never"]] | None = vote(votes)
    if outcome is None or outcome.value == "never":
        return Sourced(None, "default")
    return Sourced(outcome.value, outcome.origin, outcome.reason)


def _on_missing(jobs: Sequence[JobFile]) -> Sourced[MissingHabit | None]:
    """What becomes of most jobs whose record is missing; those that are handed an id and look nothing up count."""
    outcome: Sourced[MissingHabit | Literal["silent"]] | None = vote(
        habit for job in jobs if (habit := missing_habit("\n".join(job.lines)))
    )
    if outcome is None or outcome.value == "silent":
        return Sourced(None, "default")
    return Sourced(outcome.value, outcome.origin, outcome.reason)


def _or_none(vote: Sourced[V] | None) -> Sourced[V | None]:
    """A vote that may have no outcome."""
    return Sourced(vote.value, vote.origin, vote.reason) if vote else Sourced(None, "default")


def _quotes(job: JobFile) -> Quotes | None:
    """The quotes of most string literals in a job."""
    single, double = count_quotes(job.lines)
    return None if single == double else "single" if single > double else "double"


def _suffix(job: JobFile) -> Suffix:
    """The suffix of a job, by the name of its file."""
    return "Job" if job.stem.endswith("_job") else "Worker" if job.stem.endswith("_worker") else ""


def _queue_literal(job: JobFile) -> QueueLiteral | None:
    """How a job writes its queue."""
    return job.queue.literal if job.queue else None
