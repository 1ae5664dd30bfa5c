"""The gems that decide what can be written: their names, their versions, and the set of them that a lockfile pins."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.versions import Version
from sidekiq_gen.values import dataclass

SIDEKIQ: Final = "sidekiq"
UNIQUE_JOBS: Final = "sidekiq-unique-jobs"
ACTIVEJOB_UNIQUENESS: Final = "activejob-uniqueness"
THROTTLED: Final = "sidekiq-throttled"
RAILS: Final = "rails"
PRO: Final = "sidekiq-pro"
ENTERPRISE: Final = "sidekiq-ent"

Gem = Literal["sidekiq", "sidekiq-unique-jobs", "sidekiq-throttled", "rails"]
GemSource = Literal["gem", "git", "path"]
"""The section of the lockfile that a gem stands in."""

MAXIMUM_VERSION = 100

_NUMBERS = regex(r"[0-9]+(?:\.[0-9]+)*")
_PRE_RELEASE = regex(r"\.?(alpha|beta|preview|pre|rc|dev|a|b|c)\.?([0-9]*)", re.IGNORECASE)


@lru_cache(maxsize=1_000)
def gem_version(text: str) -> Version:
    """Read the version of a gem, a platform after the first ``-`` left out.

    ``6.0.0.pre2`` is a pre-release, and so is, as in RubyGems, anything else with a letter in it: ``6.5.12.github1``
    becomes the pre-release ``6.5.12a0``.

    Raises:
        ValueError: it does not start with a number, or is absurdly long.
    """
    plain = text.strip().partition("-")[0]
    numbers = _NUMBERS.match(plain)
    if not numbers or len(plain) > MAXIMUM_VERSION:
        raise ValueError(f"no version of a gem: {text[:MAXIMUM_VERSION]!r}")
    rest = plain[numbers.end() :]
    if not rest:
        return Version(numbers.group())
    known = _PRE_RELEASE.fullmatch(rest)
    return Version(f"{numbers.group()}.{known[1]}{known[2]}" if known else f"{numbers.group()}a0")


@dataclass(frozen=True)
class Gems:
    """Sidekiq and the gems next to it, by their versions as the lockfile spells them.

    Only text, so that ``Gems(**dataclasses.asdict(gems)) == gems``, also by way of JSON.

    sidekiq: for example ``7.3.2`` or ``7.0.0.beta1``, without a platform.
    source: where that Sidekiq comes from.
    unique_jobs, throttled, rails: likewise; None for a gem that is not there.
    """

    sidekiq: str
    source: GemSource = "gem"
    unique_jobs: str | None = None
    throttled: str | None = None
    rails: str | None = None

    def version(self, gem: Gem) -> Version | None:
        """Return the version of one of them, None when it is not there; ValueError when its text is none."""
        texts = {SIDEKIQ: self.sidekiq, UNIQUE_JOBS: self.unique_jobs, THROTTLED: self.throttled, RAILS: self.rails}
        text = texts[gem]
        return None if text is None else gem_version(text)
