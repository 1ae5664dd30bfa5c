"""A request: everything decided about one job before anything is rendered, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast

from sidekiq_gen.job.active_job import Attempts, attempts_of
from sidekiq_gen.plurals import plural
from sidekiq_gen.quoting import ruby_pairs
from sidekiq_gen.rails.house.conventions import Conventions, read_conventions
from sidekiq_gen.style import Form, Style, TestFramework, test_path
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from sidekiq_gen.job.collaborator import Collaborator
    from sidekiq_gen.job.component import Component
    from sidekiq_gen.naming import Argument, JobName, Model
    from sidekiq_gen.packs.layers import Layer
    from sidekiq_gen.rails.databases import Database
    from sidekiq_gen.rails.gems import Tracker
    from sidekiq_gen.rails.wrappers import ErrorWrapper
    from sidekiq_gen.ruby.templates import Folder
    from sidekiq_gen.sidekiq.release import Release

KindName = Literal["record", "plain", "claim", "backfill", "fan-out"]
Retry: TypeAlias = "int | Literal[False]"
S = TypeVar("S")


@dataclass(frozen=True)
class JobOptions:
    """What else the job says to Sidekiq.

    backtrace: how much of it is saved, as Ruby: ``20``, ``true``; empty for nothing.
    tags: labels in the log and the web interface.
    dead: whether the job goes to the Dead set after its last retry.
    """

    backtrace: str = ""
    tags: tuple[str, ...] = ()
    dead: bool = True


@dataclass(frozen=True)
class JobContext:
    """What the job is about and the release it is for: what decides which patterns can be had.

    model: of its record, or of the rows it works through; None for ``plain``.
    record: the argument that names one row of the model; None unless the kind is ``record``.
    row: the local variable that holds one row of the model: ``order``; empty for ``plain``.
    database: None when neither the repo nor a flag names one.
    retry: also where it is left to Sidekiq; then its default number.
    retry_for: seconds, None where the number of retries ends them; Sidekiq's default number goes with it.
    retry_written: whether the job itself says how often it is retried.
    options: what else it says to Sidekiq.
    house: how the repo writes a job like this one.
    directory: of its class, relative to the root.
    form: whether it includes Sidekiq::Job or is an ActiveJob class, which Sidekiq runs.
    layers: the templates of the repo and of a pack, which lie over the built-in ones.
    """

    release: Release
    name: JobName
    kind: KindName
    arguments: tuple[Argument, ...]
    model: Model | None
    record: Argument | None
    row: str
    database: Database | None
    retry: Retry
    retry_for: int | None = None
    retry_written: bool = True
    options: JobOptions = JobOptions()
    house: Conventions = field(default_factory=lambda: read_conventions((), {}, None))
    directory: str = "app/jobs"
    form: Form = "sidekiq"
    layers: tuple[Layer, ...] = ()

    @property
    def tree(self) -> Folder:
        """The templates for it: of the release, or those of ActiveJob, which are the same for every release."""
        return tree_of(self.form, self.release)

    @property
    def rows(self) -> str:
        """The local variable that holds several rows of the model: ``orders``."""
        return plural(self.row)

    @property
    def records(self) -> tuple[Argument, ...]:
        """The arguments that name a row."""
        return tuple(argument for argument in self.arguments if argument.model)


def tree_of(form: Form, release: Release) -> Folder:
    """The templates for a job of that form."""
    return "active_job" if form == "active-job" else release.tree


_SAVES = frozenset({"save!", "create!", "update!", "destroy!", "touch!"})


@dataclass(frozen=True)
class RecordCall:
    """How the specs of this repo get a persisted record of a model.

    call: Ruby: ``create(:order)``, ``orders(:one)``, ``Order.new(...)`` where rows have neither.
    sets: the attributes that it gives a value by itself; given: those that a new one is given here, with their Ruby.
    called_back: the words in the callbacks of a factory, which may change a record after that.
    distinct: what a copy of it must have otherwise: ``feed_url: SecureRandom.hex``; empty where that is nothing.
    """

    model: str
    call: str
    origin: Literal["factory", "fixture", "model"]
    sets: tuple[str, ...] = ()
    distinct: str = ""
    given: tuple[tuple[str, str], ...] = ()
    called_back: tuple[str, ...] = ()

    @property
    def fires_events(self) -> bool:
        """Whether its callbacks call methods with a bang that do more than save: ``order.pay!``."""
        return any(word.endswith("!") and word not in _SAVES for word in self.called_back)

    def with_value(self, column: str, value: str) -> str:
        """The call of a factory or of a new record, with another value for a column."""
        if self.origin == "factory":
            return f"{self.call.removesuffix(')')}, {ruby_pairs([(column, value)])})"
        pairs = {**dict(self.given), column: value}
        old, new = (ruby_pairs(of.items()) for of in (dict(self.given), pairs))
        made = f"{self.model}.new"
        return f"{made}({new})" + self.call.removeprefix(made + (f"({old})" if old else ""))


@dataclass(frozen=True)
class ActiveBase:
    """What the class that ActiveJob classes inherit from says for them.

    handles_missing: what becomes of a job whose record is gone. waits: that pushes wait for the commit.
    handles: what becomes of some errors: its calls of retry_on, discard_on and rescue_from.
    retries: that ActiveJob retries some: its calls of retry_on and retry_job.
    """

    handles_missing: bool
    waits: bool
    handles: bool = False
    retries: bool = False


@dataclass(frozen=True)
class RepoFacts:
    """What rendering has to know of the repo.

    namespaces: what each namespace of the job is opened with, outermost first.
    records: for the models of this job that factories or fixtures know.
    base_record: the class that a further connection is made from.
    minded, minded_in_spec: the writes without validations that rubocop-rails minds in the job, in its spec:
        ``update_column``.
    wrapper: what existing jobs report errors with, where that is the repo's own.
    base: the class that jobs inherit Sidekiq from; empty where they include it themselves.
    hidden: the constants at the top that the namespaces of the job hide by some of their own.
    active_base: what the base of an ActiveJob class says; None of another.
    """

    namespaces: tuple[Literal["module", "class"], ...]
    records: tuple[RecordCall, ...]
    base_record: Literal["ApplicationRecord", "ActiveRecord::Base"]
    tracker: Tracker
    wrapper: ErrorWrapper | None
    minded: tuple[str, ...] = ()
    minded_in_spec: tuple[str, ...] = ()
    base: str = ""
    hidden: tuple[str, ...] = ()
    active_base: ActiveBase | None = None

    def record(self, model: str) -> RecordCall | None:
        """How specs get a record of that model; None where neither a factory nor a fixture makes one."""
        return next((record for record in self.records if record.model == model), None)


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
    """One job, completely decided. Equal requests render equal texts.

    kind_settings: the settings of its kind, as its templates see them under ``kind``; None where it has none.
    patterns: in the order in which they wrap the work, outermost first.
    child: the job for one record that a fan-out enqueues; None for any other kind.
    calls: what does the work; None where a private method of the job does.
    queue_written: whether the job itself names its queue.
    house: what the pack has every job say, by the name that templates have for it, each with its value.
    """

    context: JobContext
    kind_settings: Any
    queue: str
    test: TestFramework
    style: Style
    repo: RepoFacts
    patterns: tuple[Chosen, ...]
    child: JobRequest | None = None
    calls: Collaborator | None = None
    queue_written: bool = True
    house: tuple[tuple[str, Any], ...] = ()

    def get(self, pattern: type[Component[S]]) -> S | None:
        """The settings of a pattern, or None where it was not asked for."""
        found = next((chosen for chosen in self.patterns if chosen.name == pattern.name), None)
        return cast("S", found.settings) if found else None

    def has(self, *patterns: type[Component[Any]]) -> bool:
        """Whether one of these patterns was asked for."""
        return any(self.get(pattern) is not None for pattern in patterns)

    def of_kind(self, kind: type[Component[S]]) -> S | None:
        """The settings of its kind where it is this one, else None."""
        return cast("S", self.kind_settings) if self.context.kind == kind.name else None

    @property
    def attempts(self) -> Attempts | None:
        """How ActiveJob itself retries the job; None where it is left to Sidekiq."""
        exhausted = any(chosen.name == "on-exhausted" for chosen in self.patterns)
        return attempts_of(self.context, exhausted=exhausted)

    @property
    def job_path(self) -> str:
        """Where the class goes, relative to the root."""
        return f"{self.context.directory}/{self.context.name.file_stem}.rb"

    @property
    def test_path(self) -> str | None:
        """Where its spec goes; None when there is none."""
        return test_path(self.test, self.context.directory, self.context.name.file_stem, self.style.spec)
