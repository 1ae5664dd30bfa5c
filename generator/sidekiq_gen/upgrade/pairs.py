"""Gems that cannot stay as they are when Sidekiq moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq import companions, needs, throttled, unique_jobs
from sidekiq_gen.sidekiq.gems import ACTIVEJOB_UNIQUENESS, PRO, SIDEKIQ, THROTTLED, UNIQUE_JOBS
from sidekiq_gen.sidekiq.requirements import allows, both_possible
from sidekiq_gen.sidekiq.tables.rails import impossible_pair
from sidekiq_gen.sidekiq.versions import Version
from sidekiq_gen.upgrade.matter import Matter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidekiq_gen.errors import Refused
    from sidekiq_gen.rails.requirements import Asked
    from sidekiq_gen.sidekiq.release import Release
    from sidekiq_gen.upgrade.bundle import Bundle

# The parts of Rails that ask for rack: they move with Rails.
_RAILS = frozenset("rails railties actionpack actioncable activestorage actionmailbox actiontext actionview".split())
_PAIRS: dict[str, Callable[[Version, Version], Refused | None]] = {
    UNIQUE_JOBS: unique_jobs.pairing_error,
    THROTTLED: throttled.pairing_error,
}
# What Sidekiq Pro has to have been for a while before 8.
_BATCHES = Version("7.3.6")


def pairs(bundle: Bundle, now: Release, target: Release) -> Iterator[Matter]:
    """Yield what stands in the way of the target in the bundle, Sidekiq's own line first."""
    yield from _steps(now, target)
    gems = {need.name for need in needs.needs_of(target.version)} | {SIDEKIQ}
    asked = bundle.asked(gems - needs.NOT_GEMS)
    told: set[str] = set()
    for matter, gem in (
        *_pins(bundle, asked, target),
        *_known(bundle, now, target),
        *_rails(bundle, now, target),
        *_blocked(bundle, asked, target),
    ):
        if gem not in told:
            told.add(gem)
            yield matter
    yield from _uniqueness(bundle, now, target)
    yield from _drivers(bundle, now, target)


def _steps(now: Release, target: Release) -> Iterator[Matter]:
    """Sidekiq is moved by one major version at a time: each reads what the one before has written."""
    if target.version.major - now.version.major > 1:
        between = needs.newest_of(str(now.version.major + 1))
        yield Matter(
            "one-major-at-a-time",
            None,
            None,
            f"From Sidekiq {now.text} to {target.text} is more than one major version.",
            f"Move to {between} first, run it until the retries of before are through, then go on.",
            first=True,
            source="sidekiq v8.1.7 docs/8.0-Upgrade.md",
        )


def _pins(bundle: Bundle, asked: tuple[Asked, ...], target: Release) -> Iterator[tuple[Matter, str]]:
    """The Gemfile's own requirements that no version which Sidekiq can use fulfils."""
    for one in asked:
        if one.by is not None:
            continue
        if one.gem == SIDEKIQ:
            if not allows(one.requirement, target.version):
                yield (
                    _matter(
                        bundle,
                        "gemfile-pin",
                        SIDEKIQ,
                        f"The Gemfile asks for sidekiq {one.requirement}, which {target.text} is not",
                        f'Write: gem "sidekiq", "~> {_line(target)}"',
                        "",
                    ),
                    SIDEKIQ,
                )
        elif (need := needs.need_of(target.version, one.gem)) and not both_possible(one.requirement, need.requirement):
            yield (
                _matter(
                    bundle,
                    "gemfile-pin",
                    one.gem,
                    f"The Gemfile asks for {one.gem} {one.requirement}, and Sidekiq {target.text} for "
                    f"{need.requirement}",
                    f'Write: gem "{one.gem}", "{need.requirement}"',
                    f"sidekiq {need.source}",
                ),
                one.gem,
            )


def _line(target: Release) -> str:
    """What to ask for in the Gemfile: the line of the target, up to the next major version where that is the last."""
    line = f"{target.version.major}.{target.version.minor}"
    last = needs.newest_of(str(target.version.major))
    return line if last == needs.newest_of(line) else target.version.base_version


