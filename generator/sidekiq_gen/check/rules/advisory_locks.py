"""Advisory locks of PostgreSQL and MySQL that do not lock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, FileRule, Finding, JobRule, Rule
from sidekiq_gen.check.sql import Statement, constant_uses, statements_with
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job
    from sidekiq_gen.check.source import Source

_TAKING = regex(r"\bpg_(?:try_)?advisory_(?:xact_)?lock(?:_shared)?\s*\(", re.IGNORECASE)
_TRANSACTION_LOCK = regex(r"\bpg_(?:try_)?advisory_xact_lock", re.IGNORECASE)
_SESSION_LOCK = regex(r"\bpg_(?:try_)?advisory_lock|\bGET_LOCK\s*\(", re.IGNORECASE)
_UNLOCK = regex(r"pg_advisory_unlock|RELEASE_(?:ALL_)?LOCKS?\b", re.IGNORECASE)
_TRYING = regex(r"\bpg_try_advisory_(?:xact_)?lock", re.IGNORECASE)
_BEGINS = regex(r"\bBEGIN\b|\bDO\s+\$")
_BIG_ID = regex(r"(?:\#\{[^}]*\b\w*id\}|:\w*id\b)\s*")
TRANSACTIONS = frozenset({"transaction", "with_lock", "with_transaction", "in_transaction", "transaction_with_retry"})


def _job(body: str) -> str:
    return f"""\
class ExampleJob
  include Sidekiq::Job

  def perform(order_id)
{body}
  end
end
"""


_TAKE = 'ActiveRecord::Base.connection.select_value("SELECT pg_try_advisory_xact_lock(#{order_id})")'


class TransactionLockOutside(JobRule):
    """A lock that ends with its transaction, taken without one."""

    code = "xact-lock-outside-transaction"
    needs = (b"advisory_xact",)
    title = "An advisory lock of a transaction is taken outside of any"
    severity = "error"
    why = (
        "The SELECT is a transaction of its own: the lock is free again before the next statement, and excludes nobody."
    )
    source = "facts 14 (run on PostgreSQL: true returned, no lock held)"
    way_out = "Take it inside a transaction: `sidekiq-gen job NAME --advisory-lock` writes that."
    words = ("advisory_xact",)
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job(f"    return unless {_TAKE}\n    work"))
    good = Example.job(_job(f"    Order.transaction do\n      work if {_TAKE}\n    end"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each statement that a run comes to with no transaction around it."""
        for statement in statements_with(job.source, _TRANSACTION_LOCK, within=job.node):
            if _BEGINS.search(statement.text):
                continue
            places = constant_uses(job.node, statement.node) or [statement.node]
            if any(job.runs_outside(place, TRANSACTIONS) for place in places):
                yield self.at(job.source, statement.node, "No transaction is open here, so this lock is freed at once.")


