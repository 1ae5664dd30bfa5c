"""Running the rules over a repo: each file by itself, then what all of them say together."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sidekiq_gen.check.facts import FileFacts
from sidekiq_gen.check.files import ruby_files
from sidekiq_gen.check.ignores import WORD, Ignored, ignores_of
from sidekiq_gen.check.index import Index
from sidekiq_gen.check.jobs import classes_of
from sidekiq_gen.check.parsing import DEEPEST, is_deep
from sidekiq_gen.check.pushes import Push, pushes_of
from sidekiq_gen.check.rule import Context, FileRule, Finding, JobRule, LastRule, PushRule, RepoRule, Rule
from sidekiq_gen.check.schedules import entries_in_ruby
from sidekiq_gen.check.source import Source
from sidekiq_gen.check.switches import own_logger, strict_arguments
from sidekiq_gen.rails.pushes import pushes_wait
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project

# A file without any of these is no job, pushes none and sets nothing up.
_USUAL_WORDS = ("idekiq", "perform_", "def perform", "Job", "Worker", WORD.decode())
_LONGEST = 300  # characters of a message


@dataclass(frozen=True)
class Judged:
    """What the rules have found.

    findings: what counts, in the order of paths and lines. ignored: how many more there are that a comment ignores.
    """

    findings: tuple[Finding, ...]
    ignored: int


def check(project: Project, rules: Sequence[Rule]) -> list[Finding]:
    """Every finding in the repo that counts and is not ignored by a comment, in the order of paths and lines."""
    context = context_of(project)
    asked = [rule for rule in rules if rule.holds(context)]
    files = tuple(read_files(project.app, asked, context))
    return judge(files, project.app, asked, context)


def context_of(project: Project) -> Context:
    """What the rules may know of a repo."""
    app = project.app
    gems = {name: gem.text for name, gem in app.lockfile.gems.items()} if app.lockfile else {}
    return Context(
        project.release,
        gems,
        app.databases,
        pushes_wait(app),
        strict_arguments(app.repo),
        own_logger(app.repo, gems),
    )


def read_files(app: RailsApp, rules: Sequence[Rule], context: Context) -> Iterator[FileFacts]:
    """Yield the facts of every file that says anything."""
    for path in ruby_files(app.repo):
        data = app.repo.data(path)
        facts = None if data is None else read_one(path, data, rules, context)
        if facts is not None:
            yield facts


def read_one(path: str, data: bytes, rules: Sequence[Rule], context: Context) -> FileFacts | None:
    """The facts of a file; None where it says nothing."""
    if not _may_say_something(data, rules):
        return None
    source = Source(path, data)
    if is_deep(source.root):
        return FileFacts(path, unread=f"is nested more than {DEEPEST} deep")
    return read_file(source, rules, context)


def _may_say_something(data: bytes, rules: Sequence[Rule]) -> bool:
    return _words(tuple(rules)).search(data) is not None


@cache
def _words(rules: tuple[Rule, ...]) -> re.Pattern[bytes]:
    words = {*_USUAL_WORDS, *(word for rule in rules for word in rule.words)}
    return re.compile("|".join(sorted(map(re.escape, words))).encode())


def read_file(source: Source, rules: Iterable[Rule], context: Context) -> FileFacts:
    """Read one file; what this gives depends on nothing but the file, the rules and the context."""
    jobs, pushes = classes_of(source), pushes_of(source)
    findings: list[Finding] = []
    for rule in rules:
        if not rule.looks_into(source):
            continue
        if isinstance(rule, FileRule):
            findings += rule.check(source, context)
        elif isinstance(rule, JobRule):
            for job in jobs:
                findings += (replace(one, job=job.name, forms=rule.forms) for one in rule.check(job, context))
        elif isinstance(rule, PushRule):
            for push in pushes:
                if push.facts.inside or push.facts.target:
                    findings += (_of_push(one, push, rule) for one in rule.check(push, context))
    return FileFacts(
        source.path,
        tuple(job.facts for job in jobs),
        tuple(push.facts for push in pushes),
        tuple(findings),
        ignores_of(source),
        tuple(entries_in_ruby(source)),
    )


def _of_push(finding: Finding, push: Push, rule: PushRule) -> Finding:
    """A finding with what tells whether it counts."""
    meant = push.facts
    method = push.method if rule.of_arguments else ""
    return replace(
        finding, job=meant.inside, target=meant.target, nesting=meant.nesting, forms=rule.forms, method=method
    )


def judge(files: tuple[FileFacts, ...], app: RailsApp, rules: Sequence[Rule], context: Context) -> list[Finding]:
    """What counts of the files' findings, and what only all of them together show."""
    return list(judged(files, app, rules, context).findings)


def judged(
    files: tuple[FileFacts, ...],
    app: RailsApp,
    rules: Sequence[Rule],
    context: Context,
    known: Collection[str] = (),
) -> Judged:
    """The same, with how much was ignored; known: the codes that a comment may name beside those of the rules."""
    index = Index(files)
    found = {one for file in files for one in file.findings if _counts(one, index)}
    for rule in rules:
        if isinstance(rule, RepoRule):
            found.update(rule.check(index, app, context))
    ignored = Ignored(files)
    told = {one for one in found if not ignored.take(one)}
    count = len(found) - len(told)
    asked = {rule.code for rule in rules}
    for rule in rules:
        if isinstance(rule, LastRule):
            told.update(rule.check(ignored, asked, {*asked, *known}))
    shown = (replace(one, message=_in_a_line(one.message)) for one in told)
    return Judged(tuple(sorted(shown, key=lambda one: (one.path, one.line, one.column, one.code, one.message))), count)


def _in_a_line(message: str) -> str:
    """A message with Ruby in it that stands on several lines, or goes on for ever."""
    text = message[: 2 * _LONGEST] if "\n" not in message else " ".join(message[: 2 * _LONGEST].split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _counts(finding: Finding, index: Index) -> bool:
    """Whether the class that a finding is about is a job of the form that it is meant for."""
    if not finding.forms:
        return True
    name = index.resolve(finding.target, finding.nesting) if finding.target else finding.job
    own = bool(finding.method) and index.defines(name, finding.method)
    return not own and index.form(name) in finding.forms
