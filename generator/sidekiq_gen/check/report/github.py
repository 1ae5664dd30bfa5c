"""Annotations of GitHub Actions.

Source: actions/toolkit packages/core/src/{command,utils}.ts: escapeData and escapeProperty, toCommandProperties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.quoting import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.report.report import Report

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def commands(report: Report, above: str) -> Iterator[str]:
    """Yield a line for each finding; above: what stands before its path in the checkout, ``api/``."""
    for one in report.findings:
        said = {
            "file": f"{above}{one.path}",
            "line": str(one.line),
            "col": str(one.column),
            "title": f"{report.rules[one.code].title} ({one.code})",
        }
        properties = ",".join(f"{name}={_property(value)}" for name, value in said.items())
        yield f"::{_LEVELS[report.severity(one)]} {properties}::{_message(one.message)}"


def _message(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(escaped)


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
