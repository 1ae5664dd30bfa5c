"""The way through the house: where we are, what is wanted, what would be written."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sidekiq_gen.changes.plan import Plan, plan_changes
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job import resolve
from sidekiq_gen.job.checklist import Item, checklist
from sidekiq_gen.job.lacks import lacks
from sidekiq_gen.job.needs import Column
from sidekiq_gen.job.recorded import guessed_model
from sidekiq_gen.job.rendering import render, render_job
from sidekiq_gen.naming import parse_job_name, split_path
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from time import struct_time

    from sidekiq_gen.changes.places import Places
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.migrations import Migration
    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.naming import JobName
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project, Where


@dataclass(frozen=True)
class Generated:
    """One job, rendered and planned; nothing is written yet."""

    request: JobRequest
    plan: Plan
    notices: tuple[Notice, ...]
    checklist: tuple[Item, ...]
    migrations: tuple[Migration, ...] = ()

    @property
    def work(self) -> JobRequest:
        """The job that does the work: of a fan-out, the one that it enqueues."""
        return self.request.child or self.request


def generate_job(  # noqa: PLR0913 - what a run is told
    answers: Answers,
    project: Project,
    now: struct_time,
    *,
    force: bool = False,
    skip: bool = False,
    earlier: Sequence[Migration] = (),
    places: Places | None = None,
) -> Generated:
    """Decide, render and plan one job and its spec, and the migrations that were asked for.

    now: in UTC, of which the version of a new migration is made. earlier: the migrations of other jobs that are
    planned with it. places: what is known already of where their files lie.

    Raises:
        InvalidInput, Refused: it cannot be written; DecisionNeeded is left to whoever applies the plan.
    """
    with project.app.repo.told():
        request = resolve.resolve_job(answers, project)
    if not force:
        _refuse_a_second_class(request, project.app)
    migrated = "migration" in answers
    texts, notices = render(request), tuple(resolve.notices(request, project, migrated=migrated))
    if request.child:
        there = None if force else _child_that_is_there(request.child, project.app)
        if there is None:
            texts += render(request.child)
        else:
            notices += (there,)
    if "dir" in answers:
        notices += tuple(_not_loaded(request, project.app))
    migrations: tuple[Migration, ...] = ()
    if migrated:
        from sidekiq_gen.job.migrations import find_migrations, migration_notice, render_migration

        migrations = find_migrations(request.child or request, project.app, now, earlier)
        texts += [render_migration(migration, request.style, request.context.layers) for migration in migrations]
        notices += (migration_notice(migrations, earlier),)
    plan = plan_changes(project.app.root, texts, force=force, skip=skip, places=places)
    missing = [need.name for need in lacks(request.child or request, project.app) if isinstance(need, Column)]
    listed = checklist(request, missing, migrated=migrated)
    return Generated(request, plan, (*notices, *project.app.repo.notices()), listed, migrations)


def command_line(
    answers: Answers, where: Where, request: JobRequest, app: RailsApp, command: Sequence[str] = ("job",)
) -> str:
    """The command that gives this job, or does something else with it, without asking anything."""
    words = ["sidekiq-gen", *command, _name(request, app)]
    words += answer(answers, "arguments", ())
    if model := guessed_model(answers, request):
        words += ["--model", model]
    if "dir" not in answers and split_path(answer(answers, "name", ""))[0]:
        words += ["--dir", request.context.directory]
    for flag in resolve.all_flags(app.pack):
        if flag.parameter in answers:
            words += flag.words(answers[flag.parameter].value)
    return shlex.join([*words, *where.words(), "--no-input"])


def unfinished_line(answers: Answers, where: Where, pack: Pack | None = None) -> str:
    """The command that goes on asking from these answers; empty where there is nothing to go on from."""
    name = answer(answers, "name")
    if name is None:
        return ""
    words = ["sidekiq-gen", "job", name, *answer(answers, "arguments", ())]
    for flag in resolve.all_flags(pack):
        if flag.parameter in answers and answers[flag.parameter].origin != "settings":
            words += flag.words(answers[flag.parameter].value)
    return shlex.join([*words, *where.words()])


def _child_that_is_there(child: JobRequest, app: RailsApp) -> Notice | None:
    """The notice that the repo has a job of this name, which a fan-out then enqueues; None to write one.

    Raises:
        Refused: it has one, and patterns were asked for that would have to be laid over it.
    """
    name = child.context.name.class_name
    own = app.root / child.job_path
    there = app.repo.data(child.job_path)
    other = app.defined_elsewhere(name, own) if there is None else own
    if other is None or there == render_job(child).encode():
        return None
    return child_that_is_there(child, other.relative_to(app.root).as_posix())


def child_that_is_there(child: JobRequest, path: str) -> Notice:
    """The notice that a job is enqueued as it is; path: of its class.

    Raises:
        Refused: patterns were asked for that would have to be laid over it.
    """
    name = child.context.name.class_name
    if child.patterns:
        raise Refused(
            f"{name} already exists in {path}, and the safeguards would have to be added to it.",
            hint="Give the job for one record another name with --child, or leave the safeguards out.",
            code="class-exists",
        )
    return Notice(
        "child-exists",
        f"{name} already exists in {path}: it is enqueued as it is, with the id of a record and the arguments.",
        "Make sure that it is idempotent; --child names another one.",
    )


def _not_loaded(request: JobRequest, app: RailsApp) -> Iterator[Notice]:
    """That nothing loads the class from the folder that was named for it."""
    folder = request.context.directory
    if app.rails is None or app.repo.autoload.loads(folder):
        return
    yield Notice(
        "not-autoloaded",
        f"Rails loads no constants from {folder}: it would not find {request.context.name.class_name} there.",
        "Choose a folder below app, or add this one to config.autoload_paths (or lib with config.autoload_lib).",
    )


def _refuse_a_second_class(request: JobRequest, app: RailsApp) -> None:
    name = request.context.name.class_name
    other = app.defined_elsewhere(name, app.root / request.job_path)
    if other is not None:
        raise Refused(
            f"{name} is already defined in {other.relative_to(app.root).as_posix()}.",
            hint="Choose another name, or pass --force to write this one as well.",
            code="class-exists",
        )


def _name(request: JobRequest, app: RailsApp) -> str:
    """NAME in the first form that is read as the same name: ``Worker`` is not for ``WorkerJob``."""
    name = request.context.name
    suffix = request.context.house.suffix.value

    def read(form: str) -> JobName | None:
        try:
            return parse_job_name(form, suffix=suffix, acronyms=app.acronyms, within=name.within)
        except InvalidInput:
            return None

    forms = (name.class_name.removesuffix(suffix), name.path, name.file_stem)
    return next((form for form in forms if (found := read(form)) and found.path == name.path), name.class_name)
