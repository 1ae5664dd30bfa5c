"""The job that alerts when too many jobs are dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Flag, answer
from sidekiq_gen.naming import JobName, parse_job_name
from sidekiq_gen.style import test_path
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.style import TestFramework

THRESHOLD = 100
MAXIMUM_THRESHOLD = 1_000_000

HEALTH_FLAGS = (
    Flag(
        "--health-check",
        "Also write a job that alerts when too many jobs are dead, and schedule it.",
        "switch",
        question="Write a job that alerts when too many jobs are dead?",
    ),
    Flag("--dead-threshold", f"Alert when more jobs than this are dead [default: {THRESHOLD}].", "number", metavar="N"),
    Flag("--test", "The framework of the health check's spec.", "choice", choices=("rspec", "minitest", "none")),
)


@dataclass(frozen=True)
class HealthCheck:
    """The job that alerts when too many jobs are dead.

    name: its names. test: what its spec or test is written for. threshold: that many are not yet too many.
    queue: one that a process of the repo serves, as far as is known.
    base: the class of the repo that it inherits Sidekiq from; empty where it includes it itself.
    path, test_path: relative to the root; the second is None when no spec is wanted.
    around: the namespaces around its class, outermost first, each with its keyword.
    """

    name: JobName
    threshold: int
    queue: str
    base: str
    test: TestFramework
    path: str
    test_path: str | None
    around: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> str:
        """The class as it is opened: with its namespaces where none is around it."""
        return self.name.bare_class if self.around else self.name.class_name


def resolve_health_check(answers: Answers, app: RailsApp) -> HealthCheck | None:
    """Decide about it; None where it is not asked for.

    Raises:
        InvalidInput: a flag makes no sense.
        Refused: its class is there elsewhere.
    """
    if not answer(answers, "health_check"):
        stray = next((flag for flag in HEALTH_FLAGS[1:] if flag.parameter in answers), None)
        if stray:
            raise InvalidInput(
                f"{stray.option} needs --health-check.",
                hint=f"Add --health-check, or leave out {stray.option}.",
                code="usage",
            )
        return None
    threshold = answer(answers, "dead_threshold", THRESHOLD)
    if not 0 <= threshold <= MAXIMUM_THRESHOLD:
        raise InvalidInput(
            f"--dead-threshold {threshold} is not a number of dead jobs.",
            hint=f"Give a number from 0 to {MAXIMUM_THRESHOLD}.",
            code="invalid-threshold",
        )
    conventions = app.conventions
    folder = conventions.job_dir.value
    within = app.folders.namespace(folder)
    name = parse_job_name("SidekiqHealthCheck", suffix=conventions.suffix.value, acronyms=app.acronyms, within=within)
    path = f"{folder}/{name.file_stem}.rb"
    other = app.defined_elsewhere(name.class_name, app.root / path)
    if other is not None:
        raise Refused(
            f"{name.class_name} is already defined in {other.relative_to(app.root).as_posix()}.",
            hint="Leave out --health-check, or rename that class.",
            code="class-exists",
        )
    test = answer(answers, "test", app.test_framework or "none")
    spec = test_path(test, folder, name.file_stem, app.style_for(app.conventions, test, path).spec)
    outer = () if conventions.compact.value else name.namespaces
    around = tuple((one, app.namespace_keyword("::".join(outer[: depth + 1]))) for depth, one in enumerate(outer))
    return HealthCheck(name, threshold, app.usual_queue.value, conventions.base.value, test, path, spec, around)
