"""Which file defines which constant, by Zeitwerk's rule and by what the files say.

Source: rails v8.1.0 railties/lib/rails/engine/configuration.rb:77 (each folder below ``app`` is a root of constants),
railties/lib/rails/autoloaders/inflector.rb:12 (the name of a file, camelized, is that of its constant), and
activesupport/lib/active_support/inflector/methods.rb:70 with inflections.rb:158 (how acronyms change that).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import inflection

from sidekiq_gen.naming import camelize
from sidekiq_gen.quoting import is_constant
from sidekiq_gen.rails.code import code_lines, definitions, fold
from sidekiq_gen.rails.inflections import Inflections
from sidekiq_gen.rails.table_names import TableNames, find_table_names
from sidekiq_gen.regex import binary_regex, regex
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sidekiq_gen.rails.files import Repo

# Every app has them, and none is a table. Source: rails v8.1.0
# railties/lib/rails/generators/rails/app/templates/app/models/application_record.rb.tt:1.
BASES = frozenset({"ApplicationRecord"})

# What generated jobs and specs use of Ruby, Rails, Sidekiq and the error trackers.
RUBYS_AND_RAILS = frozenset(
    "ActiveRecord ActiveSupport Airbrake Appsignal ApplicationRecord BigDecimal Bugsnag Date Digest Honeybadger "
    "Process Rails Rollbar RuntimeError SecureRandom Sentry Sidekiq SidekiqUniqueJobs StandardError Time".split()
)

_OPENED = binary_regex(
    rb"^[ \t]*(?:(?:class|module)[ \t]+([A-Z][\w:]*)|([A-Z]\w*)[ \t]*=[ \t]*Class\.new)", re.MULTILINE
)
_CLASS = binary_regex(rb"class[ \t]+(?:::)?(?:[A-Z]\w*::)*([A-Z]\w*)")
_RECORD = regex(r"(?:\w+::)*\w*Record|ActiveRecord::Base")
# What names a constant; a namespace or name that the configuration gives has capitals already.
_PLAIN_PATH = regex(r"[A-Za-z]\w*(?:/[A-Za-z]\w*)*", re.ASCII)


@dataclass(frozen=True)
class Constants:
    """The constants below every app folder of the repo."""

    repo: Repo
    inflections: Inflections = field(default_factory=Inflections)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The class names that the files in ``app/models`` stand for, sorted."""
        names = (self._camelize(constant) for _, constant in self._model_files if _PLAIN_PATH.fullmatch(constant))
        return tuple(sorted({name for name in names if is_constant(name)} - BASES))

    @cached_property
    def all_names(self) -> tuple[str, ...]:
        """The constants that the files below all app folders stand for, sorted."""
        names = (self._camelize(constant) for _, constant in self.repo.app_files if _PLAIN_PATH.fullmatch(constant))
        return tuple(sorted(set(names)))

    def model_file(self, model: str) -> str | None:
        """The file that defines a model, relative to the root."""
        models = self._model_paths
        for path, constant in self._by_name.get(fold(model), ()):
            if path in models and (self._camelize(constant) == model or self._defines(path, model)):
                return path
        return next((path for path in self.named(model) if self._is_record(path, model)), None)

    def defined_elsewhere(self, class_name: str, target: str) -> str | None:
        """A file other than target, relative to the root or absolute, that defines a class; relative to the root."""
        class_name = class_name.removeprefix("::")
        by_path = (path for path in self.named(class_name) if not self.repo.same(path, target))
        candidates = self._openers.get(class_name.rpartition("::")[2].encode(), ())
        by_text = (path for path in candidates if self._defines(path, class_name) and not self.repo.same(path, target))
        return next(by_path, None) or next(by_text, None)

    @cached_property
    def _openers(self) -> dict[bytes, list[str]]:
        """By the last part of a name, the files below app folders that may open a class of that name."""
        found: dict[bytes, list[str]] = {}
        for path, _ in self.repo.app_files:
            for name in dict.fromkeys(_CLASS.findall(self.repo.data(path) or b"")):
                found.setdefault(name, []).append(path)
        return found

    def keyword(self, constant: str) -> Literal["module", "class"]:
        """What a namespace is opened with: ``class`` when a file defines it as one."""
        constant = constant.removeprefix("::")
        folded = fold(constant)
        last = constant.rpartition("::")[2].encode()
        # Its own file, in app or lib, and those of what is in it, which reopen it.
        paths = [path for path, name in self._folded if name == folded]
        paths.append(f"lib/{inflection.underscore(constant.replace('::', '/'))}.rb")
        paths += [path for path, name in self._folded if name.startswith(f"{folded}/")]
        for path in paths:
            data = self.repo.data(path) or b""
            if b"class " + last not in data and b"module " + last not in data:
                continue
            for definition in definitions(code_lines(data.decode("utf-8", "replace"))):
                if definition.name == constant:
                    return definition.keyword
        return "module"

    def hides(self, namespace: str, gems: Collection[str]) -> tuple[str, ...]:
        """The files and folders directly below a namespace whose constant hides one at the top; its names, sorted.

        gems: the names of the locked gems, whose constants are at the top.
        """
        inner = fold(namespace) + "/"
        known = zip(self.repo.app_files, self._folded, strict=True)
        below = {path.split("/")[inner.count("/")] for (_, path), (_, name) in known if name.startswith(inner)}
        top = {name.partition("/")[0] for _, name in self._folded} | {fold(gem.replace("-", "_")) for gem in gems}
        names = {self._camelize(segment) for segment in below}
        return tuple(sorted(name for name in names if name in RUBYS_AND_RAILS or fold(name) in top))

    def name_of(self, path: str) -> str:
        """The constant that a path below an app folder stands for: ``billing/invoice`` -> ``Billing::Invoice``."""
        return self._camelize(path)

    def names(self, constant: str) -> bool:
        """Whether a file below an app folder is the one that Zeitwerk expects to define a constant."""
        return next(self.named(constant.removeprefix("::")), None) is not None

    def named(self, constant: str) -> Iterator[str]:
        """The files below app folders that Zeitwerk expects to define a constant."""
        candidates = self._by_name.get(fold(constant), ())
        return (path for path, name in candidates if self._camelize(name) == constant)

    def code_of(self, constant: str) -> str:
        """The code of the file that is expected to define a constant, below ``app`` or in ``lib``; else empty."""
        constant = constant.removeprefix("::")
        paths = (*self.named(constant), f"lib/{inflection.underscore(constant.replace('::', '/'))}.rb")
        text = next((text for path in paths if (text := self.repo.read(path)) is not None), "")
        return "\n".join(code_lines(text))

    def mentioning(self, constant: str, paths: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """The lines of code of each of these files that has the last part of a constant's name in it."""
        last = constant.rpartition("::")[2].encode()
        for path in paths:
            data = self.repo.data(path)
            if data and last in data:
                yield tuple(code_lines(data.decode("utf-8", "replace")))

    @cached_property
    def definers(self) -> dict[str, list[str]]:
        """By the last part of a constant's name, the files that open or make a class or module of such a name."""
        found: dict[str, list[str]] = {}
        for path in (*(path for path, _ in self.repo.app_files), *self.elsewhere):
            data = self.repo.data(path) or b""
            names = {one[1] or one[2] for one in _OPENED.finditer(data)}
            for name in sorted(names):
                found.setdefault(name.rpartition(b":")[2].decode(), []).append(path)
        return found

    @property
    def elsewhere(self) -> Iterator[str]:
        """The files that may define constants beside those below app folders."""
        known = {path for path, _ in self.repo.app_files}
        paths = (path for folder in ("lib", "config/initializers") for path in self.repo.files(folder))
        return (path for path in paths if path not in known)

    @cached_property
    def _folded(self) -> tuple[tuple[str, str], ...]:
        return tuple((path, fold(constant)) for path, constant in self.repo.app_files)

    @cached_property
    def _model_files(self) -> tuple[tuple[str, str], ...]:
        folders = tuple(f"{unit}app/models/" for unit in self.repo.units)
        concerns = tuple(f"{folder}concerns/" for folder in folders)
        return tuple(
            (path, constant)
            for path, constant in self.repo.app_files
            if path.startswith(folders) and not path.startswith(concerns)
        )

    @cached_property
    def model_texts(self) -> dict[str, tuple[str, ...]]:
        """The code of the models that have been asked for, by name, and of what they include: read once for all."""
        return {}

    @cached_property
    def superclasses(self) -> dict[str, str | None]:
        """The models that those inherit from that have been asked for, by name."""
        return {}

    @cached_property
    def table_names(self) -> TableNames:
        """How tables are named."""
        return find_table_names(self.repo)

    @cached_property
    def _model_paths(self) -> frozenset[str]:
        return frozenset(path for path, _ in self._model_files)

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[str, str]]]:
        """The files and what names their constants, by the folded names."""
        found: dict[str, list[tuple[str, str]]] = {}
        for (path, constant), (_, folded) in zip(self.repo.app_files, self._folded, strict=True):
            found.setdefault(folded, []).append((path, constant))
        return found

    def _camelize(self, path: str) -> str:
        return camelize(path, self.inflections.acronyms)

    def _is_record(self, path: str, model: str) -> bool:
        """Whether a file beside those for models says that it defines one."""
        found = definitions(code_lines(self.repo.read(path) or ""))
        return any(one.name == model and _RECORD.fullmatch(one.superclass or "") for one in found)

    def _defines(self, path: str, class_name: str) -> bool:
        """Whether a file says that it defines a class."""
        found = definitions(code_lines(self.repo.read(path) or ""))
        return any(definition.name == class_name and definition.keyword == "class" for definition in found)
