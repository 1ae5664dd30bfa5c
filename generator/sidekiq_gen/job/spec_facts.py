"""What the templates of a spec or test are given: the facts of the job, and how a spec says the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.call_text import in_parentheses, keywords_of
from sidekiq_gen.job.facts import JobFacts, by_name, finder_of, further, leading
from sidekiq_gen.job.key_text import JID
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.kinds.record import NOT_FOUND, Record
from sidekiq_gen.job.mark import Mark
from sidekiq_gen.job.patterns.catalogue import listed, pattern_of
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.job.patterns.discard_on import DiscardOn
from sidekiq_gen.job.patterns.idempotency_key import IdempotencyKey
from sidekiq_gen.job.patterns.log_context import LogContext
from sidekiq_gen.job.samples import key_sample
from sidekiq_gen.job.spec_records import SpecRecord, copied, from_a_fixture, made
from sidekiq_gen.job.spec_values import SpecValues
from sidekiq_gen.ruby.wording import what_it_does
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidekiq_gen.job.key_text import Key
    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.job.spec_keys import LookAlike
    from sidekiq_gen.naming import Argument

SERVICE = "service"  # the instance that does the work, in a spec


@dataclass(frozen=True)
class SpecFacts(JobFacts):
    """What every template of a spec or test is given, by name, besides the facts of the job."""

    what_it_does: str
    """What the job does, as the description of an example: `charges the customer`."""
    records: tuple[SpecRecord, ...]
    """The records that the spec needs, in the order of the arguments."""
    without_record: str
    """What is expected of a run whose record `find` does not find: that its error leaves perform, or does not."""
    discarded: str
    """The first error of --discard-on; empty where it is not asked for."""
    another: str
    """Ruby that makes one more row of the model; empty unless the kind works through rows."""
    fixture: bool
    """Whether rows come from a fixture."""
    doubled: bool
    """Whether a double stands in for the record that the job is about."""
    perform: str
    """The call of perform: `perform(order.id)`."""
    handed: str
    """What perform is handed."""
    leading_handed: str
    """The same in front of something else, with a comma behind each."""
    further_handed: str
    """The same behind something else, with a comma before each."""
    new_job: str
    """A job that is handed the same, as ActiveJob performs it: `described_class.new(order)`."""
    with_handed: str
    """What RSpec says of a call that hands on the same: `.with(7, "text")`; empty where there is nothing."""
    runs_again: bool
    """Whether a spec can hold a second run against what the first one has made of the record."""
    saved: str
    """The record as it is in the database: `order.reload`, `@order.reload`; itself where a double stands in for it."""
    on_job: str
    """What Minitest calls perform on: `@job.`; empty where a test has a perform of its own, inside of stubs."""
    trial: str
    """A run of the job, or of one batch, in Minitest: `@job.perform(@order.id)`, or `perform(...)` inside of stubs."""
    worker: str
    """What does the work in the spec: `job`, whose private method it is, or the collaborator of --calls."""
    made_with: str
    """What `new` of the collaborator receives, of an instance; empty where that is nothing."""
    made_with_by_position: str
    """The same, with keywords as one hash."""
    received: str
    """What the work receives; `no_args` where that is nothing."""
    further_received: str
    """The same from the second argument on, with a comma before each."""
    received_by_position: str
    """What a block receives that stands in for the work: keywords as one hash."""
    key_goes_to: str
    """What is handed the idempotency key: `work`, or `new` of an instance that does it; empty where nothing is."""
    key_in_block: str
    """The parameters of a block that stands in for the work and takes the key: `*, idempotency_key:`."""
    key_taken: str
    """What is the key in that block: `idempotency_key`."""
    stub_of_work: str
    """The stub of the work in RSpec: the job's own method still runs, a collaborator does nothing."""
    returned: str
    """Ruby for what the work returns where that is saved; else empty."""
    returned_or_nil: str
    """The same; `nil` where nothing is saved."""
    observed: Callable[[str], str]
    """Ruby that stands in for the work and notes something, and returns what the job saves of it."""
    fails_if: Callable[[str], str]
    """Ruby that stands in for the work and fails under a condition: `raise "connection lost" if calls.one?`."""
    expected_name: Callable[[Key], str]
    """A text that names what the job is about, as a literal with the values of the spec."""
    look_alikes: Callable[[Key], list[LookAlike]]
    """For such a text that is made of several or of string arguments: two runs whose arguments only look the same."""
    needs_jid: bool
    """Whether such a text is made of the job's own id."""
    logged: str
    """The pairs of the log context, with the values of the spec."""
    connection_settings: str
    """The method of a model that gives the settings of its connection."""
    test_case: str
    """What a test of Minitest inherits from."""
    base_record: str
    """The class that a further connection is made from."""
    raises: bool
    """Whether an error of the work leaves perform."""


