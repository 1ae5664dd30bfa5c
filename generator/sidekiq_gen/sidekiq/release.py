"""The Sidekiq that was found, and which templates are for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq.capabilities import Capabilities
from sidekiq_gen.sidekiq.gems import RAILS, Gems, GemSource, gem_version
from sidekiq_gen.sidekiq.tables.config import ConfigTable
from sidekiq_gen.sidekiq.tables.job import JobTable
from sidekiq_gen.sidekiq.tables.push import PushTable
from sidekiq_gen.sidekiq.tables.rails import impossible_pair
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.sidekiq.versions import Version
    from sidekiq_gen.style import JobModule

Tree = Literal["6.5", "7", "8"]

_OLDEST_MAJOR, _NEWEST_MAJOR = 6, 8
_TREES: dict[int, Tree] = {6: "6.5", 7: "7", 8: "8"}
_WHOLE_TREE_6 = (6, 5)
_HINT = "Pass --sidekiq-version with a version from 6.0 to 8.x to write for that release instead of the one found."

# What the notice for Sidekiq 6.0 to 6.4 names, where it is missing there: capability, and words for it.
_OFTEN_MISSED = (
    (JobTable.job_module, "Sidekiq::Job"),
    (PushTable.perform_bulk, "perform_bulk"),
    (JobTable.perform_inline, "perform_inline"),
    (JobTable.strict_arguments_switch, "strict arguments"),
    (ConfigTable.context_add, "Sidekiq::Context.add"),
    (ConfigTable.default_job_options, "Sidekiq.default_job_options"),
    (ConfigTable.middleware_modules, "Sidekiq::ServerMiddleware"),
    (PushTable.transactional_push, "transactional_push!"),
    (JobTable.retry_in_kill, ":kill and :discard from sidekiq_retry_in"),
)


@dataclass(frozen=True)
class Release:
    """The exact Sidekiq a job is written for, and what it can do together with the gems next to it.

    It is its `gems` and nothing else: equal gems make equal releases, and ``Release(Gems(**document))`` makes one again
    from the JSON of ``dataclasses.asdict(release.gems)``. A pre-release counts by its digits: 6.0.0.pre2 as 6.0,
    8.0.0.beta1 as 8.0.

    Raises:
        Refused: older than 6.0 (``sidekiq-too-old``) or newer than 8.x (``sidekiq-too-new``).
        ValueError: the text of a version is none.
    """

    gems: Gems

    def __post_init__(self) -> None:
        """Refuse what no tree is for."""
        if self.version.major < _OLDEST_MAJOR:
            raise Refused(
                f"Sidekiq {self.text} is older than 6.0, the oldest supported.", hint=_HINT, code="sidekiq-too-old"
            )
        if self.version.major > _NEWEST_MAJOR:
            raise Refused(
                f"Sidekiq {self.text} is newer than 8.x, the newest supported.", hint=_HINT, code="sidekiq-too-new"
            )

    @cached_property
    def version(self) -> Version:
        """The version, for example ``Version("7.3.2")``."""
        return gem_version(self.gems.sidekiq)

    @property
    def text(self) -> str:
        """The version as the lockfile spells it, for example ``7.0.0.beta1``."""
        return self.gems.sidekiq

    @property
    def source(self) -> GemSource:
        """The section of the lockfile it stands in."""
        return self.gems.source

    @property
    def tree(self) -> Tree:
        """The templates for it."""
        return _TREES[self.version.major]

    @cached_property
    def capabilities(self) -> Capabilities:
        """What it can do, together with the sidekiq-unique-jobs, sidekiq-throttled and Rails next to it."""
        return Capabilities(self.gems)

    @property
    def job_module(self) -> JobModule:
        """What a job includes where the repo has no habit, whoever writes it.

        Sidekiq::Worker up to 6.5, Sidekiq::Job from 7.0 on. Both are one module in every release that has both, so the
        choice is one of names. Worker is the name that all of 6.0 to 6.5 have and that 6.5 itself defines, with Job as
        the alias (v6.5.12 lib/sidekiq/worker.rb:44, lib/sidekiq/job.rb:12); in 7.0 it is the other way round
        (v7.0.0 lib/sidekiq/job.rb:44, lib/sidekiq/worker_compatibility_alias.rb:12).
        """
        return "Sidekiq::Worker" if self.tree == "6.5" else "Sidekiq::Job"

    def notices(self) -> Iterator[Notice]:
        """Yield what the user should know about it."""
        yield from _before_6_5(self)
        yield from _rails_pair(self)


def sidekiq_not_locked(where: str) -> Refused:
    """Return the error for a lockfile without Sidekiq; `where` names the lockfile."""
    return Refused(
        f"{where} locks no Sidekiq.",
        hint="Add it with `bundle add sidekiq`, or pass --sidekiq-version VERSION to write for that release.",
        code="no-sidekiq",
    )


def _before_6_5(release: Release) -> Iterator[Notice]:
    if (release.version.major, release.version.minor) >= _WHOLE_TREE_6:
        return
    missing = [words for row, words in _OFTEN_MISSED if not row.holds_for(release.version)]
    yield Notice(
        "sidekiq-before-6.5",
        f"Sidekiq {release.text} is older than 6.5 and lacks {', '.join(missing)}.",
        "The generated code does without; Sidekiq 6.5.12 has all of it.",
    )


def _rails_pair(release: Release) -> Iterator[Notice]:
    rails = release.gems.version(RAILS)
    pair = impossible_pair(release.version, rails) if rails else None
    if pair:
        yield Notice(
            "rails-pair",
            f"Sidekiq {release.text} and Rails {release.gems.rails} cannot be bundled together: {pair.reason}.",
            f"Upgrade to {pair.needs} or choose an earlier Sidekiq.",
        )
