"""Everything decided, before anything is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from sidekiq_gen.naming import Argument, JobName, Model
    from sidekiq_gen.rails.app import Database, RailsApp
    from sidekiq_gen.sidekiq.release import Release

KindName = Literal["record", "plain", "claim", "backfill", "fan-out"]
TestFramework = Literal["rspec", "minitest", "none"]
Retry: TypeAlias = "int | Literal[False]"

# What was typed or answered, by parameter name (``advisory_lock``); what was left open is not in it.
Answers: TypeAlias = Mapping[str, Sourced[Any]]


@dataclass(frozen=True)
class Flag:
    """One option of the command line, and the question that asks for the same thing.

    kind: ``switch`` takes no value, ``list`` may be given several times, ``choice`` takes one of ``choices``.
    also: further values that are taken but not offered: other names for the same choices.
    question: asked on a terminal when the flag was left out; empty when it never is.
    """

    option: str
    help: str
    kind: Literal["switch", "text", "number", "choice", "list"]
    metavar: str = ""
    choices: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    question: str = ""

    @property
    def parameter(self) -> str:
        """The name of the Python parameter: ``discard_on`` for ``--discard-on``."""
        return self.option.removeprefix("--").replace("-", "_")

    def words(self, value: object) -> list[str]:
        """The words of a command line that give this value."""
        if self.kind == "switch":
            return [self.option] if value else []
        values = value if isinstance(value, (list, tuple)) else [value]
        return [word for item in values for word in (self.option, str(item))]


@dataclass(frozen=True)
class Style:
    """How the repo writes Ruby: what rendering takes instead of spelling it out in each template."""

    quotes: Literal["double", "single"]
    frozen_string_literal: bool
    queue_literal: Literal["string", "symbol"]
    job_module: Literal["Sidekiq::Job", "Sidekiq::Worker"] | None
    width: int = 120


@dataclass(frozen=True)
class Situation:
    """The job that was asked for and the repo it is for: what decides which patterns can be had.

    model: what the job is about: the model of its record, or of the rows it works through; None for ``plain``.
    record: the argument that names one row of the model; None unless the kind is ``record``.
    database: None when neither the repo nor a flag names one.
    retry_for: seconds, None where the number of retries ends them; Sidekiq's default number goes with it.
    """

    app: RailsApp
    release: Release
    name: JobName
    kind: KindName
    arguments: tuple[Argument, ...]
    model: Model | None
    record: Argument | None
    database: Database | None
    retry: Retry
    retry_for: int | None = None


@dataclass(frozen=True)
class Chosen:
    """A pattern that was asked for.

    name: its name in the catalogue: ``advisory-lock``.
    settings: its own frozen settings, as its templates see them.
    """

    name: str
    settings: Any

    @property
    def identifier(self) -> str:
        """The name under which templates see the settings: ``advisory_lock``."""
        return self.name.replace("-", "_")


@dataclass(frozen=True)
class JobRequest:
    """One job, completely decided.

    kind_settings: the settings of its kind, as its templates see them under ``kind``; None where it has none.
    directory: of the job class, relative to the root: ``app/jobs``.
    patterns: in the order in which they wrap the work, outermost first.
    child: the job for one record that a fan-out enqueues; None for any other kind.
    """

    situation: Situation
    kind_settings: Any
    queue: str
    directory: str
    test: TestFramework
    style: Style
    patterns: tuple[Chosen, ...]
    child: JobRequest | None = None

    def chosen(self, *names: str) -> Chosen | None:
        """The first pattern of one of these names, or None where none was asked for."""
        return next((pattern for pattern in self.patterns if pattern.name in names), None)

    @property
    def lock(self) -> Chosen | None:
        """The pattern that locks the work in the database, if there is one: they exclude each other."""
        return self.chosen("advisory-lock", "row-lock")

    @property
    def job_path(self) -> str:
        """Where the class goes, relative to the root."""
        return f"{self.directory}/{self.situation.name.file_stem}.rb"

    @property
    def test_path(self) -> str | None:
        """Where its spec goes: the same place under ``spec`` or ``test``; None when there is none."""
        return test_path(self.test, self.directory, self.situation.name.file_stem)


def test_path(test: TestFramework, directory: str, file_stem: str) -> str | None:
    """Where the spec of a job class goes: the same place under ``spec`` or ``test``; None when there is none."""
    if test == "none":
        return None
    folder, ending = ("spec", "_spec.rb") if test == "rspec" else ("test", "_test.rb")
    before, _, after = f"/{directory}/".rpartition("/app/")
    parts = (before.strip("/"), folder, after.strip("/"), file_stem)
    return "/".join(part for part in parts if part) + ending


def style_of(app: RailsApp) -> Style:
    """How this repo writes Ruby."""
    conventions = app.conventions
    return Style(
        conventions.quotes.value,
        conventions.frozen_string_literal.value,
        conventions.queue_literal.value,
        conventions.job_module.value,
    )


def answer(answers: Answers, parameter: str, default: Any = None) -> Any:
    """The value of one answer, or the default where the flag was left open."""
    return answers[parameter].value if parameter in answers else default
