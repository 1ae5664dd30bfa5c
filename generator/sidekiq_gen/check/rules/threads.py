"""What a job does to the thread and the process that it shares with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, Finding, JobRule, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job

_MOMENT = 1  # seconds
_LEAVING = frozenset({"exit", "abort", "exit!"})
_STARTING = {"Thread": {"new", "start", "fork"}, "Process": {"fork"}, "Kernel": {"fork"}}
_CONCURRENT = ("Concurrent::Future", "Concurrent::Promise", "Concurrent::Promises", "Concurrent::Async")
_SHARED = frozenset({"class_variable", "global_variable"})
_CHANGING = frozenset({"push", "concat", "merge!", "store", "delete", "clear", "unshift", "append"})


def _job(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return f"class ExampleJob\n  include Sidekiq::Job\n\n  def perform(id)\n{lines}  end\nend\n"


def _calls(job: Job, *names: str) -> Iterator[Node]:
    """The calls in what a run goes through, without arguments as well."""
    for method in job.running.values():
        yield from nodes.calls_in(method, *names)
        yield from nodes.bare_calls(method, *names)


def _on(call: Node) -> str:
    return nodes.text(nodes.receiver(call)).removeprefix("::") if call.type == "call" else ""


class Sleep(JobRule):
    """``sleep`` in a job."""

    code = "sleep-in-job"
    needs = (b"sleep",)
    title = "A job sleeps"
    severity = "note"
    why = "It holds one of the process's few threads, and a restart in the meantime runs the job again from the start."
    source = "sidekiq v8.1.7 lib/sidekiq/config.rb (concurrency 5), lib/sidekiq/launcher.rb (25 s at a stop)"
    way_out = "Come back later: perform_in, or `sidekiq-gen job NAME --retry-after ERROR`."
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job("sleep 30\nGateway.poll(id)"))
    good = Example.job(_job("self.class.perform_in(30, id) unless Gateway.done?(id)"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each; a moment is left alone, and so is a job whose arguments say how long it has to sleep."""
        for call in _calls(job, "sleep"):
            if _on(call) not in {"", "Kernel"} or job.methods.get("sleep"):
                continue
            given = nodes.positional(call)[0] if call.type == "call" and nodes.positional(call) else None
            if given is not None and (_is_moment(given) or _is_told(given, job)):
                continue
            yield self.at(job.source, call, "The thread does nothing else meanwhile.")


def _is_moment(given: Node) -> bool:
    return nodes.is_number(given) and float(nodes.text(given).replace("_", "")) <= _MOMENT


def _is_told(given: Node, job: Job) -> bool:
    first, calls = nodes.chain(given)
    taken = job.facts.perform
    return taken is not None and nodes.text(first) in taken.names and len(calls) <= 1


