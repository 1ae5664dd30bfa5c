"""Where tests keep what the next run can use: the roots of the live tests, and what programs said of texts."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """A folder of this user, as tests/live/setup has it; it need not be there."""
    if given := os.environ.get("SIDEKIQ_GEN_LIVE_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "sidekiq-gen" / "live"
