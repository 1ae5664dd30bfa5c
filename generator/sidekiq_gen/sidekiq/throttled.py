"""sidekiq-throttled of an exact version: which Sidekiq it goes with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.sidekiq import pairing
from sidekiq_gen.sidekiq.gems import THROTTLED

if TYPE_CHECKING:
    from sidekiq_gen.sidekiq.versions import Version

# What its gemspec allows. Source: sidekiq-throttled.gemspec at the tags. It names no low end before 0.17, where the
# README counts, and a high end only in 0.18 (7.0, as the READMEs of 0.16 and 0.17); 9.0 is where this command ends.
PAIRINGS = (
    ("0.16.0", "6.0", "7.0"),
    ("0.17.0", "6.4", "7.0"),
    ("1.0.0", "7.0", "9.0"),
    ("1.0.1", "6.5", "9.0"),
    ("2.0.0", "8.0", "9.0"),
)
# What its README names. Source: README.md, README.adoc at the tags; 1.5 has dropped Sidekiq 6.5, which the gemspec
# still allows.
TESTED = (
    ("0.16.0", "6.0", "7.0"),
    ("0.17.0", "6.4", "7.0"),
    ("1.0.0", "7.0", "7.3"),
    ("1.0.1", "6.5", "7.3"),
    ("1.5.0", "7.0", "7.3"),
    ("2.0.0", "8.0", "9.0"),
)
# From the oldest Sidekiq of each on.
_GEMFILE = (("8.0", "~> 2.1"), ("7.0", "~> 1.5"), ("6.5", "~> 1.4.0"), ("6.4", "~> 0.18.0"), ("6.0", "~> 0.16.2"))


def gemfile_line(sidekiq: Version) -> str:
    """Return the line for the Gemfile that brings the right sidekiq-throttled for a Sidekiq."""
    return pairing.gemfile_line(THROTTLED, sidekiq, _GEMFILE)


def pairing_error(throttled: Version, sidekiq: Version) -> Refused | None:
    """Return why the two cannot be used together, or None when they can (``throttled-pair``)."""
    known = pairing.pairing_of(throttled, PAIRINGS)
    if known and known.fits(sidekiq):
        return None
    return Refused(
        f"{THROTTLED} {throttled} does not go with Sidekiq {sidekiq}.",
        hint=f"Write in the Gemfile: {gemfile_line(sidekiq)}",
        code="throttled-pair",
    )


def is_tested(throttled: Version, sidekiq: Version) -> bool:
    """Say whether the gem's own README names that line of Sidekiq; otherwise only the gemspec allows it."""
    known = pairing.pairing_of(throttled, TESTED)
    return known is not None and known.fits(sidekiq)
