"""What the templates know: a request, spelled in Ruby."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import inflection

from sidekiq_gen.job.patterns.base import Key, Option
from sidekiq_gen.job.patterns.catalogue import BY_NAME
from sidekiq_gen.job.patterns.retry_after import COUNTER
from sidekiq_gen.ruby import layout, reporting
from sidekiq_gen.ruby.wording import deed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.naming import Argument

# By type: the Ruby that turns what travels as JSON into what the work wants ({} is the argument), a value for
# specs as it travels (text in "" is quoted by style), and the same value as it arrives.
_PARSERS = {"date": "Date.iso8601({})", "time": "Time.zone.iso8601({})", "decimal": "BigDecimal({})"}
_SAMPLES = {
    "integer": "7",
    "string": '"text"',
    "float": "1.5",
    "boolean": "true",
    "array": "[1, 2]",
    "hash": '{ "key" => 1 }',
    "date": '"2026-01-31"',
    "time": '"2026-01-31T12:00:00Z"',
    "decimal": '"19.99"',
}


@dataclass(frozen=True)
class SpecRecord:
    """A record in a spec.

    source: the Ruby that makes it persisted, from a factory or a fixture; None where a double stands in for it.
    missing: the call of perform when just this record is gone.
    """

    variable: str
    model: str
    source: str | None
    missing: str


def job_facts(request: JobRequest) -> dict[str, Any]:
    """What the templates of a job class are given, by name; texts are Ruby source."""
    context = request.context
    can = context.release.capabilities
    records = [argument for argument in context.arguments if argument.model]
    key = _key(request)
    handed = [_handed_over(argument, argument.parameter) for argument in context.arguments]
    if request.chosen("advisory-lock") and not request.chosen("check-then-act") and context.record:
        handed[context.arguments.index(context.record)] += ".reload"
    names = [argument.name for argument in context.arguments]
    parameters = ", ".join(argument.parameter for argument in context.arguments)
    postponed = request.chosen("retry-after")
    subject = _handed_by_the_kind(context)
    return {
        "job": context.name,
        "options": _options(request),
        "parameters": parameters,
        "signature": ", ".join(part for part in (parameters, f"{COUNTER} = 0" if postponed else "") if part),
        "lookups": records,
        "guard": " && ".join(record.name for record in records),
        "record": context.record.name if context.record else None,
        "model": _model(context),
        "work": context.name.method if context.kind != "fan-out" else None,
        "row": context.model.variable if context.model else None,
        "rows": inflection.pluralize(context.model.variable) if context.model else None,
        "enqueued": ", ".join(argument.parameter for argument in context.arguments),
        "unused": [argument.parameter for argument in context.arguments],
        "integer": layout.integer,
        "work_parameters": ", ".join(subject + names + (["idempotency_key:"] if key else [])),
        "work_arguments": ", ".join(subject + handed + ([f"idempotency_key: {in_job(key, context)}"] if key else [])),
        "key": lambda wanted: in_job(wanted, context),
        "lease": "lease_connection" if can.lease_connection else "connection",
        "mark_directive": _mark_directive(context),
        "number": layout.integer,
        "record_in_payload": _record_in_payload(context),
        "failed_value": _failed_value(request),
        "report": lambda error, *pairs: layout.requote(
            reporting.report(context.app, error, pairs), request.style.quotes
        ),
        "reporter": reporting.reporter(context.app),
    }


def spec_facts(request: JobRequest) -> dict[str, Any]:
    """What the templates of a spec are given, by name: the facts of the job, and how a spec says the same things."""
    context = request.context
    sigil = "@" if request.test == "minitest" else ""
    samples = {argument.name: _sample(request, argument) for argument in context.arguments if not argument.model}

    def handed(gone: Argument | None = None) -> str:
        return ", ".join(
            samples.get(argument.name) or ("0" if argument == gone else f"{sigil}{argument.name}.id")
            for argument in context.arguments
        )

    def perform(gone: Argument | None = None) -> str:
        return f"perform({handed(gone)})" if context.arguments else "perform"

    records = tuple(
        SpecRecord(argument.name, argument.model.name, _persisted(request, argument.model.name), perform(argument))
        for argument in context.arguments
        if argument.model
    )
    received = [
        _handed_over(argument, samples.get(argument.name) or f"{sigil}{argument.name}")
        for argument in context.arguments
    ]
    made = None
    if context.model and not context.record:
        row = context.model.variable
        made = _persisted(request, context.model.name)
        unsaved = f"{context.model.name}.new.tap {{ |{row}| {row}.save!(validate: false) }}"
        records = (SpecRecord(row, context.model.name, made or unsaved, perform()),)
        received = ([f"{sigil}{row}"] if context.kind == "claim" else [f"[{sigil}{row}]"]) + received
        made = f"@{row}.dup.tap {{ |{row}| {row}.save!(validate: false) }}" if "fixture" in _origin(request) else made
        made = made or unsaved
    in_spec = _in_spec(request, samples, sigil)
    key = _key(request)
    application_record = context.app.model_file("ApplicationRecord") is not None
    job, can = job_facts(request), context.release.capabilities
    return job | {
        "deed": deed(context.name),
        "subject": subject_of(request),
        "records": records,
        "another": made,
        "fixture": "fixture" in _origin(request),
        "the_row": f"{sigil}{job['row']}",
        "doubled": any(record.variable == job["record"] and record.source is None for record in records),
        "perform": perform(),
        "handed": handed(),
        "received": ", ".join(received + ([f"idempotency_key: {in_spec(key)}"] if key else [])),
        "received_more": "".join(f", {text}" for text in received[1:]),
        "received_by_position": ", ".join(received + ([f"{{ idempotency_key: {in_spec(key)} }}"] if key else [])),
        "key": in_spec,
        "jid_key": key is not None and key.parts == ("jid",),
        "stubs": lambda record: _stubs(request, record),
        "ttl": layout.integer,
        "logged": _logged(request, samples, sigil),
        "connection_settings": (
            "connection_db_config.configuration_hash" if can.connection_db_config else "connection_config"
        ),
        "base_record": "ApplicationRecord" if application_record else "ActiveRecord::Base",
    }


def subject_of(request: JobRequest) -> str:
    """The name that an RSpec file has for the job: another one where a record is called that."""
    taken = request.test == "rspec" and any(argument.name == "job" for argument in request.context.arguments)
    return "background_job" if taken else "job"


def in_job(key: Key, context: JobContext) -> str:
    """The key as the job spells it: ``"charge-customer-#{order.id}"``."""
    records = {argument.name for argument in context.arguments if argument.model} | set(_handed_by_the_kind(context))
    parts = [f"#{{{part}.id}}" if part in records else f"#{{{part}}}" for part in key.parts]
    return f'"{key.separator.join([key.lead, *parts])}"'


def _in_spec(request: JobRequest, samples: dict[str, str], sigil: str) -> Callable[[Key], str]:
    def spell(key: Key) -> str:
        parts = []
        for part in key.parts:
            if part == "jid":
                parts.append(f"#{{{subject_of(request)}.jid}}")
            else:
                parts.append(samples[part].strip("\"'") if part in samples else f"#{{{sigil}{part}.id}}")
        return layout.quote(key.separator.join([key.lead, *parts]), request.style.quotes)

    return spell


def _logged(request: JobRequest, samples: dict[str, str], sigil: str) -> str:
    """The pairs of the log context, as the job that a spec runs has them."""
    context = request.chosen("log-context")
    arguments = {argument.parameter: argument for argument in request.context.arguments}
    pairs = context.settings.pairs if context else ()
    return ", ".join(
        f"{name}: {samples.get(arguments[name].name) or f'{sigil}{arguments[name].name}.id'}" for name, _ in pairs
    )


def _stubs(request: JobRequest, record: SpecRecord) -> str:
    """What a double of the record answers."""
    stubs = ["id: 1"]
    mark = request.chosen("check-then-act")
    job_record = request.context.record.name if request.context.record else None
    if mark and record.variable == job_record:
        stubs += [f"{mark.settings.column}?: false", "update_column: true"]
    failed = request.chosen("on-exhausted")
    if failed and failed.settings.mark and "update_column: true" not in stubs and record.variable == job_record:
        stubs.append("update_column: true")
    return ", ".join(stubs)


def _key(request: JobRequest) -> Key | None:
    chosen = request.chosen("idempotency-key")
    return chosen.settings if chosen else None


def _mark_directive(context: JobContext) -> str:
    """What keeps RuboCop quiet about update_column where rubocop-rails is in use: the mark must not fail to be set."""
    return " # rubocop:disable Rails/SkipsModelValidations" if context.app.gem("rubocop-rails") else ""


def _failed_value(request: JobRequest) -> str:
    """What is written into the column that says that the record has failed."""
    chosen = request.chosen("on-exhausted")
    mark = chosen.settings.mark if chosen else None
    if mark is None:
        return ""
    return layout.quote(mark.value, request.style.quotes) if mark.text else str(mark.value)


def _record_in_payload(context: JobContext) -> str:
    """The id of the record in a job's payload."""
    index = context.arguments.index(context.record) if context.record else 0
    return ".first" if index == 0 else f"[{index}]"


