"""Advisory locks of PostgreSQL and MySQL that do not lock."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, FileRule, Finding, JobRule, Rule
from sidekiq_gen.check.sql import constant_of, constants_in, statements_with
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job
    from sidekiq_gen.check.source import Source

TAKING = regex(r"\bpg_(?:try_)?advisory_(?:xact_)?lock(?:_shared)?\s*\(", re.IGNORECASE)
_TRANSACTION_LOCK = regex(r"\bpg_(?:try_)?advisory_xact_lock", re.IGNORECASE)
_SESSION_LOCK = regex(r"\bpg_(?:try_)?advisory_lock|\bGET_LOCK\s*\(", re.IGNORECASE)
_UNLOCK = regex(r"pg_advisory_unlock|RELEASE_(?:ALL_)?LOCKS?\b", re.IGNORECASE)
_BEGINS = regex(r"\bBEGIN\b|\bDO\s+\$")
_BIG_ID = regex(r"(?:\#\{[^}]*\b\w*id\}|:\w*id\b)\s*")
TRANSACTIONS = frozenset({"transaction", "with_lock", "with_transaction", "in_transaction", "transaction_with_retry"})


def job_with(body: str) -> str:
    """A job that does this."""
    return f"""\
class ExampleJob
  include Sidekiq::Job

  def perform(order_id)
{body}
  end
end
"""


TAKE = 'ActiveRecord::Base.connection.select_value("SELECT pg_try_advisory_xact_lock(#{order_id})")'


class TransactionLockOutside(JobRule):
    """A lock that ends with its transaction, taken without one."""

    code = "xact-lock-outside-transaction"
    needs = (b"advisory_xact",)
    title = "An advisory lock of a transaction is taken outside of any"
    severity = "error"
    why = (
        "The SELECT is a transaction of its own: the lock is free again before the next statement, and excludes nobody."
    )
    source = "run on PostgreSQL 15: true returned, no lock held"
    way_out = "Take it inside a transaction: `sidekiq-gen job NAME --advisory-lock` writes that."
    words = ("advisory_xact",)
    forms = ("sidekiq", "active-job")
    bad = Example.job(job_with(f"    return unless {TAKE}\n    work"))
    good = Example.job(job_with(f"    Order.transaction do\n      work if {TAKE}\n    end"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each statement that a run comes to with no transaction around it."""
        used: dict[str, list[Node]] = {}
        for statement in statements_with(job.source, _TRANSACTION_LOCK, within=job.node):
            if _BEGINS.search(statement.text):
                continue
            constant = constant_of(statement.node)
            if constant and not used:
                used = constants_in(job.node)
            places = used.get(constant, [statement.node])
            if any(job.runs_outside(place, TRANSACTIONS) for place in places):
                yield self.at(job.source, statement.node, "No transaction is open here, so this lock is freed at once.")


class SmallKeys(FileRule):
    """The form with two keys, given an id."""

    code = "advisory-lock-int4-keys"
    needs = (b"advisory_",)
    title = "An id is one of the two keys of an advisory lock"
    severity = "error"
    why = 'The two keys are int4: an id above 2,147,483,647, or a uuid, fails with "function does not exist".'
    source = "run on PostgreSQL 15: function pg_try_advisory_xact_lock(integer, bigint) does not exist"
    way_out = "Use one bigint: hashtextextended('name:id', 0); `sidekiq-gen job NAME --advisory-lock` writes that."
    words = ("advisory_",)
    bad = Example({"app/models/order.rb": 'def lock\n  execute("SELECT pg_advisory_xact_lock(7, #{order.id})")\nend\n'})
    good = Example({"app/models/order.rb": 'def lock\n  execute("SELECT pg_advisory_xact_lock(#{order.id})")\nend\n'})

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each statement with an id as it is for one of two keys."""
        for statement in statements_with(source, TAKING):
            keys = statement.arguments_after(TAKING)
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
    source = "Ruby seeds String#hash at the start of a process"
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
        locks = [statement.node for statement in statements_with(source, TAKING)]
        locks += [call for call in source.found.get("call", ()) if "advisory_lock" in nodes.method_name(call)]
        names = {(scope_of(lock), nodes.text(word)) for lock in locks for word in nodes.bare_calls(lock)}
        words = {name for _, name in names}
        spans = _Spans(locks)
        for call in source.calls("hash"):
            if nodes.receiver(call) is None or nodes.arguments(call):
                continue
            variable = next((nodes.field(one, "left") for one in nodes.within(call, types={"assignment"})), None)
            method = nodes.method_of(call)
            if (
                call.start_byte in spans
                or (scope_of(call), nodes.text(variable)) in names
                or (variable is None and method is not None and nodes.text(nodes.field(method, "name")) in words)
            ):
                yield self.at(source, call, "hash differs from process to process: the others take another lock.")


class _Spans:
    """From where to where some nodes go, for asking whether a place is in one of them."""

    def __init__(self, found: Iterable[Node]) -> None:
        ordered = sorted((one.start_byte, one.end_byte) for one in found)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def __contains__(self, place: int) -> bool:
        before = bisect_right(self._starts, place)
        return before > 0 and place < self._ends[before - 1]


def scope_of(node: Node) -> int:
    """Where the method around a place begins; -1 outside of any."""
    method = nodes.method_of(node)
    return method.start_byte if method is not None else -1


class SessionLockKept(FileRule):
    """A lock of the session that an error leaves behind."""

    code = "session-lock-without-ensure"
    needs = (b"advisory_", b"GET_LOCK")
    title = "A session's advisory lock is not released in an ensure"
    severity = "warning"
    why = "It outlives the transaction: after an error the pooled connection keeps it, and nobody gets it any more."
    source = "run on PostgreSQL 15: a lock of the session survives COMMIT, and is unlocked on the same connection"
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


RULES: tuple[Rule, ...] = (
    TransactionLockOutside(),
    SmallKeys(),
    HashAsKey(),
    SessionLockKept(),
)
