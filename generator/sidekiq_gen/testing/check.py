"""A pack is rendered in all that it can meet, read by Ruby and RuboCop, and compared with its snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.notices import Notice
from sidekiq_gen.testing import poison, ruby
from sidekiq_gen.testing.cases import all_cases, at_the_locked, by_group, pairs
from sidekiq_gen.testing.rendering import workspace
from sidekiq_gen.testing.report import Code, Finding, Report
from sidekiq_gen.testing.snapshots import ENDING, FOLDER, Shown, difference, snapshot
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.sidekiq.gems import Gems
    from sidekiq_gen.testing.cases import Case, Subject
    from sidekiq_gen.testing.levels import Level
    from sidekiq_gen.testing.places import Place
    from sidekiq_gen.testing.rendering import Workspace


@dataclass(frozen=True)
class Checked:
    """What is to be checked.

    name: of the pack, or ``repo``. folder: where it is. subject: what it can be asked for. files: what each repo has
    besides, by path. prepare: chooses the pack for a project. snapshots: those that are there, by path below the
    folder.
    """

    name: str
    folder: Path
    subject: Subject
    files: Mapping[str, str]
    prepare: Callable[[Project], Project]
    snapshots: Mapping[str, str]


@dataclass(frozen=True)
class _Rendered:
    """A case that could be had: its command line, and its files by path."""

    case: Case
    line: str
    files: Mapping[str, str]


class _Run:
    """One check, and what it has found so far."""

    def __init__(self, checked: Checked, workspace: Workspace, bare: Workspace) -> None:
        self._checked = checked
        self._workspace = workspace
        self._bare = bare
        self._broken: dict[str, tuple[str, int]] = {}
        self._no_ruby: set[tuple[str, str]] = set()
        self.broken_groups: set[str] = set()
        self.notices: list[Notice] = []

    def rendered(self, cases: Sequence[Case]) -> list[_Rendered]:
        """The cases that can be had; what breaks is noted once for all of them."""
        found = []
        for case in cases:
            try:
                rendered = self._workspace.render(case)
            except BrokenTemplate as error:
                where, number = self._broken.get(error.message, (case.title, 0))
                self._broken[error.message] = (where, number + 1)
                self.broken_groups.add(case.group)
                continue
            if rendered:
                found.append(_Rendered(case, *rendered))
        return found

    def can_meet(self, place: Place, said: Level) -> bool:
        """Whether a job can be had; what breaks is told by the case alone."""
        try:
            return self._workspace.can_be_had(place, said)
        except BrokenTemplate:
            return False

    def broken(self) -> Iterator[Finding]:
        """What could not be rendered."""
        for message, (where, number) in self._broken.items():
            yield Finding("broken-template", where, message, cases=number)

    def changed(self, one: _Rendered) -> Mapping[str, str]:
        """The files of a case that the built-in templates give otherwise, or not at all."""
        own = {attribute.flag.parameter for attribute in self._checked.subject.attributes}
        if one.case.group in self._checked.subject.own:
            return one.files
        said = {name: value for name, value in one.case.said.items() if name not in own}
        before = self._bare.render(_with(one.case, said))
        texts = before[1] if before else {}
        return {path: text for path, text in one.files.items() if texts.get(path) != text}

    def read_by_ruby(self, rendered: Sequence[_Rendered]) -> Iterator[Finding]:
        """What Ruby says of every different text."""
        texts = _places(rendered)
        try:
            remarks = ruby.parsed([text for _, text in texts], poison.MARK)
        except ruby.NotRun as error:
            self.notices.append(_not_run("ruby-not-run", "Ruby has not read what was rendered", error))
            return
        files = list(texts)
        self._no_ruby = {files[remark.text] for remark in remarks if _word_of_ruby(remark) == "ruby-syntax"}
        yield from _findings(remarks, list(texts.values()), _word_of_ruby)

    def read_by_rubocop(self, shown: Sequence[_Rendered]) -> Iterator[Finding]:
        """What RuboCop says of every different text that a snapshot shows, and that Ruby can read."""
        texts = {file: cases for file, cases in _places(shown).items() if file not in self._no_ruby}
        if not texts:
            return
        try:
            remarks = ruby.linted(list(texts))
        except ruby.NotRun as error:
            self.notices.append(_not_run("rubocop-not-run", "RuboCop has not read what was rendered", error))
            return
        yield from _findings(remarks, list(texts.values()), lambda _: "rubocop-offense")


def check(checked: Checked, gems: Gems | None = None, *, rubocop: bool = True) -> Report:
    """Render, read and compare.

    gems: of a lockfile, which is rendered for besides. rubocop: whether it is asked as well.

    Raises:
        Refused: the templates cannot be read at all.
    """
    subject = checked.subject
    with workspace(subject.gems, checked.files, checked.prepare) as own, workspace(subject.gems) as bare:
        run = _Run(checked, own, bare)
        cases = all_cases(subject)
        shown = run.rendered([case for case in cases if case.shown])
        more = [*(at_the_locked(subject, gems) if gems else ()), *pairs(subject, run.can_meet)]
        every = [*shown, *run.rendered([*more, *poison.poisoned(subject)])]
        changes = [_Rendered(one.case, one.line, run.changed(one)) for one in shown]
    findings = [*run.broken(), *_never(subject, every, run.broken_groups), *run.read_by_ruby(every)]
    if rubocop:
        findings += run.read_by_rubocop(changes)
    wanted = _snapshots(cases, changes)
    findings += _compared(checked.snapshots, wanted, run.broken_groups)
    changed = {path: wanted.get(path) for path in sorted(wanted.keys() | checked.snapshots.keys())}
    told = tuple((path, text) for path, text in changed.items() if checked.snapshots.get(path) != text)
    return Report(checked.name, len(every), len(_places(every)), tuple(findings), tuple(run.notices), told)


def _with(case: Case, said: Level) -> Case:
    return type(case)(case.place, case.group, case.name, said, case.shown)


def _places(rendered: Sequence[_Rendered]) -> dict[tuple[str, str], list[str]]:
    """Every different file, path and text, with the cases that give it."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in rendered:
        for file in one.files.items():
            found.setdefault(file, []).append(f"{one.case.title} {file[0]}")
    return found


