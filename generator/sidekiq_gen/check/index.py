"""What all files say together: which classes are jobs, and who pushes them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.facts import ClassFacts, Entry, FileFacts, PushFacts, Signature

Form = Literal["sidekiq", "active-job"]
# What makes a class a job; ::Iterable is the module of IterableJob. Source: v8.1.7 lib/sidekiq/{job,iterable_job}.rb
_SIDEKIQ = frozenset({"Sidekiq::Job", "Sidekiq::Worker", "Sidekiq::IterableJob"})
_LONGEST = 100  # classes in a line of inheritance; nobody's is longer
_ACTIVE_JOB = frozenset({"ActiveJob::Base", "ApplicationJob", "ActionMailer::MailDeliveryJob"})


@dataclass(frozen=True)
class Index:
    """The facts of every file that was read."""

    files: tuple[FileFacts, ...]

    @cached_property
    def classes(self) -> dict[str, list[ClassFacts]]:
        """Every class and module by full name; one that is opened in several places stands there as often."""
        found: dict[str, list[ClassFacts]] = {}
        for file in self.files:
            for one in file.classes:
                found.setdefault(one.name, []).append(one)
        return found

    @property
    def pushes(self) -> Iterator[PushFacts]:
        """Every push."""
        for file in self.files:
            yield from file.pushes

    @property
    def entries(self) -> Iterator[Entry]:
        """Every entry of a schedule that is written in Ruby."""
        for file in self.files:
            yield from file.entries

    def resolve(self, written: str, nesting: tuple[str, ...]) -> str:
        """The full name of the class that a constant means in a place; empty where no file defines one."""
        if written.startswith("::"):
            return written[2:] if written[2:] in self.classes else ""
        for around in (*nesting, ""):
            name = f"{around}::{written}" if around else written
            if name in self.classes:
                return name
        return ""

    def form(self, name: str) -> Form | None:
        """Whether a class is a Sidekiq::Job or an ActiveJob, itself or by what it inherits from; None for neither."""
        return self._form(name, frozenset())

    @cached_property
    def _forms(self) -> dict[str, Form | None]:
        return {}

    def _form(self, name: str, seen: frozenset[str]) -> Form | None:
        if name in seen or len(seen) > _LONGEST:
            return None
        if name not in self._forms:
            self._forms[name] = self._found_form(name, seen | {name})
        return self._forms[name]

    def _found_form(self, name: str, seen: frozenset[str]) -> Form | None:
        for one in self.classes.get(name, ()):
            for written in (*one.includes, one.superclass):
                bare = written.removeprefix("::")
                if bare in _SIDEKIQ:
                    return "sidekiq"
                if bare in _ACTIVE_JOB and bare not in self.classes:
                    return "active-job"
                parent = self.resolve(written, (one.name, *one.nesting)) if written else ""
                found: Form | None = self._form(parent, seen) if parent else None
                if found is None and bare in _ACTIVE_JOB:
                    found = "active-job"
                if found:
                    return found
        return None

    def lineage(self, name: str) -> Iterator[ClassFacts]:
        """A class, then what it includes and inherits from, the nearest first."""
        pending, seen = [name], set[str]()
        while pending and len(seen) <= _LONGEST:
            current = pending.pop(0)
            if current in seen:
                continue
            seen.add(current)
            for one in self.classes.get(current, ()):
                yield one
                for written in (*one.includes, one.superclass):
                    parent = self.resolve(written, (one.name, *one.nesting)) if written else ""
                    if parent:
                        pending.append(parent)

    def option(self, name: str, key: str) -> str | None:
        """What a job's ``sidekiq_options`` say for a key, as Ruby, its own or inherited; None for nothing."""
        return next((one.options[key] for one in self.lineage(name) if key in one.options), None)

    def defines(self, name: str, method: str) -> bool:
        """Whether a class defines a class method itself, or inherits one that the repo defines."""
        return any(method in one.class_methods for one in self.lineage(name))

    def perform(self, name: str) -> Signature | None:
        """What its perform takes, inherited where it defines none; None where that is not to be seen."""
        return next((one.perform for one in self.lineage(name) if one.perform is not None), None)

    def jobs(self, form: Form = "sidekiq") -> Iterator[ClassFacts]:
        """The classes of the repo that are jobs of that form, each once, base classes and tests' own among them."""
        for name, found in self.classes.items():
            if not found[0].is_module and self.form(name) == form:
                yield found[0]

    def target(self, push: PushFacts) -> str:
        """The full name of the class that a push means; empty where that is not to be seen."""
        return self.resolve(push.target, push.nesting) if push.target else push.inside
