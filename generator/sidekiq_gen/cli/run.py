"""What every command does with its plan: show it, have it confirmed, write it, say so."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

from sidekiq_gen.cli import noted
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.decided import Decided, merged
from sidekiq_gen.errors import Defect, InvalidInput, Refused, SidekiqGenError
from sidekiq_gen.record.recording import recording
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sidekiq_gen.changes.lint import Lint
    from sidekiq_gen.changes.plan import Plan, PlannedFile
    from sidekiq_gen.changes.signals import Hold
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.record.entry import Entry
    from sidekiq_gen.sidekiq.release import Release


NEXT = "next"  # the label of commands
_NO_INPUT = " --no-input"  # every command line ends with it


class Planned(Protocol):
    """Something rendered and planned."""

    @property
    def plan(self) -> Plan:
        """What would be written."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the user should know."""


@dataclass(frozen=True)
class After:
    """What is told once it is known what became of every file.

    remarks: a label and lines each, to be printed in the end. document: what stands in the JSON document besides.
    """

    remarks: tuple[tuple[str, Sequence[str]], ...]
    document: Mapping[str, object]


_NOTHING = After((), {})
M = TypeVar("M", bound=Planned)


@dataclass(frozen=True)
class Runtime:
    """The options that say how a command runs, and where it prints.

    lint: what the repo's own linter is to do. opted_out: that it is not run although the app asks for it.
    recorded: whether it is written down what was generated.
    """

    console: Console
    terminal: bool
    pretend: bool
    decided: Decided
    lint: Lint | None = None
    opted_out: bool = False
    recorded: bool = True

    @classmethod
    def of(
        cls,
        decided: Decided,
        *,
        pretend: bool,
        quiet: bool,
        no_input: bool,
        json: bool,
        lint: bool = False,
        lint_fix: bool = False,
        no_format: bool = False,
        no_record: bool = False,
    ) -> Runtime:
        """Read the options.

        Raises:
            InvalidInput: two of them contradict each other.
        """
        if no_format and lint_fix:
            message = "--format and --no-format contradict each other."
            raise InvalidInput(message, hint="Pass one of them.", code="usage")
        console = Console(sys.stdout, sys.stderr, quiet=quiet, json=json)
        somebody = _somebody_is_there() and not (no_input or json or quiet or pretend)
        asked: Lint | None = "fix" if lint_fix else "check" if lint else None
        return cls(console, somebody, pretend, decided, asked, opted_out=no_format, recorded=not no_record)

    def noting(self, made: M, entries: Callable[[], Sequence[Entry]], project: Project) -> M:
        """The same with what is to be written down of it, once it is known that it is written at all.

        A record that cannot be used is told, and left alone.
        """
        if not (self.recorded and project.app.settings.record):
            return made
        record, notices = recording(project.app.root, entries)
        plan = replace(made.plan, record=record)
        return replace(made, plan=plan, notices=(*made.notices, *notices))  # type: ignore[type-var]

    def execute(
        self,
        made: Planned,
        document: Mapping[str, object],
        app: RailsApp,
        *,
        asked: bool,
        after: Callable[[Plan], After] | None = None,
        preview: bool = True,
        announced: bool = False,
    ) -> None:
        """Print what is to be known, have conflicts decided, write, print what was done.

        document: what stands in the JSON document besides files and notices, ``command_line`` among it.
        asked: whether questions were answered, so that the command line is worth showing.
        after: what is to be told of the files once they are written, or would be.
        preview: whether on a terminal the files themselves are shown.
        announced: whether notices, preview and confirmation are done already.
        """
        planned = self.decided.settle(made.plan)
        if not announced:
            self._announce(made, preview=preview)
        if self.pretend:
            self._show(planned, made.notices, document, after(planned) if after else _NOTHING)
            return
        from sidekiq_gen.changes.apply import apply
        from sidekiq_gen.changes.signals import held

        with _in_the_document(made.notices):
            plan = planned
            if plan.conflicts:
                from sidekiq_gen.cli import conflicts

                plan = conflicts.resolve(plan, self.console, terminal=self.terminal)  # prints their statuses
            with held(to_the_end=True) as hold:
                applied = apply(plan, hold)
                for notice in applied.notices:
                    self.console.notice(notice)
                try:
                    self._statuses(applied.plan, but=frozenset(file.path for file in planned.conflicts))
                    linted = self._linted(applied.plan, app, hold)
                    applied = noted.corrected(applied, linted, hold)
                    notices = made.notices + applied.notices + linted
                    told = after(applied.plan) if after else _NOTHING
                    words = self.decided.words(planned, plan, made.notices)
                    self._document(applied.plan, applied.record, notices, {**document, **told.document}, words)
                    self._remark((*told.remarks, (noted.LABEL, noted.lines(applied.record))))
                    if asked or planned.conflicts:
                        self._repeat(document, words, merged(planned, plan))
                except Refused as error:
                    self.console.error(error)  # the files are there: what failed is only to say so
                except Exception as error:
                    if os.environ.get("SIDEKIQ_GEN_DEBUG"):
                        raise
                    self.console.error(Defect(error, written=bool(applied.steps)))

    def _show(self, planned: Plan, notices: tuple[Notice, ...], document: Mapping[str, object], told: After) -> None:
        """Print what would happen."""
        from sidekiq_gen.changes.plan import plan_record

        self._statuses(planned)
        self._document(
            planned, plan_record(planned) if self.console.json else None, notices, {**document, **told.document}, ()
        )
        self._remark(told.remarks)
        if not self.console.quiet:
            self.console.plain("Nothing was written: this was --pretend.")

    def _repeat(self, document: Mapping[str, object], words: Sequence[str], by_hand: Sequence[str]) -> None:
        """Say which command gives the same without asking."""
        self.console.plain(f"\nEquivalent command:\n  {_deciding(document, words)}")
        if by_hand:
            self.console.remark("merged", f"No command repeats what was merged: {', '.join(by_hand)}.")

    def _announce(self, made: Planned, *, preview: bool) -> None:
        """Say what is to be known before anything is written; on a terminal show it all and have it confirmed."""
        if not self.terminal:
            for notice in made.notices:
                self.console.notice(notice)
            return
        from sidekiq_gen.cli.preview import confirm_plan

        confirm_plan(made, self.console, preview=preview)

    def _linted(self, plan: Plan, app: RailsApp, hold: Hold) -> tuple[Notice, ...]:
        """Run the linter where it was asked for, and print what it says; a signal stops it, and nothing else.

        The app asks for it where it asks Rails' generators for the same.
        """
        wanted = self.lint or self._asked_by(app, plan)
        if wanted is None:
            return ()
        from sidekiq_gen.changes.lint import RUBY, lint

        found: tuple[Notice, ...] = ()
        with suppress(KeyboardInterrupt), hold.heard():
            found = lint(plan, app, wanted)
        for notice in found:
            self.console.notice(notice)
        if not found and any(file.path.endswith(RUBY) for file in plan.writes):
            self.console.remark("lint", "no offenses")
        return found

    def _asked_by(self, app: RailsApp, plan: Plan) -> Lint | None:
        if self.opted_out or not plan.writes:
            return None
        from sidekiq_gen.rails.house.linter import corrects_what_is_generated

        return "fix" if corrects_what_is_generated(app.repo) else None

    def _remark(self, remarks: Sequence[tuple[str, Sequence[str]]]) -> None:
        for label, lines in remarks:
            if lines:
                self.console.remark(label, *lines, copied=label == NEXT)

    def _statuses(self, plan: Plan, but: frozenset[str] = frozenset()) -> None:
        for file in plan.files:
            if file.path not in but:
                self.console.status(file.status, file.path)
            if self.pretend and file.is_change and not self.console.quiet:
                self.console.change(file.diff)

    def _told(self, file: PlannedFile) -> dict[str, str]:
        return {"path": file.path, "status": file.status} | (_pretended(file) if self.pretend else {})

    def _document(
        self,
        plan: Plan,
        record: PlannedFile | None,
        notices: tuple[Notice, ...],
        document: Mapping[str, object],
        words: Sequence[str],
    ) -> None:
        if self.console.json:
            told = dict(document)
            del told["command_line"]
            self.console.document(
                {
                    **told,
                    "files": [self._told(file) for file in plan.files],
                    **({"record": self._told(record)} if record else {}),
                    "notices": [notice.as_dict() for notice in notices],
                    "command_line": _deciding(document, words),
                }
            )