class OwnThread(JobRule):
    """A thread or a process of its own."""

    code = "thread-in-job"
    needs = (b"Thread", b"fork", b"Concurrent")
    title = "A job starts a thread or forks"
    severity = "warning"
    why = (
        "Sidekiq knows nothing of it: its errors are not retried, a restart does not wait for it, "
        "and it takes database connections beyond the pool."
    )
    source = "sidekiq v8.1.7 lib/sidekiq/processor.rb (what perform itself raises is what counts)"
    way_out = "Push a job for each part: perform_bulk."
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job("Thread.new { Gateway.charge(id) }"))
    good = Example.job(_job("Gateway.charge(id)"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each."""
        for call in _calls(job):
            on, name = _on(call), nodes.method_name(call) if call.type == "call" else nodes.text(call)
            if name in _STARTING.get(on, ()) or on.startswith(_CONCURRENT) or (name == "fork" and not on):
                yield self.at(job.source, call, f"What {on + '.' if on else ''}{name} does is out of Sidekiq's sight.")


class TimeoutInJob(JobRule):
    """``Timeout.timeout``."""

    code = "timeout-in-job"
    needs = (b"Timeout",)
    title = "Timeout.timeout in a job"
    severity = "warning"
    why = (
        "It raises at any instruction, also in the middle of a commit or of returning a connection to its pool, "
        "and leaves broken what all threads share."
    )
    source = "Ruby's lib/timeout.rb (Thread#raise from another thread)"
    way_out = "Use the timeouts of the client: open_timeout and read_timeout, statement_timeout."
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job("Timeout.timeout(30) { Gateway.charge(id) }"))
    good = Example.job(_job("Gateway.charge(id, read_timeout: 30)"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each."""
        for call in _calls(job, "timeout"):
            if _on(call) == "Timeout":
                yield self.at(job.source, call, "It can raise at any instruction within its block.")


class Leaving(JobRule):
    """``exit``, ``abort`` and ``exit!``."""

    code = "exit-in-job"
    needs = (b"exit", b"abort")
    title = "A job leaves with exit or abort"
    severity = "error"
    why = (
        "exit and abort raise SystemExit, which counts as a failure and is retried; "
        "exit! ends the process with all jobs that run in it."
    )
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb:91 (rescue Exception)"
    way_out = "Use return."
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job("exit unless Order.exists?(id)\nwork"))
    good = Example.job(_job("return unless Order.exists?(id)\nwork"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each that is Ruby's own."""
        for call in _calls(job, *_LEAVING):
            name = nodes.method_name(call) if call.type == "call" else nodes.text(call)
            if _on(call) in {"", "Kernel", "Process"} and name not in job.methods:
                yield self.at(job.source, call, f"{name} is a failure to Sidekiq, or the end of the whole process.")


class GlobalState(JobRule):
    """Something of the thread or the process that is set and stays set."""

    code = "global-state-in-job"
    title = "A job changes what other jobs share"
    severity = "warning"
    why = "The thread goes on with other jobs: the next one finds this time zone, locale, variable or environment."
    source = (
        "activesupport v8.1.0 lib/active_support/core_ext/time/zones.rb:46; sidekiq v8.1.7 lib/sidekiq/processor.rb"
    )
    way_out = "Use Time.use_zone, I18n.with_locale, or a local variable."
    bad = Example.job(_job("Time.zone = User.find(id).time_zone\nwork"))
    good = Example.job(_job("Time.use_zone(User.find(id).time_zone) { work }"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each, unless an ensure of the same method sets it back."""
        for method in job.running.values():
            back = {
                nodes.text(nodes.field(one, "left"))
                for ensure in nodes.walk(method)
                if ensure.type == "ensure"
                for one in nodes.walk(ensure)
                if one.type == "assignment"
            }
            for one in nodes.walk(method):
                changed = _changed(one)
                if changed and changed not in back:
                    yield self.at(job.source, one, f"{changed} stays as it is for the jobs that come after this one.")


def _changed(node: Node) -> str:
    """What is set that a run shares with others; empty for nothing of that kind."""
    left, operator = nodes.field(node, "left"), nodes.text(nodes.field(node, "operator"))
    if node.type == "assignment" and left is not None:
        return nodes.text(left) if _is_shared(left) else ""
    if node.type == "operator_assignment" and left is not None:
        return nodes.text(left) if left.type in _SHARED and operator != "||=" else ""
    on = None
    if node.type == "call" and nodes.method_name(node) in _CHANGING:
        on = nodes.receiver(node)
    elif node.type == "binary" and operator == "<<":
        on = left
    return nodes.text(on) if on is not None and on.type == "constant" and nodes.text(on).isupper() else ""


def _is_shared(left: Node) -> bool:
    text = nodes.text(left)
    return (
        left.type in _SHARED
        or text in {"Time.zone", "I18n.locale"}
        or text.startswith("ENV[")
        or (left.type == "call" and nodes.text(nodes.receiver(left)) == "self.class")
    )


class CacheAsLock(JobRule):
    """Looking into the cache, then writing to it, to keep others out."""

    code = "cache-as-lock"
    needs = (b"Rails.cache",)
    title = "Rails.cache is read and then written as a lock"
    severity = "warning"
    why = "Two runs at the same time both find nothing, and both go on."
    source = "activesupport v8.1.0 lib/active_support/cache.rb (read and write are two commands)"
    way_out = (
        "Rails.cache.write(key, true, unless_exist: true, expires_in: ...) answers whether it was there, in one step."
    )
    forms = ("sidekiq", "active-job")
    bad = Example.job(_job('return if Rails.cache.exist?("lock:1")\nRails.cache.write("lock:1", true)\nwork'))
    good = Example.job(_job('return unless Rails.cache.write("lock:1", true, unless_exist: true)\nwork'))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each guard on a key that is written later in the same method."""
        for method in job.running.values():
            written = {
                nodes.text(nodes.positional(call)[0])
                for call in nodes.calls_in(method, "write")
                if _on(call) == "Rails.cache" and nodes.positional(call) and "unless_exist" not in nodes.pairs(call)
            }
            for call in nodes.calls_in(method, "exist?", "read"):
                key = nodes.positional(call)[:1]
                guard = next(nodes.within(call, types={"if_modifier", "unless_modifier"}), None)
                leaves = nodes.text(nodes.field(guard, "body")).startswith(("return", "next")) if guard else False
                if _on(call) == "Rails.cache" and key and nodes.text(key[0]) in written and leaves:
                    yield self.at(job.source, call, "Between this and the write another run passes as well.")


class PushesItself(JobRule):
    """A job that pushes itself whatever happens."""

    code = "pushes-itself-always"
    title = "A job pushes itself in every run"
    severity = "warning"
    why = "It never ends; a run that fails after the push and is retried pushes once more, so that chains multiply."
    source = "sidekiq v8.1.7 lib/sidekiq/job_retry.rb:83 (a failed run starts again from the beginning)"
    way_out = (
        "Push under a condition, at the end of perform; or let a schedule do it (sidekiq-cron, sidekiq-scheduler)."
    )
    bad = Example.job(_job("self.class.perform_in(60, id)\nwork"))
    good = Example.job(_job("work\nself.class.perform_in(60, id) unless Order.done?(id)"))

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each that is a statement of perform's own, with nothing before it that may leave."""
        for statement in nodes.statements(nodes.field(job.perform, "body")):
            if _may_leave(statement):
                return
            if statement.type != "call" or nodes.method_name(statement) not in {"perform_async", "perform_in"}:
                continue
            on = nodes.text(nodes.receiver(statement))
            if on in {"self.class", job.name, job.name.rpartition("::")[2], f"::{job.name}"}:
                yield self.at(job.source, statement, "Every run pushes another one, a retried run as well.")


def _may_leave(statement: Node) -> bool:
    return any(one.type in {"return", "rescue"} for one in (statement, *nodes.walk(statement))) or any(
        True for _ in (*nodes.calls_in(statement, "raise"), *nodes.bare_calls(statement, "raise"))
    )


RULES: tuple[Rule, ...] = (
    Sleep(),
    OwnThread(),
    TimeoutInJob(),
    Leaving(),
    GlobalState(),
    CacheAsLock(),
    PushesItself(),
)