def spec_facts_of(request: JobRequest, facts: JobFacts) -> SpecFacts:
    """The facts of a request, for its spec or test; facts: those for its job."""
    context, values, discard = request.context, SpecValues(request), request.get(DiscardOn)
    records = tuple(
        SpecRecord(
            argument.name,
            argument.model.name,
            made(request, argument.model.name),
            _stubs(request, argument),
            values.perform(argument),
            argument.model.key_word,
            key_sample(argument.model.key_type)[0],
            strict=finder_of(request) == "find",
        )
        for argument in context.records
        if argument.model
    )
    received = values.received()
    another = ""
    if context.model and not context.record:
        row, model = context.row, context.model.name
        call = made(request, model)
        records = (SpecRecord(row, model, call, "", values.perform()),)
        another = copied(request, row, model) if from_a_fixture(request) else call
    row = f"{values.sigil}{context.row}"
    received[:0] = {"row": [row], "rows": [f"[{row}]"], "": []}[KIND_BY_NAME[context.kind].hands]
    keywords = [f"{keyword}: {values.named(key)}" for keyword, key in keywords_of(request).items()]
    made_with: tuple[list[str], list[str]] = ([], [])
    if request.calls:
        received, keywords = values.of_call(request.calls.arguments)
        made_with = values.of_call(request.calls.made_with)
    handed = values.handed()
    key_in_block, key_taken = _key_in_block(request)
    doubled = any(record.variable == facts.record and not record.source for record in records)
    return SpecFacts(
        **by_name(facts),  # type: ignore[arg-type] # the very fields of JobFacts
        what_it_does=what_it_does(context.name),
        records=records,
        without_record=_without_record(request),
        discarded=discard.errors[0] if discard else "",
        another=another,
        fixture=from_a_fixture(request),
        doubled=doubled,
        perform=values.perform(),
        handed=", ".join(handed),
        leading_handed=leading(handed),
        further_handed=further(handed),
        new_job=f"{facts.own_class if request.test == 'minitest' else 'described_class'}.new{in_parentheses(handed)}",
        with_handed=f".with({', '.join(handed)})" if handed else "",
        runs_again=_runs_again(request, doubled=doubled),
        saved=f"{values.sigil}{facts.record}" + ("" if doubled else ".reload"),
        on_job="@job.",
        trial=_trial(request, values, row),
        worker=_worker(request, values),
        made_with=", ".join([*made_with[0], *made_with[1]]),
        made_with_by_position=_by_position(*made_with),
        received=", ".join([*received, *keywords]) or "no_args",
        further_received=further(received[1:]),
        received_by_position=_by_position(received, keywords),
        key_goes_to=_key_goes_to(request),
        key_in_block=key_in_block,
        key_taken=key_taken,
        stub_of_work=_stub_of_work(request),
        returned=_returned(request),
        returned_or_nil=_returned(request) or "nil",
        observed=lambda text: f"({text}) && {_returned(request)}" if _returned(request) else text,
        fails_if=lambda condition: (
            f'{condition} ? raise("connection lost") : {_returned(request)}'
            if _returned(request)
            else f'raise "connection lost" if {condition}'
        ),
        expected_name=values.named,
        look_alikes=values.look_alikes,
        needs_jid=context.form == "sidekiq" and any(key.parts == (JID,) for key in keywords_of(request).values()),
        logged=_logged(request, values),
        connection_settings=(
            "connection_db_config.configuration_hash"
            if context.release.capabilities.connection_db_config
            else "connection_config"
        ),
        test_case="ActiveJob::TestCase" if context.form == "active-job" else "ActiveSupport::TestCase",
        base_record=request.repo.base_record,
        raises=KIND_BY_NAME[context.kind].raises,
    )


