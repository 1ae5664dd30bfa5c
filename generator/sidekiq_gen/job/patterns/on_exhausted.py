"""When every retry has failed: somebody is told, and the record says so."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.failure import COLUMNS, FailureMark, known_failure, read_failure
from sidekiq_gen.job.patterns.base import Pattern
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.needs import Need
    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp


@dataclass(frozen=True)
class OnExhaustedSettings:
    """What is written into the record.

    mark: None where the job has no record, or no column of it fits. Templates use `failed`.
    """

    mark: FailureMark | None


class OnExhausted(Pattern[OnExhaustedSettings]):
    """Reports the last error, and marks the record failed."""

    settings = OnExhaustedSettings
    name = "on-exhausted"
    group = "fail"
    layer = "class"
    kinds = frozenset({"record", "plain", "claim", "backfill"})
    flags = (
        Flag("--on-exhausted", "Report the error and mark the record failed when retries are exhausted.", "switch"),
        Flag(
            "--mark-failed",
            "What says that the record has failed [default: failed_at, failed, or a status that knows the word].",
            "text",
            metavar="COLUMN[=VALUE]",
            question="Which column says that the record has failed?",
        ),
    )
    summary = "report the last error to the tracker and mark the record failed, when retries are exhausted"
    paragraph = (
        "A job that has used up its retries goes to the Dead set, where nobody looks. This reports the error once "
        "more, as final, to the error tracker of the repo, with the id of the job and its arguments, and leaves a "
        "mark on the record that people and queries can see: a time, true, or the word failed where an enum, a state "
        "machine, an inclusion list or constants of the model have it. A job that --discard-on sends to the Dead set "
        "ends the same way; one that it drops is only marked."
    )
    avoid = "Not where the tracker is told of every attempt and the record has no state: it would say nothing new."
    cost = "One report and one write for each job that dies."
    example = True
    adds = MappingProxyType({"exhaustion": "What the job does when retries are exhausted, in the words of an example."})

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        if not context.record:
            return None
        mark = known_failure(context, app)
        return mark.column if mark else None

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> OnExhaustedSettings:
        if context.retry is False:
            raise Refused(
                "--on-exhausted contradicts --retry false, which never runs sidekiq_retries_exhausted.",
                hint="Use --retry 0, which does, or allow retries: --retry 5.",
                code="contradictory-patterns",
            )
        if context.kind == "claim":
            return OnExhaustedSettings(None)  # the kind itself marks a row that is given up
        typed = answer(answers, "mark_failed")
        if not typed:
            return OnExhaustedSettings(known_failure(context, app) if context.record else None)
        if not context.record:
            raise Refused(
                f"--mark-failed needs a record, and {context.name.class_name} has none.",
                hint="Give the model (--model Order), or leave out --mark-failed.",
                code="needs-record",
            )
        return OnExhaustedSettings(read_failure(typed, context, app))

    def facts(self, settings: OnExhaustedSettings, request: JobRequest) -> Mapping[str, object]:
        row = request.context.row.replace("_", " ")
        marks = f", and marks the {row} failed" if settings.mark and request.context.record else ""
        return {"exhaustion": f"reports when retries are exhausted{marks}"}

    def stubs(self, settings: OnExhaustedSettings, request: JobRequest) -> tuple[str, ...]:
        shown = ('to_param: "1"',) if request.context.form == "active-job" else ()
        return ("update_column: true", *shown) if settings.mark else shown

    def needs(self, settings: OnExhaustedSettings) -> Iterator[Need]:
        if settings.mark:
            yield settings.mark.need

    def notices(self, settings: OnExhaustedSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        base = app.base_of(request.context.house)
        if base and base.has_exhausted:
            yield Notice(
                "replaces-exhausted",
                f"{base.name} has a sidekiq_retries_exhausted of its own, which that of this job replaces.",
                "Leave out --on-exhausted to keep it.",
            )
        if not request.context.record:
            return
        if settings.mark is None:
            yield Notice(
                "no-failure-mark",
                "No column says that a record has failed, so it is only reported.",
                f"Add one (failed_at: datetime), or name it: --mark-failed {COLUMNS[0]}.",
            )
