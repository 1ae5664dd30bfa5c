"""Errors that Sidekiq never sees."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, Finding, JobRule, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job

_RAISING = ("raise", "fail", "abort", "throw")
_LEVELS = frozenset({"debug", "info", "warn", "error", "fatal", "unknown", "puts", "p", "pp", "print"})
_NOTHING = frozenset({"nil", "false", "true", "return", "comment"})


def _job(body: str, options: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return f"class ExampleJob\n  include Sidekiq::Job\n{options}\n  def perform(id)\n{lines}  end\nend\n"


def _rescues(job: Job) -> Iterator[tuple[Node, list[str]]]:
    """The rescues of the methods that a run goes through, each with the errors it names."""
    for method in job.running.values():
        for one in nodes.walk(method):
            if one.type == "rescue":
                errors = nodes.field(one, "exceptions")
                yield one, [nodes.text(error).removeprefix("::") for error in errors.named_children] if errors else []


def _body(rescue: Node) -> list[Node]:
    return nodes.statements(nodes.field(rescue, "body"))


def _raises(node: Node) -> bool:
    return any(True for _ in nodes.calls_in(node, *_RAISING)) or any(True for _ in nodes.bare_calls(node, *_RAISING))


def _is_log(statement: Node) -> bool:
    if statement.type != "call" or nodes.method_name(statement) not in _LEVELS:
        return False
    on = nodes.text(nodes.receiver(statement)).lower()
    return not on or "log" in on


class RescueException(JobRule):
    """``rescue Exception`` that does not raise again."""

    code = "rescue-exception"
    needs = (b"Exception", b"Interrupt")
    title = "rescue Exception in a job"
    severity = "error"
    why = (
        "It also catches Sidekiq::Shutdown, which ends a run that lasts too long at a restart: "
        "the job counts as done, and is lost."
    )
    source = "sidekiq v8.1.7 lib/sidekiq.rb:157 (do not rescue this error in your jobs), lib/sidekiq/processor.rb"
    way_out = "Rescue the errors that you expect, or StandardError, and raise again what you cannot deal with."
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job("work\nrescue Exception => e\n  Rails.logger.error(e.message)"))
    good = Example.job(_job("work\nrescue Exception => e\n  Rails.logger.error(e.message)\n  raise"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for rescue, errors in _rescues(job):
            if {"Exception", "Interrupt"} & set(errors) and not _raises(rescue):
                yield self.at(
                    job.source, rescue, "This catches Sidekiq::Shutdown as well: the job is lost at a restart."
                )


class SwallowedError(JobRule):
    """A rescue around the whole of perform with no more than a line in the log."""

    code = "swallowed-error"
    needs = (b"rescue",)
    title = "perform swallows its errors"
    severity = "warning"
    why = "The job ends as done: no retry, no dead set, nothing for the error tracker."
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb (only what perform raises is retried)"
    way_out = "Let it raise. For an error that no retry mends: `sidekiq-gen job NAME --discard-on ERROR`."
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job("work\nrescue => e\n  Rails.logger.error(e.message)"))
    good = Example.job(_job("work\nrescue Net::ReadTimeout => e\n  Rails.logger.error(e.message)"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each that stands around the end of perform, with only what logs or does nothing in it."""
        perform = job.perform
        last = nodes.statements(nodes.field(perform, "body"))[-1:]
        commented = [nodes.line(comment) for comment in job.source.of_type("comment")]
        for rescue, errors in _rescues(job):
            if perform is None or not set(errors) <= {"StandardError"} or not _is_last(rescue, perform, last):
                continue
            if _is_explained(rescue, commented):
                continue
            if all(one.type in _NOTHING or _is_log(one) or _is_bare_return(one) for one in _body(rescue)):
                yield self.at(job.source, rescue, "The error ends here: Sidekiq takes the job for done.")


def _is_explained(rescue: Node, commented: list[int]) -> bool:
    """Whether a comment stands in it: then somebody has decided so; commented: the lines with comments, in order."""
    last = rescue.end_point[0] + 1
    return bisect_left(commented, nodes.line(rescue)) < bisect_right(commented, last)


