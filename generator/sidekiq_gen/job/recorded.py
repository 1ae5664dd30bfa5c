"""What is recorded of a job: what was asked for, and the rest that says where its files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.resolve import resolve_job
from sidekiq_gen.job.retries import DEFAULT
from sidekiq_gen.record.answers import divided
from sidekiq_gen.record.entry import Entry, identity
from sidekiq_gen.record.makers import made_by
from sidekiq_gen.settings import TEMPLATES
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sidekiq_gen.changes.plan import PlannedFile
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.sourced import Origin

_WHERE = frozenset({"name", "dir", "test", FORM.parameter})


def job_entry(
    answers: Answers, request: JobRequest, files: Sequence[PlannedFile], app: RailsApp, by: str = ""
) -> Entry:
    """The entry of a job.

    answers: as they were given, each with its origin. files: as they are planned; migrations, which are history once
    they have run, are not recorded. by: what renders here, where that is known already.
    """
    of_both = (request, *((request.child,) if request.child else ()))
    own = {path for one in of_both for path in (one.job_path, one.test_path) if path}
    texts = {file.path: (identity(file.content),) for file in files if file.path in own}
    said, settings = divided(answers, app)
    found = _found(answers, request)
    name = request.context.name.class_name
    return Entry("job", name, said, settings, found, request.context.release.gems, by or made_by(app), texts)


def recorded_answers(entry: Entry) -> Answers:
    """The answers that the texts of an entry were rendered with."""
    parts: tuple[tuple[Mapping[str, Any], Origin], ...]
    parts = ((entry.found, "default"), (entry.settings, "settings"), (entry.answers, "flag"))
    return {name: Sourced(value, origin) for part, origin in parts for name, value in part.items()}


def as_recorded(entry: Entry, project: Project) -> tuple[Answers, Project]:
    """The answers that the texts of an entry were rendered with, and the project with its pack and form.

    Raises:
        InvalidInput, Refused: its pack cannot be had; a folder is one inside the root.
    """
    answers = recorded_answers(entry)
    typed = answer(answers, TEMPLATES.parameter)
    if typed:
        from sidekiq_gen.job.packs import found

        project = project.with_pack(found(typed, project.app.root, project.app.root))
    return answers, project.writing(answer(answers, FORM.parameter))


def still_to_be_had(entry: Entry, project: Project) -> tuple[Answers, Project]:
    """The same; where a job can no longer be had with these answers, only what says where its files lie."""
    try:
        answers, of_entry = as_recorded(entry, project)
        resolve_job(answers, of_entry)
    except (InvalidInput, Refused):
        answers = recorded_answers(entry)
        answers = {name: value for name, value in answers.items() if name in _WHERE}
        return answers, project.writing(answer(answers, FORM.parameter))
    return answers, of_entry


def _found(answers: Answers, request: JobRequest) -> dict[str, Any]:
    """What the repo shows today and a job does not change with when it shows something else."""
    context = request.context
    found: dict[str, Any] = {"dir": context.directory, "test": request.test, FORM.parameter: context.form}
    if model := guessed_model(answers, request):
        found["model"] = model
    found |= _habits(request)
    return {name: value for name, value in found.items() if name not in answers}


def _habits(request: JobRequest) -> dict[str, Any]:
    """The queue and the retries that a habit of the house gave it: where a fan-out and its child have the same."""
    both = (request, *((request.child,) if request.child else ()))
    found: dict[str, Any] = {}
    if len({one.queue for one in both}) == 1:
        found["queue"] = request.queue
    retries = {_retry(one) for one in both}
    if len(retries) == 1 and None not in retries:
        found["retry"] = retries.pop()
    return found


def _retry(request: JobRequest) -> str | None:
    """What ``--retry`` would say; None where that is no number, or ActiveJob's own."""
    context = request.context
    if context.form == "active-job" or context.retry_for is not None:
        return None
    return str(context.retry).lower() if context.retry_written else DEFAULT


def guessed_model(answers: Answers, request: JobRequest) -> str | None:
    """The model that nobody has named and that the job is about; None where an argument names it."""
    context = request.context
    if context.model is None or "model" in answers or (context.record and "arguments" in answers):
        return None
    return context.model.name
