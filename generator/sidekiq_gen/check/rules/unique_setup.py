"""How sidekiq-unique-jobs is set up for the locks that jobs have: wired, fitting, and with an end to each lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sidekiq_gen.check.rule import Context, Finding, RepoRule, Rule, Severity
from sidekiq_gen.check.rules.unique_options import TTLS, example, lock_of
from sidekiq_gen.install.request import UNIQUE_JOBS as INITIALIZER
from sidekiq_gen.install.settings import files_about_sidekiq
from sidekiq_gen.install.wiring import find_wiring
from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq import unique_jobs
from sidekiq_gen.sidekiq.gems import SIDEKIQ, UNIQUE_JOBS
from sidekiq_gen.sidekiq.unique_locks import LOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.facts import ClassFacts
    from sidekiq_gen.check.index import Index
    from sidekiq_gen.errors import Refused
    from sidekiq_gen.rails.app import RailsApp

_GLOBAL_TTL = regex(r"\b(?:default_)?lock_ttl\s*=", needs="lock_ttl")


class LockWithoutTtl(RepoRule):
    """A lock that has no end of its own."""

    code = "unique-lock-without-ttl"
    title = "A unique lock without lock_ttl"
    severity: ClassVar[Severity] = "warning"
    why = (
        "When a process is killed, nobody frees the lock of its job: duplicates are refused until the reaper finds it."
    )
    source = "sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/lock_ttl.rb (none unless set)"
    way_out = "Give it one: `sidekiq-gen job NAME --unique LOCK --unique-ttl SECONDS`."
    bad = example("lock: :until_executed")
    good = example("lock: :until_executed, lock_ttl: 3600")
    kinds: ClassVar[frozenset[str]] = frozenset(LOCKS) - {"until_expired", "until_executing"}
    message: ClassVar[str] = "Without lock_ttl the lock of a job that is lost stays."

    def holds(self, context: Context) -> bool:
        """Where the gem is locked."""
        return super().holds(context) and UNIQUE_JOBS in context.gems

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each job that has none, itself or inherited, where none is set for all."""
        if app.configured(_GLOBAL_TTL):
            return
        for job in _locked(index):
            kind = lock_of((index.option(job.name, "lock") or "").strip(":\"'"))
            if kind and kind.name in self.kinds and not any(index.option(job.name, key) for key in TTLS):
                yield Finding(self.code, job.path, _line(job), 1, self.message)


class ExpiringLockWithoutTtl(LockWithoutTtl):
    """``until_expired`` with nothing that ends it."""

    code = "unique-until-expired-without-ttl"
    title = "until_expired without lock_ttl"
    severity = "error"
    why = "It is never released by a run: after the first job, every later one is a duplicate for ever."
    source = "sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/lock/until_expired.rb"
    bad = example("lock: :until_expired")
    good = example("lock: :until_expired, lock_ttl: 3600")
    kinds = frozenset({"until_expired"})
    message = "Nothing ever ends this lock: the second job is refused, and all that follow."


def _locked(index: Index) -> Iterator[ClassFacts]:
    """The jobs with a lock, each where it says so itself; a base class counts for those that inherit it."""
    for form in ("sidekiq", "active-job"):
        for job in index.jobs(form):
            if "lock" in job.options:
                yield job


def _line(job: ClassFacts) -> int:
    return job.macros.get("sidekiq_options", job.line)


class NotWired(RepoRule):
    """The gem's middleware is missing."""

    code = "unique-not-wired"
    title = "sidekiq-unique-jobs is not wired into Sidekiq"
    severity = "error"
    why = "Nothing reads the lock: duplicates are pushed and run. Without Server.configure the locks of dead jobs stay."
    source = "sidekiq-unique-jobs v7.0.1 README.md, lib/sidekiq_unique_jobs/server.rb:19"
    way_out = "`sidekiq-gen install` writes what is missing."
    bad = example("lock: :until_executed, lock_ttl: 60", wiring="")
    good = example("lock: :until_executed, lock_ttl: 60")

    def holds(self, context: Context) -> bool:
        """Where the gem is locked, in a release that has to be wired by hand."""
        return super().holds(context) and context.release.capabilities.unique_server_configure

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield one finding, at the first job with a lock."""
        first = min(_locked(index), key=lambda job: job.path, default=None)
        if first is None:
            return
        wiring = find_wiring(files_about_sidekiq(app.repo), INITIALIZER, context.release.capabilities)
        if wiring.missing:
            missing = ", ".join(part.shown for part in wiring.missing)
            yield Finding(self.code, first.path, _line(first), 1, f"Missing under config: {missing}.")


class UniquePair(RepoRule):
    """A version of the gem that does not go with this Sidekiq."""

    code = "unique-jobs-pair"
    title = "This sidekiq-unique-jobs does not work with this Sidekiq"
    severity = "error"
    why = (
        "Its locks do not lock, or it cannot be loaded: the gemspecs of 7.1.7 to 7.1.28 allow a Sidekiq 7 all the same."
    )
    source = "sidekiq-unique-jobs v7.1.28 lib/sidekiq_unique_jobs/locksmith.rb:359, sidekiq_unique_jobs.rb:201"
    way_out = "Lock a version that goes with it: the message says which."
    bad = example("lock: :until_executed, lock_ttl: 60", unique="7.1.27")
    good = example("lock: :until_executed, lock_ttl: 60")

    def holds(self, context: Context) -> bool:
        """Where the gem is locked."""
        return super().holds(context) and UNIQUE_JOBS in context.gems

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield it at the first job with a lock."""
        gems = context.release.capabilities.gems
        version, sidekiq = gems.version(UNIQUE_JOBS), gems.version(SIDEKIQ)
        error: Refused | None = unique_jobs.pairing_error(version, sidekiq) if version and sidekiq else None
        first = min(_locked(index), key=lambda job: job.path, default=None)
        if error is not None and first is not None:
            yield Finding(self.code, first.path, _line(first), 1, f"{error} {error.hint}.")


RULES: tuple[Rule, ...] = (
    LockWithoutTtl(),
    ExpiringLockWithoutTtl(),
    NotWired(),
    UniquePair(),
)
