"""How a spec makes the record or the rows of its job, with the work on them not done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sidekiq_gen.job.facts import mark_directive
from sidekiq_gen.job.mark import Mark
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct

if TYPE_CHECKING:
    from sidekiq_gen.job.request import JobRequest, RecordCall


def made(request: JobRequest, model: str) -> str:
    """The Ruby that makes a persisted record whose work is not done; empty where nothing does."""
    record, mark = request.repo.record(model), _mark(request)
    if record is None:
        return ""
    about_it = request.context.model is not None and request.context.model.name == model
    return _undone(request, record, mark) if mark and about_it else record.call


def _undone(request: JobRequest, record: RecordCall, mark: Mark) -> str:
    """The call for the record of the job, whatever it gives the mark and the columns that go with it."""
    row, late = request.context.row, mark.column in record.called_back or (mark.from_ and record.fires_events)
    fresh = {mark.column: mark.cleared} | getattr(request.kind_settings, "fresh", {})
    wrong = [name for name in fresh if name in record.sets or (mark.from_ and name == mark.column)]
    if record.origin != "fixture":
        for name in (one for one in wrong if not (late and one == mark.column)):
            record = replace(record, call=record.with_value(name, fresh[name]))
    if late:
        return f"{record.call}.tap {{ |{row}| {row}.update!({mark.column}: {mark.cleared}) }}"
    if record.origin != "fixture" or mark.column not in wrong:
        return record.call
    if request.context.record is None:
        return record.call  # the set-up of rows clears the mark of a fixture
    directive = mark_directive(wanted=request.repo.rails_cops_in_spec)
    return f"{record.call}.tap {{ |{row}| {row}.update_column(:{mark.column}, {mark.cleared}) }}{directive}"


def _mark(request: JobRequest) -> Mark | None:
    """The mark of the record or of the rows, whoever sets it."""
    mark = request.get(CheckThenAct) or getattr(request.kind_settings, "mark", None)
    return mark if isinstance(mark, Mark) else None


def copied(request: JobRequest, row: str, model: str) -> str:
    """The Ruby that saves a copy of a fixture, with other values where the database wants no two alike."""
    record = request.repo.record(model)
    given = f".tap {{ |{row}| {row}.assign_attributes({record.distinct}) }}" if record and record.distinct else ""
    return f"@{row}.dup{given}.tap {{ |{row}| {row}.save!(validate: false) }}"


def from_a_fixture(request: JobRequest) -> bool:
    """Whether rows come from a fixture."""
    model = request.context.model
    record = request.repo.record(model.name) if model else None
    return record is not None and record.origin == "fixture"
