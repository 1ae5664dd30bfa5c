"""What Sidekiq hands out of jobs: those that run, and what their payloads say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, FileRule, Finding, Rule
from sidekiq_gen.check.settings import is_guarded, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

_TIMES = frozenset({"enqueued_at", "failed_at", "retried_at"})
_OFTEN_OTHERS = frozenset({"created_at"})  # a key that anything may have
_PAYLOADS = frozenset({"job", "msg", "message", "payload", "item", "job_hash", "work", "record"})
_WORK_SETS = frozenset({"Sidekiq::Workers", "Sidekiq::WorkSet"})
_YIELDED = ("process", "thread", "work")
_LISTS = frozenset({"to_a", "entries", "lazy"})
_PLAIN = frozenset({"queue"})  # of run_at the answer is a Time, and a payload was a hash once


def _library(text: str, **more: Any) -> Example:
    return Example({"lib/queues.rb": text}, **more)


class WorkPayload(FileRule):
    """The payload of a running job, read as a hash."""

    code = "work-payload"
    title = "The payload of a running job is text"
    severity = "error"
    releases = ">=7.2.1"
    places = "all"
    why = 'Since 7.2.1 WorkSet leaves the payload as JSON: ["class"] on that text answers "class" or nil, no error.'
    source = "sidekiq v7.2.1 lib/sidekiq/api.rb:1118-1166, v6.5.12 lib/sidekiq/api.rb:1126"
    way_out = 'Ask the job: work.job.klass, work.job.args, work.job["..."].'
    bad = _library('Sidekiq::WorkSet.new.any? { |_, _, work| work["payload"]["class"] == "ChargeJob" }\n')
    good = _library('Sidekiq::WorkSet.new.any? { |_, _, work| work.job.klass == "ChargeJob" }\n')

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each look into it inside a block over the work set."""
        for name, node in _in_work_sets(source):
            inner = nodes.field(node, "object")
            if _key(node) != "payload" and inner is not None and _is_payload(inner, name):
                yield self.at(source, node, f"{nodes.text(inner)} is JSON since Sidekiq 7.2.1: {name}.job[...].")


class WorkAsHash(FileRule):
    """A running job, read as a hash."""

    code = "work-as-hash"
    title = "A running job is read as a hash"
    severity = "error"
    releases = ">=8.0.0"
    places = "all"
    why = "Since 8.0 what WorkSet yields is a Sidekiq::Work without []: NoMethodError."
    source = "sidekiq v8.0.0 lib/sidekiq/api.rb:1238, v7.3.10 lib/sidekiq/api.rb:1216 (deprecated there)"
    way_out = "Ask it: work.queue, work.run_at, work.payload, work.job."
    bad = _library('Sidekiq::WorkSet.new.each { |_, _, work| puts work["queue"] }\n', sidekiq="8.0.10")
    good = _library("Sidekiq::WorkSet.new.each { |_, _, work| puts work.queue }\n", sidekiq="8.0.10")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each look into it inside a block over the work set."""
        for name, node in _in_work_sets(source):
            on = nodes.field(node, "object")
            if nodes.text(on) == name:
                key = _key(node)
                edits = (Edit(on.end_byte, node.end_byte, f".{key}"),) if on is not None and key in _PLAIN else ()
                yield self.at(source, node, f'{name}["{key}"] raises NoMethodError since Sidekiq 8.0.', *edits)


class PayloadTimes(FileRule):
    """A time of a payload, taken for seconds."""

    code = "payload-milliseconds"
    title = "A time of a payload is taken for seconds"
    severity = "error"
    releases = ">=8.0.0"
    places = "all"
    why = "Since 8.0 they are whole milliseconds; of older jobs that still wait they are seconds with a fraction."
    source = "sidekiq v8.0.0 lib/sidekiq/job_util.rb:66, job_retry.rb:142-166, Changes.md 8.0.0"
    way_out = "Ask the record (job.enqueued_at), or value.is_a?(Float) ? Time.at(value) : Time.at(value / 1000.0)."
    bad = _library(
        "class Lag\n  include Sidekiq::ServerMiddleware\n  def call(worker, job, queue)\n"
        '    Stats.lag(Time.now.to_f - job["enqueued_at"])\n    yield\n  end\nend\n',
        sidekiq="8.0.10",
    )
    good = _library(
        "class Lag\n  include Sidekiq::ServerMiddleware\n  def call(worker, job, queue)\n"
        '    Stats.lag(Time.now.to_f - job["enqueued_at"] / 1000.0)\n    yield\n  end\nend\n',
        sidekiq="8.0.10",
    )

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each that is made a Time of, or reckoned with, without a division."""
        if b"idekiq" not in source.data:
            return
        for node in references(source, *_TIMES, *_OFTEN_OTHERS):
            key = _key(node)
            on = nodes.text(nodes.field(node, "object"))
            known = key in _TIMES or (key in _OFTEN_OTHERS and (on in _PAYLOADS or on.endswith(".item")))
            if known and _as_seconds(node) and not is_guarded(node):
                yield self.at(source, node, f'"{key}" is in milliseconds since Sidekiq 8.0.')


def _in_work_sets(source: Source) -> Iterator[tuple[str, Node]]:
    """Yield every ``object[...]`` in a block over the work set, with what stands for the job at work in it.

    That is the third parameter of the block, or of a single one, as of a list, its third element: ``entry[2]``.
    """
    if not any(name.encode() in source.data for name in _WORK_SETS):
        return
    for made in source.calls("new"):
        if nodes.constant(nodes.receiver(made)).removeprefix("::") not in _WORK_SETS:
            continue
        above = made.parent
        while above is not None and above.type == "call" and nodes.method_name(above) in _LISTS:
            above = above.parent
        block = nodes.block(above) if above is not None and above.type == "call" else None
        parameters = nodes.field(block, "parameters")
        names = [nodes.text(one) for one in parameters.named_children] if parameters is not None else []
        work = names[-1] if len(names) == len(_YIELDED) else f"{names[0]}[2]" if len(names) == 1 else ""
        if block is not None and work:
            yield from ((work, node) for node in nodes.walk(block) if node.type == "element_reference")


def _is_payload(node: Node, work: str) -> bool:
    """Whether a node is ``work["payload"]`` or ``work.payload``."""
    if node.type == "element_reference":
        return nodes.text(nodes.field(node, "object")) == work and _key(node) == "payload"
    return nodes.text(node) == f"{work}.payload"


def _key(reference: Node) -> str:
    """What stands in the brackets, where that is a literal."""
    given = reference.named_children[1:]
    return nodes.name_of(given[0]) if len(given) == 1 else ""


def _as_seconds(node: Node) -> bool:
    """Whether a time is made a Time of, or added and subtracted, without a division by a thousand."""
    above = node.parent
    if above is not None and above.type == "call" and nodes.method_name(above) in {"to_f", "to_i"}:
        node, above = above, above.parent
    if above is None:
        return False
    if above.type == "argument_list":
        call = above.parent
        return call is not None and nodes.text(nodes.field(call, "method")) == "at" and _is_clock(call)
    return above.type == "binary" and nodes.text(nodes.field(above, "operator")) in {"-", "+"}


def _is_clock(call: Node) -> bool:
    return nodes.text(nodes.receiver(call)) in {"Time", "Time.zone", "::Time"}


RULES: tuple[Rule, ...] = (WorkPayload(), WorkAsHash(), PayloadTimes())