def _known(bundle: Bundle, now: Release, target: Release) -> Iterator[tuple[Matter, str]]:
    """Gems that live on Sidekiq and are known not to work with the target as they are locked."""
    for gem in bundle.app.lockfile.gems.values() if bundle.app.lockfile else ():
        if gem.source != "gem":  # of a branch nobody knows what it can do
            continue
        error = _PAIRS[gem.name](gem.version, target.version) if gem.name in _PAIRS else None
        row = companions.unfit(gem.name, gem.version, target.version)
        if error:
            yield _matter(bundle, "gem-pair", gem.name, error.message, error.hint, f"{gem.name}.gemspec"), gem.name
        elif row and row != companions.unfit(gem.name, gem.version, now.version):
            lacks = f"does not support Sidekiq {target.version.major}"
            why = row.why or f"that takes {gem.name} {row.works}"
            yield (
                _matter(
                    bundle,
                    "gem-pair",
                    gem.name,
                    f"{gem.name} {gem.text} {lacks}: {why}",
                    f"Write in the Gemfile: {companions.gemfile_line(gem.name, target.version)}",
                    row.source,
                    first=row.breaks,
                ),
                gem.name,
            )
        if gem.name == PRO and target.tree == "8" and gem.version < _BATCHES:
            yield (
                _matter(
                    bundle,
                    "pro-batches",
                    gem.name,
                    f"Sidekiq Pro 8 reads batches that 7.3.6 and later have written, and {gem.text} is locked",
                    "Run Sidekiq Pro 7.3.6 or later for some weeks first",
                    "sidekiq v8.1.7 docs/8.0-Upgrade.md",
                ),
                f"{PRO} batches",
            )


def _rails(bundle: Bundle, now: Release, target: Release) -> Iterator[tuple[Matter, str]]:
    rails = bundle.app.rails
    pair = impossible_pair(target.version, rails.version) if rails else None
    if rails and pair and pair != impossible_pair(now.version, rails.version):
        yield (
            _matter(
                bundle,
                "rails-pair",
                rails.name,
                f"Rails {rails.text} cannot be bundled with Sidekiq {target.text}: {pair.reason}",
                f"Move to {pair.needs} or later first",
                "rails actionpack.gemspec, sidekiq.gemspec",
            ),
            "rails",
        )


def _blocked(bundle: Bundle, asked: tuple[Asked, ...], target: Release) -> Iterator[tuple[Matter, str]]:
    """Locked gems whose requirements leave no version of Sidekiq, or of what Sidekiq needs."""
    for one in asked:
        if one.by is None or one.by == SIDEKIQ:
            continue
        need = needs.need_of(target.version, one.gem)
        if one.gem == SIDEKIQ:
            stands, wanted = not allows(one.requirement, target.version), f"Sidekiq {target.text}"
        else:
            stands = need is not None and not both_possible(one.requirement, need.requirement)
            wanted = f"{one.gem} {need.requirement} for Sidekiq {target.text}" if need else ""
        if not stands:
            continue
        line = companions.gemfile_line(one.by, target.version)
        yield (
            _matter(
                bundle,
                "gem-pair",
                one.by,
                f"{one.by} {one.version} asks for {one.gem} {one.requirement}, which rules out {wanted}",
                f"Write in the Gemfile: {line}" if line else f"Take a later one along: bundle update sidekiq {one.by}",
                f"sidekiq {need.source}" if need else "",
            ),
            "rails" if one.by in _RAILS else one.by,
        )


def _uniqueness(bundle: Bundle, now: Release, target: Release) -> Iterator[Matter]:
    gem = bundle.app.gem(ACTIVEJOB_UNIQUENESS)
    if gem and now.tree != "8" and target.tree == "8":
        path, line = bundle.place_of(gem.name)
        yield Matter(
            "uniqueness-on-death",
            path,
            line,
            f"{gem.name} {gem.text} looks for the class that wraps ActiveJob's jobs up to Sidekiq 7: with 8 the lock "
            "of a job that dies stays until its lock_ttl.",
            "Give such locks a lock_ttl.",
            first=False,
            source="activejob-uniqueness v0.4.0 lib/active_job/uniqueness/sidekiq_patch.rb:95",
        )


def _drivers(bundle: Bundle, now: Release, target: Release) -> Iterator[Matter]:
    """The gem hiredis, which Sidekiq's connection no longer knows."""
    crossed = now.tree == "6.5" and target.tree != "6.5"
    if crossed and bundle.app.gem("hiredis") and not bundle.app.gem("hiredis-client"):
        path, line = bundle.place_of("hiredis")
        yield Matter(
            "hiredis-driver",
            path,
            line,
            "hiredis is no driver of Sidekiq 7, which talks through redis-client.",
            'Add gem "hiredis-client" if config.redis= is to go on with driver: :hiredis.',
            first=False,
            source="sidekiq v7.0.0 sidekiq.gemspec, redis-client README (Drivers)",
        )


def _matter(  # noqa: PLR0913, PLR0917 - what a matter consists of
    bundle: Bundle, code: str, gem: str, message: str, hint: str, source: str, *, first: bool = True
) -> Matter:
    path, line = bundle.place_of(gem)
    ended = hint if hint.endswith('"') else f"{hint.removesuffix('.')}."
    return Matter(code, path, line, f"{message.removesuffix('.')}.", ended, first=first, source=source)
