"""A job that is there, found by its name, and its spec."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.check.engine import context_of, read_files
from sidekiq_gen.check.index import Index
from sidekiq_gen.check.jobs import Job, classes_of
from sidekiq_gen.check.source import Source
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.naming import MAXIMUM_LENGTH, camelize, underscore
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.quoting import is_constant
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection

    from sidekiq_gen.check.index import Form
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project

_SUFFIXES = ("Job", "Worker")
_TESTS = (("spec/", "_spec.rb"), ("test/", "_test.rb"))


@dataclass(frozen=True)
class Existing:
    """One job class.

    index: of the whole repo. job: with its tree, in the one place that defines it.
    """

    app: RailsApp
    index: Index
    job: Job
    form: Form

    @property
    def name(self) -> str:
        """In full."""
        return self.job.name

    @property
    def path(self) -> str:
        """Of its file."""
        return self.job.source.path

    @cached_property
    def test(self) -> str:
        """The file of its spec; empty where there is none in the usual place."""
        found = (test_of(self.path, folder, ending) for folder, ending in _TESTS)
        return next((path for path in found if path and self.app.repo.is_file(path)), "")


def test_of(path: str, folder: str, ending: str) -> str:
    """Where the spec of a class usually is; empty where its file is not below ``app``.

    ``app/jobs/a_job.rb``, ``spec/``, ``_spec.rb`` -> ``spec/jobs/a_job_spec.rb``.
    """
    unit, app, inner = path.rpartition("app/")
    return f"{unit}{folder}{inner.removesuffix('.rb')}{ending}" if app and unit.endswith(("", "/")) else ""


def index_of(project: Project) -> Index:
    """What all Ruby files of a repo say."""
    return Index(tuple(read_files(project.app, (), context_of(project))))


def known_names(app: RailsApp, index: Index) -> frozenset[str]:
    """The classes and modules of the repo: those that were read, and those that Rails loads by the names of files."""
    return frozenset(index.classes) | {camelize(constant, app.acronyms) for _, constant in app.repo.app_files}


def resolved(written: str, nesting: tuple[str, ...], names: Collection[str]) -> str:
    """The full name that a constant means in a place, of some names; empty for none of them."""
    if written.startswith("::"):
        return written[2:] if written[2:] in names else ""
    candidates = (f"{around}::{written}" if around else written for around in (*nesting, ""))
    return next((name for name in candidates if name in names), "")


def find_job(typed: str, project: Project, index: Index) -> Existing:
    """The job that a name means: ``ChargeJob``, ``charge_job`` or ``Charge``.

    Raises:
        Refused: ``no-such-job``; ``several-definitions`` where more than one place opens the class.
    """
    names = {*index.classes}
    candidates = [name for name in constants(typed, project.app) if name in names and index.form(name)]
    if not candidates:
        jobs = [one.name for form in ("sidekiq", "active-job") for one in index.jobs(form)]
        raise Refused(
            f"There is no job {typed[:MAXIMUM_LENGTH]}.",
            hint=did_you_mean(typed, jobs, "Give the name of its class, with its namespace."),
            code="no-such-job",
        )
    name = candidates[0]
    places = index.classes[name]
    if len(places) > 1:
        where = ", ".join(f"{one.path}:{one.line}" for one in places)
        raise Refused(
            f"{name} is opened in several places: {where}.",
            hint="Only a class that one file defines can be changed with certainty: do it by hand.",
            code="several-definitions",
        )
    return existing(name, project, index)


def existing(name: str, project: Project, index: Index) -> Existing:
    """The job of that name, which one place defines."""
    path = index.classes[name][0].path
    source = Source(path, project.app.repo.data(path) or b"")
    job = next(job for job in classes_of(source) if job.name == name)
    form = index.form(name)
    if form is None:
        raise Refused(f"{name} is no job.", hint="Give the name of a job.", code="no-such-job")
    return Existing(project.app, index, job, form)


def constants(typed: str, app: RailsApp) -> list[str]:
    """The constants that a typed name may stand for, the likeliest first.

    Raises:
        InvalidInput: it can be none.
    """
    bare = typed.removeprefix("::").removesuffix(".rb")
    plain = bare if is_constant(bare) else camelize(underscore(bare.replace("-", "_")), app.acronyms)
    if not is_constant(plain) or len(plain) > MAXIMUM_LENGTH:
        raise InvalidInput(
            f"{typed[:MAXIMUM_LENGTH]!a} is not the name of a class.",
            hint="Give one as Ruby or as Rails writes it: Billing::ChargeJob or billing/charge_job.",
            code="invalid-name",
        )
    return [plain, *(f"{plain}{suffix}" for suffix in _SUFFIXES)]


def with_suffix_of(old: str, plain: str) -> str:
    """A new name with the suffix that the old one has."""
    suffix = next((one for one in _SUFFIXES if old.endswith(one)), "")
    return plain if plain.endswith(_SUFFIXES) else f"{plain}{suffix}"
