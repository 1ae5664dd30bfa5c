"""Which rules are asked, and which of their findings are told."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from sidekiq_gen.check.baseline import FILE
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sidekiq_gen.check.rule import Finding, Rule, Severity

_Rule = TypeVar("_Rule", bound="Rule")
_RANKS: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Exclude:
    """Files of which something is not told.

    glob: of paths relative to the root; one without a wildcard means a file or a folder. codes: empty for all rules.
    """

    glob: str
    codes: tuple[str, ...] = ()

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this one."""
        folder = self.glob.rstrip("/")
        below = finding.path == folder or finding.path.startswith(f"{folder}/") or fnmatchcase(finding.path, self.glob)
        return below and (not self.codes or finding.code in self.codes)


@dataclass(frozen=True)
class Selection:
    """What somebody wants to know.

    only: codes; empty for all that are on. excepted: codes that are left out. also: codes of rules that are off.
    severity: the lowest that is told. paths: files and folders relative to the root; empty for all.
    baseline: where that is, relative to the root.
    """

    only: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    severity: Severity = "note"
    paths: tuple[str, ...] = ()
    excludes: tuple[Exclude, ...] = ()
    baseline: str = FILE

    def asked(self, rules: Iterable[_Rule]) -> list[_Rule]:
        """The rules that are asked: more than are told, so that what is kept of a file serves the next run as well."""
        named = {*self.only, *self.also}
        return [rule for rule in rules if rule.on or rule.code in named]

    def asked_codes(self, rules: Iterable[Rule]) -> frozenset[str]:
        """Their codes."""
        return frozenset(rule.code for rule in self.asked(rules))

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out but what is left out for good."""
        return not self.only and not self.paths and self.severity == "note"

    def lets_through(self, finding: Finding, severity: Severity) -> bool:
        """Whether a finding of a rule of this severity is told."""
        wanted = not self.only or finding.code in self.only
        return (
            wanted
            and finding.code not in self.excepted
            and _RANKS[severity] <= _RANKS[self.severity]
            and (not self.paths or any(_is_below(finding.path, one) for one in self.paths))
            and not any(one.covers(finding) for one in self.excludes)
        )


def _is_below(path: str, folder: str) -> bool:
    return folder in {".", path} or path.startswith(f"{folder}/")
