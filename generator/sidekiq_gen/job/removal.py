"""Undoing ``job``: the files that it writes are rendered again, and removed where nobody has changed them.

A rendered job carries no record of its answers. So what is unchanged is what is equal to the text that the given
answers give now, or these and others that `recover` finds; of anything else only a person knows whether it may go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.changes.plan import Plan, plan_changes
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.rendering import render
from sidekiq_gen.job.resolve import context_of, resolve_job
from sidekiq_gen.notices import Notice
from sidekiq_gen.record.entry import identity
from sidekiq_gen.record.recording import Removing
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from time import struct_time

    from sidekiq_gen.changes.plan import PlannedFile
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.record.book import Book
    from sidekiq_gen.record.entry import Entry

MOST_NAMED = 5


@dataclass(frozen=True)
class Removal:
    """What would be removed; nothing is yet.

    answers: with those that were found and not given: the folder of the job, and what was recorded or its text says.
    """

    answers: Answers
    request: JobRequest
    plan: Plan
    notices: tuple[Notice, ...]


def find_entry(answers: Answers, project: Project, book: Book) -> Entry | None:
    """What is recorded of the job of this name.

    Raises:
        BrokenRecord: its line makes no sense.
    """
    named = {name: value for name, value in answers.items() if name in {"name", "dir"}}
    try:
        name = context_of(named, project).name.class_name
    except (InvalidInput, Refused):
        return None
    return book.entry(("job", name))


def plan_removal(  # noqa: PLR0913 - what a run is told
    answers: Answers, project: Project, now: struct_time, *, force: bool, skip: bool, entry: Entry | None = None
) -> Removal:
    """Find what ``job`` with these answers has written.

    now: in UTC. entry: what is recorded of it: a file that is as it was written then is unchanged, whatever would be
    rendered today. Each file that is there is ``remove`` where it holds what these answers give, otherwise ``remove``,
    ``skip`` or ``conflict``, depending on the flags. The job that a fan-out enqueues is removed with it only where it
    is unchanged: it may have been there before.

    Raises:
        InvalidInput, Refused: no job could be written with these answers, or its class is in another file.
    """
    app = project.app
    with app.repo.told():
        request = resolve_job(answers, project)
        directory = _found_elsewhere(request, app)
        if directory and "dir" not in answers:
            answers = {**answers, "dir": Sourced(directory, "default")}
            request = resolve_job(answers, project)
        found = None if force or skip or entry else _behind(request, answers, project)
        if found is not None:
            answers, request = found, resolve_job(found, project)
    written = entry.files if entry else {}
    own = plan_changes(app.root, _own_texts(request, answers, project, now), force=force, skip=skip)
    files = [_going(file, written) for file in own.files if file.before is not None]
    notices = list(project.notices)
    if request.child:
        of_child = plan_changes(app.root, render(request.child), force=False, skip=False)
        there = [_going(file, written) for file in of_child.files if file.before is not None]
        if all(file.status == "remove" for file in there):
            files += there
        else:
            notices.append(_child_kept(request.child))
    plan = replace(own, files=tuple(files), record=Removing(entry.key) if entry else None)
    return Removal(answers, request, plan, (*notices, *app.repo.notices()))


def _behind(request: JobRequest, answers: Answers, project: Project) -> Answers | None:
    """The answers with those that give the job as it stands there; None where these do, or none are found."""
    job, spec = (path and project.app.repo.read(path) for path in (request.job_path, request.test_path))
    if job is None or [text for text in (job, spec) if text is not None] == [text for _, text in render(request)]:
        return None
    from sidekiq_gen.job.recovered import recover

    return recover(answers, project, job=job, spec=spec)


def _own_texts(request: JobRequest, answers: Answers, project: Project, now: struct_time) -> list[tuple[str, str]]:
    """What is written for the job itself, with its migrations as far as the schema does not show that they have run."""
    texts = render(request)
    if answer(answers, "migration"):
        from sidekiq_gen.job.migrations import find_migrations, render_migration

        found = find_migrations(request.child or request, project.app, now)
        texts += [render_migration(migration, request.style) for migration in found]
    return texts


def _going(file: PlannedFile, written: Mapping[str, Sequence[str]]) -> PlannedFile:
    """The file of a plan to write, in a plan to remove; written: the ids of what was, by path."""
    unchanged = file.before is not None and identity(file.before) in written.get(file.path, ())
    return replace(
        file, status="remove" if unchanged or file.status in {"identical", "force"} else file.status, goes=True
    )


def _found_elsewhere(request: JobRequest, app: RailsApp) -> str:
    """The folder for ``--dir`` under which the class is, where that is not the usual one; empty where it is nowhere.

    Raises:
        Refused: the class is in a file of another name.
    """
    if app.repo.is_file(request.job_path):
        return ""
    name = request.context.name
    found = app.defined_elsewhere(name.class_name, app.root / request.job_path)
    if found is None:
        return ""
    path = found.relative_to(app.root).as_posix()
    directory = path.removesuffix(f"/{name.file_stem}.rb")
    if directory == path:
        raise Refused(
            f"{name.class_name} is defined in {path}, which `job` does not write.",
            hint="Remove it by hand.",
            code="class-exists",
        )
    return directory


def _child_kept(child: JobRequest) -> Notice:
    name = child.context.name.class_name
    return Notice(
        "child-kept",
        f"{name} is not what would be written for this fan-out, and stays: it may have been there before.",
        f"Remove it by its own name: sidekiq-gen destroy job {name}.",
    )


def consequences(removal: Removal, plan: Plan, app: RailsApp) -> Iterator[Notice]:
    """What no longer works once the files of a plan are gone, or that there is nothing to remove.

    plan: that of the removal, with what was decided about single files.

    Source: sidekiq v8.1.1 lib/sidekiq/processor.rb:146, v6.0.0 lib/sidekiq/processor.rb:129: a job's class is looked up
    by its name, and a NameError is a failure like any other, to be retried.
    """
    request = removal.request
    name, gone = request.context.name.class_name, {file.path for file in plan.files if file.status != "skip"}
    if request.job_path not in {file.path for file in plan.files}:
        yield Notice(
            "nothing-to-remove",
            f"There is no {request.job_path}.",
            "Check the name; --dir says in which folder it is.",
        )
        return
    if request.job_path not in gone:
        return
    yield Notice(
        "jobs-in-redis",
        f"Jobs of {name} that are still enqueued, scheduled or to be retried fail once the class is gone.",
        "Remove it only when nothing enqueues it any more and none is left in Redis.",
    )
    naming = _files_with(name, app, gone)
    if naming:
        more = f" and {len(naming) - MOST_NAMED} more" if len(naming) > MOST_NAMED else ""
        yield Notice(
            "still-named",
            f"{name} is still named in {', '.join(naming[:MOST_NAMED])}{more}.",
            "Remove it there as well.",
        )


def _files_with(name: str, app: RailsApp, gone: set[str]) -> list[str]:
    """The files, other than those that go, in which the whole name of a class occurs."""
    import re

    pattern = re.compile(rf"(?<![\w:]){re.escape(name)}(?!\w)")
    paths = [path for path, _ in app.repo.app_files]
    paths += [path for folder in ("config", "lib") for end in (".rb", ".yml") for path in app.repo.files(folder, end)]
    return [path for path in dict.fromkeys(paths) if path not in gone and pattern.search(app.repo.read(path) or "")]
