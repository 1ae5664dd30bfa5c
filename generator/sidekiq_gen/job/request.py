"""Everything decided, before anything is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sidekiq_gen.style import test_path

if TYPE_CHECKING:
    from sidekiq_gen.naming import Argument, JobName, Model
    from sidekiq_gen.rails.app import Database, RailsApp
    from sidekiq_gen.sidekiq.release import Release
    from sidekiq_gen.style import Style, TestFramework

KindName = Literal["record", "plain", "claim", "backfill", "fan-out"]
Retry: TypeAlias = "int | Literal[False]"


@dataclass(frozen=True)
class JobContext:
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

    context: JobContext
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
        return f"{self.directory}/{self.context.name.file_stem}.rb"

    @property
    def test_path(self) -> str | None:
        """Where its spec goes: the same place under ``spec`` or ``test``; None when there is none."""
        return test_path(self.test, self.directory, self.context.name.file_stem)
