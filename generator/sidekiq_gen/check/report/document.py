"""The JSON of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidekiq_gen.check.report.report import Report
    from sidekiq_gen.check.rule import Finding, Rule


def document(report: Report) -> dict[str, object]:
    """What stands in the document of the run beside its head: docs/json.md lists the keys."""
    return {
        "findings": [_finding(one, report) for one in report.findings],
        "counts": dict(report.counts),
        "ignored": report.ignored,
        "baseline": report.known,
        "jobs": report.jobs,
        "files": report.files,
    }


def _finding(finding: Finding, report: Report) -> dict[str, object]:
    """One finding."""
    return {
        "code": finding.code,
        "severity": report.severity(finding),
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "fixable": bool(finding.edits),
    }


def of_rule(rule: Rule) -> dict[str, object]:
    """One rule."""
    return {
        "code": rule.code,
        "title": rule.title,
        "severity": rule.severity,
        "on": rule.on,
        "releases": rule.releases or None,
        "why": rule.why,
        "source": rule.source,
        "way_out": rule.way_out,
        "bad": dict(rule.bad.files),
        "good": dict(rule.good.files),
    }