def _findings(
    remarks: Sequence[ruby.Remark], places: Sequence[Sequence[str]], code_of: Callable[[ruby.Remark], Code]
) -> Iterator[Finding]:
    """One for each message: what many cases have is said once, with the first place."""
    found: dict[tuple[Code, str], tuple[str, int, int]] = {}
    for remark in remarks:
        where = places[remark.text]
        message = f"{remark.word}: {remark.message}" if remark.word not in {"ruby", "code"} else remark.message
        key = (code_of(remark), message)
        first, line, number = found.get(key, (where[0], remark.line, 0))
        found[key] = (first, line, number + len(where))
    for (code, message), (first, line, number) in found.items():
        yield Finding(code, first, message, line, cases=number)


def _word_of_ruby(remark: ruby.Remark) -> Code:
    if remark.word == "code":
        return "code-from-data"
    return "ruby-warning" if remark.message.startswith("warning:") else "ruby-syntax"


def _never(subject: Subject, rendered: Sequence[_Rendered], broken: set[str]) -> Iterator[Finding]:
    """The patterns of a pack that no case could have; what is broken is told already."""
    seen = {one.case.group for one in rendered} | broken
    for pattern in subject.patterns:
        if pattern.name in subject.own - seen:
            yield Finding(
                "never-rendered", pattern.name, "No job could have this pattern, in no tree and over no kind."
            )


def _snapshots(cases: Sequence[Case], rendered: Sequence[_Rendered]) -> dict[str, str]:
    """What the snapshots should be, by path."""
    by_title = {one.case.title: Shown(one.case.title, one.line, one.files) for one in rendered}
    texts = {
        f"{FOLDER}/{group}{ENDING}": snapshot(by_title[case.title] for case in own if case.title in by_title)
        for group, own in by_group(cases).items()
    }
    return {path: text for path, text in texts.items() if text}


def _compared(there: Mapping[str, str], wanted: Mapping[str, str], broken: set[str]) -> Iterator[Finding]:
    """Where snapshots differ; what could not be rendered as a whole is told already."""
    for path in sorted(there.keys() | wanted.keys()):
        if path.removeprefix(f"{FOLDER}/").removesuffix(ENDING) in broken:
            continue
        if path not in wanted:
            yield Finding("snapshot-extra", path, "Nothing is rendered that this snapshot would show.")
        elif path not in there:
            yield Finding("snapshot-missing", path, "There is no such snapshot yet: --update writes it.")
        elif there[path] != wanted[path]:
            diff = difference(path, there[path], wanted[path])
            yield Finding("snapshot-changed", path, "What is rendered is not what the snapshot shows.", diff=diff)


def _not_run(code: str, what: str, error: ruby.NotRun) -> Notice:
    return Notice(code, f"{what}: {error}.", "Install it to have it looked at.")
