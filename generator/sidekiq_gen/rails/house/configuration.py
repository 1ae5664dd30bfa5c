"""RuboCop's configuration as the repo writes it: each file on top of those that it inherits.

Source: rubocop v1.89 lib/rubocop/config_loader_resolver.rb (resolve_inheritance, merge, should_union?,
override_department_setting_for_cops, override_enabled_for_disabled_departments).
"""

from __future__ import annotations

import fnmatch
import posixpath
from dataclasses import field
from typing import TYPE_CHECKING, Any

from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.house.globs import below
from sidekiq_gen.rails.house.shared import shared
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.house.shared import Document
    from sidekiq_gen.rails.lockfile import Lockfile

DOTFILE = ".rubocop.yml"
MAXIMUM_DEPTH = 10
# What a cop is that stays on although its department is switched off, in RuboCop's own word.
OVERRIDING = "override_department"


@dataclass
class Configuration:
    """What files come to. Patterns for files are relative to the root.

    settings: the values by the name of a cop, a department or ``AllCops``, then by their key, with the file or gem
        that says so.
    plugins: the gems that are loaded.
    complete: False where something inherited cannot be read here.
    """

    settings: dict[str, dict[str, Sourced[Any]]] = field(default_factory=dict)
    plugins: set[str] = field(default_factory=set)
    complete: bool = True

    def get(self, name: str, key: str) -> Sourced[Any] | None:
        """One value; None where nothing says it, or says nothing."""
        found = self.settings.get(name, {}).get(key)
        return found if found and found.value is not None else None

    def value(self, name: str, key: str) -> Any:
        """The same without where it was seen."""
        found = self.get(name, key)
        return found.value if found else None

    def listed(self, name: str, key: str) -> tuple[str, ...]:
        """A list of texts; what is no text is left out."""
        return tuple(one for one in _listed(self.value(name, key)) if isinstance(one, str))


def read(repo: Repo, lockfile: Lockfile | None, path: str, depth: int = MAXIMUM_DEPTH) -> Configuration:
    """One file, such as ``.rubocop.yml``, and all that it inherits; empty and not complete when it cannot be read."""
    text = repo.read(path) if depth else ""
    document = {} if text is not None and not text.strip() else yaml.load(text or "")
    if not isinstance(document, dict):
        return Configuration(complete=False)
    total = Configuration()
    gems = document.get("inherit_gem")
    for name, files in gems.items() if isinstance(gems, dict) else ():
        for file in _listed(files):
            total.complete &= _inherit(total, lockfile, str(name), str(file), document)
    inherited = _listed(document.get("inherit_from"))
    total.complete &= not any("://" in str(one) or str(one).startswith("/") for one in inherited)
    for name in _files(repo, path, inherited):
        _put_on(total, read(repo, lockfile, name, depth - 1), document)
    _put_on(total, _own(document, path, path), document)
    return total


def of_gem(lockfile: Lockfile | None, name: str) -> Configuration:
    """The main configuration of a gem that is known here."""
    total = Configuration()
    _inherit(total, lockfile, name, "", {})
    return total


def put_on(base: Configuration, document: Document, source: str) -> None:
    """Lay a document over a configuration; source is the file it stands in."""
    _put_on(base, _own(document, source, source), document)


def _inherit(total: Configuration, lockfile: Lockfile | None, name: str, file: str, heir: Document) -> bool:
    """Lay the file of a gem over a configuration; whether the gem is known."""
    document = shared(name, lockfile.get(name) if lockfile else None, file)
    if document is None:
        return False
    _put_on(total, _own(document, "", name), heir)
    return True


def _own(document: Document, path: str, source: str) -> Configuration:
    """What one file says itself. Its patterns are relative to its folder when its name begins with ``.rubocop``."""
    folder = posixpath.dirname(path) if posixpath.basename(path).startswith(".rubocop") else ""
    settings: dict[str, dict[str, Sourced[Any]]] = {}
    for name, values in document.items():
        if isinstance(values, dict) and not str(name).startswith("inherit_"):
            own = {str(key): _placed(str(key), value, folder) for key, value in values.items()}
            settings[str(name)] = {key: Sourced(value, "repo", source) for key, value in own.items()}
    named = (one for key in ("plugins", "require") for one in _listed(document.get(key)))
    plugins = {str(one) for part in named for one in (part if isinstance(part, dict) else [part])}
    return Configuration(settings, plugins)


def _placed(key: str, value: Any, folder: str) -> Any:
    """The value of a setting; patterns as seen from the root."""
    if key not in {"Include", "Exclude"}:
        return value
    return [below(folder, one) for one in _listed(value) if isinstance(one, str)]


def _put_on(base: Configuration, top: Configuration, heir: Document) -> None:
    """Lay a configuration over another one; heir is the file that inherits, as its ``inherit_mode`` counts."""
    base.plugins |= top.plugins
    base.complete &= top.complete
    off = {name for name, values in top.settings.items() if _is_off(values)}
    for name, values in base.settings.items():
        if name.partition("/")[0] in off and "/" in name and _enabled(values) is True:
            values["Enabled"] = top.settings[name.partition("/")[0]]["Enabled"]
    off |= {name for name, values in base.settings.items() if _is_off(values) and name not in top.settings}
    for name, values in top.settings.items():
        department, slash, _ = name.partition("/")
        if slash and department in off and _enabled(values) is True:
            values["Enabled"] = Sourced(OVERRIDING, "repo", values["Enabled"].reason)
        modes = (values["inherit_mode"].value if "inherit_mode" in values else None, heir.get("inherit_mode"))
        below_it = base.settings.setdefault(name, {})
        for key, said in values.items():
            before = below_it.get(key)
            if before and isinstance(before.value, list) and isinstance(said.value, list) and _merges(modes, key):
                union = dict.fromkeys([*map(str, before.value), *map(str, said.value)])
                below_it[key] = Sourced(list(union), "repo", said.reason)
            else:
                below_it[key] = said


def _merges(modes: tuple[Any, ...], key: str) -> bool:
    """Whether lists of that key are put together; the mode of the cop itself counts first."""
    for mode in modes:
        if isinstance(mode, dict) and key in _listed(mode.get("override")):
            return False
        if isinstance(mode, dict) and key in _listed(mode.get("merge")):
            return True
    return False


def _enabled(values: dict[str, Sourced[Any]]) -> Any:
    return values["Enabled"].value if "Enabled" in values else None


def _is_off(values: dict[str, Sourced[Any]]) -> bool:
    return _enabled(values) is False


def _files(repo: Repo, path: str, names: list[Any]) -> Iterator[str]:
    """The files of the repo that ``inherit_from`` names, relative to the file it stands in."""
    for name in names:
        if not isinstance(name, str) or "://" in name or name.startswith("/"):
            continue
        folder, _, pattern = below(posixpath.dirname(path), name).rpartition("/")
        if "*" in pattern:
            yield from (posixpath.join(folder, found) for found in fnmatch.filter(repo.names(folder), pattern))
        else:
            yield posixpath.join(folder, pattern)


def _listed(value: Any) -> list[Any]:
    """A value or many as many; none for nothing."""
    return [] if value is None else list(value) if isinstance(value, list) else [value]
