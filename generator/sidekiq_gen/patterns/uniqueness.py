"""No duplicates: the locks of sidekiq-unique-jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen import ruby
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.notices import Notice
from sidekiq_gen.patterns.base import Option, Pattern
from sidekiq_gen.request import Answers, Flag, JobRequest, Situation, answer
from sidekiq_gen.sidekiq import unique_jobs
from sidekiq_gen.sidekiq.unique_locks import LOCKS, STRATEGIES, lock_type, on_conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.version import Version

GEM = "sidekiq-unique-jobs"
LONGEST_TTL = 1_000_000_000  # thirty years; Redis takes no more than 2^63 milliseconds
DAY = 86_400


@dataclass(frozen=True)
class UniqueSettings:
    """The lock, for the locked version of the gem.

    ttl: seconds, or None for a lock without an end.
    on_conflict: one strategy, or one for each of ``client`` and ``server``.
    string_keys: whether this Sidekiq turns the keys of a nested option into strings.
    """

    lock: str
    ttl: int | None
    on_conflict: str | dict[str, str]
    string_keys: bool


class Unique(Pattern):
    """Refuses to enqueue, or to run, the same job with the same arguments twice."""

    name = "unique"
    layer = "class"
    kinds = frozenset({"record", "plain", "claim", "backfill"})
    flags = (
        Flag(
            "--unique",
            "Let sidekiq-unique-jobs refuse duplicates, with this lock.",
            "choice",
            metavar="LOCK",
            choices=tuple(LOCKS),
            also=tuple(alias for known in LOCKS.values() for alias in known.aliases),
            question="Until when is the job unique?",
        ),
        Flag(
            "--unique-ttl",
            "Free the lock after so many seconds, whatever happens.",
            "number",
            metavar="SECONDS",
            question="After how many seconds is the lock freed, whatever happens?",
        ),
        Flag(
            "--on-conflict",
            "What happens to a duplicate.",
            "choice",
            metavar="STRATEGY",
            choices=STRATEGIES,
            question="What shall happen to a duplicate?",
        ),
    )
    summary = "refuse duplicates of a job that is waiting or running, with sidekiq-unique-jobs"
    paragraph = (
        "For jobs that are enqueued more often than they need to run: rebuilding an index, refreshing a cache. The "
        "lock is kept in Redis from the enqueue on and has an end in time, so that a killed process cannot keep it "
        "for ever. It saves work; it is no safeguard of data: for that use a lock in the database."
    )

    def refusal(self, situation: Situation) -> Refused | None:
        gem = situation.app.gem(GEM)
        if gem is None:
            return Refused(
                f"--unique needs {GEM}, which is not in the lockfile.",
                hint=f"Add it to the Gemfile: {unique_jobs.gemfile_line(situation.release.version)}",
                code="needs-gem",
            )
        return unique_jobs.pairing_error(gem.version, situation.release.version)

    def suggestion(self, flag: Flag, answers: Answers, situation: Situation) -> str | None:
        if flag.parameter == "unique_ttl":
            ttl = _default_ttl(answer(answers, "unique"), situation)
            return None if ttl is None else str(ttl)
        return super().suggestion(flag, answers, situation)

    def decide(self, answers: Answers, situation: Situation) -> UniqueSettings:
        lock = lock_type(answer(answers, "unique")).name
        ttl = answer(answers, "unique_ttl", _default_ttl(lock, situation))
        if ttl is not None and not 0 < ttl <= LONGEST_TTL:
            raise InvalidInput(
                f"--unique-ttl {ttl} is no length of time.", hint="Give seconds: 3600.", code="invalid-ttl"
            )
        return UniqueSettings(
            lock,
            ttl,
            on_conflict(lock, answer(answers, "on_conflict", "log")),
            situation.release.capabilities.nested_options_string_keys,
        )

    def options(self, settings: UniqueSettings, situation: Situation) -> tuple[Option, ...]:
        version = _version(situation)
        lock = Option("lock", f":{settings.lock}", unique_jobs.lock_comment(settings.lock, version))
        ttl = Option("lock_ttl", _seconds(settings.ttl or 0), unique_jobs.ttl_comment(settings.lock, version))
        conflict = Option("on_conflict", _strategies(settings.on_conflict))
        return (lock, ttl, conflict) if settings.ttl else (lock, conflict)

    def notices(self, settings: UniqueSettings, request: JobRequest) -> Iterator[Notice]:
        situation = request.situation
        version = _version(situation)
        if not situation.app.unique_jobs_wired:
            yield Notice(
                "unique-jobs-not-wired",
                f"Nothing under config/ sets up {GEM}: without its middleware the lock does nothing.",
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
        discard = request.chosen("discard-on")
        dropped = discard and discard.settings.means == "retry_in" and discard.settings.to == "nowhere"
        if dropped and unique_jobs.leaks_on_discard(settings.lock, version, situation.release.version):
            yield Notice(
                "unique-lock-kept",
                f"Sidekiq {situation.release.text} runs no death handlers for a job that is discarded: its lock stays "
                + ("until its TTL, or until the reaper finds it." if settings.ttl else "until the reaper finds it."),
                "Use --discard-to dead, or Sidekiq 8.0.7 or later.",
            )


def _version(situation: Situation) -> Version:
    return situation.app.gem(GEM).version  # type: ignore[union-attr] # refusal() comes first


def _default_ttl(lock: str, situation: Situation) -> int | None:
    """Seconds, or None where this version of the gem may drop a job whose lock has expired."""
    if unique_jobs.ttl_hazard(lock, _version(situation)):
        return None
    return unique_jobs.default_ttl(lock) or DAY


def _seconds(seconds: int) -> str:
    """Ruby for a number of seconds that every release of the gem takes: ``1.hour.to_i``, ``90``."""
    for unit, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % length == 0:
            count = seconds // length
            return f"{count}.{unit if count == 1 else unit + 's'}.to_i"
    return ruby.integer(seconds)


def _strategies(on_conflict: str | dict[str, str]) -> str:
    if isinstance(on_conflict, str):
        return f":{on_conflict}"
    return "{ " + ", ".join(f"{side}: :{strategy}" for side, strategy in on_conflict.items()) + " }"
