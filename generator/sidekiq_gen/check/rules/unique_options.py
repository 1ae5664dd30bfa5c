"""What `sidekiq_options` say to sidekiq-unique-jobs, on the version of it that is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, Finding, JobRule, Rule, Severity
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.install.request import UNIQUE_JOBS as INITIALIZER
from sidekiq_gen.sidekiq.gems import UNIQUE_JOBS
from sidekiq_gen.sidekiq.unique_locks import LOCKS, SIDES, STRATEGIES, LockType, follows, lock_type
from sidekiq_gen.sidekiq.unique_locks import on_conflict as valid_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from sidekiq_gen.check.jobs import Job

TTLS = ("lock_ttl", "lock_expiration")
WIRED = """\
Sidekiq.configure_server do |config|
  config.client_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Client }
  config.server_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Server }
  SidekiqUniqueJobs::Server.configure(config)
end
Sidekiq.configure_client do |config|
  config.client_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Client }
end
"""


def _job(options: str) -> str:
    return f"class ExampleJob\n  include Sidekiq::Job\n  sidekiq_options {options}\n\n  def perform(id)\n  end\nend\n"


def example(options: str, unique: str | None = "8.1.0", sidekiq: str = "7.3.2", wiring: str = WIRED) -> Example:
    """A job with these options; unique: the version of the gem."""
    files = {"app/jobs/example_job.rb": _job(options)}
    if wiring:
        files[INITIALIZER] = wiring
    return Example(files, sidekiq=sidekiq, unique_jobs=unique)


def lock_of(written: str) -> LockType | None:
    """The lock of that name; None for none."""
    try:
        return lock_type(written)
    except InvalidInput:
        return None


class LockRule(JobRule):
    """A rule about a job's options that matter to the gem."""

    def holds(self, context: Context) -> bool:
        """Where the gem is locked."""
        return super().holds(context) and UNIQUE_JOBS in context.gems


class UnknownLock(LockRule):
    """A lock, or a strategy, that the gem does not have."""

    code = "unique-unknown-lock"
    title = "sidekiq-unique-jobs has no such lock or strategy"
    severity = "error"
    why = "An unknown lock raises UnknownLock at each push; an unknown strategy drops every duplicate."
    source = "sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/config.rb (LOCKS, STRATEGIES)"
    way_out = "`sidekiq-gen job NAME --unique LOCK --on-conflict STRATEGY` takes only what the gem has."
    bad = example("lock: :until_done, lock_ttl: 60")
    good = example("lock: :until_executed, lock_ttl: 60")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each that is a literal."""
        lock = job.options.get("lock")
        if lock is not None and nodes.name_of(lock) and lock_of(nodes.name_of(lock)) is None:
            known = ", ".join(LOCKS)
            yield self.at(job.source, lock, f"There is no lock {nodes.name_of(lock)}; there are {known}.")
        for side, strategy in _strategies(job).items():
            if strategy not in STRATEGIES:
                known = ", ".join(STRATEGIES)
                at = job.options["on_conflict"]
                yield self.at(job.source, at, f"There is no strategy {strategy} ({side}); there are {known}.")


def _strategies(job: Job) -> Mapping[str, str]:
    """What on_conflict says for each side, where that is a literal."""
    said = job.options.get("on_conflict")
    if said is None:
        return {}
    if said.type == "hash":
        return {side: name for side, value in nodes.pairs(said).items() if (name := nodes.name_of(value))}
    name = nodes.name_of(said)
    return dict.fromkeys(SIDES, name) if name else {}


class ConflictStrategy(LockRule):
    """A pair of lock and strategy that the gem's own validator refuses."""

    code = "unique-conflict-strategy"
    title = "This lock cannot follow this conflict strategy"
    severity: ClassVar[Severity] = "warning"
    refused: ClassVar[Mapping[str, frozenset[str]]] = {"client": frozenset({"raise", "reject", "reschedule"})}
    why = (
        "A duplicate is met when it is pushed: raise raises in whoever pushes, reject fills the dead set, reschedule "
        "overflows the stack before 8.1.0. The gem's validator refuses all three."
    )
    source = "sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/lock/{client,server}_validator.rb"
    way_out = "`sidekiq-gen job NAME --unique LOCK --on-conflict STRATEGY` writes the form that the gem takes."
    bad = example("lock: :until_executed, lock_ttl: 60, on_conflict: :reject")
    good = example("lock: :until_executed, lock_ttl: 60, on_conflict: { client: :replace, server: :log }")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each pair that is seen."""
        kind = lock_of(nodes.name_of(job.options.get("lock")))
        said = job.options.get("on_conflict")
        if kind is None or said is None:
            return
        name = nodes.name_of(job.options["lock"])
        strategies = _strategies(job)
        looked_at = kind.validated if name == kind.name else SIDES
        for side in looked_at:
            strategy = strategies.get(side, "")
            if strategy in self.refused.get(side, ()):
                message = f"{name}: {strategy} is not valid for the {side}. {_instead(name, kind, strategy)}"
                yield self.at(job.source, said, message, *_edits(said, name, kind, strategy))
                return


class ConflictForm(ConflictStrategy):
    """``replace`` alone, which counts for both sides."""

    code = "unique-conflict-form"
    title = "replace is said for both sides of a lock"
    severity = "note"
    why = "It replaces the waiting job as asked; the gem's validator and its RSpec matcher refuse it for the server."
    way_out = "Write { client: :replace, server: :log }: `sidekiq-gen job NAME --on-conflict replace` does."
    bad = example("lock: :until_executed, lock_ttl: 60, on_conflict: :replace")
    good = example("lock: :until_executed, lock_ttl: 60, on_conflict: { client: :replace, server: :log }")
    refused: ClassVar[Mapping[str, frozenset[str]]] = {"server": frozenset({"replace"})}


def _form(name: str, kind: LockType, strategy: str) -> str:
    """A strategy as the gem takes it for a lock, one for each side; empty where the lock cannot follow it."""
    form = valid_form(name, strategy) if follows(kind, strategy) else ""
    return "{ " + ", ".join(f"{side}: :{one}" for side, one in form.items()) + " }" if isinstance(form, dict) else ""


def _edits(said: Node, name: str, kind: LockType, strategy: str) -> list[Edit]:
    """The other form of ``replace``, where the run asks nobody and so nothing else changes."""
    if strategy != "replace" or said.type == "hash" or "server" in kind.consulted:
        return []
    return [Edit(said.start_byte, said.end_byte, _form(name, kind, strategy))]


def _instead(name: str, kind: LockType, strategy: str) -> str:
    form = _form(name, kind, strategy)
    if form:
        return f"Write {form}."
    return "Use log: it turns duplicates away when they are pushed." if "client" in kind.consulted else "Use log."


class UniqueArgs(LockRule):
    """``unique_args:`` as an option."""

    code = "unique-args-option"
    title = "The option unique_args is ignored"
    severity = "error"
    why = "All arguments count for the lock, not those that the option chooses: what should be a duplicate is none."
    source = "sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/lock_args.rb:101; run on 7.1.29 to 8.1.0"
    way_out = "Call it lock_args_method."
    bad = example("lock: :until_executed, lock_ttl: 60, unique_args: ->(args) { args.first }")
    good = example("lock: :until_executed, lock_ttl: 60, lock_args_method: ->(args) { args.first }")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield it beside a lock."""
        said = job.options.get("unique_args")
        if said is not None and "lock" in job.options:
            key = nodes.field(said.parent, "key")
            edits = [Edit(key.start_byte, key.end_byte, "lock_args_method")] if _is_word(key) and key else []
            yield self.at(job.source, said, "sidekiq-unique-jobs reads lock_args_method, not unique_args.", *edits)


