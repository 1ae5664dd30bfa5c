"""How this repo writes jobs: the linter where it is kept, then the jobs most like the new one, then all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sidekiq_gen.naming import underscore
from sidekiq_gen.plurals import singular
from sidekiq_gen.rails.house.neighbours import Electorate
from sidekiq_gen.rails.house.votes import clear
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sidekiq_gen.rails.house.bases import BaseClass
    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.rails.house.lookups import MissingHabit
    from sidekiq_gen.rails.house.neighbours import NewJob
    from sidekiq_gen.rails.house.rules import Rules
    from sidekiq_gen.rails.house.said import Option
    from sidekiq_gen.style import JobModule, Logger, QueueLiteral, Quotes

V = TypeVar("V")
NEVER = frozenset({"0", "false"})
# Where nothing, or no number, is clear.
RETRIES = 5
_COMMENT = "Style/FrozenStringLiteralComment"


@dataclass(frozen=True)
class Conventions:
    """The habits of the house, each with where it was seen.

    job_dir: relative to the root: ``app/jobs``.
    suffix: what the names of job classes end in: ``Job``, ``Worker``, or nothing.
    job_module: None when no job includes either; the release decides then.
    queue: that most jobs name; empty where they say nothing about it, None without such a habit.
    queue_literal: how ``sidekiq_options`` names the queue.
    retry: what most jobs say about their retries: ``5``, ``false``; empty and None likewise.
    first_option: which of the two stands first in ``sidekiq_options``.
    base: the class of the repo that jobs inherit Sidekiq from; empty where they include it themselves.
    short_base: whether a job leaves out the namespaces of that which are around itself.
    compact: whether a class has its namespaces before its own name: ``class Billing::ChargeJob``.
    on_missing: what becomes of most jobs whose record is missing; None without such a habit.
    rescues: whether most jobs that end where their record is missing rescue what find raises.
    logger: what most jobs log with.
    """

    quotes: Sourced[Quotes]
    frozen_string_literal: Sourced[bool]
    job_dir: Sourced[str]
    suffix: Sourced[str]
    job_module: Sourced[JobModule | None]
    queue: Sourced[str | None]
    queue_literal: Sourced[QueueLiteral]
    retry: Sourced[str | None]
    first_option: Sourced[Option]
    base: Sourced[str]
    short_base: Sourced[bool]
    compact: Sourced[bool]
    on_missing: Sourced[MissingHabit | None]
    rescues: Sourced[bool]
    logger: Sourced[Logger]


def read_conventions(  # noqa: PLR0913 - what the vote is about
    job_files: Sequence[JobFile],
    bases: Mapping[str, BaseClass],
    rules: Rules | None,
    new: NewJob | None = None,
    *,
    default_queue: str = "default",
    own: Collection[JobFile] = (),
) -> Conventions:
    """Let the existing jobs vote; base classes only count where they alone include Sidekiq.

    Where a cop is switched on for the jobs and kept, it has the last word.
    rules: None for no linter at all.
    new: the job that is to be written, whose nearest neighbours are heard first; None for the repo as a whole.
    default_queue: what Sidekiq puts a job on that names none.
    own: the files that hold the new job already, which has no vote on itself.
    """
    itself = {job.path for job in own}
    jobs = [job for job in job_files if not job.base and job.path not in itself]
    house = Electorate(jobs, new)
    folder = _job_dir(jobs or job_files) or Sourced("app/jobs", "default")
    module: Sourced[JobModule] | None = Electorate(job_files).vote(lambda job: job.module)
    path = f"{folder.value}/any_job.rb"
    wanted, frozen, off = (quotes_wanted(rules, path), *comment_wanted(rules, path)) if rules else (None,) * 3
    base = _base(house, bases)
    return Conventions(
        quotes=house.vote(lambda job: job.quotes, wanted) or Sourced("double", "default"),
        frozen_string_literal=house.vote(lambda job: job.frozen_string_literal, frozen)
        or off
        or Sourced(value=True, origin="default"),
        job_dir=folder,
        suffix=_of_namespace(house) or house.vote(_suffix) or Sourced("Job", "default"),
        job_module=_or_none(module),
        queue=_queue(house, bases[base.value].queue or default_queue if base.value in bases else default_queue),
        queue_literal=house.vote(lambda job: job.queue.literal if job.queue else None) or Sourced("string", "default"),
        retry=_retry(house),
        first_option=house.vote(_first_option, few=False) or Sourced("queue", "default"),
        base=base,
        short_base=_short_base(house, base.value),
        compact=house.vote(lambda job: job.compact) or Sourced(value=False, origin="default"),
        on_missing=_on_missing(house),
        rescues=house.vote(lambda job: job.rescues, few=False) or Sourced(value=False, origin="default"),
        logger=house.vote(lambda job: job.logs_with, few=False) or Sourced("logger", "default"),
    )


def _job_dir(jobs: Sequence[JobFile]) -> Sourced[str] | None:
    """The folder of most jobs; that of the application itself where several of its packs or engines have some."""
    units = [job.folder.rpartition("app/")[0] for job in jobs]
    if len(set(units)) < 2:  # noqa: PLR2004
        return Electorate(jobs).elect(lambda job: job.folder)
    own = [job for job, unit in zip(jobs, units, strict=True) if not unit]
    return Electorate(own or jobs).elect(lambda job: "".join(job.folder.rpartition("app/")[1:]))


def quotes_wanted(rules: Rules, path: str) -> Sourced[Quotes] | None:
    """The quotes that a cop asks for in a file."""
    said = rules.style("Style/StringLiterals", path)
    if said is None or said.value not in {"double_quotes", "single_quotes"}:
        return None
    return Sourced("double" if said.value == "double_quotes" else "single", said.origin, said.reason)


def comment_wanted(rules: Rules, path: str) -> tuple[Sourced[bool] | None, Sourced[bool] | None]:
    """Whether a cop asks for the magic comment; and that there is none, where the repo switches it off."""
    said = rules.style(_COMMENT, path)
    off = rules.setting(_COMMENT, "Enabled") or rules.setting("Style", "Enabled")
    return (
        Sourced(said.value != "never", said.origin, said.reason) if said else None,
        Sourced(value=False, origin="repo", reason=off.reason) if off and off.value is False else None,
    )


def _base(house: Electorate, bases: Mapping[str, BaseClass]) -> Sourced[str]:
    """What most jobs with a ``perform`` of their own inherit; one that inherits from another job includes nothing.

    A base whose heirs are never retried is only for a job that nothing shows to need it.
    """
    never = frozenset() if house.new and house.new.bare else NEVER

    def ballot(job: JobFile) -> str | None:
        base = bases.get(job.parent)
        return None if not job.performs or (base and base.retry in never) else base.name if base else ""

    return house.vote(ballot) or Sourced("", "default")


def _short_base(house: Electorate, base: str) -> Sourced[bool]:
    """Whether most heirs of a base class leave out the namespaces of it that they are in themselves."""
    heirs = Electorate([job for job in house.jobs if job.parent == base and job.namespaces], house.new)
    outcome = heirs.vote(lambda job: job.superclass != base) if "::" in base else None
    return outcome or Sourced(value=False, origin="default")


def _queue(house: Electorate, silent: str) -> Sourced[str | None]:
    """The queue that most jobs name, empty for none; where that is not clear, how jobs say it on the silent one.

    silent: the queue of a job that names none.
    """

    def ballot(job: JobFile) -> str | None:
        return job.queue.name if job.queue else None if "queue" in job.named else ""

    outcome = house.vote(ballot, few=False)
    named = house.vote(lambda job: None if (one := ballot(job)) is None else one != "", few=False)
    if outcome is None and not (named and named.value):
        on_it = clear([one for job in house.jobs if (one := ballot(job)) in {"", silent}], f"jobs on {silent}")
        outcome = on_it if on_it and on_it.value == "" else None
    return _or_none(outcome)


def _retry(house: Electorate) -> Sourced[str | None]:
    """What most jobs say about their retries: empty for nothing, which leaves it to their base class, or to Sidekiq.

    Jobs without arguments have no vote on one that has some, as their schedule starts them again, nor these on them;
    where that leaves too few, the silence of the whole house is followed: on a job that has some, if one of its peers
    is silent as well. Never to retry is only taken over where nothing shows that the next
    job cannot afford it.
    """
    scheduled = house.new is not None and not house.new.takes_arguments
    never = frozenset() if house.new and house.new.bare else NEVER

    def silence(job: JobFile) -> bool | None:
        return None if job.retry in never else "retry" not in job.named or job.retry == "true"

    def silence_of_peers(job: JobFile) -> bool | None:
        return None if job.takes_arguments == scheduled else silence(job)

    def number(job: JobFile) -> str | None:
        return job.retry or None if silence_of_peers(job) is False else None

    silent = house.vote(silence_of_peers, few=False)
    if silent is None and (scheduled or any(map(silence_of_peers, house.jobs))):
        silent = house.vote(silence, few=False)
    if silent is None or silent.value:
        return Sourced("", silent.origin, silent.reason) if silent else Sourced(None, "default")
    return _or_none(house.vote(number) or Sourced(str(RETRIES), "default"))


def _on_missing(house: Electorate) -> Sourced[MissingHabit | None]:
    """What becomes of most jobs whose record is missing, as far as they look one up."""
    outcome: Sourced[MissingHabit] | None = house.vote(lambda job: job.missing, few=False)
    return _or_none(outcome)


def _of_namespace(house: Electorate) -> Sourced[str] | None:
    """The suffix that a namespace gives most of its jobs: ``Scheduler::PruneImportsScheduler``."""
    if house.new is None or not house.new.namespaces:
        return None
    own = [job for job in house.jobs if job.namespaces == house.new.namespaces]
    word = singular(underscore(house.new.namespaces[-1]).rpartition("_")[2]).capitalize()
    outcome = clear([word if job.stem.endswith(f"_{word.lower()}") else "" for job in own], f"jobs of {word}")
    return outcome if outcome and outcome.value else None


def _or_none(vote: Sourced[V] | None) -> Sourced[V | None]:
    """A vote that may have no outcome."""
    return Sourced(vote.value, vote.origin, vote.reason) if vote else Sourced(None, "default")


def _suffix(job: JobFile) -> str:
    """The suffix of a job, by the name of its file."""
    return "Job" if job.stem.endswith("_job") else "Worker" if job.stem.endswith("_worker") else ""


def _first_option(job: JobFile) -> Option | None:
    """Which of the queue and the retries a job names first; None where it does not name both."""
    return job.named[0] if len(job.named) > 1 else None
