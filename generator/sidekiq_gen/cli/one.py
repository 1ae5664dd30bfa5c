"""One job: ask, generate, print."""

from __future__ import annotations

from functools import partial
from time import gmtime
from typing import TYPE_CHECKING, Any

from sidekiq_gen.cli.decided import Decided, merged
from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.given import given
from sidekiq_gen.cli.place import open_project, packed
from sidekiq_gen.cli.run import NEXT, After, Runtime, document
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.flags import Answers, answer
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.checklist import kept
from sidekiq_gen.job.next_steps import next_steps
from sidekiq_gen.job.pipeline import Generated, command_line, generate_job
from sidekiq_gen.job.recorded import job_entry
from sidekiq_gen.rails.project import Where, telling

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.rails.project import Project

_LISTS = {"done": True, "to do": False}


def write_job(
    *,
    name: str | None,
    arguments: list[str] | None,
    flags: dict[str, Any],
    listed: str | None,
    force: bool,
    skip: bool,
    overwrite: list[str] | None,
    keep: list[str] | None,
    pretend: bool,
    quiet: bool,
    no_input: bool,
    lint: bool,
    lint_fix: bool,
    no_format: bool,
    no_record: bool,
    json: bool,
    root: Path | None,
    lockfile: Path | None,
    sidekiq_version: str | None,
) -> int:
    """Write one job class and its spec, or those of a list; returns the exit status.

    name, arguments: as typed. flags: those of the catalogue, by parameter, None or False where one was left out.
    listed: the file of a list, or ``-``; None for one job. The others are the options of the same name.

    Raises:
        SidekiqGenError: nothing was written.
    """
    runtime = Runtime.of(
        Decided.of(force=force, skip=skip, overwrite=overwrite, keep=keep),
        pretend=pretend,
        quiet=quiet,
        no_input=no_input or listed == "-",
        json=json,
        lint=lint,
        lint_fix=lint_fix,
        no_format=no_format,
        no_record=no_record,
    )
    where = Where(root, lockfile, sidekiq_version)
    answers = given({"name": name, "arguments": arguments, **flags})
    if listed is not None:
        from sidekiq_gen.cli.many import write_jobs

        write_jobs(listed, answers, where, runtime, force=force, skip=skip)
        return 0
    if name is None and not runtime.terminal:
        raise InvalidInput(
            "The NAME of the job is missing.", hint="Say what it does: sidekiq-gen job ProcessOrder.", code="usage"
        )
    project, now = open_project(where), gmtime()
    with telling(project.told):
        project = packed(project, answers)
        defaults = read_defaults(project)
        answers = defaults.complete(answers, project)
        if runtime.terminal:
            from sidekiq_gen.cli.prompts import ask_for_form, ask_for_job

            answers = ask_for_form(answers, project)
    project, asked = project.writing(answer(answers, FORM.parameter)), answers

    def generate(wanted: Answers) -> Generated:
        with telling(project.told):
            made = defaults.attempt(lambda one: generate_job(one, project, now, force=force, skip=skip), wanted)
            app = project.app
            return runtime.noting(made, lambda: [job_entry(wanted, made.request, made.plan.files, app)], project)

    if runtime.terminal:
        with telling(project.told):
            asked, generated = ask_for_job(
                answers, project, runtime.console, defaults, make=generate, where=where, force=force
            )
    else:
        generated = generate(asked)
    request = generated.request
    line, class_name = command_line(asked, where, request, project.app), request.context.name.class_name
    told = document("job", project.release, line, class_name=class_name)
    after = partial(_after, generated, project, pretend=runtime.pretend)
    runtime.execute(generated, told, project.app, asked=runtime.terminal, after=after, announced=runtime.terminal)
    return 0


def _after(generated: Generated, project: Project, plan: Plan, *, pretend: bool) -> After:
    """The checklist, of what is there now and not of a file that was left as it is, and what to do next.

    pretend: whether nothing was written, so that nothing follows.
    """
    request, work = generated.request, generated.work
    ours = {file.path for file in plan.files if file.status != "skip"} - set(merged(generated.plan, plan))
    items = kept(generated.checklist, work.job_path, work.test_path, ours)
    steps = next_steps(request, project.app) if request.job_path in ours else ()
    remarks = [(label, [one.text for one in items if one.satisfied == done]) for label, done in _LISTS.items()]
    remarks.append((NEXT, [step.text for step in steps if step.name != "later" and not pretend]))
    listed = [item.as_dict() for item in items]
    following = [{"name": step.name, "text": step.text} for step in steps]
    shown = tuple((label, lines) for label, lines in remarks if lines) if plan.changes else ()
    return After(shown, {"checklist": listed, "next": following})
