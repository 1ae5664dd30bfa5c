"""How the class of a job is made: what Sidekiq calls on it, and can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.jobs import signature
from sidekiq_gen.check.rule import Context, Example, Finding, JobRule, RepoRule, Rule
from sidekiq_gen.check.source import is_test
from sidekiq_gen.sidekiq.ranges import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.facts import ClassFacts
    from sidekiq_gen.check.index import Index
    from sidekiq_gen.check.jobs import Job
    from sidekiq_gen.rails.app import RailsApp

_CALLED = "sidekiq v8.1.7 lib/sidekiq/processor.rb:228 (instance.perform(*cloned_args))"
# From here on Sidekiq has a queue_as of its own. Source: sidekiq v6.3.0 lib/sidekiq/worker.rb:232
_QUEUE_AS = ">=6.3.0"
# What may define a method without anybody seeing which.
_DEFINING = frozenset({"alias", "alias_method", "define_method", "delegate", "def_delegator", "def_delegators"})
_ITERABLE = frozenset({"Sidekiq::IterableJob", "Sidekiq::Job::Iterable"})
_KNOWN = frozenset({"Object", ""})
# None of theirs that a job takes in defines perform, but for those of iterable jobs.
_OF_GEMS = ("Sidekiq::", "ActiveSupport::", "ActionView::", "ActionController::", "GlobalID::")


def _class(body: str, head: str = "ExampleJob") -> str:
    return f"class {head}\n  include Sidekiq::Job\n\n{body}end\n"


class KeywordPerform(JobRule):
    """``def perform(order_id:)``."""

    code = "keyword-perform"
    title = "perform asks for keywords"
    severity = "error"
    why = "Arguments travel as a JSON list, so Sidekiq never calls perform with keywords: ArgumentError at each run."
    source = _CALLED
    way_out = "Take arguments by position: `sidekiq-gen job NAME order_id:integer` writes them."
    bad = Example.job(_class("  def perform(order_id:)\n  end\n"))
    good = Example.job(_class("  def perform(order_id, note: nil)\n  end\n"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield a perform that cannot be called without them."""
        if job.perform is None:
            return
        required = signature(job.perform).required_keywords
        if required:
            names = ", ".join(f"{name}:" for name in required)
            yield self.at(job.source, job.perform, f"perform asks for {names} and Sidekiq gives it no keywords.")


