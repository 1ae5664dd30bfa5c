"""When and how often jobs are pushed: one by one, inside of a transaction, from callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, Finding, PushRule, Rule
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.pushes import Push
    from sidekiq_gen.check.source import Source

_BULK = frozenset({"perform_bulk"})
_LATER = {"wait", "wait_until"}
_NOW = _BULK | {"perform_async"}
_EACH = frozenset({"find_each"})
_CALLBACKS = frozenset(
    f"{when}_{what}" for when in ("before", "after", "around") for what in ("create", "save", "update", "destroy")
)
_AFTER_COMMIT = frozenset(
    "after_commit after_create_commit after_update_commit after_save_commit after_destroy_commit "
    "after_all_transactions_commit run_after_commit after_rollback run_after_commit_or_now".split()
)
_ID = regex(r"id\b|\bself\b|_ids\b|\*")
_LITERALS = frozenset({"string", "integer", "hash"})
_JOB = """\
class ExampleJob
  include Sidekiq::Job

  def perform(order_id)
  end
end
"""


def _pushed(body: str) -> Example:
    return Example({"app/jobs/example_job.rb": _JOB, "app/models/order.rb": f"class Order\n{body}end\n"})


class PushPerRecord(PushRule):
    """One push for each record."""

    code = "push-per-record"
    title = "A job is pushed for each record, one by one"
    severity = "note"
    why = "Each push is a round trip to Redis; perform_bulk sends a thousand at a time."
    source = "sidekiq v6.3.0 lib/sidekiq/worker.rb (perform_bulk)"
    way_out = "in_batches { |batch| Job.perform_bulk(batch.pluck(:id).zip) }: `sidekiq-gen job NAME --kind fan-out`."
    releases = ">=6.3.0"
    bad = _pushed("  def self.send_all\n    find_each { |order| ExampleJob.perform_async(order.id) }\n  end\n")
    good = _pushed(
        "  def self.send_all\n    in_batches { |batch| ExampleJob.perform_bulk(batch.pluck(:id).zip) }\n  end\n"
    )

    def looks_into(self, source: Source) -> bool:
        """Into no migration: those have run."""
        return super().looks_into(source) and "db/migrate/" not in source.path

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each that is a statement of a find_each's block, unless it waits in between."""
        block = next(nodes.within(push.node, types={"block", "do_block"}), None)
        call = block.parent if block is not None else None
        if push.method != "perform_async" or block is None or call is None or push.facts.options:
            return
        waits = any(True for _ in nodes.calls_in(block, "sleep"))
        if nodes.method_name(call) in _EACH and _is_statement(push.node, block) and not waits | _changes(block):
            yield self.at(
                push.source, push.node, "Each record is a round trip to Redis: perform_bulk takes a thousand."
            )


def _is_statement(push: Node, block: Node) -> bool:
    """Whether a block does it for all records, or for all but some; one side of an ``if`` with an else is neither."""
    statement = push.parent
    if statement is not None and statement.type in {"if_modifier", "unless_modifier"}:
        statement = statement.parent
    body = nodes.field(block, "body")
    return statement is not None and body is not None and statement.id in {body.id, block.id}


def _changes(block: Node) -> bool:
    """Whether a block first does something to the record: change and push then belong together."""
    parameters = nodes.field(block, "parameters")
    names = {nodes.text(one) for one in parameters.named_children} if parameters is not None else set()
    return any(
        one.type == "call" and nodes.text(nodes.receiver(one)) in names
        for one in nodes.statements(nodes.field(block, "body"))
    )


