"""The last lines of a report for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidekiq_gen.check.report.report import Report


def summary(report: Report) -> str:
    """How much was found: ``12 findings (3 errors, 9 warnings) in 8 files; 214 jobs, 40 ms``."""
    jobs = f"{_counted(report.jobs, 'job')}, " if report.files else ""
    looked = f"{jobs}{report.milliseconds} ms"
    aside = [f"{report.ignored} ignored by a comment"] if report.ignored else []
    aside += [f"{report.known} in the baseline"] if report.known else []
    beside = f" ({', '.join(aside)})" if aside else ""
    if not report.findings:
        return f"Nothing found{beside}; {looked}."
    kinds = ", ".join(_counted(count, kind) for kind, count in report.counts.items() if count)
    found = _counted(len(report.findings), "finding")
    return f"{found} ({kinds}) in {_counted(len(report.paths), 'file')}{beside}; {looked}."


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
