"""The folders from which Rails loads constants, and the name that each file below them stands for.

Source: rails v8.1.0 railties/lib/rails/engine/configuration.rb:82 (each folder below ``app`` and its concerns is a root
of constants, but for some), application/finisher.rb:14; zeitwerk lib/zeitwerk/loader/file_system.rb:17 (a root within
another is a tree of its own, a collapsed folder adds nothing to a name); rails v6.1.7
activesupport/lib/active_support/dependencies.rb:367 (the classic autoloader looks through all roots).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from sidekiq_gen.rails.autoload_settings import Settings, read_settings
from sidekiq_gen.rails.code import fold
from sidekiq_gen.rails.units import PACKAGE
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo

# Folders under app/ from which Rails loads no constants.
NOT_AUTOLOADED = frozenset({"assets", "javascript", "views"})
CONCERNS = "concerns"
# So many files of a folder tell whether its name is a namespace.
SAMPLE = 3

_OPENED = regex(r"^[ \t]*(?:class|module)[ \t]+([\w:]+)", re.MULTILINE)
_NAMESPACED = regex(r"^[ \t]+automatic_pack_namespace:\s*true\b", re.MULTILINE)
_NAMESPACE = regex(r"^[ \t]+namespace_override:\s*[\"']?([A-Z][\w:]*)", re.MULTILINE)
# Source: the gem automatic_namespaces, lib/automatic_namespaces/autoloader.rb:4.
_NEVER_NAMESPACED = frozenset({"helpers", "inputs"})


@dataclass(frozen=True)
class Root:
    """A folder whose files are named by their place below it.

    folder: relative to the root of the repo. namespace: where its constants are, with slashes: empty for the top.
    source: the file of configuration that adds it; empty where Rails has it by itself.
    """

    folder: str
    namespace: str = ""
    source: str = ""


@dataclass(frozen=True)
class Autoload:
    """All of them, and what the configuration says of single files and folders."""

    repo: Repo
    roots: tuple[Root, ...]
    settings: Settings

    @cached_property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Every Ruby file that defines a constant: its path, and what names its constant (``billing/invoice``)."""
        folders = {root.folder for root in self.roots}
        skipped = folders | self.settings.ignored
        skipped |= {f"{unit}app/{name}" for unit in self.repo.units for name in NOT_AUTOLOADED} - folders
        in_order = sorted(skipped)
        return tuple(
            (path, self._constant(root, path))
            for root in self.roots
            for path in self.repo.files(root.folder, without=_inside(root.folder, in_order))
            if path not in self.settings.ignored
        )

    def root_of(self, path: str) -> Root | None:
        """The root that a file or folder belongs to; None where its constants are loaded otherwise."""
        above = [root for root in self.roots if path == root.folder or path.startswith(f"{root.folder}/")]
        return max(above, key=lambda root: len(root.folder), default=None)

    def namespace(self, folder: str) -> str:
        """Where the constants directly in a folder are, with slashes; empty for the top, and where nothing says it.

        A folder that is not there yet is a root of its own where it is directly below ``app``.
        """
        root = self._root_to_be(folder)
        return self._constant(root, f"{folder}/_.rb").rpartition("/")[0] if root else ""

    def loads(self, folder: str) -> bool:
        """Whether constants are loaded from a folder, once it is there."""
        root = self._root_to_be(folder)
        return root is not None and not _below(folder, self.settings.ignored)

    def _root_to_be(self, folder: str) -> Root | None:
        unit = max((unit for unit in self.repo.units if folder.startswith(unit)), key=len)
        app, name, *_ = [*folder.removeprefix(unit).split("/"), ""]
        own = f"{unit}{app}/{name}"
        root = self.root_of(folder)
        known = app == "app" and name and name not in NOT_AUTOLOADED and own not in self.settings.removed
        return Root(own) if known and (not root or len(root.folder) < len(own)) else root

    def _constant(self, root: Root, path: str) -> str:
        inner = path[len(root.folder) + 1 : -len(".rb")]
        if self.settings.collapsed or self.settings.names:
            inner = "/".join(self._segments(root.folder, inner))
        return f"{root.namespace}/{inner}" if root.namespace else inner

    def _segments(self, folder: str, inner: str) -> Iterator[str]:
        *above, last = inner.split("/")
        for name in above:
            folder = f"{folder}/{name}"
            if folder not in self.settings.collapsed:
                yield self.settings.names.get(name, name)
        yield self.settings.names.get(last, last)


