"""What sidekiq-gen writes passes `check`, with every kind and pattern on every line of Sidekiq."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.engine import context_of, judge, read_file, read_files
from sidekiq_gen.check.rules.catalogue import RULES
from sidekiq_gen.check.source import Source
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.testing.cases import Subject, all_cases
from sidekiq_gen.testing.rendering import workspace

if TYPE_CHECKING:
    from sidekiq_gen.check.facts import FileFacts
    from sidekiq_gen.testing.cases import Case
    from sidekiq_gen.testing.rendering import Workspace


def told(case: Case, place: Workspace, known: dict[str, tuple[FileFacts, ...]]) -> list[str] | None:
    """What is found in the files of a case; None where such a job cannot be had."""
    had = place.render(case)
    if had is None:
        return None
    app = place.project(case.place).app
    context = context_of(place.project(case.place))
    rules = [rule for rule in RULES if rule.on and rule.holds(context)]
    if case.place.name not in known:
        known[case.place.name] = tuple(read_files(app, rules, context))
    files = tuple(read_file(Source(path, text.encode()), rules, context) for path, text in had[1].items())
    found = judge(known[case.place.name] + files, app, rules, context)
    return [f"{had[0]}: {one.path}:{one.line} {one.code}" for one in found if one.path in had[1]]


def test_nothing_is_found_in_generated_jobs() -> None:
    known: dict[str, tuple[FileFacts, ...]] = {}
    with workspace() as place:
        results = [found for case in all_cases(Subject(PATTERNS)) if (found := told(case, place, known)) is not None]

    assert len(results) > 100
    # The repos of the cases have not run `sidekiq-gen install`, which wires the gem.
    assert [line for found in results for line in found if not line.endswith(" unique-not-wired")] == []
