"""Many jobs at once: each is decided and rendered as if it were alone, and all are planned as one change."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sidekiq_gen.changes.places import Places
from sidekiq_gen.changes.plan import Plan
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.listed import Fault
from sidekiq_gen.job.pipeline import child_that_is_there, command_line, generate_job
from sidekiq_gen.job.recorded import job_entry
from sidekiq_gen.record.makers import made_by
from sidekiq_gen.settings import TEMPLATES, WITHOUT
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from time import struct_time

    from sidekiq_gen.changes.plan import PlannedFile
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.checklist import Item
    from sidekiq_gen.job.defaults import Defaults
    from sidekiq_gen.job.listed import JobList, Listed
    from sidekiq_gen.job.migrations import Migration
    from sidekiq_gen.job.pipeline import Generated
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project, Where
    from sidekiq_gen.record.entry import Entry


@dataclass(frozen=True)
class ListedJob:
    """What is told of one job.

    command_line: the command that gives it alone. paths: of the class and the spec that the checklist is about.
    """

    class_name: str
    checklist: tuple[Item, ...]
    command_line: str
    paths: tuple[str, str | None]


@dataclass(frozen=True)
class GeneratedList:
    """All jobs of a list, rendered and planned; nothing is written yet.

    notices: each once, with the job that it is about, or of how many of them it holds.
    entries: gives what is to be recorded.
    """

    jobs: tuple[ListedJob, ...]
    plan: Plan
    notices: tuple[Notice, ...]
    entries: Callable[[], tuple[Entry, ...]]


class _Making:
    """The jobs that are made so far, and what became of each file."""

    def __init__(self, listed: JobList) -> None:
        self.faults: list[Fault] = []
        self.jobs: list[ListedJob] = []
        self.migrations: list[Migration] = []
        self._listed = listed
        self._classes: dict[str, int] = {}
        self._files: dict[str, PlannedFile] = {}
        self._owners: dict[str, int] = {}
        self._said: dict[Notice, list[str]] = {}
        self._children: list[tuple[int, Generated]] = []
        self._recorded: list[tuple[Answers, Generated, RailsApp]] = []

    def add(self, index: int, made: Generated, line: str, answers: Answers, app: RailsApp) -> None:
        """One more, unless its class is there already."""
        name = made.request.context.name.class_name
        first = self._classes.setdefault(name, index)
        if first != index:
            hint = "Choose another name, or leave one of them out."
            told = f"{name} is in the list twice, as {self._listed.place(first)} as well."
            self.faults.append(Fault(index, "", Refused(told, hint=hint, code="class-exists")))
            return
        self.jobs.append(ListedJob(name, made.checklist, line, (made.work.job_path, made.work.test_path)))
        self.migrations += made.migrations
        self._recorded.append((answers, made, app))
        for notice in made.notices:
            self._said.setdefault(notice, []).append(name)
        child = made.request.child
        own = {path for path in (child.job_path, child.test_path) if path} if child else set()
        if child and own:
            self._children.append((index, replace(made, plan=_only(made.plan, own))))
        for file in made.plan.files:
            if file.path not in own:
                self._put(index, file)

    def finish(self, root: Plan) -> tuple[Plan, tuple[Notice, ...]]:
        """The plan of all, and everything that is to be said."""
        for index, made in self._children:
            self._add_child(index, made)
        return replace(root, files=tuple(self._files.values())), tuple(_told(self._said, len(self.jobs)))

    def entries(self) -> tuple[Entry, ...]:
        """What is to be recorded: of each job the files that are as it has them."""
        by: dict[int, str] = {}
        for _, _, app in self._recorded:
            by.setdefault(id(app), made_by(app))
        return tuple(
            job_entry(answers, made.request, [file for file in made.plan.files if self._has(file)], app, by[id(app)])
            for answers, made, app in self._recorded
        )

    def _has(self, file: PlannedFile) -> bool:
        return file.path in self._files and self._files[file.path].text == file.text

    def _put(self, index: int, file: PlannedFile) -> None:
        """A file of a job; the same text twice is written once."""
        before = self._files.setdefault(file.path, file)
        owner = self._owners.setdefault(file.path, index)
        if before.text != file.text:
            told = f"{file.path} would be written for {self._listed.place(owner)} as well, with another text."
            hint = "Give one of them another name."
            self.faults.append(Fault(index, "", Refused(told, hint=hint, code="class-exists")))

    def _add_child(self, index: int, made: Generated) -> None:
        """What a fan-out enqueues, unless the list has that job itself: then it is enqueued as it is."""
        child = made.request.child
        if child is None:
            raise AssertionError(made.request.context.kind)
        name = child.context.name.class_name
        if name not in self._classes:
            for file in made.plan.files:
                self._put(index, file)
            return
        path = child.job_path
        same = all(self._files.get(file.path, file).text == file.text for file in made.plan.files)
        try:
            notice = None if same else child_that_is_there(child, path)
        except Refused as error:
            self.faults.append(Fault(index, "", error))
            return
        if notice:
            self._said.setdefault(notice, []).append(made.request.context.name.class_name)


@dataclass(frozen=True)
class Run:
    """What is the same for all jobs of a list.

    defaults: what ``.sidekiq-gen.toml`` sets. where: as typed, for the command lines. now: as for `generate_job`.
    pack_of: the pack of a job, by what its list says.
    """

    project: Project
    defaults: Defaults
    where: Where
    now: struct_time
    force: bool = False
    skip: bool = False
    pack_of: Callable[[object], Pack | None] = lambda _: None


def generate_jobs(listed: JobList, run: Run) -> GeneratedList:
    """Decide, render and plan all jobs of a list. None of them has a vote on another: all see the repo as it is.

    Raises:
        InvalidInput, Refused: some of them cannot be written; each is named.
    """
    making = _Making(listed)
    projects: dict[object, Project] = {}
    places = Places(run.project.app.root.resolve())
    for index, job in enumerate(listed.jobs):
        own, answers = _defaults_of(job, listed, run.defaults)
        try:
            answers = own.complete(answers, run.project)
            project = _project(answers, run, projects)
            generate = partial(
                generate_job,
                project=project,
                now=run.now,
                force=run.force,
                skip=run.skip,
                earlier=making.migrations,
                places=places,
            )
            made = own.attempt(generate, answers)
        except (InvalidInput, Refused) as error:
            making.faults.append(Fault(index, "", error))
            continue
        line = command_line(answers, run.where, made.request, project.app)
        making.add(index, made, line, answers, project.app)
    plan, notices = making.finish(Plan(places.root, ()))
    if making.faults:
        raise listed.refusal(sorted(making.faults, key=lambda fault: fault.index or 0))
    return GeneratedList(tuple(making.jobs), plan, notices, making.entries)


def _project(answers: Answers, run: Run, projects: dict[object, Project]) -> Project:
    """The project for a job: of its form and with its pack, each made once."""
    form, templates = answer(answers, FORM.parameter), answer(answers, TEMPLATES.parameter)
    if (form, templates) not in projects:
        project = run.project.with_pack(run.pack_of(templates)) if templates else run.project
        projects[form, templates] = project.writing(form)
    return projects[form, templates]


def _defaults_of(job: Listed, listed: JobList, defaults: Defaults) -> tuple[Defaults, Answers]:
    """What holds for one job where it says nothing, and what it says.

    A switch that it says ``false`` of leaves out what the table [defaults] sets; where ``.sidekiq-gen.toml`` sets it
    as well, that is left out like with ``--without``.
    """
    if not listed.defaults and not job.off:
        return defaults, job.answers
    values = {name: value for name, value in {**defaults.values, **listed.defaults}.items() if name not in job.off}
    without = [name.replace("_", "-") for name in sorted(job.off & defaults.values.keys())]
    if not without:
        return replace(defaults, values=values), job.answers
    named = [*answer(job.answers, WITHOUT.parameter, ()), *without]
    return replace(defaults, values=values), {**job.answers, WITHOUT.parameter: Sourced(named, "flag")}


def _only(plan: Plan, paths: set[str]) -> Plan:
    return replace(plan, files=tuple(file for file in plan.files if file.path in paths))


def _told(said: dict[Notice, list[str]], jobs: int) -> list[Notice]:
    """Each notice once: of all jobs as it is, of one with its name, of several with their number."""
    told = []
    for notice, names in said.items():
        if len(names) == jobs:
            told.append(notice)
        else:
            whose = names[0] if len(names) == 1 else f"{len(names)} jobs, {names[0]} the first of them"
            told.append(replace(notice, message=f"{whose}: {notice.message}"))
    return told