class PushInTransaction(PushRule):
    """A push before the commit."""

    code = "push-in-transaction"
    title = "A job is pushed inside a transaction"
    severity = "warning"
    why = (
        "It may run before the commit and not find the record, and it runs as well when the transaction is rolled back."
    )
    source = "sidekiq v8.1.7 lib/sidekiq/job.rb:395 (a plain client pushes at once)"
    way_out = (
        "Push after the block or in after_commit; or `Sidekiq.transactional_push!`: `sidekiq-gen install` offers it."
    )
    bad = _pushed("  def pay\n    transaction do\n      save!\n      ExampleJob.perform_async(id)\n    end\n  end\n")
    good = _pushed("  def pay\n    transaction do\n      save!\n    end\n    ExampleJob.perform_async(id)\n  end\n")

    def holds(self, context: Context) -> bool:
        """Where there are transactions."""
        return super().holds(context) and bool(context.databases)

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each in the block of a transaction of ActiveRecord."""
        if not _goes_at_once(push, context):
            return
        for above in nodes.within(push.node, types={"block", "do_block", "lambda"}):
            call = above.parent
            if above.type == "lambda" or call is None or call.type != "call":
                return
            if nodes.method_name(call) in _AFTER_COMMIT:
                return
            if _opens_transaction(call):
                yield self.at(
                    push.source, push.node, f"{push.method} does not wait for the commit of this transaction."
                )
                return


def _goes_at_once(push: Push, context: Context) -> bool:
    """Whether it neither waits for a while nor for a commit: in bulk none does, whatever is set up.

    Source: sidekiq v8.1.7 lib/sidekiq/transaction_aware_client.rb:38 (push_bulk goes to the plain client).
    """
    return push.method in (_BULK if context.waits else _NOW) and not _LATER & set(push.facts.options)


def _opens_transaction(call: Node) -> bool:
    on = nodes.receiver(call)
    if nodes.method_name(call) == "with_lock":
        return on is not None and not nodes.constant(on) and not nodes.positional(call)
    return nodes.method_name(call) == "transaction" and "redis" not in nodes.text(on).lower()


class PushInCallback(PushRule):
    """A push from a callback that runs before the commit."""

    code = "push-in-callback"
    title = "A callback pushes a job before the commit"
    severity = "warning"
    why = "after_create, after_save and their like run inside the transaction: the job may not find the record."
    source = "rails v8.1.0 activerecord/lib/active_record/transactions.rb; sidekiq v8.1.7 lib/sidekiq/job.rb:395"
    way_out = (
        "Use after_commit or after_create_commit; or `Sidekiq.transactional_push!`: `sidekiq-gen install` offers it."
    )
    bad = _pushed("  after_create :announce\n\n  def announce\n    ExampleJob.perform_async(id)\n  end\n")
    good = _pushed("  after_create_commit :announce\n\n  def announce\n    ExampleJob.perform_async(id)\n  end\n")

    def holds(self, context: Context) -> bool:
        """Where there are transactions."""
        return super().holds(context) and bool(context.databases)

    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield each in the block or the method of such a callback."""
        if not _goes_at_once(push, context) or nodes.inside_call(push.node, _AFTER_COMMIT) is not None:
            return
        method = nodes.text(nodes.field(nodes.method_of(push.node), "name"))
        if not method:
            callback = next(_callbacks_around(push.node), None)
        else:
            named = (
                call
                for call in push.source.calls(*_CALLBACKS)
                if any(nodes.name_of(one) == method for one in nodes.positional(call))
            )
            callback = next(named, None)
        if callback is not None and not _is_about_another(push, callback):
            name = nodes.method_name(callback)
            yield self.at(push.source, push.node, f"{name} runs before the commit, and this push does not wait for it.")


def _callbacks_around(node: Node) -> Iterator[Node]:
    """The callbacks in whose block or lambda a place is."""
    for call in nodes.within(node, types={"call"}):
        if nodes.method_name(call) in _CALLBACKS and nodes.receiver(call) is None:
            yield call


def _is_about_another(push: Push, callback: Node) -> bool:
    """Whether a push after a create names no id: the job does not look for the row that is new."""
    if nodes.method_name(callback) != "after_create" or not push.arguments:
        return False
    return not any(_ID.search(nodes.text(one)) or one.type in _LITERALS for one in push.arguments)


RULES: tuple[Rule, ...] = (PushPerRecord(), PushInTransaction(), PushInCallback())
