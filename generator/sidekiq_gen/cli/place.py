"""Where a command works: the first thing that every command does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.cli.given import here
from sidekiq_gen.rails.project import detect_project

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.project import Project, Where


def open_project(where: Where) -> Project:
    """The repo, once what a killed run has left there is undone; the notices of the project say what was.

    Raises:
        InvalidInput, Refused: as `detect_project`.
    """
    return detect_project(where, here(), recovered)


def recovered(root: Path) -> tuple[Notice, ...]:
    """Undo what a killed run has left in a root; where there is none this is one look at one name."""
    if not os.path.lexists(root / JOURNAL):
        return ()
    from sidekiq_gen.changes.recovery import recover

    return recover(root)
