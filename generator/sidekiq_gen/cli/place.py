"""Where a command works: the first thing that every command does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.cli.given import here
from sidekiq_gen.rails.project import detect_project
from sidekiq_gen.settings import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.project import Project, Where


def open_project(where: Where) -> Project:
    """The repo, once what a killed run has left there is undone; the notices of the project say what was.

    Raises:
        InvalidInput, Refused: as `detect_project`.
    """
    root = where.root  # of one that is absolute it does not matter where the command is started
    return detect_project(where, root if root and root.is_absolute() else here(), recovered)


def packed(project: Project, answers: Answers, table: str = "job") -> Project:
    """The project with the pack that was asked for, or that a table of the file of the repo names.

    Raises:
        InvalidInput, Refused: there is none, or it makes no sense.
    """
    tables = project.app.settings.tables
    if TEMPLATES.parameter not in answers and TEMPLATES.parameter not in tables.get(table, {}):
        return project
    from sidekiq_gen.job.packs import with_pack

    return with_pack(project, answers, here(), table)


def recovered(root: Path) -> tuple[Notice, ...]:
    """Undo what a killed run has left in a root; where there is none this is one look at one name."""
    if not os.path.lexists(root / JOURNAL):
        return ()
    from sidekiq_gen.changes.recovery import recover

    return recover(root)
