"""One job: ask, generate, print."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.given import given
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.cli.run import Runtime, document
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.flags import Answers, answer
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.pipeline import Generated, command_line, generate_job
from sidekiq_gen.rails.project import Where, telling

if TYPE_CHECKING:
    from pathlib import Path


def write_job(
    *,
    name: str | None,
    arguments: list[str] | None,
    flags: dict[str, Any],
    listed: str | None,
    force: bool,
    skip: bool,
    pretend: bool,
    quiet: bool,
    no_input: bool,
    lint: bool,
    lint_fix: bool,
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
        force=force,
        skip=skip,
        pretend=pretend,
        quiet=quiet,
        no_input=no_input or listed == "-",
        json=json,
        lint=lint,
        lint_fix=lint_fix,
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
    project, now = open_project(where), datetime.now(timezone.utc)
    with telling(project.told):
        defaults = read_defaults(project)
    answers = defaults.complete(answers, project)
    if runtime.terminal:
        from sidekiq_gen.cli.prompts import ask_for_form, ask_for_job

        answers = ask_for_form(answers, project)
    project, asked = project.writing(answer(answers, FORM.parameter)), answers
    if runtime.terminal:
        asked = ask_for_job(answers, project, runtime.console, defaults, force=force)

    def generate(wanted: Answers) -> Generated:
        return generate_job(wanted, project, now, force=force, skip=skip)

    with telling(project.told):
        generated = defaults.attempt(generate, asked)
    request = generated.request
    line, class_name = command_line(asked, where, request, project.app), request.context.name.class_name
    items = [{"name": item.name, "satisfied": item.satisfied, "text": item.text} for item in generated.checklist]
    told = document("job", project.release, line, class_name=class_name, checklist=items)
    answered = any(value.origin == "answer" for value in asked.values())
    runtime.execute(
        generated, told, project.app, asked=answered, remarks=_remarks(generated) if generated.plan.changes else ()
    )
    return 0


def _remarks(generated: Generated) -> list[tuple[str, str]]:
    """The checklist in two lines: what is done, what is left to do."""
    lists = {"done": True, "to do": False}
    texts = {
        label: [item.text for item in generated.checklist if item.satisfied == satisfied]
        for label, satisfied in lists.items()
    }
    return [(label, "; ".join(listed)) for label, listed in texts.items() if listed]
