"""How a spec makes the record or the rows of its job, with the work on them not done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.job.mark import Mark
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.regex import regex
from sidekiq_gen.reserved import KEYWORDS
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from sidekiq_gen.job.request import JobRequest, RecordCall

_PARAMETER = regex(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class SpecRecord:
    """A record in a spec.

    variable: what it is called.
    model: its class.
    source: the Ruby that makes it persisted, from a factory or a fixture; empty where a double stands in for it.
    stubs: what a double of it answers.
    missing: the call of perform when just this record is gone.
    key: its primary key, as Ruby spells it beside a colon. id: what a double has there.
    strict: whether the job looks it up with `find`, which raises where it is missing.
    """

    variable: str
    model: str
    source: str
    stubs: str
    missing: str
    key: str = "id"
    id: str = "1"
    strict: bool = False

    @property
    def made(self) -> str:
        """The Ruby that makes it in RSpec: persisted, or a double."""
        return self.source or f"instance_double({self.model}, {self.stubs})"

    @property
    def lookup(self) -> str:
        """What the job looks it up with: ``id: order.id``, or just the id for `find`."""
        return f"{self.variable}.id" if self.strict else f"{self.key}: {self.variable}.id"

    @property
    def words(self) -> str:
        """How a description calls it: ``purchase order``."""
        return self.variable.replace("_", " ")

    @property
    def made_or_new(self) -> str:
        """The Ruby that makes it in Minitest: persisted, or not saved."""
        return self.source or f"{self.model}.new({self.key}: {self.id})"

    @property
    def answer(self) -> str:
        """The lambda that stands in for `find_by`, or for `find`, in Minitest."""
        parameters, _, body = self.finder.removeprefix("{ |").removesuffix(" }").partition("| ")
        body = re.sub(rf"\b{self.variable}\b(?!: )", f"@{self.variable}", body)
        return f"->({parameters}) {{ {body} }}"

    @property
    def finder(self) -> str:
        """The block that stands in for `find_by`, or for `find`, where a double does for the record."""
        if self.strict:
            missing = "raise(ActiveRecord::RecordNotFound)"
            return f"{{ |key| key == {self.variable}.id ? {self.variable} : {missing} }}"
        if _PARAMETER.fullmatch(self.key) and self.key not in KEYWORDS | {self.variable}:
            return f"{{ |{self.key}:| {self.variable} if {self.key} == {self.variable}.id }}"
        return f"{{ |**key| {self.variable} if key == {{ {self.key}: {self.variable}.id }} }}"


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
    return f"{record.call}.tap {{ |{row}| {row}.update_column(:{mark.column}, {mark.cleared}) }}"


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
