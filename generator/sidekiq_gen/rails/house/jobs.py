"""The jobs that the repo has already: those of Sidekiq, and those of ActiveJob."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import code_lines, definitions, fold, usual_quotes
from sidekiq_gen.rails.house.lookups import logger_of, missing_habit, rescues
from sidekiq_gen.rails.house.said import Said
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from sidekiq_gen.rails.code import Definition
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.house.lookups import MissingHabit
    from sidekiq_gen.style import JobModule, Logger, Quotes

JOB_FOLDERS = ("sidekiq", "jobs", "workers")
# A job may inherit Sidekiq over so many generations.
MAXIMUM_GENERATIONS = 10
# Magic comments stand at the top, perhaps after a shebang and another one.
MAGIC_LINES = 3

_INCLUDE = regex(r"^[ \t]*include[ \t(][^#\n]*?\bSidekiq::(Job|Worker|IterableJob)\b(?!::)", re.MULTILINE)
_FROZEN = regex(r"#.*\bfrozen[_-]string[_-]literal:\s*true\b", re.IGNORECASE)
_PERFORM = regex(r"^[ \t]*def perform\b", re.MULTILINE)
_COMPACT = regex(r"class[ \t]+(?:::)?[A-Z]\w*::[A-Z]")
# What the classes of ActiveJob descend from; an ApplicationJob that the repo does not show may be an engine's.
_ACTIVE_JOB = regex(r"ActiveJob::Base|(?:\w+::)*ApplicationJob")
_BASE_NAME = regex(r"(?:application|base)(?:_job|_worker)?|base_\w+|\w+_base", needs=("application", "base"))
_WITHOUT_ARGUMENTS = regex(r"^[ \t]*def perform(?:\(\s*\))?[ \t]*(?:;|#|=|$)", re.MULTILINE, needs="def perform")


@dataclass(frozen=True)
class JobFile(Said):
    """A file that defines a Sidekiq job, or the base class of some.

    path: relative to the root: ``app/jobs/process_order_job.rb``.
    folder: the one that its place counts from: ``app/jobs``.
    frozen_string_literal: whether it starts with the magic comment.
    module: what the file itself includes; None when it inherits it.
    base: whether it is there to be inherited from.
    parent: the full name of the Sidekiq class of the repo that it inherits from; empty when it inherits from none.
    """

    path: str
    folder: str
    frozen_string_literal: bool
    module: JobModule | None
    base: bool
    parent: str = ""

    @property
    def stem(self) -> str:
        """The name of the file without its folder and ending."""
        return self.path.rpartition("/")[2].removesuffix(".rb")

    @property
    def superclass(self) -> str | None:
        """What its class inherits from, as it is written."""
        return next((one.superclass for one in self.definitions if one.superclass), None)

    @cached_property
    def name(self) -> str:
        """The full name of its class, which a model may be around; empty when no class can be read."""
        classes = [one.name for one in self.definitions if one.keyword == "class"]
        place = "/" + fold(self.path[len(self.folder) + 1 : -len(".rb")])
        fitting = (name for name in classes if f"/{fold(name)}".endswith(place))
        return next(fitting, classes[0] if classes else "")

    @cached_property
    def namespaces(self) -> tuple[str, ...]:
        """The modules around its class, outermost first: ``("Billing",)``."""
        return tuple(self.name.split("::")[:-1])

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of its name: ``charge``, ``customer``, ``job``."""
        return frozenset(self.stem.split("_"))

    @property
    def compact(self) -> bool | None:
        """Whether the class has its namespaces before its own name: ``class Billing::ChargeJob``; None without one."""
        if "::" not in self.name:
            return None
        return any(_COMPACT.match(line) for line in self.lines)

    @cached_property
    def performs(self) -> bool:
        """Whether it has the work itself, and not in hooks of its base class."""
        return any(_PERFORM.match(line) for line in self.lines)

    @cached_property
    def quotes(self) -> Quotes | None:
        """The quotes of most of its texts; None where it has none."""
        return usual_quotes(self.lines)

    @cached_property
    def missing(self) -> MissingHabit | None:
        """What it does where its record is missing; None where it looks none up by an id that it is handed."""
        return missing_habit(self.code)

    @cached_property
    def rescues(self) -> bool | None:
        """Whether it rescues what find raises, where it ends when its record is missing; None for any other job."""
        return rescues(self.code) if self.missing == "log" else None

    @cached_property
    def logs_with(self) -> Logger | None:
        """What it logs with most often; None where it logs nothing."""
        return logger_of(self.code)

    @cached_property
    def takes_arguments(self) -> bool:
        """Whether it is handed something; a job that is not is started by a schedule, and again by the next one."""
        return not _WITHOUT_ARGUMENTS.search(self.code)

    @cached_property
    def votes(self) -> Hashable:
        """Everything that `conventions` and `neighbours` read of it, but for the words of its name."""
        module, queue = self.module, (self.queue.name, self.queue.literal) if self.queue else None
        habits = (self.quotes, self.frozen_string_literal, self.compact, self.missing, self.rescues, self.logs_with)
        place = (self.folder, self.namespaces, self.base, self.parent, self.superclass, self.performs)
        ending = self.stem.rpartition("_")[1:]  # of which its suffix is told
        return (module, queue, self.named, self.retry, self.takes_arguments, *habits, *place, *ending)


