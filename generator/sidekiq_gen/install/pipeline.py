"""From answers to a plan: what would be written, and what is to be known about it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sidekiq_gen.changes.plan import Plan, plan_changes
from sidekiq_gen.install import request as requests
from sidekiq_gen.install.existing import Existing, examine
from sidekiq_gen.install.rendering import render, schedule_entry
from sidekiq_gen.install.schedule import schedule_notice
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.changes.plan import PlannedFile
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.install.request import InstallRequest
    from sidekiq_gen.rails.project import Project, Where


@dataclass(frozen=True)
class Installation:
    """Everything rendered and planned; nothing is written yet.

    texts: each file as it would be if nothing were there yet.
    """

    request: InstallRequest
    plan: Plan
    notices: tuple[Notice, ...]
    texts: tuple[tuple[str, str], ...]


def generate_install(answers: Answers, project: Project, *, force: bool = False, skip: bool = False) -> Installation:
    """Decide, render and plan.

    A file of somebody's own, an initializer or config/sidekiq.yml, is ``insert`` where what it lacks can be put into it
    with every byte kept, ``identical`` where it lacks nothing, else ``skip``: `force` does not overwrite it.

    Raises:
        InvalidInput, Refused: it cannot be written; DecisionNeeded is left to whoever applies the plan.
    """
    with project.app.repo.told():
        request = requests.resolve_install(answers, project)
    texts = render(request)
    plan = plan_changes(project.app.root, texts, force=force, skip=skip)
    notices = [*_of_overrides(request), *requests.notices(request, project)]
    files = []
    for file in plan.files:
        known = None
        if file.before is not None and file.status != "identical":
            known = examine(request, file.path, file.before.decode("utf-8", "surrogateescape"))
        files.append(_merged(file, known) if known else file)
        if known and known.lacks:
            notices.append(_lacking(known, skip=skip))
    told = request.schedule and schedule_notice(request.schedule, schedule_entry(request.schedule))
    notices += [told] if told else []
    if project.app.job_files:
        notices += _changes(request, files)
    notices += project.app.repo.notices()
    return Installation(request, replace(plan, files=tuple(files)), tuple(notices), tuple(texts))


def command_line(answers: Answers, where: Where) -> str:
    """The command that gives the same without asking anything."""
    words = ["sidekiq-gen", "install"]
    for flag in requests.FLAGS:
        if flag.parameter in answers:
            words += flag.words(answers[flag.parameter].value)
    return shlex.join([*words, *where.words(), "--no-input"])


def _of_overrides(request: InstallRequest) -> Iterator[Notice]:
    if request.layers:
        from sidekiq_gen.ruby.overrides import override_notices

        yield from override_notices(request.layers)


def _changes(request: InstallRequest, files: list[PlannedFile]) -> Iterator[Notice]:
    """What existing jobs will see of it."""
    release = request.release
    if any("strict_args!" in _new(file) for file in files):
        yield Notice(
            "strict-arguments",
            f"Sidekiq.strict_args! makes Sidekiq {release.text} raise where it has only warned so far.",
            "Look for its warnings in the log, or in the tests of existing jobs, before you deploy it.",
        )
    created = any(file.path == requests.CONFIGURATION and file.status == "create" for file in files)
    if created and not release.capabilities.five_threads:
        yield Notice(
            "fewer-threads",
            f"Sidekiq {release.text} has run 10 threads where nothing says how many; {requests.CONFIGURATION} says 5.",
            "Set RAILS_MAX_THREADS, or the number there, and the pool in config/database.yml with it.",
        )


def _new(file: PlannedFile) -> str:
    """What is in the new text of an initializer and not in the old one."""
    if file.path != requests.INITIALIZER or file.status not in {"create", "insert"}:
        return ""
    before = (file.before or b"").decode("utf-8", "surrogateescape").split("\n")
    return "\n".join(line for line in file.text.split("\n") if line not in before)


def _merged(file: PlannedFile, known: Existing) -> PlannedFile:
    if not known.lacks:
        return replace(file, status="identical")
    if known.merged is None or file.status == "skip":
        return replace(file, status="skip")
    return replace(file, text=known.merged, status="insert")


def _lacking(known: Existing, *, skip: bool) -> Notice:
    lacks = f"{known.path} lacks {', '.join(known.lacks)}"
    if skip:
        return Notice("incomplete", f"{lacks}.", "Run this without --skip to have it inserted, or add it by hand.")
    if known.merged is None:
        why = known.why or "no place for it is certain"
        return Notice("incomplete", f"{lacks}, and {why}.", f"Add it by hand:\n{known.text}")
    return Notice("inserted", f"{lacks}.", "It is inserted; everything else there stays as it is.")
