"""Which linter the repo asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sidekiq_gen.rails.lockfile import Lockfile

Linter = Literal["standard", "rubocop"]


def find_linter(lockfile: Lockfile | None) -> Linter | None:
    """The linter that decides: ``standard`` when the Gemfile asks for it, else RuboCop, when it is locked at all."""
    if lockfile is None:
        return None
    if lockfile.is_direct("standard") and lockfile.get("standard"):
        return "standard"
    if any(name.startswith("rubocop") for name in lockfile.gems):
        return "rubocop"
    return "standard" if lockfile.get("standard") else None
