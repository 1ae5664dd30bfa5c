"""The repos that a pack is rendered for: one for each tree and test framework, and both sides of the gates it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.sidekiq.gems import RAILS, SIDEKIQ, THROTTLED, UNIQUE_JOBS
from sidekiq_gen.testing.repos import Repo
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.sidekiq.capability import Capability
    from sidekiq_gen.sidekiq.gems import Gems
    from sidekiq_gen.sidekiq.release import Tree

FRAMEWORKS = ("rspec", "minitest")
# Releases that go together, and a newest line each: Sidekiq, sidekiq-unique-jobs, sidekiq-throttled and Rails.
_GEMS: dict[Tree, tuple[str, str, str, str]] = {
    "7": ("7.3.10", "8.0.13", "1.5.2", "7.2.2"),
    "6.5": ("6.5.12", "7.1.33", "1.4.0", "6.1.7.10"),
    "8": ("8.1.7", "8.1.0", "2.1.0", "8.0.2"),
}
_OLDEST = Version("6.0.0")
_BOUND = regex(r"(>=|<)\s*([0-9.]+)")
_CAPABILITY = regex(r"\bcan\.([a-z_0-9]+)")


@dataclass(frozen=True)
class Place:
    """A repo, by a name that is fit for a file: ``7-rspec``, ``gate-6.5.1-minitest``."""

    name: str
    repo: Repo


def places() -> tuple[Place, ...]:
    """One for each tree and test framework, tree 7 first; with factories for RSpec, with fixtures for Minitest."""
    return tuple(_place(tree, repo, framework) for tree, repo in _REPOS.items() for framework in FRAMEWORKS)


def locked(gems: Gems) -> tuple[Place, ...]:
    """The same for the gems of a lockfile."""
    tree = _tree_of(Version(gems.sidekiq))
    repo = _repo(
        gems.sidekiq, gems.unique_jobs or _GEMS[tree][1], gems.throttled or _GEMS[tree][2], gems.rails or _GEMS[tree][3]
    )
    return tuple(_place(f"locked-{gems.sidekiq}", repo, framework) for framework in FRAMEWORKS)


def capabilities_in(sources: Iterable[str]) -> frozenset[str]:
    """The capabilities that templates ask for: ``can.retry_in_kill``."""
    return frozenset(name for source in sources for name in _CAPABILITY.findall(source))


def gates(names: Iterable[str]) -> Iterator[Place]:
    """Both sides of every version at which one of these capabilities comes or goes.

    names: of capabilities; one that is in no table is left to whoever renders it.
    """
    wanted = frozenset(names)
    seen = set()
    for row in TABLE:
        if row.name in wanted:
            for version in _sides(row):
                key = (row.gem, version)
                if key not in seen:
                    seen.add(key)
                    repo = _with(row, version)
                    yield from (_place(f"gate-{row.gem}-{version}", repo, framework) for framework in FRAMEWORKS)


def _sides(row: Capability) -> Iterator[str]:
    """Each version at which it changes, behind the last one known before it."""
    known = sorted({Version(found) for one in TABLE if one.gem == row.gem for _, found in _bounds(one)})
    for _, text in _bounds(row):
        bound = Version(text)
        before = max((one for one in known if one < bound), default=None)
        if before is not None and (row.gem != SIDEKIQ or before >= _OLDEST):
            yield str(before)
        yield text


def _bounds(row: Capability) -> list[tuple[str, str]]:
    return [found for versions in row.versions for found in _BOUND.findall(versions)]


def _with(row: Capability, version: str) -> Repo:
    """A repo with this version of the gem that decides, and what goes with it."""
    if row.gem == SIDEKIQ:
        return _repo(version, *_GEMS[_tree_of(Version(version))][1:])
    tree = _tree_for(row, Version(version))
    sidekiq, unique_jobs, throttled, rails = _GEMS[tree]
    return _repo(
        sidekiq,
        version if row.gem == UNIQUE_JOBS else unique_jobs,
        version if row.gem == THROTTLED else throttled,
        version if row.gem == RAILS else rails,
    )


def _tree_for(row: Capability, version: Version) -> Tree:
    """The tree whose own version of a gem is nearest: the first that is not before it."""
    position = {UNIQUE_JOBS: 1, THROTTLED: 2, RAILS: 3}[row.gem]
    rising = sorted(_GEMS, key=lambda tree: Version(_GEMS[tree][position]))
    return next((tree for tree in rising if Version(_GEMS[tree][position]) >= version), rising[-1])


def _tree_of(version: Version) -> Tree:
    return "6.5" if version.major <= 6 else "7" if version.major == 7 else "8"  # noqa: PLR2004 - the trees


def _repo(sidekiq: str, unique_jobs: str, throttled: str, rails: str) -> Repo:
    return Repo(sidekiq=sidekiq, rails=rails, unique_jobs=unique_jobs, gems={THROTTLED: throttled})


def _place(name: str, repo: Repo, framework: str) -> Place:
    records = "factory" if framework == "rspec" else "fixture"
    return Place(f"{name}-{framework}", repo.but(rspec=framework == "rspec", records=records))


_REPOS = {tree: _repo(*gems) for tree, gems in _GEMS.items()}
