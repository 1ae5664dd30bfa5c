"""``sidekiq-gen info``: what was detected, and what this Sidekiq can do."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.cli import folders, house, options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.defaults import layout_rows, read_defaults, with_flags_of_the_file
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.rails.project import Where, telling
from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.sidekiq.documentation import documentation
from sidekiq_gen.sidekiq.gems import ENTERPRISE, PRO, THROTTLED, UNIQUE_JOBS
from sidekiq_gen.sidekiq.tables.config import ConfigTable
from sidekiq_gen.sidekiq.tables.job import JobTable
from sidekiq_gen.sidekiq.tables.push import PushTable
from sidekiq_gen.sidekiq.tables.unique_jobs import UniqueJobsTable

if TYPE_CHECKING:
    from sidekiq_gen.rails.project import Project

GEMS = (PRO, ENTERPRISE, UNIQUE_JOBS, THROTTLED)
COLUMN = 20
# What people ask about; programs get all of the table.
SHOWN = frozenset(
    {
        JobTable.job_module,
        JobTable.retry_in_kill,
        JobTable.retries_exhausted_discard,
        JobTable.discard_runs_death_handlers,
        JobTable.retry_for,
        PushTable.perform_bulk,
        JobTable.perform_inline,
        JobTable.strict_arguments_raise,
        PushTable.transactional_push,
        PushTable.iterable_job,
        ConfigTable.capsules,
        JobTable.testing_api,
        UniqueJobsTable.unique_lock_held_through_retries,
    }
)


def command(
    *,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Show what was detected, and what this Sidekiq can and cannot do."""
    console = Console(sys.stdout, sys.stderr, quiet=False, json=json)
    project = open_project(Where(root, lockfile, sidekiq_version))
    with telling(project.told):
        read_defaults(project)
    told = _document(project) if json else _text(project)
    notices = (*project.notices, *project.app.repo.notices())
    for notice in notices:
        console.notice(notice)
    if isinstance(told, str):
        console.plain(told)
    else:
        console.document(told | {"notices": [notice.as_dict() for notice in notices]})
    return 0


def _document(project: Project) -> dict[str, object]:
    app, release = project.app, project.release
    gems = {name: app.gem(name) for name in GEMS}
    return {
        "schema": 1,
        "lockfile": _lockfile(project),
        "sidekiq": {
            "version": release.text,
            "tree": release.tree,
            "source": release.source,
            "direct": app.lockfile.is_direct("sidekiq") if app.lockfile else False,
            "required_by": list(app.lockfile.required_by("sidekiq")) if app.lockfile else [],
        },
        "gems": {name: gem.text if gem else None for name, gem in gems.items()},
        "rails": app.rails.text if app.rails else None,
        "databases": list(app.databases),
        "test_framework": app.test_framework,
        "factories": app.factories,
        "error_tracker": app.tracker.name,
        "error_wrapper": f"{app.error_wrapper.receiver}.{app.error_wrapper.method}" if app.error_wrapper else None,
        "linter": app.linter,
        "queues": list(app.queues),
        "conventions": house.document(app) | {"folders": folders.document(app)},
        "settings": {name: dict(table) for name, table in app.settings.tables.items()} or None,
        "documentation": documentation(release),
        "capabilities": release.capabilities.as_dict(),
    }


def _text(project: Project) -> str:
    app, release = project.app, project.release
    tracker = {"rails": "Rails.error", "logger": "none, errors are logged"}.get(app.tracker.name, app.tracker.name)
    wrapper = app.error_wrapper
    gems = [f"{name} {gem.text}" for name in GEMS if (gem := app.gem(name))]
    found = [
        ("Sidekiq", f"{release.text}, from {_origin(project)}; templates {release.tree}"),
        ("Lockfile", _lockfile(project) or "none"),
        ("Rails", app.rails.text if app.rails else "none"),
        ("Gems", ", ".join(gems) or "none of Sidekiq's companions"),
        ("Databases", ", ".join(app.databases) or "none found"),
        ("Tests", f"{app.test_framework or 'none found'}{', with factories' if app.factories else ''}"),
        ("Error tracker", tracker + (f", through {wrapper.receiver}.{wrapper.method}" if wrapper else "")),
        ("Linter", app.linter or "none"),
        ("Queues", ", ".join(app.queues)),
        *folders.rows(app),
        *house.rows(app),
        *layout_rows(app),
    ]
    shown = [row for row in TABLE if row in SHOWN and (row.gem == "sidekiq" or app.gem(row.gem))]
    answers = [("yes" if release.capabilities.as_dict()[row.name] else "no", row.summary) for row in shown]
    lines = [f"{label:<{COLUMN}}{value}" for label, value in with_flags_of_the_file(found, project)]
    lines += ["", f"What this Sidekiq can do ({len(TABLE)} capabilities: --json):"]
    lines += [f"  {answer:<5}{summary}" for answer, summary in answers]
    lines += ["", "Documentation of this release:"]
    return "\n".join(lines + [f"  {title:<{COLUMN}}{address}" for title, address in documentation(release).items()])


def _lockfile(project: Project) -> str | None:
    """The lockfile as seen from the root."""
    app = project.app
    return Path(os.path.relpath(app.lockfile.path, app.root)).as_posix() if app.lockfile else None


def _origin(project: Project) -> str:
    lockfile = project.app.lockfile
    if lockfile is None or lockfile.get("sidekiq") is None:
        return "--sidekiq-version"
    needed = lockfile.required_by("sidekiq")
    through = "" if lockfile.is_direct("sidekiq") or not needed else f" through {', '.join(needed)}"
    return f"the {project.release.source.upper()} section{through}"
