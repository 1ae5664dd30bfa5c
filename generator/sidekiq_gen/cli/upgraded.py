"""``sidekiq-gen upgrade`` without ``--to``: what was generated, rendered again and merged with what became of it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sidekiq_gen.changes.plan import Plan
from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.place import open_project, packed
from sidekiq_gen.cli.run import After, document
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails.project import telling
from sidekiq_gen.record.book import FILE, BrokenRecord, read_book
from sidekiq_gen.record.recording import Updating
from sidekiq_gen.upgrade.rendered import render_again
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.cli.run import Runtime
    from sidekiq_gen.rails.project import Project, Where
    from sidekiq_gen.upgrade.rendered import Again

FOUND = 4
_SHOWN = 5


@dataclass(frozen=True)
class _Made:
    """What would be written."""

    plan: Plan
    notices: tuple[Notice, ...]


def upgrade_rendered(where: Where, runtime: Runtime, *, check: bool) -> int:
    """Render everything that is recorded again and merge it; returns the exit status.

    check: only say what is stale, and exit with 4 where something is.

    Raises:
        SidekiqGenError: nothing was written.
    """
    project = open_project(where)
    with telling(project.told):
        project = packed(project, {})
        try:
            book = read_book(project.app.root)
            again = render_again(book, project, read_defaults(project))
        except BrokenRecord as error:
            raise error.refusal from None
    line = shlex.join(["sidekiq-gen", "upgrade", *where.words(), "--no-input"])
    told = document("upgrade", project.release, line, **_told(again))
    if check:
        return _check(again, told, runtime)
    plan = Plan(project.app.root.resolve(), tuple(one.file for one in again.stale), Updating(again.entries))
    made = _Made(plan, (*project.notices, *_notices(again, project), *project.app.repo.notices()))
    remarks = (("upgrade", [_summary(again, project)]),)
    runtime.execute(made, told, project.app, asked=False, after=lambda _: After(remarks, {}))
    return 0


def _told(again: Again) -> dict[str, object]:
    """What stands in the document beside files and notices."""
    return {
        "recorded": again.count,
        "stale": [
            {"path": one.file.path, "name": one.name, "edited": one.file.status == "merge", "conflicts": one.conflicts}
            for one in again.stale
        ],
        "unresolved": list(again.unresolved),
        "refused": [{"name": name, "code": error.code, "message": error.message} for name, error in again.refused],
    }


def _check(again: Again, told: dict[str, object], runtime: Runtime) -> int:
    """Say what is stale."""
    console = runtime.console
    for one in again.stale:
        console.status("stale", one.file.path)
    for path in again.unresolved:
        console.status("unresolved", path)
    notices = tuple(_refusals(again))
    for notice in notices:
        console.notice(notice)
    found = bool(again.stale or again.unresolved or again.refused)
    if console.json:
        line = str(told.pop("command_line")).replace("--no-input", "--check")
        listed = [notice.as_dict() for notice in notices]
        console.document({**told, "notices": listed, "command_line": line})
    elif not found:
        console.remark("upgrade", f"Nothing is stale: {_files(again.count)} recorded in {FILE}.")
    return FOUND if found else 0


def _notices(again: Again, project: Project) -> Iterator[Notice]:
    if not again.count:
        yield Notice(
            "nothing-recorded",
            f"{FILE} records nothing, so that nothing can be rendered again.",
            "job and install write it; --to VERSION says what a move to another Sidekiq means.",
        )
    clashing = [f"{one.file.path} ({one.conflicts})" for one in again.stale if one.conflicts]
    if clashing:
        yield Notice(
            "merge-conflicts",
            f"What was changed by hand and what Sidekiq {project.release.text} asks for meet in {_listed(clashing)}.",
            "Both stand there between <<<<<<< and >>>>>>>: choose, and remove the markers.",
        )
    unknown = [one.file.path for one in again.stale if not one.based]
    if unknown:
        yield Notice(
            "unknown-base",
            f"What was once written for {_listed(unknown)} is not known any more: neither can it be rendered, nor does "
            "git have it.",
            "So each difference stands between markers.",
        )
    if again.unresolved:
        yield Notice(
            "unresolved",
            f"{_listed(again.unresolved)} still has markers of a merge, and is left as it is.",
            "Resolve them, and run this again.",
        )
    if again.gone:
        yield Notice(
            "removed-since",
            f"{_listed(again.gone)} is no longer there, and is not written again.",
            "Of a file that was moved, change what is to be changed by hand, or give job the folder with --dir.",
        )
    yield from _refusals(again)


def _refusals(again: Again) -> Iterator[Notice]:
    for name, error in again.refused:
        yield Notice(
            "not-rendered", f"{name} cannot be written any more, and stays as it is: {error.message}", error.hint
        )


def _summary(again: Again, project: Project) -> str:
    """One line about all of it."""
    if not again.stale:
        return f"Nothing to change for Sidekiq {project.release.text}: {_files(again.count)} recorded."
    edited = sum(one.file.status == "merge" for one in again.stale)
    merged = f", {edited} of them merged with what was changed by hand" if edited else ""
    return f"{len(again.stale)} of {_files(again.count)} differ for Sidekiq {project.release.text}{merged}."


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"


def _listed(paths: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
