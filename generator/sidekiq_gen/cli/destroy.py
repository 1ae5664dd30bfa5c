"""``sidekiq-gen destroy job``: undoes ``job``."""

from __future__ import annotations

from time import gmtime
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.decided import Decided
from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.given import given
from sidekiq_gen.cli.place import open_project, packed
from sidekiq_gen.cli.run import Runtime, document
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.flags import Answers, answer
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.attributes import with_samples
from sidekiq_gen.job.pipeline import command_line
from sidekiq_gen.job.recorded import still_to_be_had
from sidekiq_gen.job.removal import Removal, consequences, find_entry, plan_removal
from sidekiq_gen.job.resolve import all_flags
from sidekiq_gen.rails.project import Where, telling
from sidekiq_gen.record.book import BrokenRecord, read_book
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from sidekiq_gen.notices import Notice
    from sidekiq_gen.packs.pack import Pack
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.record.entry import Entry

EXAMPLES = """Examples:

\b
  sidekiq-gen destroy job ProcessOrder
  sidekiq-gen destroy job ChargeCustomer --model Order --advisory-lock --migration --pretend
"""


def _command(
    what: Annotated[str, typer.Argument(metavar="job", click_type=click.Choice(["job"]), help="What is undone: job.")],
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="As it was given to job.")] = None,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARG:TYPE]...", help="As they were given to job.")
    ] = None,
    *,
    flags: dict[str, Any],
    force: options.Force = False,
    skip: options.Skip = False,
    overwrite: options.Overwrite = None,
    keep: options.Keep = None,
    pretend: options.Pretend = False,
    quiet: options.Quiet = False,
    no_input: options.NoInput = False,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Remove what job has written: its class, its spec, the folders that are empty then.

    What job was given stands in .sidekiq-gen.record; of a job that is not there it looks for options that give its
    files. A file that differs has been changed: that is asked about on a terminal. --force removes it, --skip keeps it.
    """
    del what
    runtime = Runtime.of(
        Decided.of(force=force, skip=skip, overwrite=overwrite, keep=keep),
        pretend=pretend,
        quiet=quiet,
        no_input=no_input,
        json=json,
    )
    if name is None:
        raise InvalidInput(
            "The NAME of the job is missing.", hint="Say which: sidekiq-gen destroy job ProcessOrder.", code="usage"
        )
    where = Where(root, lockfile, sidekiq_version)
    project, now = open_project(where), gmtime()
    with telling(project.told):
        answers = given({"name": name, "arguments": arguments, **flags})
        project = packed(project, answers)
        defaults = read_defaults(project)
    entry, told = _recorded(answers, project)
    if entry and answers.keys() == {"name"}:
        answers, project = still_to_be_had(entry, project)
    else:
        answers = with_samples(defaults.complete(answers, project), project.app.pack)
        project = project.writing(answer(answers, FORM.parameter))

    def plan(wanted: Answers) -> Removal:
        return plan_removal(wanted, project, now, force=force, skip=skip, entry=entry)

    with telling(project.told):
        made = defaults.attempt(plan, answers)
    line = command_line(made.answers, where, made.request, project.app, ("destroy", "job"))
    told += (*consequences(made, runtime.decided.settle(made.plan), project.app),)
    made = replace(made, notices=(*made.notices, *told))
    for notice in made.notices:
        runtime.console.notice(notice)
    class_name = made.request.context.name.class_name
    runtime.execute(
        made,
        document("destroy", project.release, line, class_name=class_name),
        project.app,
        asked=False,
        announced=True,
    )
    return 0


def _recorded(answers: Answers, project: Project) -> tuple[Entry | None, tuple[Notice, ...]]:
    """What is recorded of this job, and that it cannot be read."""
    try:
        return find_entry(answers, project, read_book(project.app.root)), ()
    except BrokenRecord as error:
        return None, (error.notice,)


def command_with(pack: Pack | None) -> Callable[..., int]:
    """The command with the flags of a pack."""
    return options.with_flags(_command, all_flags(pack))


command = command_with(None)
