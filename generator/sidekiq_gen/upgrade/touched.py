"""What the code of a repo does that the target takes differently: the rules of `check` that hold there and not now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.engine import check, context_of
from sidekiq_gen.check.rules.catalogue import RULES
from sidekiq_gen.rails.project import Project
from sidekiq_gen.upgrade.matter import Matter
from sidekiq_gen.upgrade.rules.changes import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.check.rule import Finding, Rule
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sidekiq.release import Release

_TOLD = frozenset({"unique-jobs-pair", "throttled-pair"})  # by `pairs`, at the gem's line


def touched(app: RailsApp, now: Release, target: Release) -> Iterator[Matter]:
    """Yield what is right or silent on the release of now and not on the target, each with the rule's way out.

    An error has to be put right first.
    """
    rules = {rule.code: rule for rule in (*RULES, *CHANGES) if rule.on and rule.code not in _TOLD}
    after = _found(app, target, tuple(rules.values()))
    fired = tuple(rules[code] for code in sorted({one.code for one in after}))
    before = {_place(one) for one in _found(app, now, fired)}
    for one in after:
        if _place(one) not in before:
            rule = rules[one.code]
            first = rule.severity == "error"
            yield Matter(one.code, one.path, one.line, one.message, rule.way_out, first=first, source=rule.source)


def _found(app: RailsApp, release: Release, rules: Sequence[Rule]) -> list[Finding]:
    """What the rules find on a release; those that do not hold there find nothing."""
    project = Project(app, release)
    context = context_of(project)
    return check(project, rules) if any(rule.holds(context) for rule in rules) else []


def _place(finding: Finding) -> tuple[str, str, int, int]:
    return finding.code, finding.path, finding.line, finding.column
