"""How what `check` found is told: to people, as JSON, as SARIF, as annotations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.check.report.report import Report
    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.project import Project

MORE = "More about one: sidekiq-gen check --explain CODE"


def tell(report: Report, project: Project, console: Console, form: str, told: Sequence[Notice] = ()) -> None:
    """Print what was found, in one of the forms of ``--output-format``."""
    notices = (*project.notices, *project.app.repo.notices(), *told)
    for notice in notices:
        console.notice(notice)
    if form == "json":
        from sidekiq_gen.check.report.document import document

        release = project.release
        head = {
            "schema": 1,
            "command": "check",
            "sidekiq": {"version": release.text, "tree": release.tree, "source": release.source},
        }
        console.document({**head, **document(report), "notices": [notice.as_dict() for notice in notices]})
    elif form == "sarif":
        from sidekiq_gen.check.prints import prints_of
        from sidekiq_gen.check.report.sarif import sarif

        prints = prints_of(report.findings, project.app.repo)
        console.document(sarif(report, __version__, above(project.app.root), prints))
    elif form == "github":
        from sidekiq_gen.check.report.github import commands

        for line in commands(report, above(project.app.root)):
            console.plain(line)
    else:
        for one in report.findings:
            console.finding(f"{one.path}:{one.line}:{one.column}", report.severity(one), one.message, one.code)
    if form in {"text", "github"} and not console.quiet:
        from sidekiq_gen.check.report.text import summary

        if report.findings and form == "text":
            console.plain("")
        console.plain(summary(report))
        if report.findings and form == "text":
            console.plain(MORE)


def above(root: Path) -> str:
    """What stands before the paths of an app that is in a folder of its checkout: ``api/``; empty for most."""
    real = os.path.realpath(root)
    for folder in (Path(real), *Path(real).parents):
        if os.path.lexists(folder / ".git"):
            return "" if str(folder) == real else f"{os.path.relpath(real, folder)}/"
    return ""
