"""``sidekiq-gen check``: what is wrong with the jobs that a repo has."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sidekiq_gen.check.engine import check
from sidekiq_gen.check.rules.catalogue import BY_CODE, RULES
from sidekiq_gen.cli import options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.rails.project import Where

if TYPE_CHECKING:
    from sidekiq_gen.check.rule import Finding

FOUND = 4  # the exit status of the contract


def command(
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="Report only what is below.")] = None,
    *,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Check the jobs of this repo, for the releases that are locked."""
    console = Console(sys.stdout, sys.stderr, quiet=False, json=json)
    project = open_project(Where(root, lockfile, sidekiq_version))
    found = check(project, [rule for rule in RULES if rule.on])
    shown = [one for one in found if not paths or _below(one.path, paths)]
    for notice in (*project.notices, *project.app.repo.notices()):
        console.notice(notice)
    if json:
        console.document({"schema": 1, "command": "check", "findings": [_document(one) for one in shown]})
    for one in shown:
        console.plain(f"{one.path}:{one.line}:{one.column}: {BY_CODE[one.code].severity}: {one.message} [{one.code}]")
    return FOUND if shown else 0


def _below(path: str, folders: list[str]) -> bool:
    return any(f"{path}/".startswith(f"{folder.rstrip('/')}/") for folder in folders)


def _document(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": BY_CODE[finding.code].severity,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
    }
