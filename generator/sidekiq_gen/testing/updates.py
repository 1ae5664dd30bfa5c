"""The snapshots of a report, planned as files of the pack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sidekiq_gen.changes.plan import Plan, plan_changes

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.testing.report import Report


def plan_update(folder: Path, report: Report) -> Plan:
    """What is to be written and removed, so that the snapshots show what is rendered.

    folder: of the pack.

    Raises:
        Refused: something else is in the way.
    """
    texts = [(path, text or "") for path, text in report.snapshots]
    plan = plan_changes(folder, texts, force=True, skip=False)
    gone = {path for path, text in report.snapshots if text is None}
    files = (replace(file, status="remove", goes=True) if file.path in gone else file for file in plan.files)
    return replace(plan, files=tuple(files))