def _model(context: JobContext) -> str:
    return context.model.name if context.model else "ActiveRecord::Base"


def _handed_over(argument: Argument, source: str) -> str:
    """What the work receives, from the Ruby that stands for the argument."""
    return argument.name if argument.model and source == argument.parameter else _parsed(argument, source)


def _parsed(argument: Argument, source: str) -> str:
    return _PARSERS.get(argument.type, "{}").format(source)


def _sample(request: JobRequest, argument: Argument) -> str:
    sample = _SAMPLES[argument.type]
    return sample.replace('"', "'") if request.style.quotes == "single" else sample


def _handed_by_the_kind(context: JobContext) -> list[str]:
    """What the work is handed that is no argument of the job: one row, or the rows of a batch."""
    if context.model and context.kind == "claim":
        return [context.model.variable]
    if context.model and context.kind == "backfill":
        return [inflection.pluralize(context.model.variable)]
    return []


def _origin(request: JobRequest) -> str:
    """Where the spec takes its rows from: ``factory``, ``fixture`` or ``nowhere``."""
    app, model = request.context.app, request.context.model
    if model is None:
        return "nowhere"
    if app.factory(model.name):
        return "factory"
    return "fixture" if request.test == "minitest" and app.fixture(model.name) else "nowhere"


def _persisted(request: JobRequest, model: str) -> str | None:
    app = request.context.app
    return app.factory(model) or (app.fixture(model) if request.test == "minitest" else None)


def _options(request: JobRequest) -> str:
    """The call of ``sidekiq_options``: on one line where it fits and needs no comments, else one pair a line."""
    context, style = request.context, request.style
    symbol = style.queue_literal == "symbol" and request.queue.isidentifier()
    queue = f":{request.queue}" if symbol else layout.quote(request.queue, style.quotes)
    retries = Option("retry", str(context.retry).lower())
    if context.retry_for:
        retries = Option("retry_for", layout.whole_seconds(context.retry_for))
    options = [Option("queue", queue), retries]
    for pattern in request.patterns:
        options += BY_NAME[pattern.name].options(pattern.settings, context)
    pairs = [f"{option.key}: {option.value}" for option in options]
    line = f"sidekiq_options {', '.join(pairs)}"
    if not any(option.comment for option in options) and len(line) + 2 <= style.width:
        return line
    lines = [
        f"{pair}{',' if index + 1 < len(pairs) else ''}{' # ' + option.comment if option.comment else ''}"
        for index, (pair, option) in enumerate(zip(pairs, options, strict=True))
    ]
    return "sidekiq_options " + ("\n" + " " * len("sidekiq_options ")).join(lines)
