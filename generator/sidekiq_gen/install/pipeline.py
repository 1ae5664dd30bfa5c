"""From answers to a plan: what would be written, and what is to be known about it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sidekiq_gen.changes.plan import Plan, plan_changes
from sidekiq_gen.install import request as requests
from sidekiq_gen.install.existing import Existing, examine
from sidekiq_gen.install.rendering import render
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from sidekiq_gen.changes.plan import PlannedFile
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.install.request import InstallRequest
    from sidekiq_gen.rails.project import Project, Where


@dataclass(frozen=True)
class Installation:
    """Everything rendered and planned; nothing is written yet."""

    request: InstallRequest
    plan: Plan
    notices: tuple[Notice, ...]


def generate_install(answers: Answers, project: Project, *, force: bool = False, skip: bool = False) -> Installation:
    """Decide, render and plan.

    An existing file that says everything already is ``identical``; one to which queues can be added is ``force``, with
    every other byte kept; any other is for a person to decide.

    Raises:
        InvalidInput, Refused: it cannot be written; DecisionNeeded is left to whoever applies the plan.
    """
    request = requests.resolve_install(answers, project)
    plan = plan_changes(project.app.root, render(request), force=force, skip=skip)
    notices = [*requests.notices(request, project)]
    files = []
    for file in plan.files:
        known = None
        if file.before is not None and file.status != "identical":
            known = examine(request, file.path, file.before.decode(errors="replace"))
        files.append(_kept_or_merged(file, known, force=force) if known else file)
        if known and known.lacks:
            notices.append(_lacking(known))
    return Installation(request, replace(plan, files=tuple(files)), tuple(notices))


def command_line(answers: Answers, where: Where) -> str:
    """The command that gives the same without asking anything."""
    words = ["sidekiq-gen", "install"]
    for flag in requests.FLAGS:
        if flag.parameter in answers:
            words += flag.words(answers[flag.parameter].value)
    return shlex.join([*words, *where.words(), "--no-input"])


def _kept_or_merged(file: PlannedFile, known: Existing, *, force: bool) -> PlannedFile:
    """The file with what is in it kept, where that is certain."""
    if force or known.merged is None or file.before is None:
        return file
    if not known.lacks:
        return replace(file, text=known.merged, status="identical")
    return file if file.status == "skip" else replace(file, text=known.merged, status="force")


def _lacking(known: Existing) -> Notice:
    lacks = ", ".join(known.lacks)
    if known.merged is None:
        return Notice("incomplete", f"{known.path} is there already and lacks {lacks}.", "Add it by hand.")
    return Notice("queues-added", f"{known.path} lacks {lacks}.", "It is added; everything else there stays as it is.")
