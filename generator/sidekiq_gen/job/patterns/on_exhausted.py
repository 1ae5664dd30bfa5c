"""When every retry has failed: somebody is told, and the record says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.mark import columns_of
from sidekiq_gen.job.patterns.base import Pattern
from sidekiq_gen.naming import parse_column
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

# Columns that say that the work on a record has failed, in order of preference, and the Ruby written into them.
_TOLD_BY_TYPE = {"datetime": "Time.current", "timestamp": "Time.current", "date": "Date.current", "boolean": "true"}
_FAILED = ("failed_at", "failed", "status", "state")
_WORDS = {"string", "text", "enum"}


@dataclass(frozen=True)
class FailureMark:
    """The column that says that a record has failed, and what is written into it.

    column: its name.
    value: Ruby, or a text without its quotes.
    text: whether it is a text.
    """

    column: str
    value: str
    text: bool = False

    @property
    def ruby(self) -> str:
        """What is written into it: ``Time.current``, ``"failed"``."""
        return f'"{self.value}"' if self.text else self.value

    @property
    def expected(self) -> str:
        """What RSpec expects to be written into it: a time is not known beforehand."""
        return self.ruby if self.text else "be_present"

    @property
    def matcher(self) -> str:
        """The RSpec matcher for a mark that is set."""
        return f"eq({self.ruby})" if self.text else "be_present"


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
        Flag("--on-exhausted", "Report the error and mark the record failed when every retry has failed.", "switch"),
        Flag(
            "--mark-failed",
            "The column that says that the record has failed [default: failed_at, failed, status or state].",
            "text",
            metavar="COLUMN",
            question="Which column says that the record has failed? (empty for none)",
        ),
    )
    summary = "report the last error to the tracker and mark the record failed, when every retry has failed"
    paragraph = (
        "A job that has used up its retries goes to the Dead set, where nobody looks. This reports the error once "
        "more, as final, to the error tracker of the repo, with the id of the job and its arguments, and leaves a "
        "mark on the record that people and queries can see. A job killed by --discard-on ends the same way."
    )
    avoid = "Not where the tracker is told of every attempt and the record has no state: it would say nothing new."
    cost = "One report and one write for each job that dies."
    example = True
    adds = MappingProxyType(
        {"exhaustion": "What the job does when every retry has failed, in the words of an example."}
    )

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        if not context.record:
            return None
        mark = _known_mark(context, app)
        return mark.column if mark else None

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> OnExhaustedSettings:
        if context.retry is False:
            raise Refused(
                "--on-exhausted contradicts --retry false, which never runs sidekiq_retries_exhausted.",
                hint="Use --retry 0, which does, or allow retries: --retry 5.",
                code="contradictory-patterns",
            )
        typed = answer(answers, "mark_failed")
        if not typed:
            return OnExhaustedSettings(_known_mark(context, app))
        if not context.record:
            raise Refused(
                f"--mark-failed needs a record, and {context.name.class_name} has none.",
                hint="Give the model (--model Order), or leave out --mark-failed.",
                code="needs-record",
            )
        column = parse_column(typed)
        return OnExhaustedSettings(_mark(column, (columns_of(context, app) or {}).get(column)))

    def facts(self, settings: OnExhaustedSettings, request: JobRequest) -> Mapping[str, object]:
        row = request.context.row.replace("_", " ")
        marks = f", and marks the {row} failed" if settings.mark and request.context.record else ""
        return {"exhaustion": f"reports when every retry has failed{marks}"}

    def stubs(self, settings: OnExhaustedSettings, request: JobRequest) -> tuple[str, ...]:
        return ("update_column: true",) if settings.mark else ()

    def notices(self, settings: OnExhaustedSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if not request.context.record:
            return
        if settings.mark is None:
            yield Notice(
                "no-failure-mark",
                "No column says that a record has failed, so it is only reported.",
                f"Add one (failed_at: datetime), or name it: --mark-failed {_FAILED[0]}.",
            )
        elif settings.mark.column not in (columns_of(request.context, app) or {settings.mark.column}):
            yield Notice(
                "column-not-found",
                f"The schema shows no column {settings.mark.column} in the table of this model.",
                "Add it before you run the job.",
            )


def _known_mark(context: JobContext, app: RailsApp) -> FailureMark | None:
    """The first column of the record's table that can say it."""
    columns = (columns_of(context, app) if context.record else None) or {}
    for column in _FAILED:
        kind = columns.get(column, "").partition("(")[0]
        if kind in _TOLD_BY_TYPE or (kind and _knows_failed(column, kind, context, app)):
            return _mark(column, kind)
    return None


def _mark(column: str, kind: str | None) -> FailureMark:
    """What to write into a column of that type; of the type that its name suggests where the schema is silent."""
    if kind is None:
        endings = {"_at": "datetime", "_on": "date", "failed": "boolean"}
        kind = next((named for ending, named in endings.items() if column.endswith(ending)), "string")
    value = _TOLD_BY_TYPE.get(kind.partition("(")[0])
    return FailureMark(column, value) if value else FailureMark(column, "failed", text=True)


def _knows_failed(column: str, kind: str, context: JobContext, app: RailsApp) -> bool:
    """Whether the column can hold the word: by the model's enum, else because it holds any text."""
    text = app.model_text(context.model.name) if context.model else ""
    opening = rf"\benum\b[( ]*(?::{column}\b|{column}:)"
    listed = re.search(rf"{opening}(.*?)(?=\n\s*(?:\n|def|end\b|enum\b)|\Z)", text, re.DOTALL)
    return "failed" in listed[1] if listed else kind in _WORDS
