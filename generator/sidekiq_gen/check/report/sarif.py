"""SARIF 2.1.0, which code scanning reads.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0, sections 3.14 (run), 3.27 (result), 3.49 (rule).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.check.report.report import Report
    from sidekiq_gen.check.rule import Finding, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


def sarif(report: Report, version: str, above: str, prints: Mapping[Finding, str]) -> dict[str, object]:
    """The log of one run.

    version: of sidekiq-gen. above: what stands before the paths where the app is in a folder of the checkout, ``api/``.
    prints: what each finding is known by when its line has moved.
    """
    rules = [report.rules[code] for code in sorted({one.code for one in report.findings})]
    places = {rule.code: number for number, rule in enumerate(rules)}
    results = [_result(one, rules[places[one.code]], places, above, prints[one]) for one in report.findings]
    driver = {"name": "sidekiq-gen", "semanticVersion": version, "rules": [_rule(rule) for rule in rules]}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\n{rule.way_out}", "markdown": f"{rule.why}\n\n{rule.way_out}"},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, rule: Rule, places: Mapping[str, int], above: str, known_by: str) -> dict[str, object]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    uri = quote(f"{above}{finding.path}".encode("utf-8", "surrogateescape"))
    place = {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": places[rule.code],
        "level": rule.severity,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"sidekiqGen/v1": known_by},
    }
