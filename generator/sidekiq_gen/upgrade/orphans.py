"""Gems that only Sidekiq has brought along, and that go with the move while the repo uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.files import ruby_files
from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq import needs
from sidekiq_gen.sidekiq.gems import SIDEKIQ, UNIQUE_JOBS
from sidekiq_gen.upgrade.matter import Matter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.sidekiq.release import Release
    from sidekiq_gen.upgrade.bundle import Bundle

_REDIS = "redis"
_CABLE_FILE = "config/cable.yml"
# Gems that ask for redis while they go with Sidekiq 6, and not after. Source: their gemspecs, sidekiq-unique-jobs
# v7.1.33 and v8.0.6, brpoplpush-redis_script.
_GOING_TOO = frozenset({SIDEKIQ, UNIQUE_JOBS, "brpoplpush-redis_script"})
_USES = regex(r"(?<![\w:.])(?:::)?Redis(?:\.(?:new|current)\b|::[A-Z]\w+)|:redis_cache_store", needs="edis")
_CABLE = regex(r"^[ \t]*adapter:[ \t]*redis\b", 8, needs="redis")


def orphans(bundle: Bundle, now: Release, target: Release) -> Iterator[Matter]:
    """Yield the gem redis where nothing but Sidekiq 6 asks for it, at the first place that uses it."""
    lockfile = bundle.app.lockfile
    going = now.tree == "6.5" and target.tree != "6.5" and needs.need_of(target.version, _REDIS) is None
    if lockfile is None or not going or lockfile.get(_REDIS) is None or lockfile.is_direct(_REDIS):
        return
    if not _GOING_TOO.issuperset(lockfile.required_by(_REDIS)):
        return
    places = list(_uses(bundle.app.repo))
    if places:
        path, line = places[0]
        others = f" and in {len(places) - 1} more places" if len(places) > 1 else ""
        yield Matter(
            "gem-goes",
            path,
            line,
            f"The gem redis is used here{others}; only Sidekiq 6 and gems of its time have brought it along.",
            'Write in the Gemfile: gem "redis"',
            first=path != _CABLE_FILE,  # which may name an adapter that nothing uses
            source=f"sidekiq v7.0.0 {needs.GEMSPEC}",
        )


def _uses(repo: Repo) -> Iterator[tuple[str, int]]:
    for path in ruby_files(repo):
        for number, line in enumerate((repo.read(path) or "").split("\n"), 1):
            if _USES.search(line) and not line.lstrip().startswith("#"):
                yield path, number
                break
    cable = repo.read(_CABLE_FILE) or ""
    adapter = _CABLE.search(cable)
    if adapter:
        yield _CABLE_FILE, cable.count("\n", 0, adapter.start()) + 1
