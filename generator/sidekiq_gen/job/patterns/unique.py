"""No duplicates: the locks of sidekiq-unique-jobs, of Sidekiq Enterprise and of activejob-uniqueness."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from sidekiq_gen.durations import written
from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.patterns import unique_active_job
from sidekiq_gen.job.patterns.base import Pattern
from sidekiq_gen.job.patterns.unique_active_job import ActiveJobUniqueSettings
from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq import activejob_uniqueness, enterprise, unique_comments, unique_duplicates, unique_jobs
from sidekiq_gen.sidekiq.gems import UNIQUE_JOBS
from sidekiq_gen.sidekiq.unique_locks import LOCKS, STRATEGIES, lock_type, on_conflict
from sidekiq_gen.sidekiq.versions import Version
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

LONGEST_TTL = 1_000_000_000  # thirty years; Redis takes no more than 2^63 milliseconds
DAY = 86_400


@dataclass(frozen=True)
class UniqueSettings:
    """The lock, for the locked version of the gem.

    lock: the type of the lock: ``until_executed``.
    ttl: seconds, or None for a lock without an end.
    on_conflict: one strategy, or one for each of ``client`` and ``server``.
    version: of the gem, for example ``8.0.10``.
    retries: whether the job is ever retried; its comments speak of retries only then.
    """

    lock: str
    ttl: int | None
    on_conflict: str | dict[str, str]
    version: str
    retries: bool = True

    @property
    def gem_version(self) -> Version:
        """The version of the gem, to be compared."""
        return Version(self.version)

    @property
    def rejects(self) -> bool:
        """Whether a duplicate goes to the Dead set."""
        return unique_duplicates.rejects(self.lock, self.on_conflict)

    @property
    def strategies(self) -> str:
        """Ruby: ``:log``, or ``{ client: :replace, server: :log }``."""
        if isinstance(self.on_conflict, str):
            return f":{self.on_conflict}"
        return "{ " + ", ".join(f"{side}: :{strategy}" for side, strategy in self.on_conflict.items()) + " }"

    @property
    def strategy_comment(self) -> str:
        """What is dropped, for a comment beside the strategy; empty where that is nothing."""
        return unique_duplicates.comment(self.lock, self.on_conflict)

    @property
    def lock_comment(self) -> str:
        """What the lock does, for a comment beside it; empty where its name says it."""
        return unique_jobs.lock_comment(self.lock, self.gem_version, retries=self.retries)

    @property
    def ttl_comment(self) -> str:
        """What the TTL is for, for a comment beside it; empty where that is plain."""
        return unique_jobs.ttl_comment(self.lock, self.gem_version, retries=self.retries)


@dataclass(frozen=True)
class EnterpriseUniqueSettings:
    """The same by Sidekiq Enterprise.

    lock: the type of sidekiq-unique-jobs that means the same.
    ttl: seconds.
    until: ``success`` or ``start``.
    """

    lock: str
    ttl: int
    until: str


AnyUnique: TypeAlias = UniqueSettings | EnterpriseUniqueSettings | ActiveJobUniqueSettings


class Unique(Pattern[AnyUnique]):
    """Refuses to enqueue, or to run, the same job with the same arguments twice."""

    settings = AnyUnique
    name = "unique"
    group = "once"
    layer = "class"
    shapes = ("gem", "enterprise", "active_job")
    kinds = frozenset({"record", "plain", "claim", "backfill"})
    flags = (
        Flag(
            "--unique",
            "Let sidekiq-unique-jobs (or Enterprise, or activejob-uniqueness) refuse duplicates, with this lock: "
            "sidekiq-gen patterns unique explains them.",
            "choice",
            metavar="LOCK",
            choices=tuple(LOCKS),
            also=tuple(alias for known in LOCKS.values() for alias in known.aliases),
            question="Until when is the job unique?",
        ),
        Flag(
            "--unique-ttl",
            "Release the lock after this time in any case: 90, 30m, 2h, 1d.",
            "duration",
            metavar="DURATION",
            question="After how long is the lock released in any case? (90, 30m, 2h, 1d)",
            longest=LONGEST_TTL,
        ),
        Flag(
            "--on-conflict",
            "What happens to a duplicate.",
            "choice",
            metavar="STRATEGY",
            choices=tuple(STRATEGIES),
            lines=tuple(STRATEGIES.values()),
            question="What should happen to duplicates?",
        ),
    )
    closed = "Sidekiq Enterprise"
    summary = "refuse duplicates of a job that is waiting or running, with sidekiq-unique-jobs or Enterprise"
    paragraph = (
        "For jobs that are enqueued more often than they need to run: rebuilding an index, refreshing a cache. The "
        "lock is kept in Redis from the enqueue on and expires, so that a killed process cannot keep it forever. With "
        "the strategy log, or Enterprise, a duplicate is dropped: not enqueued where the name of the lock begins with "
        "until, not run where it is while_executing, for which --on-conflict reschedule is the alternative. With "
        "Sidekiq.transactional_push! a push returns an id even for a duplicate that is then refused. An ActiveJob "
        "class takes activejob-uniqueness, which drops a duplicate or raises. It saves work; it does not protect "
        "data: for that, use a lock in the database."
    )
    avoid = "Not to protect data: the lock is lost when Redis loses its data, or when it expires."
    cost = "A few calls to Redis for each enqueue and each run."
    example = "until_executed"
    unseen = MappingProxyType(dict.fromkeys(shapes, "the lock is the gem's, and a spec calls perform without it"))

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        gem = app.gem(UNIQUE_JOBS)
        if context.form == "active-job":
            return unique_active_job.refusal(app)
        if gem is None and app.gem(enterprise.GEM):
            return None
        if gem is None:
            return Refused(
                f"--unique needs {UNIQUE_JOBS}, which is not in the lockfile.",
                hint=f"Add it to the Gemfile: {unique_jobs.gemfile_line(context.release.version)}",
                code="needs-gem",
            )
        return unique_jobs.pairing_error(gem.version, context.release.version)

    def explained(self, flag: Flag, app: RailsApp | None) -> Mapping[str, str]:
        of_active_job = app is not None and app.form == "active-job"
        if flag.parameter != "unique":
            return activejob_uniqueness.STRATEGIES if of_active_job and flag.choices else flag.explained
        if of_active_job:
            return activejob_uniqueness.LINES
        gem = app.gem(UNIQUE_JOBS) if app else None
        if gem is None and app and app.gem(enterprise.GEM):
            return enterprise.UNTIL
        return {lock: unique_comments.lock_line(lock, gem.version if gem else None) for lock in LOCKS}

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        if context.form == "active-job" and flag.parameter == "unique_ttl":
            return written(unique_active_job.default_ttl(answer(answers, "unique")))
        if context.form == "sidekiq" and app.gem(UNIQUE_JOBS) is None:
            return {"unique_ttl": written(DAY)}.get(flag.parameter)
        if flag.parameter == "unique_ttl":
            ttl = _default_ttl(answer(answers, "unique"), app)
            return None if ttl is None else written(ttl)
        if flag.parameter == "on_conflict" and lock_type(answer(answers, "unique")).always:
            return None  # it follows one strategy only
        return super().suggestion(flag, answers, context, app)

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> AnyUnique:
        if context.form == "active-job":
            return unique_active_job.decide(answers, context)
        lock = lock_type(answer(answers, "unique")).name
        by_enterprise = app.gem(UNIQUE_JOBS) is None
        ttl = answer(answers, "unique_ttl", DAY if by_enterprise else _default_ttl(lock, app))
        if by_enterprise:
            return EnterpriseUniqueSettings(lock, ttl, _until(lock, answers))
        strategy = on_conflict(lock, answer(answers, "on_conflict", "log"))
        if unique_duplicates.rejects(lock, strategy) and not context.release.capabilities.unique_reject_excludes:
            raise Refused(
                f"--unique {lock} excludes nothing here when it rejects: in {UNIQUE_JOBS} {_version(app)} the death of "
                "a duplicate frees the lock of the job that runs.",
                hint="Use --unique while_executing --on-conflict reschedule, or the gem from 8.0.11 on.",
                code="no-such-strategy",
            )
        return UniqueSettings(
            lock,
            ttl,
            strategy,
            str(_version(app)),
            retries=bool(context.retry),
        )

    def shape(self, settings: AnyUnique) -> str:
        if isinstance(settings, ActiveJobUniqueSettings):
            return "active_job"
        return "enterprise" if isinstance(settings, EnterpriseUniqueSettings) else "gem"

    def notices(self, settings: AnyUnique, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if isinstance(settings, ActiveJobUniqueSettings):
            yield from unique_active_job.notices(settings, request, app)
            return
        if isinstance(settings, EnterpriseUniqueSettings):
            yield from enterprise.unique_notices(switched_on=app.enterprise_unique)
            yield from unique_duplicates.notices(settings.lock, "log")
            return
        version = _version(app)
        yield from unique_duplicates.notices(settings.lock, settings.on_conflict)
        if not app.unique_jobs_wired:
            yield Notice(
                "unique-jobs-not-wired",
                f"Nothing under config/ sets up {UNIQUE_JOBS}: without its middleware the lock does nothing.",
                "Add its client and server middleware and SidekiqUniqueJobs::Server.configure to the initializer.",
            )
        hazard = unique_jobs.ttl_hazard(settings.lock, version)
        if hazard and not settings.ttl:
            yield Notice(
                "unique-without-end",
                f"{settings.lock} has no lock_ttl here: a killed process keeps its lock until the reaper finds it.",
                "Use until_executed or while_executing unless you need both.",
            )
        if hazard and settings.ttl:
            yield Notice("unique-ttl-hazard", hazard, "Use until_executed or while_executing unless you need both.")


def _version(app: RailsApp) -> Version:
    """The version of the gem.

    Raises:
        Refused: it is not locked.
    """
    gem = app.gem(UNIQUE_JOBS)
    if gem is None:  # refusal() comes first
        raise Refused(f"{UNIQUE_JOBS} is not locked.", hint="Add it to the Gemfile.", code="needs-gem")
    return gem.version


def _default_ttl(lock: str, app: RailsApp) -> int | None:
    """Seconds, or None where this version of the gem may drop a job whose lock has expired."""
    if unique_jobs.ttl_hazard(lock, _version(app)):
        return None
    return unique_jobs.default_ttl(lock) or DAY


def _until(lock: str, answers: Answers) -> str:
    """When Enterprise frees its lock, for a lock of sidekiq-unique-jobs that means the same."""
    until = enterprise.UNIQUE_UNTIL.get(lock)
    if until is None:
        raise Refused(
            f"--unique {lock} is not available with Sidekiq Enterprise, whose locks end at the start or with success.",
            hint=f"Use --unique {' or --unique '.join(enterprise.UNIQUE_UNTIL)}, or add {UNIQUE_JOBS} to the Gemfile.",
            code="no-such-lock",
        )
    if "on_conflict" in answers:
        raise Refused(
            "--on-conflict is not available with Sidekiq Enterprise, which drops every duplicate.",
            hint=f"Leave out --on-conflict, or add {UNIQUE_JOBS} to the Gemfile.",
            code="no-such-strategy",
        )
    return until
