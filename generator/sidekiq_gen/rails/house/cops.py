"""Whether one cop of rubocop-rails looks at a file: the one that minds writes without validations.

Source: rubocop-rails v2.36 config/default.yml (Rails/SkipsModelValidations is enabled, and forbids update_column).
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.house.linter import CONFIGURATION, MAXIMUM_DEPTH, find_linter, inherited_files

if TYPE_CHECKING:
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.lockfile import Lockfile

GEM = "rubocop-rails"
COP = "Rails/SkipsModelValidations"
METHOD = "update_column"


class SkipsValidations:
    """What the repo's configuration of RuboCop says about the cop; all of it is on unless something says otherwise.

    What a configuration out of a gem says is not known: the cop is on then only where the repo itself enables it.
    """

    def __init__(self, repo: Repo, lockfile: Lockfile | None) -> None:
        self._loaded = self._from_a_gem = False
        self._settings: dict[str, dict[str, Any]] = {}
        locked = lockfile is not None and lockfile.get(GEM) is not None
        if locked and find_linter(lockfile) == "rubocop":
            self._read(repo, CONFIGURATION, MAXIMUM_DEPTH)

    def look_at(self, path: str) -> bool:
        """Whether the cop has something to say about ``update_column`` in a file."""
        cop, department, general = (self._settings.get(name, {}) for name in (COP, "Rails", "AllCops"))
        forbidden, allowed = _list(cop, "ForbiddenMethods", "Blacklist"), _list(cop, "AllowedMethods", "Whitelist")
        if not self._loaded or METHOD in allowed or (forbidden and METHOD not in forbidden):
            return False
        patterns = _list(cop, "Include")
        if any(_matches(path, one) for part in (cop, department, general) for one in _list(part, "Exclude")):
            return False
        return self._enabled(cop, department, general) and (
            not patterns or any(_matches(path, one) for one in patterns)
        )

    def _enabled(self, cop: dict[str, Any], department: dict[str, Any], general: dict[str, Any]) -> bool:
        if "Enabled" in cop:
            return cop["Enabled"] is True
        if self._from_a_gem or department.get("Enabled") is False:
            return False
        return not general.get("DisabledByDefault") or bool(cop) or department.get("Enabled") is True

    def _read(self, repo: Repo, path: str, depth: int) -> None:
        """Take over one file, on top of those that it inherits."""
        text = repo.read(path) if depth else None
        document = yaml.load(text) if text else None
        if not isinstance(document, dict):
            return
        for inherited in inherited_files(repo, path, document.get("inherit_from")):
            self._read(repo, inherited, depth - 1)
        elsewhere = document.get("inherit_from")
        remote = any("://" in str(name) for name in (elsewhere if isinstance(elsewhere, list) else [elsewhere]))
        self._from_a_gem |= bool(document.get("inherit_gem")) or remote
        for key in ("plugins", "require"):
            named = document.get(key)
            self._loaded |= GEM in (named if isinstance(named, list) else [named])
        for name in (COP, "Rails", "AllCops"):
            if isinstance(document.get(name), dict):
                self._settings[name] = self._settings.get(name, {}) | document[name]


def _list(settings: dict[str, Any], *keys: str) -> list[str]:
    """The first of these settings that is there, as texts."""
    value: object = next((settings[key] for key in keys if settings.get(key)), [])
    return [str(one) for one in value if one is not None] if isinstance(value, list) else [str(value)]


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern of RuboCop's means a file, as Ruby's File.fnmatch? with ``**`` over folders does."""
    if not any(mark in pattern for mark in "*?[{"):
        return path == pattern
    for one in _braces(pattern):
        expression = re.escape(one).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        if re.fullmatch(expression.replace(r"\?", "[^/]"), path) or fnmatch.fnmatchcase(path, one):
            return True
    return False


def _braces(pattern: str) -> list[str]:
    """The patterns that one with ``{a,b}`` stands for."""
    found = re.search(r"\{([^{}]*)\}", pattern)
    if not found:
        return [pattern]
    choices = (f"{pattern[: found.start()]}{one}{pattern[found.end() :]}" for one in found[1].split(","))
    return [each for choice in choices for each in _braces(choice)]