def _is_word(key: Node | None) -> bool:
    """Whether a key is written as ``unique_args:``."""
    return key is not None and nodes.text(key) == "unique_args"


class RenamedOptions(LockRule):
    """The names that the options had before 7.0."""

    code = "unique-old-option"
    title = "An option of sidekiq-unique-jobs has another name now"
    severity = "error"
    why = "The option is ignored: with `unique:` there is no lock at all."
    source = "sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/lock/validator.rb:14, lock_config.rb:56"
    way_out = "Call it lock."
    bad = example("unique: :until_executed")
    good = example("lock: :until_executed, lock_ttl: 60")

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield ``unique:`` with the name of a lock, where there is no ``lock:``."""
        said = job.options.get("unique")
        if said is not None and "lock" not in job.options and lock_of(nodes.name_of(said)):
            yield self.at(job.source, said, "Since 7.0 this is called lock: this job takes none.")


class RejectExcludesNothing(LockRule):
    """Rejecting while another run lasts, where the reject frees the lock of that run."""

    code = "unique-reject-frees"
    title = "A rejected duplicate frees the lock of the job that runs"
    severity = "error"
    why = "The dead duplicate's handler deletes the lock of the running one: the third job runs next to it."
    source = "sidekiq-unique-jobs v8.0.11 lib/sidekiq_unique_jobs/on_conflict/reject.rb:40; facts, found by running, 19"
    way_out = "Move to sidekiq-unique-jobs 8.0.11 or later, or use reschedule or log."
    bad = example("lock: :while_executing, lock_ttl: 60, on_conflict: :reject", unique="8.0.10")
    good = example("lock: :while_executing, lock_ttl: 60, on_conflict: :reschedule", unique="8.0.10")

    def holds(self, context: Context) -> bool:
        """Where it does."""
        return super().holds(context) and not context.release.capabilities.unique_reject_excludes

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each lock that rejects."""
        lock = job.options.get("lock")
        kind = lock_of(nodes.name_of(lock))
        if lock is None or kind is None or "server" not in kind.consulted:
            return
        if kind.always == "reject" or _strategies(job).get("server") == "reject":
            yield self.at(job.source, lock, "The duplicate that is rejected frees the lock of the job that runs.")


class LockWithoutGem(JobRule):
    """``lock:`` where nothing reads it."""

    code = "unique-gem-missing"
    title = "A lock of sidekiq-unique-jobs, and the gem is not locked"
    severity = "error"
    why = "Sidekiq stores the option and nobody reads it: duplicates are pushed and run."
    source = "sidekiq v8.1.7 lib/sidekiq/job.rb:71-77 (every key is kept)"
    way_out = "Add the gem and `sidekiq-gen install`, or take the option out."
    bad = example("lock: :until_executed", unique=None, wiring="")
    good = example("queue: :low", unique=None, wiring="")

    def holds(self, context: Context) -> bool:
        """Where it is not locked."""
        return super().holds(context) and UNIQUE_JOBS not in context.gems

    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield each lock of the gem's."""
        said = job.options.get("lock")
        if said is not None and lock_of(nodes.name_of(said)):
            yield self.at(job.source, said, "Gemfile.lock has no sidekiq-unique-jobs: nothing reads this.")


RULES: tuple[Rule, ...] = (
    UnknownLock(),
    ConflictStrategy(),
    ConflictForm(),
    UniqueArgs(),
    RenamedOptions(),
    RejectExcludesNothing(),
    LockWithoutGem(),
)
