"""A run of `check`: what it reads, and how what it found is told."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from sidekiq_gen import __version__
from sidekiq_gen.check.engine import context_of, judged
from sidekiq_gen.check.gathering import gathered
from sidekiq_gen.check.index import Index
from sidekiq_gen.check.report.report import Report
from sidekiq_gen.check.rules.catalogue import BY_CODE, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sidekiq_gen.check.rule import Finding, Rule
    from sidekiq_gen.check.selection import Selection
    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.rails.project import Project

MORE = "More about one: sidekiq-gen check --explain CODE"


def checked(project: Project, selection: Selection, started: float, cache: Path | None) -> Report:
    """Check a repo; started: when, by `perf_counter`. cache: the folder of caches, if there is to be one."""
    context = context_of(project)
    rules = [rule for rule in selection.asked(RULES) if rule.holds(context)]
    files, count = gathered(project.app, rules, context, cache)
    found = judged(files, project.app, rules, context, _codes() if any(file.ignores for file in files) else ())
    index = Index(files)
    return Report(
        BY_CODE,
        _told(found.findings, selection, BY_CODE),
        found.ignored,
        jobs=sum(1 for form in ("sidekiq", "active-job") for _ in index.jobs(form)),
        files=count,
        milliseconds=_since(started),
    )


def changed(project: Project, selection: Selection, started: float, ref: str) -> Report:
    """Check what has changed since a git revision.

    Raises:
        InvalidInput, Refused: the revision cannot be read, as `git.opened` says.
    """
    from sidekiq_gen.deploys.against import compare
    from sidekiq_gen.deploys.rules import catalogue

    found = compare(project, ref, selection.asked(catalogue.RULES))
    return Report(catalogue.BY_CODE, _told(found, selection, catalogue.BY_CODE), milliseconds=_since(started))


def _told(findings: Iterable[Finding], selection: Selection, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if selection.lets_through(one, rules[one.code].severity))


def _since(started: float) -> int:
    return round((perf_counter() - started) * 1000)


def _codes() -> frozenset[str]:
    """Every code that a comment may name."""
    from sidekiq_gen.deploys.rules.catalogue import BY_CODE as OF_CHANGES

    return frozenset((*BY_CODE, *OF_CHANGES))


def tell(report: Report, project: Project, console: Console, form: str) -> None:
    """Print what was found, in one of the forms of ``--output-format``."""
    notices = (*project.notices, *project.app.repo.notices())
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
