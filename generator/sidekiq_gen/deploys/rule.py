"""What a change can break while old and new code run side by side, and for as long as old payloads wait."""

from __future__ import annotations

import re
from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from sidekiq_gen.check.rule import Context, Example, Finding, Rule
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sidekiq_gen.check.facts import ClassFacts, PushFacts
    from sidekiq_gen.check.index import Form, Index
    from sidekiq_gen.rails.app import RailsApp

_SHORT = 12
FORMS: tuple[Form, ...] = ("sidekiq", "active-job")


@dataclass(frozen=True)
class Side:
    """The repo before or after the change."""

    app: RailsApp
    index: Index

    @cached_property
    def pushes(self) -> dict[str, list[PushFacts]]:
        """The pushes of the code, not of tests, by the full name of the class."""
        found: dict[str, list[PushFacts]] = {}
        for push in self.index.pushes:
            name = "" if push.in_test else self.index.target(push)
            if name:
                found.setdefault(name, []).append(push)
        return found

    @cached_property
    def jobs(self) -> dict[str, ClassFacts]:
        """The classes that are jobs and that payloads can name: what only others inherit from is left out."""
        found: dict[str, ClassFacts] = {}
        for form in FORMS:
            for one in self.index.jobs(form):
                runs = self.index.perform(one.name) is not None or one.name in self.pushes
                if runs and not one.path.startswith(("spec/", "test/")):
                    found[one.name] = one
        return found

    def queue(self, name: str) -> str | None:
        """The queue of a job; None where it is not written as a plain name. Sidekiq's default is ``default``."""
        said = self.index.option(name, "queue")
        if said is None:
            return "default" if self.index.form(name) == "sidekiq" else None
        plain = said.removeprefix(":").strip("\"'")
        return plain if plain.replace("_", "").replace("-", "").isalnum() else None

    def is_lost(self, name: str) -> bool:
        """Whether a failure loses the job: ``retry: false``."""
        return self.index.option(name, "retry") == "false"


@dataclass(frozen=True)
class Change:
    """The repo at the revision and in the working tree. revision: as it was given."""

    before: Side
    after: Side
    revision: str

    @property
    def ref(self) -> str:
        """The revision for a message: of the whole name of a commit, how it begins."""
        return self.revision[:_SHORT] if re.fullmatch(r"[0-9a-f]{40,64}", self.revision) else self.revision

    @cached_property
    def kept(self) -> Sequence[str]:
        """The names of the jobs that are there on both sides."""
        return [name for name in self.before.jobs if name in self.after.jobs]


@dataclass(frozen=True)
class Deploy(Example):
    """An example of a change. files: what is deployed. before: what runs so far, where it is different."""

    before: Mapping[str, str] = field(default_factory=dict)


class ChangeRule(Rule):
    """A rule about the difference between two sides; its examples are `Deploy`s."""

    bad: ClassVar[Deploy]
    good: ClassVar[Deploy]

    @abstractmethod
    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield what is not safe."""

    def found(self, place: ClassFacts | PushFacts, message: str) -> Finding:
        """A finding at a class or a push."""
        return Finding(self.code, place.path, place.line, getattr(place, "column", 1), message)