@dataclass(frozen=True)
class Candidate:
    """A file in a folder for jobs, before it is known to be one."""

    path: str
    folder: str
    text: str
    lines: tuple[str, ...]
    included: str | None
    definitions: tuple[Definition, ...]


def find_jobs(candidates: Sequence[Candidate]) -> tuple[JobFile, ...]:
    """The files whose class is a Sidekiq job, in order.

    That is one that includes ``Sidekiq::Job`` or ``Sidekiq::Worker``, or inherits from one that does.
    """
    return _files(candidates, {one.name for file in candidates if file.included for one in file.definitions})


def find_active_jobs(candidates: Sequence[Candidate]) -> tuple[JobFile, ...]:
    """The files whose class inherits from ``ActiveJob::Base``, in order."""
    known = {definition.name for candidate in candidates for definition in candidate.definitions}
    return _files(
        [candidate for candidate in candidates if not candidate.included],
        {
            definition.name
            for candidate in candidates
            for definition in candidate.definitions
            if definition.superclass
            and _ACTIVE_JOB.fullmatch(definition.superclass)
            and not _superclass(definition, known)
        },
    )


def _files(candidates: Sequence[Candidate], roots: set[str]) -> tuple[JobFile, ...]:
    """The files that define one of these classes, or an heir of one."""
    known = {definition.name for candidate in candidates for definition in candidate.definitions}
    classes, parents = _with_heirs(candidates, known, roots)
    return tuple(
        JobFile(
            candidate.lines,
            candidate.path,
            candidate.folder,
            has_frozen_comment(candidate.text),
            _module(candidate.included),
            base=_is_base(candidate, parents),
            parent=_parent(candidate, known, classes),
        )
        for candidate in candidates
        if candidate.included or any(definition.name in classes for definition in candidate.definitions)
    )


def read_candidates(repo: Repo) -> tuple[Candidate, ...]:
    """The files below ``app/sidekiq``, ``app/jobs`` and ``app/workers``, also of packs, modules and engines."""
    return tuple(_candidates(repo))


def _candidates(repo: Repo) -> Iterable[Candidate]:
    folders = dict.fromkeys(f"{unit}app/{name}" for name in JOB_FOLDERS for unit in repo.units)
    loaded = (root.folder for root in repo.autoload.roots if not root.folder.endswith("/concerns"))
    folders |= dict.fromkeys(folder for folder in loaded if not set(JOB_FOLDERS).isdisjoint(folder.split("/")))
    for folder in folders:
        for path in repo.files(folder, without=folders.keys() - {folder}):
            text = repo.read(path)
            if text is None:
                continue
            lines = tuple(code_lines(text))
            included = _INCLUDE.search("\n".join(lines))
            # A module around a job is none, and a namespace of helpers as well.
            classes = tuple(one for one in definitions(lines) if one.keyword == "class")
            yield Candidate(path, folder, text, lines, included and included[1], classes)


def _with_heirs(candidates: Sequence[Candidate], known: set[str], roots: set[str]) -> tuple[set[str], set[str]]:
    """The names of these classes and of their heirs, and of those among them that others inherit from."""
    children = [
        (definition.name, superclass)
        for candidate in candidates
        for definition in candidate.definitions
        if (superclass := _superclass(definition, known))
    ]
    classes = set(roots)
    for _ in range(MAXIMUM_GENERATIONS):
        heirs = {name for name, superclass in children if superclass in classes} - classes
        if not heirs:
            break
        classes |= heirs
    return classes, {superclass for _, superclass in children if superclass in classes}


def _superclass(definition: Definition, known: set[str]) -> str | None:
    """The full name of the class that a class inherits from, looked up from the inside out as Ruby does."""
    if not definition.superclass:
        return None
    namespaces = definition.name.split("::")[:-1]
    names = ("::".join([*namespaces[:depth], definition.superclass]) for depth in range(len(namespaces), -1, -1))
    return next((name for name in names if name in known), None)


def _parent(candidate: Candidate, known: set[str], classes: set[str]) -> str:
    """The full name of the Sidekiq class that the class of a file inherits from; empty when there is none."""
    parents = (_superclass(definition, known) for definition in candidate.definitions if definition.name in classes)
    return next((parent for parent in parents if parent in classes), None) or ""


def _is_base(candidate: Candidate, parents: set[str]) -> bool:
    """Whether a file holds no job of its own."""
    if _BASE_NAME.fullmatch(candidate.path.rpartition("/")[2].removesuffix(".rb")):
        return True
    inherited = any(definition.name in parents for definition in candidate.definitions)
    return inherited and not _PERFORM.search(candidate.text)


def has_frozen_comment(text: str) -> bool:
    """Whether a file starts with the magic comment."""
    return any(_FROZEN.match(line) for line in text.split("\n", MAGIC_LINES)[:MAGIC_LINES])


def _module(included: str | None) -> JobModule | None:
    """The module by its last name."""
    return "Sidekiq::Job" if included == "Job" else "Sidekiq::Worker" if included == "Worker" else None
