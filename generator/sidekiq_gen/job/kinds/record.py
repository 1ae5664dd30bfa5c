"""One run for one record, which is handed over by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.active_job import waits
from sidekiq_gen.job.kinds.base import Kind
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.pushes import pushes_after_commit, pushes_wait
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

NOT_FOUND = "ActiveRecord::RecordNotFound"
# The safeguards that read the record again, which raises where it has been deleted meanwhile.
_RAISE = frozenset({"row_lock", "check_then_act", "advisory_lock"})
ON_MISSING = Flag(
    "--on-missing",
    "What a run does when the record does not exist [default: as most jobs here do, else log].",
    "choice",
    choices=("log", "retry", "discard"),
    lines=(
        "end the run, with one line in the log",
        "raise, so that Sidekiq retries until the record is there",
        "raise, and never retry that",
    ),
    question="What should a run do when the record does not exist?",
)


@dataclass(frozen=True)
class RecordSettings:
    """What becomes of a run whose record is not there.

    on_missing: a line in the log and no more; or find raises, and Sidekiq retries that, or --discard-on ends the job.
    by_id: whether the job looks it up; else ActiveJob does, before it performs, and raises where it is gone.
    rescued: whether find raises for the line in the log as well, and perform rescues that.
    """

    on_missing: Literal["log", "retry", "discard"]
    by_id: bool = True
    rescued: bool = False

    @property
    def discards(self) -> bool:
        """Whether a run without its record ends at once."""
        return self.on_missing != "retry"

    @property
    def finder(self) -> Literal["find", "find_by"]:
        """What looks the record up; the first raises where there is none."""
        return "find" if self.rescued or self.on_missing != "log" else "find_by"


class Record(Kind[RecordSettings]):
    """Looks one record up, sees to it that it is there, and works on it."""

    settings = RecordSettings
    name = "record"
    about = "record"
    shapes = ("find_by", "find", "rescued", "global_id")
    flags = (ON_MISSING,)
    summary = "works on one record, which is passed by its id"
    paragraph = (
        "The usual job. The argument is the id and never the record, which would be stale by the time the job runs, "
        "and too large for Redis. A record that does not exist was deleted in the meantime, or is not committed yet "
        "because the job was pushed inside the transaction. --on-missing log logs it and ends the run; retry lets "
        "Sidekiq retry until the record exists; discard is --discard-on ActiveRecord::RecordNotFound. One that is "
        "deleted while a run takes its lock raises that error in any case."
    )
    avoid = "Not for many rows at once: that is --kind fan-out, backfill or claim."
    cost = "One query for each run."

    def satisfies(self, settings: RecordSettings) -> Mapping[str, str]:
        logged = "skipped" if settings.by_id else "discarded"
        done = {"log": f"{logged}, with a line in the log", "retry": "tried again", "discard": "not tried again"}
        return {"deleted-records": f"missing records are {done[settings.on_missing]}"}

    def shape(self, settings: RecordSettings) -> str:
        if not settings.by_id:
            return "global_id"
        return "rescued" if settings.rescued else settings.finder

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        return usual(context)

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> RecordSettings:
        never_retried = NOT_FOUND in {error.removeprefix("::") for error in answer(answers, "discard_on", ())}
        wanted = answer(answers, ON_MISSING.parameter)
        if wanted == "retry" and never_retried:
            raise Refused(
                f"--on-missing retry retries what --discard-on {NOT_FOUND} never does.",
                hint="Use --on-missing discard, or leave out one of the two.",
                code="contradictory-patterns",
            )
        if wanted == "retry" and not context.retry:
            raise Refused(
                "--on-missing retry contradicts a job that is never retried.",
                hint="Allow retries (--retry 5), or use --on-missing log.",
                code="contradictory-patterns",
            )
        chosen = wanted or usual(context)
        if chosen == "retry" and never_retried:
            chosen = "discard"
        by_id = context.form == "sidekiq"
        return RecordSettings(chosen, by_id, rescued=by_id and chosen == "log" and _rescues(answers, context))

    def notices(self, settings: RecordSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        context = request.context
        if settings.rescued:
            yield Notice(
                "rescues-not-found",
                f"As in most jobs here, perform rescues {NOT_FOUND}: one that the work raises ends the run as well.",
                "Pass --on-missing retry to have it raised.",
            )
        if settings.on_missing == "retry" or pushes_wait(app) or context.model is None:
            return
        if not settings.by_id and (waits(request) or (request.repo.active_base and request.repo.active_base.waits)):
            return
        fate = "skips it, with a line in the log" if settings.on_missing == "log" else "gives up"
        wait = "Let pushes wait (sidekiq-gen install), push" if pushes_after_commit(app, context.release) else "Push"
        yield Notice(
            "runs-before-commit",
            f"A job that is pushed inside a transaction may run before the commit: it finds no {context.model.name} "
            f"and {fate}.",
            f"{wait} in after_commit, or pass --on-missing retry.",
        )


def _rescues(answers: Answers, context: JobContext) -> bool:
    """Whether perform rescues that there is no record, as most jobs do; not where something else raises that, too."""
    errors = " ".join(answer(answers, "discard_on", ()))
    raised = any(name in answers for name in _RAISE) or "ActiveRecord" in errors or "StandardError" in errors
    return context.house.rescues.value and len(context.records) == 1 and not raised


def usual(context: JobContext) -> Literal["log", "retry"]:
    """What is done where nobody says anything: as most jobs do, if that can be had."""
    if context.form == "active-job":
        return "log"  # what the jobs do that are handed an id says nothing of one that is handed the record
    return "retry" if context.house.on_missing.value == "retry" and context.retry else "log"


def implied(answers: Answers) -> Answers:
    """The answers, with what --on-missing discard stands for."""
    if answer(answers, ON_MISSING.parameter) != "discard":
        return answers
    errors = answer(answers, "discard_on", ())
    return {**answers, "discard_on": Sourced([*errors, NOT_FOUND], answers[ON_MISSING.parameter].origin)}
