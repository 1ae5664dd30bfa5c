"""Checks of template packs, for people who make one.

`check_pack` is what ``sidekiq-gen templates check`` does; `plugin` has it as a fixture for pytest. What is imported
from here, and what a `Report` and a `Finding` have, stays as it is within a minor release.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.testing.check import check
from sidekiq_gen.testing.report import Finding, Report
from sidekiq_gen.testing.subjects import of_pack
from sidekiq_gen.testing.updates import updated

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Finding", "Report", "check_pack"]


def check_pack(pack: str | PathLike[str], *, update: bool = False, rubocop: bool = True) -> Report:
    """Render a pack in all that it can meet, have Ruby and RuboCop read the result, compare it with its snapshots.

    pack: a folder with a pack.toml in it. update: writes the snapshots, where nothing else is wrong. rubocop: whether
    RuboCop is asked. Nothing that is rendered is run; where there is no ruby or no rubocop, a notice of the report says
    so.

    Raises:
        SidekiqGenError: there is no pack, its pack.toml makes no sense, or one of its files cannot be read or written.
    """
    folder = str(pack)
    checked = of_pack(folder if "/" in folder else f"./{folder}", Path.cwd())
    report = check(checked, rubocop=rubocop)
    return updated(checked.folder, report) if update else report
