"""The call that does the work of a job, as the job spells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.key_text import JID
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.mark import Mark
from sidekiq_gen.job.patterns.catalogue import pattern_of
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sidekiq_gen.job.collaborator import Collaborator, Handed
    from sidekiq_gen.job.key_text import Key
    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.naming import Argument

# By type, the Ruby that turns what travels as JSON into what the work wants; {} is the argument.
_PARSERS = {"date": "Date.iso8601({})", "time": "Time.zone.iso8601({})", "decimal": "BigDecimal({})"}


def call_of_work(request: JobRequest) -> str:
    """The call: of a private method of the job, or of the collaborator that does the work."""
    mark = request.get(CheckThenAct) or getattr(request.kind_settings, "mark", None)
    result = mark.result if isinstance(mark, Mark) else ""
    if request.calls:
        return _call_of(request, request.calls, result)
    return result + request.context.name.method + in_parentheses([*_subject(request), *_work_arguments(request)])


def spelled(handed: Iterable[Handed], value: Callable[[Handed], str]) -> list[str]:
    """The arguments of a call, each as its source is spelled, with its keyword."""
    return [f"{one.keyword}: {value(one)}" if one.keyword else value(one) for one in handed]


def keywords_of(request: JobRequest) -> Mapping[str, Key]:
    """What the work is handed by keyword, by the patterns."""
    given: dict[str, Key] = {}
    for chosen in request.patterns:
        given |= pattern_of(chosen).keywords(chosen.settings)
    return given


def in_parentheses(parts: Sequence[str]) -> str:
    """A list of parameters or arguments: ``(since, limit)``; empty where there are none."""
    return f"({', '.join(parts)})" if parts else ""


def handed_over(argument: Argument, source: str) -> str:
    """What the work receives, from the Ruby that stands for the argument."""
    if argument.model and source == argument.parameter:
        return argument.name
    if not argument.by_id:
        return source
    return _PARSERS.get(argument.type, "{}").format(source)


def name_in_job(key: Key, context: JobContext) -> str:
    """The key as the job spells it: ``"charge-customer-#{order.id}"``."""
    rows = {argument.name for argument in context.records} | {context.row}
    parts = ["job_id" if part == JID and context.form == "active-job" else part for part in key.parts]
    return key.spelled([f"{part}.id" if part in rows else part for part in parts])


def own_name(key: Key, context: JobContext) -> str:
    """The same, with the class of the job in front."""
    if not key.parts:
        return "self.class.name"
    return name_in_job(replace(key, lead="#{self.class.name}"), context)


def fresh(request: JobRequest) -> str:
    """The record as it is now: read again where a lock was taken after it was read."""
    record = request.context.record
    if record is None:
        return ""
    return record.name + (".reload" if _may_be_stale(request) else "")


def _may_be_stale(request: JobRequest) -> bool:
    return any(pattern_of(one).reads_before for one in request.patterns)


def _subject(request: JobRequest) -> list[str]:
    return [text for text in (KIND_BY_NAME[request.context.kind].subject(request.context),) if text]


def _work_arguments(request: JobRequest) -> list[str]:
    """What perform hands to its own method behind its subject."""
    context = request.context
    handed = [handed_over(argument, argument.parameter) for argument in context.arguments]
    if context.record and not request.has(CheckThenAct):
        handed[context.arguments.index(context.record)] = fresh(request)
    return handed + [f"{keyword}: {name_in_job(key, context)}" for keyword, key in keywords_of(request).items()]


def _call_of(request: JobRequest, calls: Collaborator, result: str) -> str:
    """The call of a collaborator; above it what is left to hand over, and the record read again where it must be."""
    context = request.context
    stale = context.record is not None and _may_be_stale(request) and not request.has(CheckThenAct)
    mentions = sum(one.source == "row" for one in calls.handed) + (calls.receiver == context.row)
    row = f"{context.row}.reload" if stale and mentions == 1 else context.row
    arguments = {argument.name: argument for argument in context.arguments}
    keys = keywords_of(request)

    def value(handed: Handed) -> str:
        if handed.source == "key":
            return name_in_job(keys["idempotency_key"], context)
        if handed.source == "rows":
            return f"{context.rows}.map(&:{handed.reader})" if handed.reader else context.rows
        if handed.source == "row":
            return f"{row}.{handed.reader}" if handed.reader else row
        argument = arguments[handed.argument]
        text = handed_over(argument, argument.parameter)
        return f"{text}.{handed.reader}" if handed.reader else text

    receiver = calls.constant
    if calls.through == "instance":
        receiver += ".new" + in_parentheses(spelled(calls.made_with, value))
    elif calls.through == "record":
        receiver = row if calls.receiver == context.row else calls.receiver
    call = f"{result}{receiver}.{calls.method}" + in_parentheses(spelled(calls.arguments, value))
    if context.kind == "backfill" and calls.for_each_row:
        call = f"{context.rows}.each {{ |{context.row}| {call} }}"
    todo = [f"# TODO: hand over {' and '.join(calls.missing)}"] if calls.missing else []
    again = [f"{context.row}.reload"] if stale and mentions > 1 else []
    return "\n".join([*again, *todo, call])
