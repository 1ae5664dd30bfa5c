"""What Sidekiq Enterprise offers jobs, as far as its public wiki and changelog say: its source is closed."""

from __future__ import annotations

from types import MappingProxyType

from sidekiq_gen.sidekiq.gems import ENTERPRISE

GEM = ENTERPRISE

UNIQUE_UNTIL = MappingProxyType({"until_executed": "success", "until_executing": "start"})
"""By the lock of sidekiq-unique-jobs that means the same: when Enterprise frees its own.

Source: sidekiq wiki, Ent-Unique-Jobs, "Unlock Policy".
"""

INTERVALS = MappingProxyType({1: "second", 60: "minute", 3_600: "hour", 86_400: "day"})
"""Seconds -> the interval of a window limiter. Source: sidekiq wiki, Ent-Rate-Limiting, "Window"."""
