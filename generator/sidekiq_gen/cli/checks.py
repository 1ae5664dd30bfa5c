"""``sidekiq-gen templates check``: run it, say what it found, write snapshots where that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.changes.apply import apply
from sidekiq_gen.changes.plan import Plan
from sidekiq_gen.cli.given import here
from sidekiq_gen.cli.place import open_project, packed
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.rails.project import Where
from sidekiq_gen.testing.check import check
from sidekiq_gen.testing.subjects import of_pack, of_repo
from sidekiq_gen.testing.updates import plan_update
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.testing.check import Checked

FOUND = 4


def run_check(pack: str | None, where: Where, console: Console, *, update: bool, rubocop: bool, pretend: bool) -> int:
    """Check a pack, or the templates of the repo; returns the exit status: 4 when something is wrong.

    Snapshots are written only where nothing else is wrong.

    Raises:
        InvalidInput, Refused: there is nothing to check, or it cannot be read.
    """
    project = _project(where, needed=pack is None)
    checked = _checked(pack, project)
    report = check(checked, project.release.gems if project else None, rubocop=rubocop)
    notices = (*(project.told if project else ()), *report.notices)
    for notice in notices:
        console.notice(notice)
    wrong = [finding for finding in report.findings if not (update and finding.of_snapshots)]
    plan = plan_update(checked.folder, report) if update and not wrong else Plan(checked.folder, ())
    if not pretend:
        plan = apply(plan).plan
    for file in plan.files:
        console.status(file.status, file.path)
        if pretend and file.is_change:
            console.change(file.diff)
    if console.json:
        console.document(
            {
                "schema": 1,
                "command": "templates check",
                "pack": report.pack,
                "cases": report.cases,
                "texts": report.texts,
                "findings": [finding.as_dict() for finding in wrong],
                "files": [{"path": file.path, "status": file.status} for file in plan.files],
                "notices": [notice.as_dict() for notice in notices],
            }
        )
    else:
        console.plain(str(replace(report, findings=tuple(wrong))))
    return FOUND if wrong else 0


def _project(where: Where, *, needed: bool) -> Project | None:
    """The repo that the check is run in, if it is run in one: a pack may be in a repo of its own."""
    try:
        return open_project(where)
    except (InvalidInput, Refused):
        if needed or where != Where():
            raise
        return None


def _checked(pack: str | None, project: Project | None) -> Checked:
    if pack is not None or project is None:
        return of_pack(pack or ".", here())
    return of_repo(packed(project, {}).app)
