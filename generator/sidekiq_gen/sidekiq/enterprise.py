"""What Sidekiq Enterprise offers jobs, as far as its public wiki and changelog say: its source is closed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq.gems import ENTERPRISE

if TYPE_CHECKING:
    from collections.abc import Iterator

GEM = ENTERPRISE

UNIQUE_UNTIL = MappingProxyType({"until_executed": "success", "until_executing": "start"})
"""By the lock of sidekiq-unique-jobs that means the same: when Enterprise frees its own.

Source: sidekiq wiki, Ent-Unique-Jobs, "Unlock Policy".
"""

UNTIL = MappingProxyType(
    {
        "until_executed": "one waiting or running at a time; released on success, or after unique_for",
        "until_executing": "one waiting at a time; released when a run starts, or after unique_for",
    }
)
"""The same locks with what each allows. Source: the same page."""

INTERVALS = MappingProxyType({1: "second", 60: "minute", 3_600: "hour", 86_400: "day"})
"""Seconds -> the interval of a window limiter. Source: sidekiq wiki, Ent-Rate-Limiting, "Window"."""


def unique_notices(*, switched_on: bool) -> Iterator[Notice]:
    """What is to be known of its unique jobs; switched_on: whether something under ``config`` does that."""
    yield Notice(
        "enterprise-not-run",
        "Unique jobs were not executed: Sidekiq Enterprise is closed source. They are written from its public "
        "documentation.",
        "Try a duplicate once against your Redis.",
    )
    if not switched_on:
        yield Notice(
            "enterprise-unique-off",
            "Nothing under config/ switches unique jobs on, without which unique_for does nothing.",
            "Run sidekiq-gen install, or add to the initializer: Sidekiq::Enterprise.unique! unless Rails.env.test?",
        )
