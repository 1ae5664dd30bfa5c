"""``sidekiq-gen upgrade --to``: the report, as a person reads it and as a program does."""

from __future__ import annotations

from itertools import groupby
from textwrap import fill
from typing import TYPE_CHECKING

from sidekiq_gen.upgrade.report import report
from sidekiq_gen.upgrade.target import find_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.cli.console import Console
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.upgrade.matter import Matter
    from sidekiq_gen.upgrade.report import Report

FOUND = 4
_CALLED = {"ruby": "Ruby", "redis-server": "Redis"}


def print_report(project: Project, to: str, console: Console) -> int:
    """Print what a move to a release means; returns the exit status: 4 when something has to be done first.

    Raises:
        InvalidInput, Refused: the release makes no sense here (see `find_target`).
    """
    target = find_target(to, project.release)
    found = report(project.app, project.release, target)
    notices = (*project.told, *project.app.repo.notices())
    for notice in notices:
        console.notice(notice)
    if console.json:
        console.document(
            {
                "schema": 1,
                "command": "upgrade",
                "sidekiq": {"version": found.now.text, "tree": found.now.tree, "source": found.now.source},
                "to": {"version": target.text, "tree": target.tree},
                "needs": found.needs,
                "findings": [matter.as_dict() for matter in found.matters],
                "notices": [notice.as_dict() for notice in notices],
            }
        )
    else:
        console.plain("\n".join(_text(found, console.columns)))
    return FOUND if found.first else 0


def _text(found: Report, columns: int) -> Iterator[str]:
    """The report for a person: what has to be done first before what is good to know."""
    yield f"Sidekiq {found.now.text} to {found.target.text}"
    if found.needs:
        yield f"It needs {', '.join(f'{_CALLED[name]} {what}' for name, what in found.needs.items())}."
    later = tuple(matter for matter in found.matters if not matter.first)
    for title, matters in (("To be done first", found.first), ("Good to know", later)):
        if matters:
            yield ""
            yield f"{title}:"
            yield from _by_file(matters, columns)
    yield ""
    if not found.matters:
        yield "Nothing in this repo is touched by it." if found.needs else "Nothing changes for this repo."
    else:
        yield f"{len(found.first)} to be done first, {len(later)} good to know."


def _by_file(matters: Sequence[Matter], columns: int) -> Iterator[str]:
    """The matters of each file; a way out that is the same for several in a row is told once, after them."""
    for path, of_file in groupby(matters, key=lambda matter: matter.path):
        yield ""
        if path:
            yield f"  {path}"
        for hint, alike in groupby(of_file, key=lambda matter: matter.hint):
            margin = ""
            for matter in alike:
                label = f"{matter.line}  " if matter.line else ""
                margin = " " * (4 + len(label))
                yield _filled(f"{matter.message} ({matter.code})", columns, f"    {label}", margin)
            copied = hint.startswith("Write")  # a line of the Gemfile, not to be broken
            yield f"{margin}{hint}" if copied else _filled(hint, columns, margin, margin)


def _filled(text: str, columns: int, first: str, margin: str) -> str:
    return fill(
        text, columns, initial_indent=first, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