class SmallKeys(FileRule):
    """The form with two keys, given an id."""

    code = "advisory-lock-int4-keys"
    needs = (b"advisory_",)
    title = "An id is one of the two keys of an advisory lock"
    severity = "error"
    why = 'The two keys are int4: an id above 2,147,483,647, or a uuid, fails with "function does not exist".'
    source = "facts 14 (run on PostgreSQL)"
    way_out = "Use one bigint: hashtextextended('name:id', 0); `sidekiq-gen job NAME --advisory-lock` writes that."
    words = ("advisory_",)
    bad = Example({"app/models/order.rb": 'def lock\n  execute("SELECT pg_advisory_xact_lock(7, #{order.id})")\nend\n'})
    good = Example({"app/models/order.rb": 'def lock\n  execute("SELECT pg_advisory_xact_lock(#{order.id})")\nend\n'})

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each statement with an id as it is for one of two keys."""
        for statement in statements_with(source, _TAKING):
            keys = statement.arguments_after(_TAKING)
            id_key = next((key for key in keys if _BIG_ID.fullmatch(key)), None)
            if len(keys) == 2 and id_key:  # noqa: PLR2004 # the form with two keys
                yield self.at(source, statement.node, f"{id_key.strip()} has to fit into an int4 here.")


class HashAsKey(FileRule):
    """``String#hash`` as the key of a lock."""

    code = "advisory-lock-hash-key"
    needs = (b"advisory_",)
    title = "Object#hash is the key of a lock"
    severity = "error"
    why = "It is seeded anew in each process: every process takes another key, and the lock excludes nobody."
    source = "facts 14; Ruby seeds String#hash at the start of a process"
    way_out = "Use hashtextextended(text, 0) in PostgreSQL, or Zlib.crc32(text)."
    words = ("advisory_",)
    bad = Example(
        {
            "app/models/order.rb": 'def lock\n  key = "order-#{id}".hash\n'
            '  execute("SELECT pg_advisory_xact_lock(#{key})")\nend\n'
        }
    )
    good = Example(
        {
            "app/models/order.rb": 'def lock\n  key = Zlib.crc32("order-#{id}")\n'
            '  execute("SELECT pg_advisory_xact_lock(#{key})")\nend\n'
        }
    )

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each ``hash`` that goes into a lock directly, by a variable or by a method of the file."""
        locks = [statement.node for statement in statements_with(source, _TAKING)]
        locks += [call for call in source.found.get("call", ()) if "advisory_lock" in nodes.method_name(call)]
        names = {(_scope(lock), nodes.text(word)) for lock in locks for word in nodes.bare_calls(lock)}
        words = {name for _, name in names}
        for call in source.calls("hash"):
            if nodes.receiver(call) is None or nodes.arguments(call):
                continue
            variable = next((nodes.field(one, "left") for one in nodes.within(call, types={"assignment"})), None)
            method = nodes.method_of(call)
            if (
                any(lock.start_byte <= call.start_byte < lock.end_byte for lock in locks)
                or (_scope(call), nodes.text(variable)) in names
                or (variable is None and method is not None and nodes.text(nodes.field(method, "name")) in words)
            ):
                yield self.at(source, call, "hash differs from process to process: the others take another lock.")


def _scope(node: Node) -> int:
    method = nodes.method_of(node)
    return method.start_byte if method is not None else -1


class ComparedWithT(FileRule):
    """The answer of a lock, compared with ``"t"``."""

    code = "advisory-lock-compared-with-t"
    needs = (b"advisory_",)
    title = 'The answer of an advisory lock is compared with "t"'
    severity = "error"
    why = "From Rails 6.1 on select_value gives true or false: the comparison never holds."
    source = "rails v6.1.7 postgresql_adapter.rb:901, v8.1.0 :1140; facts 14"
    way_out = "Use the answer as it is."
    words = ("advisory_",)
    bad = Example({"app/models/order.rb": f'def locked?(order_id)\n  {_TAKE} == "t"\nend\n'})
    good = Example({"app/models/order.rb": f"def locked?(order_id)\n  {_TAKE}\nend\n"})

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each comparison of an answer, or of a variable that holds it."""
        for statement in statements_with(source, _TAKING):
            for one in _comparisons(statement):
                yield self.at(source, one, 'select_value gives true or false, never "t".', *_edits(one))


def _edits(comparison: Node) -> list[Edit]:
    """Without the comparison, where it asks whether the lock has been had."""
    left, right = nodes.field(comparison, "left"), nodes.field(comparison, "right")
    if left is None or nodes.name_of(right) != "t" or nodes.text(nodes.field(comparison, "operator")) != "==":
        return []
    return [Edit(left.end_byte, comparison.end_byte, "")]


