"""A mark on a record that says that its work is done, and guards against doing it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, Finding, JobRule, Rule
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job

_WRITING = frozenset(
    "update! update update_column update_columns update_attribute update_attributes update_attributes! touch".split()
)
_LOCKS = frozenset({"with_lock", "lock!", "lock", "transaction", "with_advisory_lock", "synchronize"})
# What asks whether a column is set, in ``return if`` and in ``return unless``.
_SET = {"if_modifier": {"present?"}, "unless_modifier": {"nil?", "blank?"}}
_LOGGING = frozenset({"debug", "info", "warn", "error", "puts", "p"})


def _job(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return f"class ExampleJob\n  include Sidekiq::Job\n\n  def perform(id)\n{lines}  end\nend\n"


@dataclass(frozen=True)
class _Marked:
    """perform returns early if a column of a record is set, and sets it.

    before, after: the statements between the guard and the mark, and after it.
    """

    guard: Node
    mark: Node
    record: str
    column: str
    before: tuple[Node, ...]
    after: tuple[Node, ...]


def _marked(job: Job) -> _Marked | None:
    body = nodes.statements(nodes.field(job.perform, "body"))
    for at, guard in enumerate(body):
        record, column = _guarded(guard)
        if not column:
            continue
        for to, one in enumerate(body[at + 1 :], at + 1):
            if _writes(one, record, column):
                return _Marked(guard, one, record, column, tuple(body[at + 1 : to]), tuple(body[to + 1 :]))
    return None


def _guarded(statement: Node) -> tuple[str, str]:
    """The record and the column of ``return if order.paid_at?``; empty for anything else."""
    asked = nodes.field(statement, "condition")
    tests = _SET.get(statement.type)
    if tests is None or asked is None or not nodes.text(nodes.field(statement, "body")).startswith("return"):
        return "", ""
    _, calls = nodes.chain(asked)
    if calls and nodes.method_name(calls[-1]) in tests:
        calls = calls[:-1]
    elif statement.type == "unless_modifier":
        return "", ""
    record = nodes.receiver(calls[0]) if len(calls) == 1 and not nodes.arguments(calls[0]) else None
    if record is None or record.type not in {"identifier", "instance_variable"}:
        return "", ""
    return nodes.text(record), nodes.method_name(calls[0]).removesuffix("?")


def _writes(statement: Node, record: str, column: str) -> bool:
    if statement.type == "assignment":
        return False
    if statement.type != "call" or nodes.text(nodes.receiver(statement)) != record:
        return False
    if nodes.method_name(statement) not in _WRITING:
        return False
    given = nodes.positional(statement)
    return column in nodes.pairs(statement) or any(nodes.name_of(one) == column for one in given[:1])


def _does_something(statement: Node, record: str) -> bool:
    """Whether it calls something that is more than a line in the log or another change of the record."""
    calls = [statement] if statement.type == "call" else []
    calls += nodes.calls_in(statement)
    if not calls:
        return statement.type == "identifier"
    first = calls[0]
    on = nodes.text(nodes.receiver(first))
    if nodes.method_name(first) in _LOGGING and (not on or "logger" in on.lower()):
        return False
    return not (on == record and nodes.method_name(first) in _WRITING | {"reload", "save", "save!"})


class MarkBeforeWork(JobRule):
    """The mark is set first."""

    code = "mark-before-work"
    title = "A record is marked as done before the work"
    severity = "warning"
    why = "A run that fails or is killed in between is retried, meets the mark and returns: the work is never done."
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb:83 (a failed or killed run is run again from the start)"
    way_out = "Set the mark after the work, under a lock: `sidekiq-gen job NAME --check-then-act COLUMN --row-lock`."
    forms = ("sidekiq", "active-job")
    bad = Example.job(
        _job(
            "order = Order.find(id)\nreturn if order.paid_at?\n\n"
            "order.update!(paid_at: Time.current)\nGateway.charge(order)"
        )
    )
    good = Example.job(
        _job(
            "order = Order.find(id)\nreturn if order.paid_at?\n\n"
            "Gateway.charge(order)\norder.update!(paid_at: Time.current)"
        )
    )

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield a mark with work after it, and none between the guard and it."""
        found = _marked(job)
        if found is None or not any(_does_something(one, found.record) for one in found.after):
            return
        if any(_does_something(one, found.record) for one in found.before if one.type != "assignment"):
            return
        yield self.at(job.source, found.mark, f"{found.column} is set before the work that it says is done.")


class CheckThenAct(JobRule):
    """Looking at a mark, and setting it after the work, with nothing that keeps two runs apart."""

    code = "check-then-act-without-lock"
    title = "A record's mark is read and set without a lock"
    severity = "note"
    on = False  # sidekiq-gen writes it where only --check-then-act is asked for
    why = "Two runs at the same time both find the mark unset, and both do the work."
    source = "sidekiq v8.1.7 lib/sidekiq/manager.rb:104 (a job is run at least once)"
    way_out = "Read it again under a lock: `sidekiq-gen job NAME --check-then-act COLUMN --row-lock`."
    forms = ("sidekiq", "active-job")
    bad = MarkBeforeWork.good
    good = Example.job(
        _job(
            "order = Order.find(id)\norder.with_lock do\n  next if order.paid_at?\n\n"
            "  Gateway.charge(order)\n  order.update!(paid_at: Time.current)\nend"
        )
    )

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield a guard whose mark is set later, in a class that takes no lock of any kind."""
        found = _marked(job)
        if found is None or not any(_does_something(one, found.record) for one in found.before):
            return
        if "lock" in job.options or any(True for _ in job.calls(*_LOCKS)) or "lock" in nodes.text(job.perform):
            return
        yield self.at(job.source, found.guard, f"Two runs at the same time both find {found.column} unset.")


RULES: tuple[Rule, ...] = (MarkBeforeWork(), CheckThenAct())
