"""RuboCop's configuration as the repo writes it: each file on top of those that it inherits.

Source: rubocop v1.89 lib/rubocop/config_loader_resolver.rb (resolve_inheritance, merge, should_union?,
override_department_setting_for_cops, override_enabled_for_disabled_departments).
"""

from __future__ import annotations

import fnmatch
import posixpath
from typing import TYPE_CHECKING, Any

from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.house.globs import below
from sidekiq_gen.rails.house.shared import shared
from sidekiq_gen.reading import YAML
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.house.shared import Document
    from sidekiq_gen.rails.lockfile import Lockfile

DOTFILE = ".rubocop.yml"
MAXIMUM_DEPTH = 10
# So many files inherit from each other, and one names so many.
MAXIMUM_FILES = 200
MAXIMUM_NAMES = 50
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
        """One text, number or boolean; None where nothing says it, or says something else."""
        found = self.settings.get(name, {}).get(key)
        return found if found and isinstance(found.value, (str, int, float)) else None

    def value(self, name: str, key: str) -> Any:
        """The same without where it was seen."""
        found = self.get(name, key)
        return found.value if found else None

    def listed(self, name: str, key: str) -> tuple[str, ...]:
        """A list of texts; what is no text is left out."""
        found = self.settings.get(name, {}).get(key)
        return tuple(yaml.texts(found.value)) if found else ()


def read(repo: Repo, lockfile: Lockfile | None, path: str) -> Configuration:
    """One file, such as ``.rubocop.yml``, and all that it inherits; empty and not complete when it cannot be read."""
    return _Inheritance(repo, lockfile).read(path)


@dataclass
class _Inheritance:
    """The files that inherit from each other, each read once.

    known: what was read, by path. open: those that inherit what is read now, of which none can be inherited itself.
    """

    repo: Repo
    lockfile: Lockfile | None
    known: dict[str, Configuration] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def read(self, path: str) -> Configuration:
        """One of them, as a value of its own."""
        if path not in self.known:
            if path in self.open:  # what it says will be laid over all this anyway
                return Configuration()
            if len(self.open) >= MAXIMUM_DEPTH or len(self.known) >= MAXIMUM_FILES:
                return Configuration(complete=False)
            self.open.append(path)
            self.known[path] = self._read(path)
            self.open.pop()
        known = self.known[path]
        settings = {name: dict(values) for name, values in known.settings.items()}
        return Configuration(settings, set(known.plugins), known.complete)

    def _read(self, path: str) -> Configuration:
        text = self.repo.read(path, YAML)
        document = {} if text is not None and not text.strip() else yaml.of_file(self.repo, path)
        if not isinstance(document, dict):
            return Configuration(complete=False)
        total = Configuration()
        for name, files in yaml.mapping(document.get("inherit_gem")).items():
            for file in yaml.texts(files)[:MAXIMUM_NAMES]:
                total.complete &= _inherit(total, self.lockfile, name, file, document)
        inherited = yaml.texts(document.get("inherit_from"))
        total.complete &= not any("://" in one or one.startswith("/") for one in inherited)
        # Of one that is named twice, the last place counts: what it says is laid over what was said in between.
        names = [*dict.fromkeys(reversed([*_files(self.repo, path, inherited[:MAXIMUM_NAMES])]))]
        total.complete &= len(inherited) <= MAXIMUM_NAMES and len(names) <= MAXIMUM_NAMES
        for name in reversed(names[:MAXIMUM_NAMES]):
            _put_on(total, self.read(name), document)
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
        if isinstance(values, dict) and not name.startswith("inherit_"):
            own = {key: _placed(key, value, folder) for key, value in values.items()}
            settings[name] = {key: Sourced(value, "repo", source) for key, value in own.items()}
    named = (one for key in ("plugins", "require") for one in _listed(document.get(key)))
    plugins = [one for part in named for one in (part if isinstance(part, dict) else [part])]
    return Configuration(settings, set(yaml.texts(plugins)))


def _placed(key: str, value: Any, folder: str) -> Any:
    """The value of a setting; patterns as seen from the root."""
    if key not in {"Include", "Exclude"}:
        return value
    return [below(folder, one) for one in yaml.texts(value)]


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
                union = dict.fromkeys([*yaml.texts(before.value), *yaml.texts(said.value)])
                below_it[key] = Sourced(list(union), "repo", said.reason)
            else:
                below_it[key] = said


def _merges(modes: tuple[Any, ...], key: str) -> bool:
    """Whether lists of that key are put together; the mode of the cop itself counts first."""
    for mode in modes:
        if isinstance(mode, dict) and key in yaml.texts(mode.get("override")):
            return False
        if isinstance(mode, dict) and key in yaml.texts(mode.get("merge")):
            return True
    return False


def _enabled(values: dict[str, Sourced[Any]]) -> Any:
    return values["Enabled"].value if "Enabled" in values else None


def _is_off(values: dict[str, Sourced[Any]]) -> bool:
    return _enabled(values) is False


def _files(repo: Repo, path: str, names: list[str]) -> Iterator[str]:
    """The files of the repo that ``inherit_from`` names, relative to the file it stands in."""
    for name in names:
        if "://" in name or name.startswith("/"):
            continue
        folder, _, pattern = below(posixpath.dirname(path), name).rpartition("/")
        if "*" in pattern:
            yield from (posixpath.join(folder, found) for found in fnmatch.filter(repo.names(folder), pattern))
        else:
            yield posixpath.join(folder, pattern)


def _listed(value: Any) -> list[Any]:
    """A value or many as many; none for nothing."""
    return [] if value is None else list(value) if isinstance(value, list) else [value]
