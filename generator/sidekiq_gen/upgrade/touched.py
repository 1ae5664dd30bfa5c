"""What the code of a repo does that the target takes differently: the rules of `check` that hold there and not now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.engine import context_of, judge, read_one
from sidekiq_gen.check.gathering import gathered
from sidekiq_gen.check.rule import LastRule
from sidekiq_gen.check.rules.catalogue import RULES
from sidekiq_gen.rails.project import Project
from sidekiq_gen.upgrade.matter import Matter
from sidekiq_gen.upgrade.rules.changes import CHANGES
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.check.facts import FileFacts
    from sidekiq_gen.check.rule import Finding, Rule
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sidekiq.release import Release

_TOLD = frozenset({"unique-jobs-pair", "throttled-pair"})  # by `pairs`, at the gem's line


def touched(app: RailsApp, now: Release, target: Release) -> Iterator[Matter]:
    """Yield what is right or silent on the release of now and not on the target, each with the rule's way out.

    An error has to be put right first.
    """
    rules = {
        rule.code: rule
        for rule in (*RULES, *CHANGES)
        if rule.on and rule.code not in _TOLD and not isinstance(rule, LastRule)
    }
    files, found = _found(app, target, tuple(rules.values()))
    before = {_place(one) for one in _found_before(app, now, files, [rules[code] for code in _codes(found)])}
    for one in found:
        if _place(one) not in before:
            rule = rules[one.code]
            first = rule.severity == "error"
            yield Matter(one.code, one.path, one.line, one.message, rule.way_out, first=first, source=rule.source)


def _found(app: RailsApp, release: Release, rules: Sequence[Rule]) -> tuple[tuple[FileFacts, ...], list[Finding]]:
    """What all files say, and what counts of it, on a release."""
    context = context_of(Project(app, release))
    asked = [rule for rule in rules if rule.holds(context)]
    files, _ = gathered(app, asked, context, None)
    return files, judge(files, app, asked, context)


def _found_before(app: RailsApp, release: Release, files: Sequence[FileFacts], rules: Sequence[Rule]) -> list[Finding]:
    """What these rules find on another release; only files with findings are read again: the classes are the same."""
    context = context_of(Project(app, release))
    asked = [rule for rule in rules if rule.holds(context)]
    if not asked:
        return []
    again = {file.path: app.repo.data(file.path) for file in files if file.findings}
    read = {path: read_one(path, data, asked, context) for path, data in again.items() if data is not None}
    same = tuple(read.get(file.path) or replace(file, findings=()) for file in files)
    return judge(same, app, asked, context)


def _codes(findings: Sequence[Finding]) -> list[str]:
    return sorted({one.code for one in findings})


def _place(finding: Finding) -> tuple[str, str, int, int]:
    return finding.code, finding.path, finding.line, finding.column