def _trial(request: JobRequest, values: SpecValues, row: str) -> str:
    """A run of the job in Minitest; of one batch where Sidekiq iterates a backfill."""
    context = request.context
    if context.kind == "backfill" and KIND_BY_NAME["backfill"].shape(request.kind_settings).startswith("iterable"):
        return f"@job.each_iteration([{row}]{further(values.handed())})"
    return f"@job.{values.perform()}"


def _worker(request: JobRequest, values: SpecValues) -> str:
    """What does the work in the spec."""
    calls = request.calls
    if calls is None:
        return f"{values.sigil}job"
    if calls.through == "record":
        return f"{values.sigil}{calls.receiver}"
    return calls.constant if calls.through == "class" else f"{values.sigil}{SERVICE}"


def _runs_again(request: JobRequest, *, doubled: bool) -> bool:
    kept = request.context.record is not None and not doubled
    return kept and request.calls is None and not request.has(CheckThenAct, IdempotencyKey)


def _key_goes_to(request: JobRequest) -> str:
    if request.calls is None:
        return "work" if request.has(IdempotencyKey) else ""
    if any(one.source == "key" for one in request.calls.arguments):
        return "work"
    return "new" if any(one.source == "key" for one in request.calls.made_with) else ""


def _key_in_block(request: JobRequest) -> tuple[str, str]:
    """The parameters of a block that is called like the work, and which of them is the key."""
    handed = request.calls.arguments if request.calls else ()
    position, one = next(((at, one) for at, one in enumerate(handed) if one.source == "key"), (0, None))
    if one is None:
        return "*, idempotency_key:", "idempotency_key"
    return (f"*, {one.keyword}:, **", one.keyword) if one.keyword else ("*arguments", f"arguments[{position}]")


def _stub_of_work(request: JobRequest) -> str:
    if request.calls is None:
        return f"receive(:{request.context.name.method}).and_call_original"
    returned = _returned(request)
    return f"receive(:{request.calls.method})" + (f".and_return({returned})" if returned else "")


def _returned(request: JobRequest) -> str:
    mark = request.get(CheckThenAct) or getattr(request.kind_settings, "mark", None)
    return mark.saved.returned if isinstance(mark, Mark) and mark.saved else ""


def _by_position(positions: list[str], keywords: list[str]) -> str:
    """Arguments as a block receives them: keywords as one hash."""
    return ", ".join([*positions, *([f"{{ {', '.join(keywords)} }}"] if keywords else [])])


def _without_record(request: JobRequest) -> str:
    discard, record = request.get(DiscardOn), request.of_kind(Record)
    given_up = record is not None and record.on_missing == "discard"
    if given_up and discard is not None and discard.means != "retry_in":
        return "assert_nothing_raised" if request.test == "minitest" else "not_to raise_error"
    error = f"({NOT_FOUND})"
    return f"assert_raises{error}" if request.test == "minitest" else f"to raise_error{error}"


def _stubs(request: JobRequest, argument: Argument) -> str:
    """What a double of the record answers."""
    stubs = [f"id: {key_sample(argument.model.key_type if argument.model else '')[0]}"]
    if argument == request.context.record:
        for chosen in listed(request.patterns):
            stubs += pattern_of(chosen).stubs(chosen.settings, request)
    stubs += _read(request, argument)
    first = {stub.partition(":")[0]: stub for stub in reversed(stubs)}
    return ", ".join(dict.fromkeys(first[stub.partition(":")[0]] for stub in stubs))


def _read(request: JobRequest, argument: Argument) -> Iterator[str]:
    """What the call of a collaborator reads from a record, as a double answers it."""
    record = request.context.record
    for one in request.calls.handed if request.calls else ():
        source = record.name if one.source == "row" and record else one.argument
        if one.reader and source == argument.name:
            yield f"{one.reader}: {one.sample or 'nil'}"


def _logged(request: JobRequest, values: SpecValues) -> str:
    log_context = request.get(LogContext)
    arguments = {argument.parameter: argument for argument in request.context.arguments}
    pairs = log_context.pairs if log_context else ()
    return ", ".join(f"{name}: {values.of(arguments[name])}" for name, _ in pairs)
