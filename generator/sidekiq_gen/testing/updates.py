"""The snapshots of a report, planned as files of the pack, and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.changes.apply import apply
from sidekiq_gen.changes.plan import Plan, plan_changes
from sidekiq_gen.values import replace

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


def updated(folder: Path, report: Report) -> Report:
    """Write them where nothing but snapshots is wrong; what is wrong then.

    Raises:
        Refused: they cannot be written.
    """
    wrong = tuple(finding for finding in report.findings if not finding.of_snapshots)
    if wrong:
        return replace(report, findings=wrong)
    apply(plan_update(folder, report))
    return replace(report, findings=(), snapshots=())
