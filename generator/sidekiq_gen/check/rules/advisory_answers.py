"""What is made of the answer to an advisory lock."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, FileRule, Finding, JobRule, Rule
from sidekiq_gen.check.rules.advisory_locks import TAKE, TAKING, job_with, scope_of
from sidekiq_gen.check.sql import Statement, statements_with
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job
    from sidekiq_gen.check.source import Source

_TRYING = regex(r"\bpg_try_advisory_(?:xact_)?lock", re.IGNORECASE)
_ASKING = frozenset({"select_value", "query_value"})


class ComparedWithT(FileRule):
    """The answer of a lock, compared with ``"t"``."""

    code = "advisory-lock-compared-with-t"
    needs = (b"advisory_",)
    title = 'The answer of an advisory lock is compared with "t"'
    severity = "error"
    why = "From Rails 6.1 on select_value gives true or false: the comparison never holds."
    source = "rails v6.1.7 postgresql_adapter.rb:901, v8.1.0 :1140"
    way_out = "Use the answer as it is."
    words = ("advisory_",)
    bad = Example({"app/models/order.rb": f'def locked?(order_id)\n  {TAKE} == "t"\nend\n'})
    good = Example({"app/models/order.rb": f"def locked?(order_id)\n  {TAKE}\nend\n"})

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each comparison of an answer, or of a variable that holds it."""
        by_method: dict[int, list[Statement]] = {}
        for statement in statements_with(source, TAKING):
            by_method.setdefault(scope_of(statement.node), []).append(statement)
        for statements in by_method.values():
            for one in _comparisons(statements):
                yield self.at(source, one, 'select_value gives true or false, never "t".', *_edits(one))


def _edits(comparison: Node) -> list[Edit]:
    """Without the comparison, where it asks whether the lock has been had."""
    left, right = nodes.field(comparison, "left"), nodes.field(comparison, "right")
    if left is None or nodes.name_of(right) != "t" or nodes.text(nodes.field(comparison, "operator")) != "==":
        return []
    return [Edit(left.end_byte, comparison.end_byte, "")]


def _comparisons(statements: list[Statement]) -> Iterator[Node]:
    """The comparisons of the answers to the statements of one method."""
    asking = [statement.node for statement in statements if _asked(statement)]
    set_by = (next(nodes.within(node, types={"assignment"}), None) for node in asking)
    names = {nodes.text(nodes.field(one, "left")) for one in set_by if one is not None}
    starts = sorted(node.start_byte for node in asking)
    around = nodes.method_of(statements[0].node)
    for one in nodes.walk(around) if around is not None else ():
        if one.type != "binary" or nodes.text(nodes.field(one, "operator")) not in {"==", "!="}:
            continue
        sides = [nodes.field(one, "left"), nodes.field(one, "right")]
        other = next((side for side in sides if nodes.name_of(side) not in {"t", "f"}), None)
        if other is None or not any(nodes.name_of(side) in {"t", "f"} for side in sides):
            continue
        _, calls = nodes.chain(other)
        asks = any(nodes.method_name(call) in _ASKING for call in calls)
        has_lock = bisect_right(starts, one.start_byte) < bisect_right(starts, one.end_byte)
        if (asks and has_lock) or nodes.text(other) in names:
            yield one


def _asked(statement: Statement) -> bool:
    above = next(nodes.within(statement.node, types={"call"}), None)
    while above is not None and nodes.method_name(above) not in _ASKING:
        above = next(nodes.within(above, types={"call"}), None)
    return above is not None


class PolledFromCache(JobRule):
    """Asking again and again, and getting the first answer each time."""

    code = "advisory-lock-polled-from-cache"
    needs = (b"advisory_",)
    title = "An advisory lock is asked for again, and the query cache answers"
    severity = "error"
    why = "In a job Rails caches queries: the same SELECT is answered from the cache, and the lock never becomes free."
    source = "sidekiq v8.1.7 lib/sidekiq/rails.rb:18; rails v7.2.2 activerecord/lib/active_record/query_cache.rb:51-52"
    way_out = (
        "Ask inside of uncached: `sidekiq-gen job NAME --advisory-lock --on-locked retry` comes back later instead."
    )
    words = ("advisory_",)
    forms = ("sidekiq", "active-job")
    bad = Example.job(
        job_with(
            '    until Order.connection.select_value("SELECT pg_try_advisory_lock(1)")\n      wait\n    end\n    work'
        )
    )
    good = Example.job(
        job_with(
            '    until Order.uncached { Order.connection.select_value("SELECT pg_try_advisory_lock(1)") }\n'
            "      wait\n    end\n    work"
        )
    )

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each in a loop whose text does not change from turn to turn."""
        for statement in statements_with(job.source, _TRYING, within=job.node):
            node = statement.node
            loops = nodes.within(node, types={"while", "until", "while_modifier", "until_modifier"})
            is_loop = next(loops, None) is not None or nodes.inside_call(node, {"loop"}) is not None
            changes = any(one.type == "interpolation" for one in node.named_children)
            if is_loop and _asked(statement) and not changes and nodes.inside_call(node, {"uncached"}) is None:
                yield self.at(job.source, node, "The query cache answers from the second time on.")


RULES: tuple[Rule, ...] = (ComparedWithT(), PolledFromCache())
