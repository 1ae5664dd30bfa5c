"""What the repo's linter asks for, cop by cop and file by file."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.house.configuration import DOTFILE, OVERRIDING, Configuration, of_gem, put_on, read
from sidekiq_gen.rails.house.cops import COPS, GEMS, INCLUDED, STYLE
from sidekiq_gen.rails.house.globs import matches
from sidekiq_gen.rails.house.linter import find_linter
from sidekiq_gen.rails.house.shared import NAMES
from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.lockfile import Lockfile

# Where RuboCop looks when no folder above a file has a .rubocop.yml (v1.89 lib/rubocop/config_finder.rb).
ELSEWHERE = (".config/.rubocop.yml", ".config/rubocop/config.yml")
# Who says what no file says.
DEFAULT = "RuboCop's default"
_WRITES = "Rails/SkipsModelValidations"
STANDARD = ".standard.yml"
STANDARD_TODO = ".standard_todo.yml"


class Rules:
    """The configuration of RuboCop, of Standard, or of the gem that stands for one; read once a file asks for it.

    Paths are relative to the root, of a file that need not be there yet.
    """

    def __init__(self, repo: Repo, lockfile: Lockfile | None) -> None:
        self._repo = repo
        self._lockfile = lockfile
        self._read: dict[str, Configuration] = {}

    def setting(self, cop: str, key: str, path: str = "") -> Sourced[Any] | None:
        """What the repo, a file that it inherits or a shared configuration says; None where none of them does.

        Whether the cop is switched on is another question. The reason is the file or the gem that says so.
        """
        configuration = self._of(path)
        return configuration.get(cop, key) if configuration else None

    def asks(self, cop: str, path: str) -> bool | None:
        """Whether a cop is switched on and looks at a file; None where that cannot be known."""
        configuration = self._of(path)
        if configuration is None:
            return None
        department = cop.partition("/")[0]
        if not self._is_there(configuration, cop, department) or not _looks_at(configuration, cop, department, path):
            return False
        return _is_enabled(configuration, cop, department)

    def style(self, cop: str, path: str, key: str = "") -> Sourced[Any] | None:
        """What a cop that is switched on for a file asks for, by default too; None for any other cop.

        key: the setting, where it is not the one that `cops.COPS` names.
        """
        if not self.asks(cop, path):
            return None
        known = COPS.get(cop)
        said = self.setting(cop, key or (known.key if known else STYLE), path)
        if said or known is None or (key and key != known.key) or known.value is None:
            return said
        switched_on = self.setting(cop, "Enabled", path)
        return Sourced(known.value, "repo", switched_on.reason if switched_on else DEFAULT)

    def ruby(self, path: str) -> tuple[int, ...] | None:
        """The first two numbers of the oldest Ruby that a file is for; None where nothing says it."""
        said = self.setting("AllCops", "TargetRubyVersion", path)
        locked = (self._lockfile.ruby_version if self._lockfile else None) or ""
        texts = (str(said.value) if said else "", self._repo.read(".ruby-version") or "", locked)
        found = (re.match(r"(?:ruby-)?([0-9]{1,9})\.([0-9]{1,9})\b", text.strip()) for text in texts)
        return next((tuple(map(int, one.groups())) for one in found if one), None)

    def locked_within(self, gem: str, versions: str) -> bool:
        """Whether a gem is locked in one of some versions: ``>=1.22,<1.67``."""
        locked = self._lockfile.get(gem) if self._lockfile else None
        return locked is not None and holds(versions, locked.version)

    def minded(self, path: str) -> tuple[str, ...]:
        """The writes without validations that Rails/SkipsModelValidations minds in a file.

        Source: rubocop-rails v2.38 config/default.yml and lib/rubocop/cop/rails/skips_model_validations.rb.
        """
        if not self.asks(_WRITES, path):
            return ()
        forbidden = self._first(_WRITES, path, "ForbiddenMethods", "Blacklist") or COPS[_WRITES].value
        allowed = self._first(_WRITES, path, "AllowedMethods", "Whitelist")
        return tuple(method for method in COPS[_WRITES].value if method in forbidden and method not in allowed)

    def listed(self, cop: str, key: str, path: str = "") -> tuple[str, ...]:
        """A setting that is a list of texts; empty where nothing says it."""
        configuration = self._of(path)
        return configuration.listed(cop, key) if configuration else ()

    def _first(self, cop: str, path: str, *keys: str) -> tuple[str, ...]:
        """The first of these lists that has something in it."""
        return next((found for key in keys if (found := self.listed(cop, key, path))), ())

    @cached_property
    def _standard(self) -> Configuration | None:
        """What Standard asks for; None where it does not decide."""
        if find_linter(self._lockfile, self._repo) != "standard":
            return None
        total = of_gem(self._lockfile, "standard")
        for name in yaml.texts(yaml.mapping(yaml.of_file(self._repo, STANDARD)).get("extend_config")):
            path = posixpath.normpath(name)
            more = read(self._repo, self._lockfile, path)
            put_on(total, {name: _plain(values) for name, values in more.settings.items() if _is_extension(name)}, path)
            total.plugins |= more.plugins
        for path in (STANDARD, STANDARD_TODO):
            for pattern, names in _ignored(yaml.of_file(self._repo, path)):
                for name in names:
                    put_on(total, {"inherit_mode": {"merge": ["Exclude"]}, name: {"Exclude": [pattern]}}, path)
        return total

    def _of(self, path: str) -> Configuration | None:
        """The configuration that counts for a file: Standard's, else that of the nearest folder."""
        if self._standard:
            return self._standard
        folder = posixpath.dirname(path)
        while folder and not self._repo.is_file(f"{folder}/{DOTFILE}"):
            folder = posixpath.dirname(folder)
        file = posixpath.join(folder, DOTFILE)
        if not self._repo.is_file(file):
            file = next((other for other in ELSEWHERE if self._repo.is_file(other)), "")
        if file not in self._read:
            self._read[file] = read(self._repo, self._lockfile, file) if file else self._of_gem()
        configuration = self._read[file]
        return configuration if configuration.settings or configuration.plugins or file else None

    def _of_gem(self) -> Configuration:
        """The configuration of a gem that the Gemfile asks for, where no file says which one counts."""
        lockfile = self._lockfile
        named = (name for name in NAMES if lockfile and lockfile.is_direct(name) and lockfile.get(name))
        return next((of_gem(lockfile, name) for name in named), Configuration())

    def _is_there(self, configuration: Configuration, cop: str, department: str) -> bool:
        """Whether the gem that brings a cop is locked, new enough and loaded."""
        gem = GEMS.get(department)
        if gem and gem not in configuration.plugins:
            return False
        since = COPS[cop].since if cop in COPS else ""
        return not since or not self.locked_within(gem or "rubocop", f"<{since}")


