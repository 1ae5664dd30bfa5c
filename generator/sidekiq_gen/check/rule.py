"""What a rule is, and what it finds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sidekiq_gen.check import nodes
from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tree_sitter import Node

    from sidekiq_gen.check.ignores import Ignored
    from sidekiq_gen.check.index import Form, Index
    from sidekiq_gen.check.jobs import Job
    from sidekiq_gen.check.pushes import Push
    from sidekiq_gen.check.source import Source
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sidekiq.release import Release

# error: it fails, or the job is lost. warning: it goes wrong when a job runs twice, concurrently, or is killed.
# note: it works, and there is a better way.
Severity = Literal["error", "warning", "note"]
Places = Literal["code", "tests", "all"]


@dataclass(frozen=True)
class Edit:
    """A rewrite that is certain: bytes from start to end, not included, become this text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Finding:
    """Something that a rule found.

    line, column: from 1. message: one sentence. job: the class, in full, that has to be a job for it to count, in one
    of these forms. target: instead of that a constant as it is written in a place, with its nesting.
    edits: what puts it right, where that is certain. method: the class method of Sidekiq's that it is about; it does
    not count where the class has one of its own by that name.
    """

    code: str
    path: str
    line: int
    column: int
    message: str
    job: str = ""
    target: str = ""
    nesting: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    edits: tuple[Edit, ...] = ()
    method: str = ""


@dataclass(frozen=True)
class Context:
    """What a rule may know besides the Ruby before it. It is the same for all files, so a file's findings can be kept.

    gems: the versions of the locked gems by name. databases: as `RailsApp.databases`. waits: whether pushes wait for
    the commit of the transaction that they stand in. strict_said: what settings say of whether a push refuses
    arguments that JSON changes. own_logger: whether the logger is another than Sidekiq's own.
    """

    release: Release
    gems: Mapping[str, str] = field(default_factory=dict)
    databases: tuple[str, ...] = ()
    waits: bool = False
    strict_said: bool | None = None
    own_logger: bool = False

    @property
    def strict(self) -> bool:
        """Whether a push refuses arguments that JSON changes.

        Source: sidekiq v7.0.0 lib/sidekiq/config.rb:19 (``on_complex_arguments: :raise``), v6.4.0 lib/sidekiq.rb:256.
        """
        if self.strict_said is None:
            return holds(">=7.0.0", self.release.version)
        return self.strict_said and holds(">=6.4.0", self.release.version)


@dataclass(frozen=True)
class Example:
    """A piece of a repo that shows a rule.

    files: texts by path. sidekiq, unique_jobs, throttled, rails: the versions that are locked.
    gems: further ones, versions by name.
    """

    files: Mapping[str, str]
    sidekiq: str = "7.3.2"
    unique_jobs: str | None = None
    throttled: str | None = None
    rails: str = "7.2.2"
    gems: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def job(cls, text: str, **more: Any) -> Example:
        """One job class."""
        return cls({"app/jobs/example_job.rb": text}, **more)


class Rule(ABC):
    """One thing that can be wrong.

    code: a stable kebab-case word. title: what is wrong, in a few words. why: what happens then. source: of that fact.
    way_out: what to do, with the flag of sidekiq-gen where there is one. bad, good: examples.
    releases: packaging specifiers of Sidekiq that it holds for; empty for all. places: where it looks.
    on: whether it is asked without being named; a rule that is too often wrong is not.
    words: what makes a file worth parsing for it, besides a job's usual words. needs: without one of these a file is
    not looked into; empty for any.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    why: ClassVar[str]
    source: ClassVar[str]
    way_out: ClassVar[str]
    bad: ClassVar[Example]
    good: ClassVar[Example]
    releases: ClassVar[str] = ""
    places: ClassVar[Places] = "code"
    on: ClassVar[bool] = True
    words: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[bytes, ...]] = ()

    def holds(self, context: Context) -> bool:
        """Whether it is one for what is locked here; a rule that depends on more than Sidekiq's release extends it."""
        return not self.releases or holds(self.releases, context.release.version)

    def looks_into(self, source: Source) -> bool:
        """Whether it looks into a file."""
        if self.needs and not any(word in source.data for word in self.needs):
            return False
        return self.places == "all" or source.is_test == (self.places == "tests")

    def at(self, source: Source, node: Node, message: str, *edits: Edit) -> Finding:
        """A finding at a node."""
        return Finding(self.code, source.path, nodes.line(node), source.column(node), message, edits=edits)


class FileRule(Rule):
    """A rule about any Ruby file."""

    @abstractmethod
    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield what is wrong in a file."""


class JobRule(Rule):
    """A rule about one class that is a job.

    forms: of which form the class has to be for what is found to count.
    """

    forms: ClassVar[tuple[Form, ...]] = ("sidekiq",)

    @abstractmethod
    def check(self, job: Job, context: Context) -> Iterator[Finding]:
        """Yield what is wrong in a class; it may turn out to be no job, so look at what it has with care."""


class PushRule(Rule):
    """A rule about one place where a job is pushed.

    of_arguments: whether it is about what is handed over, which a class with a method of its own may turn round.
    """

    forms: ClassVar[tuple[Form, ...]] = ("sidekiq",)
    of_arguments: ClassVar[bool] = False

    @abstractmethod
    def check(self, push: Push, context: Context) -> Iterator[Finding]:
        """Yield what is wrong with it."""


class RepoRule(Rule):
    """A rule that needs what several files say, or files that are no Ruby."""

    @abstractmethod
    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield what is wrong."""


class LastRule(Rule):
    """A rule about the comments that ignore what the others have found."""

    @abstractmethod
    def check(self, ignored: Ignored, asked: Collection[str], known: Collection[str]) -> Iterator[Finding]:
        """Yield what is wrong with them. asked: the codes of the rules that were asked. known: of all there are."""
