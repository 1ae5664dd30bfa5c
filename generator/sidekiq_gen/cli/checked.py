"""A run of `check`: what it reads, and what of it is told."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from sidekiq_gen.check.baseline import Baseline, read_baseline
from sidekiq_gen.check.engine import Judged, context_of, judged
from sidekiq_gen.check.gathering import gathered
from sidekiq_gen.check.index import Index
from sidekiq_gen.check.prints import prints_of
from sidekiq_gen.check.report.report import Report
from sidekiq_gen.check.rules.catalogue import BY_CODE, RULES
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sidekiq_gen.check.facts import FileFacts
    from sidekiq_gen.check.rule import Context, Finding, Rule
    from sidekiq_gen.check.selection import Selection
    from sidekiq_gen.rails.project import Project


@dataclass(frozen=True)
class Run:
    """The jobs of a repo, checked; nothing is told yet.

    files: their facts. wanted: what is let through, whether it is known or not. report: what is new of it.
    """

    project: Project
    context: Context
    rules: Sequence[Rule]
    files: tuple[FileFacts, ...]
    wanted: tuple[Finding, ...]
    report: Report
    notices: tuple[Notice, ...] = ()


def checked(
    project: Project, selection: Selection, started: float, cache: Path | None, *, with_baseline: bool = True
) -> Run:
    """Check a repo.

    started: when, by `perf_counter`. cache: the folder of caches, if there is to be one. with_baseline: whether what is
    in the baseline is left out.

    Raises:
        InvalidInput, Refused: the baseline cannot be read.
    """
    context = context_of(project)
    rules = [rule for rule in selection.asked(RULES) if rule.holds(context)]
    baseline = read_baseline(project.app.repo, selection.baseline) if with_baseline else None
    files, count = gathered(project.app, rules, context, cache)
    project.app.repo.unread.update((file.path, file.unread) for file in files if file.unread)
    found = judged(files, project.app, rules, context, _codes() if any(file.ignores for file in files) else ())
    wanted = _told(found.findings, selection, BY_CODE)
    new, notices = _new(wanted, found, baseline, selection, project)
    index = Index(files)
    report = Report(
        BY_CODE,
        new,
        found.ignored,
        len(wanted) - len(new),
        jobs=sum(1 for form in ("sidekiq", "active-job") for _ in index.jobs(form)),
        files=count,
        milliseconds=since(started),
    )
    return Run(project, context, rules, files, wanted, report, notices)


def _new(
    wanted: tuple[Finding, ...],
    found: Judged,
    baseline: Baseline | None,
    selection: Selection,
    project: Project,
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """What is not in the baseline; and that there is more in it than there is."""
    if baseline is None:
        return wanted, ()
    prints = prints_of(found.findings, project.app.repo)
    compared = baseline.compare(found.findings, prints, selection.asked_codes(RULES))
    new = tuple(one for one in wanted if one not in compared.known)
    if not compared.gone or not selection.is_everything:
        return new, ()
    said = f"{compared.gone} of the findings in {selection.baseline} {'is' if compared.gone == 1 else 'are'} gone."
    hint = "sidekiq-gen check --write-baseline writes it without them."
    return new, (Notice("baseline-gone", said, hint),)


def changed(project: Project, selection: Selection, started: float, ref: str) -> Report:
    """Check what has changed since a git revision.

    Raises:
        InvalidInput, Refused: the revision cannot be read, as `git.opened` says.
    """
    from sidekiq_gen.deploys.against import compare
    from sidekiq_gen.deploys.rules import catalogue

    found = compare(project, ref, selection.asked(catalogue.RULES))
    return Report(catalogue.BY_CODE, _told(found, selection, catalogue.BY_CODE), milliseconds=since(started))


def _told(findings: Iterable[Finding], selection: Selection, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if selection.lets_through(one, rules[one.code].severity))


def since(started: float) -> int:
    """How long ago that was, in milliseconds."""
    return round((perf_counter() - started) * 1000)


def _codes() -> frozenset[str]:
    """Every code that a comment may name."""
    from sidekiq_gen.deploys.rules.catalogue import BY_CODE as OF_CHANGES

    return frozenset((*BY_CODE, *OF_CHANGES))
