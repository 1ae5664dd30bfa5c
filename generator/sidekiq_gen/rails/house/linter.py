"""Which linter the repo asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.rails.code import code_lines
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.lockfile import Lockfile

# Where Rails' generators read their settings: they run in development.
_SETTINGS = ("config/application.rb", "config/environments/development.rb")
_CORRECTS = regex(r"\s*\w[\w.]*\.apply_rubocop_autocorrect_after_generate!\s*(?:#.*)?")
_TAKES_OVER = regex(r"^[^#\n]*\bstandard(?::|$)", re.MULTILINE, needs="standard")

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


def corrects_what_is_generated(repo: Repo) -> str:
    """The file that asks Rails' generators to have RuboCop correct what they write; empty where none does.

    A call with a condition behind it is none: what it says is not known.
    Source: rails v8.1.3 railties/lib/rails/configuration.rb:150 (``apply_rubocop_autocorrect_after_generate!``, from
    v7.2.0 on), .../generators/rails/app/templates/config/environments/development.rb.tt:92.
    """
    for path in _SETTINGS:
        text = repo.read(path) or ""
        if "apply_rubocop" in text and any(_CORRECTS.fullmatch(line) for line in code_lines(text)):
            return path
    return ""