class PrivatePerform(JobRule):
    """A perform below ``private``."""

    code = "private-perform"
    title = "perform is not public"
    severity = "error"
    why = "Sidekiq calls perform from outside: NoMethodError at each run."
    source = _CALLED
    way_out = "Move perform above private."
    bad = Example.job(_class("  private\n\n  def perform(order_id)\n  end\n"))
    good = Example.job(_class("  def perform(order_id)\n  end\n\n  private\n\n  def work\n  end\n"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield a perform that is private or protected."""
        if job.perform is not None and job.node.type == "class" and not job.is_public("perform"):
            yield self.at(job.source, job.perform, "perform is not public, so Sidekiq cannot call it.")


class MissingPerform(RepoRule):
    """A job without perform."""

    code = "missing-perform"
    title = "A job has no perform"
    severity = "error"
    why = "Sidekiq calls perform on an instance of the class: NoMethodError at each run."
    source = _CALLED
    way_out = "Define perform, and not on the class itself."
    bad = Example.job(_class("  def self.perform(order_id)\n  end\n"))
    good = Example.job(_class("  def perform(order_id)\n  end\n"))

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each of them that nothing inherits from, where all that it is made of is seen."""
        heirs = {parent.name for job in index.jobs() for parent in list(index.lineage(job.name))[1:]}
        for job in index.jobs():
            if is_test(job.path) or job.name in heirs or index.perform(job.name) is not None:
                continue
            made_of = list(index.lineage(job.name))
            if all(map(_is_plain, made_of)) and not any(_unseen(one, index, app) for one in made_of):
                on_class = any("perform" in one.class_methods for one in made_of)
                more = "; that of the class itself is none that Sidekiq calls" if on_class else ""
                yield Finding(self.code, job.path, job.line, 1, f"{job.name} has no perform{more}.")


def _unseen(one: ClassFacts, index: Index, app: RailsApp) -> bool:
    """Whether something that a class is made of is defined outside of the repo.

    A file of the repo that says ``def perform`` was read, so what is not in the index defines none.
    """
    around = (one.name, *one.nesting)
    for each in (*one.includes, one.superclass):
        bare = each.removeprefix("::")
        if bare in _KNOWN or bare.startswith(_OF_GEMS) or index.resolve(each, around):
            continue
        if not any(
            app.constants.defined_elsewhere(f"{outer}::{bare}".removeprefix("::"), "-") for outer in (*around, "")
        ):
            return True
    return False


def _is_plain(one: ClassFacts) -> bool:
    return _DEFINING.isdisjoint(one.macros) and _ITERABLE.isdisjoint(each.removeprefix("::") for each in one.includes)


class InitializeArguments(JobRule):
    """An ``initialize`` that asks for something."""

    code = "initialize-arguments"
    title = "A job's initialize asks for arguments"
    severity = "error"
    why = "Sidekiq calls new without any: ArgumentError at each run, before perform, and no block of the job is asked."
    source = "sidekiq v8.1.7 lib/sidekiq/processor.rb:148 (klass.new)"
    way_out = "Take what the job needs as arguments of perform."
    bad = Example.job(_class("  def initialize(order_id)\n  end\n\n  def perform(order_id)\n  end\n"))
    good = Example.job(_class("  def initialize(clock = Time)\n  end\n\n  def perform(order_id)\n  end\n"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield an initialize that cannot be called without arguments."""
        method = job.methods.get("initialize")
        if method is not None and job.node.type == "class":
            taken = signature(method)
            if taken.least or taken.required_keywords:
                yield self.at(job.source, method, "Sidekiq calls new without arguments, and initialize asks for some.")


class JobInActiveJob(RepoRule):
    """``include Sidekiq::Job`` in an ActiveJob."""

    code = "sidekiq-in-active-job"
    title = "Sidekiq::Job is included in an ActiveJob"
    severity = "error"
    why = "The class cannot be loaded: Sidekiq::Job raises ArgumentError where it is included in an ActiveJob."
    source = "sidekiq v8.1.7 lib/sidekiq/job.rb:165 (self.included)"
    way_out = "Leave one of them out: `sidekiq-gen job NAME --base active-job` shows the other form."
    bad = Example.job(_class("  def perform(order_id)\n  end\n", head="ExampleJob < ApplicationJob"))
    good = Example.job(_class("  def perform(order_id)\n  end\n"))

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for found in index.classes.values():
            for one in found:
                included = {each.removeprefix("::") for each in one.includes} & {"Sidekiq::Job", "Sidekiq::Worker"}
                if included and not one.is_module and self._is_active_job(one, index):
                    message = f"{included.pop()} raises ArgumentError where it is included in an ActiveJob."
                    yield Finding(self.code, one.path, one.line, 1, message)

    @staticmethod
    def _is_active_job(one: ClassFacts, index: Index) -> bool:
        parent = index.resolve(one.superclass, (one.name, *one.nesting)) if one.superclass else ""
        if parent:
            return index.form(parent) == "active-job"
        return one.superclass.removeprefix("::") in {"ActiveJob::Base", "ApplicationJob"}


class QueueAs(JobRule):
    """``queue_as`` in a form that Sidekiq does not have."""

    code = "queue-as"
    title = "queue_as in a form that only ActiveJob has"
    severity = "error"
    why = "Before 6.3.0 Sidekiq::Job has no queue_as, and then one that takes a name only: the class cannot be loaded."
    source = "sidekiq v6.3.0 lib/sidekiq/worker.rb:232; v8.1.7 lib/sidekiq/job.rb:290"
    way_out = 'Say `sidekiq_options queue: "low"`, or hand the queue over where the job is pushed: `set(queue: ...)`.'
    bad = Example.job(_class("  queue_as { :low }\n\n  def perform(order_id)\n  end\n"))
    good = Example.job(_class("  queue_as :low\n\n  def perform(order_id)\n  end\n"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each that raises where the class is loaded."""
        for call in job.macros("queue_as"):
            if not holds(_QUEUE_AS, context.release.version):
                yield self.at(job.source, call, "Sidekiq::Job has no queue_as before 6.3.0.")
            elif nodes.block(call) is not None or len(nodes.arguments(call)) != 1:
                yield self.at(job.source, call, "Sidekiq's queue_as takes the name of a queue and no block.")


RULES: tuple[Rule, ...] = (
    KeywordPerform(),
    PrivatePerform(),
    MissingPerform(),
    InitializeArguments(),
    JobInActiveJob(),
    QueueAs(),
)
