"""sidekiq-throttled of an exact version: which Sidekiq it goes with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import Version

from sidekiq_gen.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class _Pairing:
    """From version `since` of the gem on, its gemspec allows Sidekiq from `low` up to, not including, `high`.

    tested_from, tested_to: the lines of Sidekiq that its README names.
    """

    since: Version
    low: Version
    high: Version
    tested_from: Version
    tested_to: Version


# Source: sidekiq-throttled.gemspec and README.adoc at the tags. Gemspecs before 0.17 name no bounds; 1.5 allows
# Sidekiq 6.5, which its README has dropped.
_PAIRINGS: Sequence[_Pairing] = tuple(
    _Pairing(*(Version(text) for text in row))
    for row in (
        ("0.16.0", "6.0", "7.0", "6.0", "7.0"),
        ("0.17.0", "6.4", "7.0", "6.4", "7.0"),
        ("1.0.0", "7.0", "9.0", "7.0", "7.3"),
        ("1.0.1", "6.5", "9.0", "6.5", "7.3"),
        ("1.5.0", "6.5", "9.0", "7.0", "7.3"),
        ("2.0.0", "8.0", "9.0", "8.0", "9.0"),
    )
)
# From the oldest Sidekiq of each on.
_GEMFILE = (("8.0", "~> 2.1"), ("7.0", "~> 1.5"), ("6.5", "~> 1.4.0"), ("6.4", "~> 0.18.0"), ("6.0", "~> 0.16.2"))


def gemfile_line(sidekiq: Version) -> str:
    """Return the line for the Gemfile that brings the right sidekiq-throttled for a Sidekiq."""
    versions = next(versions for since, versions in _GEMFILE if sidekiq >= Version(since) or since == _GEMFILE[-1][0])
    return f'gem "sidekiq-throttled", "{versions}"'


def pairing_error(throttled: Version, sidekiq: Version) -> Refused | None:
    """Return why the two cannot be used together, or None when they can (``throttled-pair``)."""
    pairing = _pairing(throttled)
    if pairing and pairing.low <= sidekiq < pairing.high:
        return None
    return Refused(
        f"sidekiq-throttled {throttled} does not go with Sidekiq {sidekiq}.",
        hint=f"Write in the Gemfile: {gemfile_line(sidekiq)}",
        code="throttled-pair",
    )


def is_tested(throttled: Version, sidekiq: Version) -> bool:
    """Say whether the gem's own README names that line of Sidekiq; otherwise only the gemspec allows it."""
    pairing = _pairing(throttled)
    return pairing is not None and pairing.tested_from <= sidekiq < pairing.tested_to


def _pairing(throttled: Version) -> _Pairing | None:
    fitting = [pairing for pairing in _PAIRINGS if pairing.since <= throttled]
    return fitting[-1] if fitting else None
