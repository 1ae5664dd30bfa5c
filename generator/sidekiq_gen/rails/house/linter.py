"""What the repo's linter says about quotes and the magic comment."""

from __future__ import annotations

import fnmatch
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sidekiq_gen.rails import yaml
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.lockfile import Lockfile
    from sidekiq_gen.style import Quotes

Linter = Literal["standard", "rubocop"]

CONFIGURATION = ".rubocop.yml"
MAXIMUM_DEPTH = 10
_QUOTES = "Style/StringLiterals"
_COMMENT = "Style/FrozenStringLiteralComment"
# The shared configurations that come as gems. All ask for double quotes; the value: whether for the magic comment too.
_HOUSES = {
    "standard": False,
    "rubocop-rails-omakase": False,
    "rubocop-govuk": False,
    "rubocop-shopify": True,
}


@dataclass(frozen=True)
class LinterRules:
    """What the linter asks for; None where it does not care."""

    quotes: Sourced[Quotes] | None = None
    frozen_string_literal: Sourced[bool] | None = None


@dataclass(frozen=True)
class _Setting:
    """One value of a cop and the file or gem that set it."""

    value: Any
    source: str


# The settings that matter, by cop and key: ("Style/StringLiterals", "EnforcedStyle").
_Settings = dict[tuple[str, str], _Setting]


def find_linter(lockfile: Lockfile | None) -> Linter | None:
    """The linter that decides: ``standard`` when the Gemfile asks for it, else RuboCop, when it is locked at all."""
    if lockfile is None:
        return None
    if lockfile.is_direct("standard") and lockfile.get("standard"):
        return "standard"
    if any(name.startswith("rubocop") for name in lockfile.gems):
        return "rubocop"
    return "standard" if lockfile.get("standard") else None


def read_rules(repo: Repo, lockfile: Lockfile | None) -> LinterRules:
    """The rules of the linter, from ``standard``, ``.rubocop.yml`` and what it inherits, or a shared configuration."""
    if find_linter(lockfile) == "standard":
        return _rules(_house("standard"))
    if repo.is_file(CONFIGURATION):
        return _rules(_defaults(repo) | _read(repo, CONFIGURATION, MAXIMUM_DEPTH))
    locked = (name for name in _HOUSES if lockfile and lockfile.is_direct(name) and lockfile.get(name))
    return _rules(_house(next(locked, "")))


def _rules(settings: _Settings) -> LinterRules:
    """The rules that settings come to."""
    return LinterRules(_quotes(settings), _comment(settings))


def _quotes(settings: _Settings) -> Sourced[Quotes] | None:
    enabled, style = settings.get((_QUOTES, "Enabled")), settings.get((_QUOTES, "EnforcedStyle"))
    if enabled and enabled.value is False:
        return None
    if style and style.value in {"double_quotes", "single_quotes"}:
        return Sourced("double" if style.value == "double_quotes" else "single", "repo", style.source)
    # RuboCop's own default, once the cop has been switched on by name.
    return Sourced("single", "repo", enabled.source) if enabled and enabled.value is True else None


def _comment(settings: _Settings) -> Sourced[bool] | None:
    enabled, style = settings.get((_COMMENT, "Enabled")), settings.get((_COMMENT, "EnforcedStyle"))
    if enabled and enabled.value is False:
        return Sourced(value=False, origin="repo", reason=enabled.source)
    if style:
        return Sourced(value=style.value != "never", origin="repo", reason=style.source)
    return Sourced(value=True, origin="repo", reason=enabled.source) if enabled and enabled.value is True else None


def _house(name: str) -> _Settings:
    """The settings of a shared configuration; none for any other name."""
    if name not in _HOUSES:
        return {}
    return {
        (_QUOTES, "Enabled"): _Setting(True, name),  # noqa: FBT003 - the value of the setting
        (_QUOTES, "EnforcedStyle"): _Setting("double_quotes", name),
        (_COMMENT, "Enabled"): _Setting(_HOUSES[name], name),
    }


def _defaults(repo: Repo) -> _Settings:
    """What RuboCop asks for by itself where .rubocop.yml is silent: single quotes (rubocop v1.91 config/default.yml).

    None where cops are off by default, or where rules come from a place that cannot be read here.
    """
    document = yaml.load(repo.read(CONFIGURATION) or "")
    if not isinstance(document, dict):
        return {}
    inherited = document.get("inherit_from")
    elsewhere = [name for name in (inherited if isinstance(inherited, list) else [inherited]) if "://" in str(name)]
    general = document.get("AllCops")
    if document.get("inherit_gem") or elsewhere or (isinstance(general, dict) and general.get("DisabledByDefault")):
        return {}
    return {(_QUOTES, "EnforcedStyle"): _Setting("single_quotes", "RuboCop's default")}


def _read(repo: Repo, path: str, depth: int) -> _Settings:
    """The settings of one file of RuboCop's, on top of those that it inherits."""
    text = repo.read(path) if depth else None
    document = yaml.load(text) if text else None
    if not isinstance(document, dict):
        return {}
    settings: _Settings = {}
    gems = document.get("inherit_gem")
    for name in gems if isinstance(gems, dict) else ():
        settings.update(_house(str(name)))
    for inherited in inherited_files(repo, path, document.get("inherit_from")):
        settings.update(_read(repo, inherited, depth - 1))
    for cop in (_QUOTES, _COMMENT):
        own = document.get(cop)
        for key in ("Enabled", "EnforcedStyle"):
            if isinstance(own, dict) and own.get(key) is not None:
                settings[cop, key] = _Setting(own[key], path)
    return settings


def inherited_files(repo: Repo, path: str, names: object) -> Iterator[str]:
    """The files of the repo that ``inherit_from`` names, relative to the file it stands in."""
    for name in names if isinstance(names, list) else [names]:
        if not isinstance(name, str) or "://" in name or name.startswith("/"):
            continue
        folder, _, pattern = posixpath.normpath(posixpath.join(posixpath.dirname(path), name)).rpartition("/")
        if "*" in pattern:
            yield from (posixpath.join(folder, found) for found in fnmatch.filter(repo.names(folder), pattern))
        else:
            yield posixpath.join(folder, pattern)
