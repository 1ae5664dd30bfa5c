"""The Sidekiq that was found, and which templates are for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq.capabilities import Capabilities
from sidekiq_gen.sidekiq.tables.rails import impossible_pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.version import Version

Tree = Literal["6.5", "7", "8"]
Source = Literal["gem", "git", "path"]

_OLDEST_MAJOR, _NEWEST_MAJOR = 6, 8
_TREES: dict[int, Tree] = {6: "6.5", 7: "7", 8: "8"}
_WHOLE_TREE_6 = (6, 5)
_HINT = "Pass --sidekiq-version with a version from 6.0 to 8.x to write for that release instead of the one found."

# What the notice for Sidekiq 6.0 to 6.4 names, where it is missing there: capability, and words for it.
_OFTEN_MISSED = (
    ("job_module", "Sidekiq::Job"),
    ("perform_bulk", "perform_bulk"),
    ("perform_inline", "perform_inline"),
    ("strict_arguments_switch", "strict arguments"),
    ("context_add", "Sidekiq::Context.add"),
    ("default_job_options", "Sidekiq.default_job_options"),
    ("middleware_modules", "Sidekiq::ServerMiddleware"),
    ("transactional_push", "transactional_push!"),
    ("retry_in_kill", ":kill and :discard from sidekiq_retry_in"),
)


@dataclass(frozen=True)
class Release:
    """The exact Sidekiq a job is written for.

    version: for example ``Version("7.3.2")``.
    text: the version as the lockfile spells it, for example ``7.0.0.beta1``.
    tree: the templates for it.
    source: the section of the lockfile it stands in.
    capabilities: what it can do, together with the sidekiq-unique-jobs and the Rails next to it.
    """

    version: Version
    text: str
    tree: Tree
    source: Source
    capabilities: Capabilities

    @property
    def job_module(self) -> str:
        """Placeholder until decided."""
        return "Sidekiq::Worker" if self.tree == "6.5" else "Sidekiq::Job"


def detect_release(
    version: Version, text: str, source: Source, rails: Version | None, **gems: Version | None
) -> tuple[Release, tuple[Notice, ...]]:
    """Choose the tree for a version of Sidekiq and work out what it can do, with what the user should know.

    gems: the versions of ``unique_jobs`` and ``throttled`` next to it.

    A pre-release counts by its digits: 6.0.0.pre2 as 6.0, 8.0.0.beta1 as 8.0.

    Raises:
        Refused: older than 6.0 (``sidekiq-too-old``) or newer than 8.x (``sidekiq-too-new``).
    """
    if version.major < _OLDEST_MAJOR:
        raise Refused(f"Sidekiq {text} is older than 6.0, the oldest supported.", hint=_HINT, code="sidekiq-too-old")
    if version.major > _NEWEST_MAJOR:
        raise Refused(f"Sidekiq {text} is newer than 8.x, the newest supported.", hint=_HINT, code="sidekiq-too-new")
    capabilities = Capabilities.of(sidekiq=version, rails=rails, **gems)
    release = Release(version, text, _TREES[version.major], source, capabilities)
    return release, (*_before_6_5(release), *_rails_pair(release, rails))


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
    missing = [words for name, words in _OFTEN_MISSED if not getattr(release.capabilities, name)]
    yield Notice(
        "sidekiq-before-6.5",
        f"Sidekiq {release.text} is older than 6.5 and lacks {', '.join(missing)}.",
        "What is generated does without; Sidekiq 6.5.12 has all of it.",
    )


def _rails_pair(release: Release, rails: Version | None) -> Iterator[Notice]:
    pair = impossible_pair(release.version, rails) if rails else None
    if pair:
        yield Notice(
            "rails-pair",
            f"Sidekiq {release.text} and Rails {rails} cannot be bundled together: {pair.reason}.",
            f"Upgrade to {pair.needs} or choose an earlier Sidekiq.",
        )