@contextmanager
def _in_the_document(notices: tuple[Notice, ...]) -> Iterator[None]:
    """Have the document of what ends the run here say these as well: on standard error they have been said."""
    try:
        yield
    except SidekiqGenError as error:
        error.said = notices
        raise


def _pretended(file: PlannedFile) -> dict[str, str]:
    """What a file would hold, and what would be changed."""
    if not file.is_change:
        return {}
    content = {} if file.goes else {"content": file.content.decode("utf-8", "replace")}
    return content | {"diff": file.diff}


def _deciding(document: Mapping[str, object], words: Sequence[str]) -> str:
    """The command line, with the words that decide about files that are there already."""
    line = str(document["command_line"])
    if not words:
        return line
    from shlex import join

    return f"{line.removesuffix(_NO_INPUT)} {join(words)}{_NO_INPUT}"


def document(command: str, release: Release, line: str, **more: object) -> dict[str, object]:
    """The head of the JSON document, with the command line that gives the same without questions."""
    sidekiq = {"version": release.text, "tree": release.tree, "source": release.source}
    return {"schema": 1, "command": command, "sidekiq": sidekiq, **more, "command_line": line}


def _somebody_is_there() -> bool:
    """Whether there is somebody who can be asked: who can type, and see what is asked; on a CI there is nobody."""
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        return False
    readable = sys.stdin is not None and sys.stdin.isatty()
    return readable and any(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr))
