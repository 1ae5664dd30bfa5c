"""How much a job takes on in one run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, Finding, JobRule, Rule
from sidekiq_gen.check.shapes import shape
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job

_QUERY = frozenset("all where not joins includes preload eager_load left_joins left_outer_joins order rewhere".split())
_LOADING = frozenset({"each", "map", "each_with_index", "flat_map", "each_slice", "filter_map"})
_BATCHES = frozenset({"find_each", "find_in_batches", "in_batches"})
_CHOSEN = frozenset({"identifier", "instance_variable", "simple_symbol", "string"})
_EQUALS = regex(r"(?<![<>!])=\s*[?:]|\bIN\s*\(?\?", re.IGNORECASE)
_ID_KEY = regex(r"ids?|\w+_ids?")


def _job(body: str) -> Example:
    return Example.job(f"class ExampleJob\n  include Sidekiq::Job\n\n  def perform\n    {body}\n  end\nend\n")


class LoadsAll(JobRule):
    """A whole table in memory."""

    code = "loads-all-records"
    title = "A job loads a whole relation"
    severity = "warning"
    why = "Every record is in memory at once: the process grows with the table, and a run takes as long as all of them."
    source = "rails v8.1.0 activerecord/lib/active_record/relation/batches.rb (find_each loads 1,000 at a time)"
    way_out = "Use find_each, or a job for each batch: `sidekiq-gen job NAME --kind fan-out`."
    forms = ("sidekiq", "active-job")
    bad = _job("Order.all.each { |order| order.touch }")
    good = _job("Order.find_each { |order| order.touch }")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each loop over all of a model, or over what a query of it gives."""
        for method in job.running.values():
            for call in nodes.calls_in(method, *_LOADING):
                base, calls = nodes.chain(call)
                names = [nodes.method_name(one) for one in calls[:-1]]
                if nodes.constant(base) and names and set(names) <= _QUERY and not _is_bounded(calls):
                    yield self.at(job.source, call, f"All of {nodes.text(base)} that this finds is loaded at once.")


def _is_bounded(calls: list[Node]) -> bool:
    """Whether a query asks for what belongs to somebody, by an id or a value that is given, or is in some state."""
    return any(_is_somebodys(one) for call in calls for one in nodes.arguments(call))


def _is_somebodys(condition: Node) -> bool:
    if condition.type == "string":
        return _EQUALS.search(nodes.text(condition)) is not None
    if condition.type != "pair":
        return False
    value = nodes.field(condition, "value")
    if value is None or _ID_KEY.fullmatch(nodes.name_of(nodes.field(condition, "key"))):  # None: `where(account:)`
        return True
    return value.type in _CHOSEN or (value.type == "call" and shape(value) == "unknown")


class LongLoop(JobRule):
    """Going over a table in ``perform``."""

    code = "loop-over-table-in-perform"
    needs = (b"find_", b"in_batches")
    title = "perform goes over a table in one run"
    severity = "note"
    why = "A restart in the meantime begins it again from the first record, and a large table may never be finished."
    source = "sidekiq v7.3.0 lib/sidekiq/job/iterable.rb (keeps a cursor between interruptions)"
    way_out = "include Sidekiq::IterableJob: `sidekiq-gen job NAME --kind backfill`."
    releases = ">=7.3.0"
    on = False  # whether a table is large, no file says
    bad = _job("Order.where(paid: true).find_each { |order| order.touch }")
    good = _job("Order.find(1).lines.each { |line| line.touch }")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each loop in batches that a run goes through; those of an iterable job are none."""
        if "perform" not in job.running:
            return
        for method in job.running.values():
            for call in nodes.calls_in(method, *_BATCHES):
                base, calls = nodes.chain(call)
                if nodes.constant(base) and not _is_bounded(calls[:-1]):
                    yield self.at(job.source, call, "A restart begins this again from the first record.")


RULES: tuple[Rule, ...] = (LoadsAll(), LongLoop())
