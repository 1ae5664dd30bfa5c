"""Which linter the repo asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.lockfile import Lockfile

_TAKES_OVER = regex(r"^[^#\n]*\bstandard(?::|$)", re.MULTILINE)

Linter = Literal["standard", "rubocop"]


def find_linter(lockfile: Lockfile | None, repo: Repo) -> Linter | None:
    """The linter that decides: ``standard`` when the Gemfile asks for it, else RuboCop, when it is locked at all.

    A configuration of RuboCop that takes over what Standard says is there to change that, and decides.
    """
    if lockfile is None:
        return None
    if lockfile.get("rubocop") and _TAKES_OVER.search(repo.read(".rubocop.yml") or ""):
        return "rubocop"
    if lockfile.is_direct("standard") and lockfile.get("standard"):
        return "standard"
    if any(name.startswith("rubocop") for name in lockfile.gems):
        return "rubocop"
    return "standard" if lockfile.get("standard") else None
