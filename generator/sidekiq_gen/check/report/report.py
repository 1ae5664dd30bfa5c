"""One run of `check`, as it is told."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.check.rule import Finding, Rule, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Report:
    """What was found.

    rules: those that were asked, by code. findings: what is told. ignored: how many more a comment ignores.
    known: how many more are in the baseline. jobs, files: how many job classes there are, and Ruby files that were
    looked at. milliseconds: how long it took.
    """

    rules: Mapping[str, Rule]
    findings: tuple[Finding, ...]
    ignored: int = 0
    known: int = 0
    jobs: int = 0
    files: int = 0
    milliseconds: int = 0

    @cached_property
    def counts(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity."""
        found = Counter(self.severity(one) for one in self.findings)
        return {one: found[one] for one in SEVERITIES}

    @property
    def paths(self) -> frozenset[str]:
        """The files in which something was found."""
        return frozenset(one.path for one in self.findings)

    def severity(self, finding: Finding) -> Severity:
        """How bad a finding is."""
        return self.rules[finding.code].severity
