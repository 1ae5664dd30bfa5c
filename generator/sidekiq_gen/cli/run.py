"""What every command does with its plan: show it, have it confirmed, write it, say so."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from sidekiq_gen.cli.console import Console
from sidekiq_gen.errors import Defect, InvalidInput, Refused
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sidekiq_gen.changes.lint import Lint
    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.changes.signals import Hold
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sidekiq.release import Release


class Planned(Protocol):
    """Something rendered and planned."""

    @property
    def plan(self) -> Plan:
        """What would be written."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the user should know."""


@dataclass(frozen=True)
class Runtime:
    """The flags that say how a command runs, and where it prints."""

    console: Console
    terminal: bool
    pretend: bool
    lint: Lint | None = None

    @classmethod
    def of(
        cls,
        *,
        force: bool,
        skip: bool,
        pretend: bool,
        quiet: bool,
        no_input: bool,
        json: bool,
        lint: bool = False,
        lint_fix: bool = False,
    ) -> Runtime:
        """Read the flags.

        Raises:
            InvalidInput: two of them contradict each other.
        """
        if force and skip:
            raise InvalidInput("--force and --skip contradict each other.", hint="Pass one of them.", code="usage")
        console = Console(sys.stdout, sys.stderr, quiet=quiet, json=json)
        somebody = _somebody_is_there() and not (no_input or json or quiet or pretend)
        return cls(console, somebody, pretend, "fix" if lint_fix else "check" if lint else None)

    def execute(
        self,
        made: Planned,
        document: Mapping[str, object],
        app: RailsApp,
        *,
        asked: bool,
        remarks: Sequence[tuple[str, str]] = (),
        preview: bool = True,
    ) -> None:
        """Print what is to be known, have conflicts decided, write, print what was done.

        document: what stands in the JSON document besides files and notices, ``command_line`` among it.
        asked: whether questions were answered, so that the command line is worth showing.
        remarks: labels and texts to be printed in the end.
        preview: whether on a terminal the first file is shown as a whole.
        """
        line = str(document["command_line"])
        self._announce(made, preview=preview)
        plan = made.plan
        if self.pretend:
            self._statuses(plan)
            self._document(plan, made.notices, document)
            self._remark(remarks)
            if not self.console.quiet:
                self.console.plain("Nothing was written: this was --pretend.")
            return
        from sidekiq_gen.changes.apply import apply
        from sidekiq_gen.changes.signals import held

        if plan.conflicts:
            from sidekiq_gen.cli import conflicts

            plan = conflicts.resolve(plan, self.console, terminal=self.terminal)  # prints their statuses
        decided = frozenset(file.path for file in made.plan.conflicts)
        with held(to_the_end=True) as hold:
            applied = apply(plan, hold)
            for notice in applied.notices:
                self.console.notice(notice)
            try:
                self._statuses(applied.plan, but=decided)
                notices = made.notices + applied.notices + self._linted(applied.plan, app, hold)
                self._document(applied.plan, notices, document)
                self._remark(remarks)
                if asked:
                    self.console.plain(f"\nEquivalent command:\n  {line}")
            except Refused as error:
                self.console.error(error)  # the files are there: what failed is only to say so
            except Exception as error:
                if os.environ.get("SIDEKIQ_GEN_DEBUG"):
                    raise
                self.console.error(Defect(error, written=bool(applied.plan.steps)))

    def _announce(self, made: Planned, *, preview: bool) -> None:
        """Say what is to be known before anything is written; on a terminal show it all and have it confirmed."""
        if not self.terminal:
            for notice in made.notices:
                self.console.notice(notice)
            return
        from sidekiq_gen.cli.prompts import confirm, show

        if preview:
            show(made.plan, self.console)
        for notice in made.notices:
            self.console.notice(notice)
        confirm(made.plan, self.console)

    def _linted(self, plan: Plan, app: RailsApp, hold: Hold) -> tuple[Notice, ...]:
        """Run the linter where it was asked for, and print what it says; a signal stops it, and nothing else."""
        if self.lint is None:
            return ()
        from sidekiq_gen.changes.lint import RUBY, lint

        found: tuple[Notice, ...] = ()
        with suppress(KeyboardInterrupt), hold.heard():
            found = lint(plan, app, self.lint)
        for notice in found:
            self.console.notice(notice)
        if not found and any(file.path.endswith(RUBY) for file in plan.writes):
            self.console.remark("lint", "no offenses")
        return found

    def _remark(self, remarks: Sequence[tuple[str, str]]) -> None:
        for label, text in remarks:
            self.console.remark(label, text)

    def _statuses(self, plan: Plan, but: frozenset[str] = frozenset()) -> None:
        for file in plan.files:
            if file.path not in but:
                self.console.status(file.status, file.path)
            if self.pretend and file.replaces:
                self.console.change(file.diff)

    def _document(self, plan: Plan, notices: tuple[Notice, ...], document: Mapping[str, object]) -> None:
        if self.console.json:
            told = dict(document)
            line = told.pop("command_line")
            self.console.document(
                {
                    **told,
                    "files": [
                        {"path": file.path, "status": file.status}
                        | ({"diff": file.diff} if self.pretend and file.replaces else {})
                        for file in plan.files
                    ],
                    "notices": [notice.as_dict() for notice in notices],
                    "command_line": line,
                }
            )


def document(command: str, release: Release, line: str, **more: object) -> dict[str, object]:
    """The head of the JSON document, with the command line that gives the same without questions."""
    sidekiq = {"version": release.text, "tree": release.tree, "source": release.source}
    return {"schema": 1, "command": command, "sidekiq": sidekiq, **more, "command_line": line}


def _somebody_is_there() -> bool:
    """Whether there is somebody who can be asked: who can type, and see what is asked."""
    readable = sys.stdin is not None and sys.stdin.isatty()
    return readable and any(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr))