def _inside(folder: str, in_order: list[str]) -> list[str]:
    """Those of some paths, sorted, that are in a folder."""
    return in_order[bisect_left(in_order, f"{folder}/") : bisect_left(in_order, f"{folder}0")]  # what follows on "/"


def find_autoload(repo: Repo) -> Autoload:
    """Read where constants are loaded from."""
    settings = read_settings(repo)
    own = {folder: "" for unit in repo.units for folder in _of_rails(repo, unit)}
    sources = {folder: source for folder, source in (settings.added | own).items() if folder not in settings.removed}
    namespaces = {**dict(_of_packs(repo)), **settings.namespaces}
    roots = [Root(folder, namespaces.get(folder, ""), source) for folder, source in (own | sources).items()]
    roots = [root for root in roots if root.folder in sources and not _below(root.folder, settings.ignored)]
    return Autoload(repo, tuple(_settled(repo, roots, settings)), settings)


def _below(path: str, folders: set[str]) -> bool:
    """Whether a path is one of some folders or in one."""
    return any(f"{path}/".startswith(f"{folder}/") for folder in folders)


def _of_rails(repo: Repo, unit: str) -> Iterator[str]:
    for name in repo.names(f"{unit}app"):
        folder = f"{unit}app/{name}"
        if name not in NOT_AUTOLOADED and repo.is_folder(folder):
            yield folder
            if repo.is_folder(f"{folder}/{CONCERNS}"):
                yield f"{folder}/{CONCERNS}"


def _of_packs(repo: Repo) -> Iterator[tuple[str, str]]:
    """The folders of packs whose constants are in a namespace by the gem automatic_namespaces."""
    for unit in repo.units[1:]:
        text = repo.read(f"{unit}{PACKAGE}") or ""
        if not _NAMESPACED.search(text):
            continue
        said = _NAMESPACE.search(text)
        namespace = said[1].replace("::", "/") if said else unit.rstrip("/").rpartition("/")[2]
        for name in repo.names(f"{unit}app"):
            if name not in _NEVER_NAMESPACED:
                yield f"{unit}app/{name}", namespace


def _settled(repo: Repo, roots: list[Root], settings: Settings) -> Iterator[Root]:
    """The roots; where the configuration puts one into another, its files say whether they are in a namespace."""
    known = {root.folder: root for root in roots}
    for root in roots:
        above = accumulate(root.folder.split("/")[:-1], lambda *parts: "/".join(parts))
        outer = [known[one] for one in above if one in known and (root.source or known[one].source)]
        if not outer or root.namespace or root.folder in settings.namespaces or root.folder.endswith(f"/{CONCERNS}"):
            yield root
            continue
        outer.sort(key=lambda one: len(one.folder), reverse=True)
        namespaces = (f"{one.namespace}/{root.folder[len(one.folder) + 1 :]}".lstrip("/") for one in outer)
        said = next((namespace for namespace in namespaces if _in_namespace(repo, root.folder, namespace)), "")
        yield Root(root.folder, said, root.source)


def _in_namespace(repo: Repo, folder: str, namespace: str) -> bool:
    """Whether most of some files directly in a folder open a namespace first, and not what they are called after."""
    names = [name for name in repo.names(folder) if name.endswith(".rb")][:SAMPLE]
    inside = 0
    for name in names:
        opened = _OPENED.search(repo.read(f"{folder}/{name}") or "")
        whole = fold(f"{namespace}/{name.removesuffix('.rb')}/")
        inside += opened is not None and whole.startswith(f"{fold(opened[1])}/")
    return inside * 2 > len(names)