def _comparisons(statement: Statement) -> Iterator[Node]:
    variable = next((nodes.field(one, "left") for one in nodes.within(statement.node, types={"assignment"})), None)
    names = {nodes.text(variable)} if variable is not None else set()
    around = nodes.method_of(statement.node)
    for one in nodes.walk(around) if around is not None else ():
        if one.type != "binary" or nodes.text(nodes.field(one, "operator")) not in {"==", "!="}:
            continue
        sides = [nodes.field(one, "left"), nodes.field(one, "right")]
        if not any(nodes.name_of(side) in {"t", "f"} for side in sides):
            continue
        other = next((side for side in sides if nodes.name_of(side) not in {"t", "f"}), None)
        _, calls = nodes.chain(other)
        asks = any(nodes.method_name(call) in {"select_value", "query_value"} for call in calls)
        if (asks and one.start_byte <= statement.node.start_byte < one.end_byte) or (
            nodes.text(other) in names and _asked(statement)
        ):
            yield one


def _asked(statement: Statement) -> bool:
    above = next(nodes.within(statement.node, types={"call"}), None)
    while above is not None and nodes.method_name(above) not in {"select_value", "query_value"}:
        above = next(nodes.within(above, types={"call"}), None)
    return above is not None


class SessionLockKept(FileRule):
    """A lock of the session that an error leaves behind."""

    code = "session-lock-without-ensure"
    needs = (b"advisory_", b"GET_LOCK")
    title = "A session's advisory lock is not released in an ensure"
    severity = "warning"
    why = "It outlives the transaction: after an error the pooled connection keeps it, and nobody gets it any more."
    source = "facts 14 (a session-level lock survives COMMIT and must be unlocked on the same connection)"
    way_out = "Unlock in an ensure, or take the form of a transaction: `sidekiq-gen job NAME --advisory-lock`."
    words = ("advisory_", "GET_LOCK")
    bad = Example(
        {
            "app/models/order.rb": 'def lock\n  execute("SELECT pg_advisory_lock(1)")\n  work\n'
            '  execute("SELECT pg_advisory_unlock(1)")\nend\n'
        }
    )
    good = Example(
        {
            "app/models/order.rb": 'def lock\n  execute("SELECT pg_advisory_lock(1)")\n  work\n'
            'ensure\n  execute("SELECT pg_advisory_unlock(1)")\nend\n'
        }
    )

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each lock in a file of which no ensure unlocks, nor calls a method that does."""
        taken = [one for one in statements_with(source, _SESSION_LOCK) if not _UNLOCK.search(one.text)]
        if not taken or source.path.startswith("db/"):
            return
        unlocking = {
            nodes.text(nodes.field(method, "name"))
            for method in source.of_type("method", "singleton_method")
            if _UNLOCK.search(nodes.text(method))
        }
        for ensure in (one for one in _all(source.root) if one.type == "ensure"):
            if _UNLOCK.search(nodes.text(ensure)) or any(
                nodes.text(one) in unlocking or nodes.method_name(one) in unlocking
                for one in (*nodes.bare_calls(ensure), *nodes.calls_in(ensure))
            ):
                return
        for one in taken:
            yield self.at(source, one.node, "An error after this leaves the lock with the connection.")


def _all(root: Node) -> Iterator[Node]:
    return nodes.walk(root, into=nodes.CLASSES | nodes.METHODS)


class PolledFromCache(JobRule):
    """Asking again and again, and getting the first answer each time."""

    code = "advisory-lock-polled-from-cache"
    needs = (b"advisory_",)
    title = "An advisory lock is asked for again, and the query cache answers"
    severity = "error"
    why = "In a job Rails caches queries: the same SELECT is answered from the cache, and the lock never becomes free."
    source = "facts 14 (Sidekiq's reloader turns the query cache on; select_value is answered from it)"
    way_out = (
        "Ask inside of uncached: `sidekiq-gen job NAME --advisory-lock --on-locked retry` comes back later instead."
    )
    words = ("advisory_",)
    forms = ("sidekiq", "active-job")
    bad = Example.job(
        _job('    until Order.connection.select_value("SELECT pg_try_advisory_lock(1)")\n      wait\n    end\n    work')
    )
    good = Example.job(
        _job(
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


RULES: tuple[Rule, ...] = (
    TransactionLockOutside(),
    SmallKeys(),
    HashAsKey(),
    ComparedWithT(),
    SessionLockKept(),
    PolledFromCache(),
)