def _is_bare_return(statement: Node) -> bool:
    return statement.type == "return" and nodes.text(statement) in {"return", "return nil", "return false"}


def _is_last(rescue: Node, perform: Node, last: list[Node]) -> bool:
    """Whether perform ends after a rescue: it is that of perform, or of a ``begin`` which is its last statement."""
    around = rescue.parent
    body = nodes.field(perform, "body")
    if around is None or body is None:
        return False
    if around.id == body.id or (around.parent is not None and around.parent.id == perform.id):
        return True
    return around.type == "begin" and bool(last) and last[0].id == around.id


class RescueModifier(JobRule):
    """``work rescue nil``."""

    code = "rescue-modifier"
    needs = (b"rescue",)
    title = "A job ignores errors with a rescue modifier"
    severity = "warning"
    why = "It hides every StandardError, a misspelt method among them: the job goes on, and is taken for done."
    source = "Ruby (a rescue modifier catches StandardError); sidekiq v8.1.7 lib/sidekiq/job_retry.rb"
    way_out = "Rescue the error that you expect, by its name."
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job("Gateway.charge(id) rescue nil"))
    good = Example.job(_job("Gateway.charge(id)\nrescue Gateway::AlreadyCharged\n  nil"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each of them in a method that a run goes through."""
        for method in job.running.values():
            for one in nodes.walk(method):
                if one.type == "rescue_modifier" and not _raises(one):
                    yield self.at(job.source, one, "This hides every error, also those that nobody thought of.")


class ExhaustedBlockRaises(JobRule):
    """``raise`` in ``sidekiq_retries_exhausted``."""

    code = "exhausted-block-raises"
    needs = (b"sidekiq_retries_exhausted",)
    title = "A sidekiq_retries_exhausted block raises"
    severity = "note"
    why = "The error is reported and dropped: the job is dead all the same, nothing is retried."
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb (retries_exhausted: rescue => e, handle_exception)"
    way_out = "Report what you have to: `sidekiq-gen job NAME --on-exhausted`."
    bad = Example.job(_job("work", "  sidekiq_retries_exhausted do |job, error|\n    raise error\n  end\n"))
    good = Example.job(_job("work", "  sidekiq_retries_exhausted do |job, error|\n    Order.fail(job)\n  end\n"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each raise that no rescue in the block has asked for."""
        for macro in job.macros("sidekiq_retries_exhausted"):
            for call in (*nodes.calls_in(macro, "raise"), *nodes.bare_calls(macro, "raise")):
                if not any(True for _ in nodes.within(call, types={"rescue", "begin"})):
                    yield self.at(job.source, call, "Nobody catches this but Sidekiq, which reports it and goes on.")


class RetriesForEver(JobRule):
    """``retry`` in a rescue, whatever the error is and however often it has come."""

    code = "rescue-retries-for-ever"
    needs = (b"retry",)
    title = "A rescue starts over without an end"
    severity = "error"
    why = "An error that stays keeps the thread busy for ever: Sidekiq never sees it, and nobody hears of it."
    source = "Ruby (retry runs the begin block again); sidekiq v8.1.7 lib/sidekiq/job_retry.rb"
    way_out = "Let it raise, and let Sidekiq retry: `sidekiq-gen job NAME --retry-after ERROR` for when to."
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job("work\nrescue => e\n  Rails.logger.error(e.message)\n  retry"))
    good = Example.job(_job("work\nrescue => e\n  retry if (tries += 1) < 3\n  raise"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each that rescues any error and has no condition and no raise beside its retry."""
        for rescue, errors in _rescues(job):
            if not set(errors) <= {"StandardError", "Exception"} or _raises(rescue) or _leaves(rescue):
                continue
            for statement in _body(rescue):
                if statement.type == "retry":
                    yield self.at(job.source, statement, "An error that stays is tried again without an end.")


def _leaves(rescue: Node) -> bool:
    return any(one.type in {"return", "break", "next"} for one in nodes.walk(rescue))


RULES: tuple[Rule, ...] = (
    RescueException(),
    SwallowedError(),
    RescueModifier(),
    ExhaustedBlockRaises(),
    RetriesForEver(),
)
