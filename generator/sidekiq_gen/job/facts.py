"""What the templates of a job class are given: a request, spelled in Ruby."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sidekiq_gen.job.active_job import class_lines
from sidekiq_gen.job.call_text import call_of_work, fresh, in_parentheses, keywords_of, own_name
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.kinds.record import Record
from sidekiq_gen.job.options import option_pairs
from sidekiq_gen.job.patterns.catalogue import pattern_of
from sidekiq_gen.job.patterns.on_exhausted import OnExhausted
from sidekiq_gen.ruby import layout, trackers
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sidekiq_gen.job.active_job import Attempts
    from sidekiq_gen.job.collaborator import Collaborator
    from sidekiq_gen.job.failure import FailureMark
    from sidekiq_gen.job.key_text import Key
    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.naming import Argument, JobName
    from sidekiq_gen.ruby.trackers import Reporter
    from sidekiq_gen.sidekiq.capabilities import Capabilities
    from sidekiq_gen.style import Style


@dataclass(frozen=True)
class JobFacts:
    """What every template of a job class is given, by name. Texts are Ruby; literals stand in double quotes."""

    job: JobName
    """The names of the job: `job.class_name`, `job.path`."""
    own_class: str
    """The name of the class where it is defined: without its namespaces where these stand around it."""
    model: str
    """The class of its record or rows; `ActiveRecord::Base` where there is none."""
    key: str
    """The column of the primary key of that class, as it stands beside a colon: `id`."""
    record: str
    """The variable of the record that it is about; empty unless the kind is record."""
    row: str
    """The variable of one row of the model; empty for plain."""
    rows: str
    """The variable of several rows of the model; empty for plain."""
    thing: str
    """How a sentence calls one row: `purchase order`; empty for plain."""
    things: str
    """How a sentence calls several rows: `purchase orders`; empty for plain."""
    lookups: tuple[Argument, ...]
    """The arguments that are looked up: `argument.name`, `argument.parameter`, `argument.model.name`, its key_word."""
    finder: str
    """The method that looks them up: `find_by`, or `find`, which raises where there is none; empty where none does."""
    parameters: str
    """The arguments of perform in parentheses, as they are declared and handed on: `(since, limit)`; else empty."""
    leading_parameters: str
    """The same in front of something else: `since, limit, `; else empty."""
    further_parameters: str
    """The same behind something else: `, since, limit`; else empty."""
    leading_unused: str
    """The same with an underscore before each, for a method that must take them and does not use them."""
    signature: str
    """The parameters of `def perform` in parentheses, with those that patterns add; empty where there are none."""
    work: str
    """The method that does the work: a private one of the job, or that of `calls`; empty where a kind has its own."""
    work_signature: str
    """The parameters of that method in parentheses: `(order, idempotency_key:)`; empty where there are none."""
    call_of_work: str
    """The call that does the work: `charge_customer(order, idempotency_key: "...")`, or that of the collaborator."""
    calls: Collaborator | None
    """The collaborator that does the work; None where a private method of the job does."""
    fresh: str
    """The record as it is now: `order`, or `order.reload` where a lock was taken after it was read."""
    failed: FailureMark | None
    """What --on-exhausted writes into the record when it has failed: `failed.column`, `failed.ruby`; else None."""
    lease: str
    """The method of a model that gives a connection."""
    record_in_payload: str
    """Where the record or its id stands in the arguments of a job: `.first`, `[1]`."""
    attempts: Attempts | None
    """How an ActiveJob class retries by itself: `attempts.head`, `attempts.number`; None where Sidekiq does."""
    handles_missing: bool
    """Whether the base of an ActiveJob class says what becomes of a job whose record is gone."""
    chosen: frozenset[str]
    """The patterns of the job, by identifier."""
    kind: Any
    """The settings of the kind."""
    can: Capabilities
    """What the release can do."""
    style: Style
    """How the repo writes Ruby."""
    reporter: Reporter
    """What is called with an error: `reporter.receiver`, `reporter.method`, `reporter.takes_error`."""
    report: Callable[..., str]
    """`report("error", ("jid", 'job["jid"]'))`: the statement that reports an error, with names and values."""
    own_name_of: Callable[[Key], str]
    """A text that names what the job is about and begins with its class: `"#{self.class.name}:#{order.id}"`."""
    number: Callable[[int], str]
    """An integer literal: `20_000`."""
    seconds: Callable[[int], str]
    """A length of time as an Integer: `1.hour.to_i`."""
    comment: Callable[[str], str]
    """A comment behind a line of code; empty for an empty text."""
    indent: Callable[[str, int], str]
    """A text moved to the right by so many levels."""


def job_facts(request: JobRequest, facts: JobFacts) -> dict[str, object]:
    """The facts of a request by name, with those of its patterns and their settings."""
    return by_name(facts) | of_patterns(request)


def facts_of(request: JobRequest) -> JobFacts:
    """The facts of a request."""
    context, repo = request.context, request.repo
    kind = KIND_BY_NAME[context.kind]
    subject = [text for text in (kind.subject(context),) if text]
    keywords = keywords_of(request)
    parameters = [argument.parameter for argument in context.arguments]
    by_patterns = (text for chosen in request.patterns for text in pattern_of(chosen).parameters(chosen.settings))
    added = dict.fromkeys((*kind.parameters(request.kind_settings), *by_patterns))
    names = [argument.name for argument in context.arguments]
    own = request.calls.method if request.calls else context.name.method
    work = "" if kind.own_work else own
    exhausted = request.get(OnExhausted)
    return JobFacts(
        job=context.name,
        own_class=context.name.class_name if request.style.compact else context.name.bare_class,
        model=context.model.name if context.model else "ActiveRecord::Base",
        key=context.model.key_word if context.model else "id",
        record=context.record.name if context.record else "",
        row=context.row,
        rows=context.rows if context.row else "",
        thing=context.row.replace("_", " "),
        things=context.rows.replace("_", " ") if context.row else "",
        lookups=context.records,
        finder=finder_of(request),
        parameters=in_parentheses(parameters),
        leading_parameters=leading(parameters),
        further_parameters=further(parameters),
        leading_unused=leading([f"_{name}" for name in parameters]),
        signature=in_parentheses([*parameters, *added]),
        work=work,
        work_signature=in_parentheses([*subject, *names, *(f"{keyword}:" for keyword in keywords)]),
        call_of_work="" if kind.own_work else call_of_work(request),
        calls=request.calls,
        fresh=fresh(request),
        failed=exhausted.mark if exhausted and context.record else None,
        lease="lease_connection" if context.release.capabilities.lease_connection else "connection",
        record_in_payload=_record_in_payload(context),
        attempts=request.attempts,
        handles_missing=repo.active_base is not None and repo.active_base.handles_missing and not request.attempts,
        chosen=frozenset(chosen.identifier for chosen in request.patterns),
        kind=request.kind_settings,
        can=context.release.capabilities,
        style=request.style,
        reporter=trackers.reporter(repo.tracker, repo.wrapper),
        report=lambda error, *details: trackers.report_in_job(repo.tracker, repo.wrapper, error, details),
        own_name_of=lambda key: own_name(key, context),
        number=layout.integer,
        seconds=layout.whole_seconds,
        comment=lambda text: f" # {text}" if text else "",
        indent=layout.indent,
    )


def finder_of(request: JobRequest) -> str:
    """The method that looks the record up; empty where nothing has to."""
    record = request.of_kind(Record)
    return record.finder if record and record.by_id else ""


def by_name(facts: JobFacts) -> dict[str, object]:
    """The facts as a mapping, one level deep."""
    return dict(vars(facts))


def of_patterns(request: JobRequest) -> dict[str, object]:
    """What templates see of the chosen patterns: their settings, and the facts that they add; and of the house."""
    given: dict[str, object] = {chosen.identifier: chosen.settings for chosen in request.patterns}
    given["house"] = SimpleNamespace(**dict(request.house))
    for chosen in request.patterns:
        given |= pattern_of(chosen).facts(chosen.settings, request)
    return given


def leading(parts: Sequence[str]) -> str:
    """The same in front of something else: ``since, limit, ``."""
    return "".join(f"{part}, " for part in parts)


def further(parts: Sequence[str]) -> str:
    """The same behind something else: ``, since, limit``."""
    return "".join(f", {part}" for part in parts)


def _record_in_payload(context: JobContext) -> str:
    index = context.arguments.index(context.record) if context.record else 0
    return ".first" if index == 0 else f"[{index}]"


def options_of(request: JobRequest, lines: list[str]) -> str:
    """The call of ``sidekiq_options``: on one line where it fits and needs no comments, else one pair a line.

    Empty where nothing is left to say. lines: the pairs of the patterns, each with its comment. An ActiveJob class has
    other lines in the same place.
    """
    if request.context.form == "active-job":
        return "\n".join([*class_lines(request), *lines])
    context, style = request.context, request.style
    queues = [f"queue: {layout.queue(request.queue, style)}"] if request.queue_written else []
    retries = [f"retry: {str(context.retry).lower()}"] if context.retry_written else []
    if context.retry_for:
        retries = [f"retry_for: {layout.whole_seconds(context.retry_for)}"]
    both = (*queues, *retries) if style.first_option == "queue" else (*retries, *queues)
    pairs = (*both, *option_pairs(context.options), *lines)
    options = [line.partition(" # ") for line in pairs]
    if not options:
        return ""
    line = f"sidekiq_options {', '.join(pair for pair, _, _ in options)}"
    if not any(comment for _, _, comment in options) and len(line) + 2 <= style.width:
        return line
    written = [
        f"{pair}{',' if index + 1 < len(options) else ''}{mark}{comment}"
        for index, (pair, mark, comment) in enumerate(options)
    ]
    return "sidekiq_options " + ("\n" + " " * len("sidekiq_options ")).join(written)
