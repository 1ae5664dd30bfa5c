"""``sidekiq-gen job --from``: read the list, generate all of it, print."""

from __future__ import annotations

import gc
import shlex
import sys
from functools import partial
from pathlib import Path
from time import gmtime
from typing import TYPE_CHECKING

from sidekiq_gen import reading
from sidekiq_gen.cli.decided import merged
from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.place import open_project, packed
from sidekiq_gen.cli.run import After, document
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.checklist import kept
from sidekiq_gen.job.listed import read_list
from sidekiq_gen.job.many import Run, generate_jobs
from sidekiq_gen.job.packs import Shelf
from sidekiq_gen.job.resolve import all_flags
from sidekiq_gen.quoting import shortened
from sidekiq_gen.rails.project import telling

if TYPE_CHECKING:
    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.cli.run import Runtime
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.many import GeneratedList
    from sidekiq_gen.rails.project import Where

STANDARD_INPUT = "-"


def write_jobs(typed: str, others: Answers, where: Where, runtime: Runtime, *, force: bool, skip: bool) -> None:
    """Write all jobs of a list.

    typed: the file, or ``-``. others: what else was typed that says something about a job; there may be nothing.

    Raises:
        InvalidInput: something else was typed, or the list makes no sense. Refused: it cannot be read, or written.
    """
    gc.enable()  # of many jobs there is something to throw away
    if others:
        raise _beside(next(iter(others)))
    data, now = _read(typed), gmtime()
    project = open_project(where)
    with telling(project.told):
        project = packed(project, {})
        shelf = Shelf(project)
        listed = read_list(data, "standard input" if typed == STANDARD_INPUT else typed, shelf.pack)
        made = generate_jobs(listed, Run(project, read_defaults(project), where, now, force, skip, shelf.pack))
    made = runtime.noting(made, made.entries, project)
    line = shlex.join(["sidekiq-gen", "job", "--from", typed, *where.words(), "--no-input"])
    runtime.execute(
        made,
        document("job", project.release, line),
        project.app,
        asked=False,
        after=partial(_after, made),
        preview=False,
    )


def _after(made: GeneratedList, plan: Plan) -> After:
    """The checklists, for programs."""
    ours = {file.path for file in plan.files if file.status != "skip"} - set(merged(made.plan, plan))
    jobs = [
        {
            "class_name": job.class_name,
            "checklist": [item.as_dict() for item in kept(job.checklist, *job.paths, ours)],
            "command_line": job.command_line,
        }
        for job in made.jobs
    ]
    return After((), {"jobs": jobs})


def _beside(parameter: str) -> InvalidInput:
    """What is said of a flag, or of a name, that was typed beside the list."""
    flags = {flag.parameter: flag.option for flag in all_flags()}
    what = flags.get(parameter, "A NAME or an argument")
    return InvalidInput(
        f"{what} is given beside --from, which has the answers for each job.",
        hint="Write it into the list: for all jobs into its table [defaults], for one below its [[job]].",
        code="usage",
    )


def _read(typed: str) -> bytes:
    """The list.

    Raises:
        Refused: it cannot be read: ``list-unreadable``.
    """
    try:
        return _standard_input() if typed == STANDARD_INPUT else reading.read_regular(Path(typed), reading.JOBS)
    except reading.Unreadable as error:
        raise Refused(
            f"{'Standard input' if typed == STANDARD_INPUT else f'--from {shortened(typed)}'} {error.reason}.",
            hint="Give a file with a list of jobs, or - for standard input.",
            code="list-unreadable",
        ) from None


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise reading.Unreadable("is closed")
    try:
        data = sys.stdin.buffer.read(reading.JOBS + 1)
    except OSError as error:
        raise reading.Unreadable.of(error) from None
    if len(data) > reading.JOBS:
        raise reading.Unreadable(f"is larger than {reading.size(reading.JOBS)}")
    return data