def _looks_at(configuration: Configuration, cop: str, department: str, path: str) -> bool:
    """Whether no pattern keeps a cop from a file."""
    excluded = (pattern for name in ("AllCops", department, cop) for pattern in configuration.listed(name, "Exclude"))
    if any(matches(path, pattern) for pattern in excluded):
        return False
    general = configuration.listed("AllCops", "Include")
    special = next((found for name in (cop, department) if (found := configuration.listed(name, "Include"))), ())
    wanted = (general, special or INCLUDED.get(department, ()))
    return all(not patterns or any(matches(path, pattern) for pattern in patterns) for patterns in wanted)


def _is_enabled(configuration: Configuration, cop: str, department: str) -> bool | None:
    """Whether a cop is switched on (rubocop v1.89 lib/rubocop/config.rb, enable_cop?; registry.rb, enabled?)."""
    said, of_department = (configuration.value(name, "Enabled") for name in (cop, department))
    named = cop in configuration.settings
    if said in {True, False, OVERRIDING}:
        return bool(said)
    if of_department is False:
        return False
    if configuration.value("AllCops", "DisabledByDefault") is True and of_department is not True:
        return named
    default = said or (COPS[cop].enabled if cop in COPS else None)
    if not (configuration.complete or named) or default is None:
        return None
    if default != "pending":
        return bool(default)
    modes = (configuration.value(name, "NewCops") for name in (department, "AllCops"))
    return next((mode for mode in modes if mode), None) == "enable"


def _ignored(document: Any) -> list[tuple[str, list[str]]]:
    """What Standard is told to ignore: patterns, each with the cops that it is meant for.

    Source: standard v1.54.0 lib/standard/loads_yaml_config.rb (expand_ignore_config).
    """
    entries = yaml.mapping(document).get("ignore")
    found: list[tuple[str, list[str]]] = []
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, str):
            found.append((entry, ["AllCops"]))
        elif isinstance(entry, dict):
            found += [(key, yaml.texts(value)) for key, value in entry.items()]
    return found


def _is_extension(name: str) -> bool:
    """Whether Standard lets a file extend what it says of a cop; those of RuboCop it all names itself.

    Source: standard v1.54.0 lib/standard/plugin/merges_plugins_into_rubocop_config.rb.
    """
    department = name.partition("/")[0]
    return department in GEMS and department != "Performance"


def _plain(values: dict[str, Sourced[Any]]) -> dict[str, Any]:
    return {key: said.value for key, said in values.items()}
