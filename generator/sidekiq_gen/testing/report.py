"""What a check has found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.notices import Notice

Code = Literal[
    "broken-template",
    "never-rendered",
    "ruby-syntax",
    "ruby-warning",
    "code-from-data",
    "rubocop-offense",
    "snapshot-changed",
    "snapshot-missing",
    "snapshot-extra",
]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    where: what it is about: a case and its file, ``7-rspec record app/jobs/charge_customer_job.rb``, or a snapshot.
    line: of that file, from 1; None where it is about no line. message: a sentence or what a program said.
    diff: unified, of a snapshot. cases: how many have it.
    """

    code: Code
    where: str
    message: str
    line: int | None = None
    diff: str = ""
    cases: int = 1

    @property
    def of_snapshots(self) -> bool:
        """Whether writing the snapshots puts it right."""
        return self.code.startswith("snapshot-")

    def as_dict(self) -> dict[str, object]:
        """As it stands in a JSON document."""
        found: dict[str, object] = {"code": self.code, "where": self.where, "message": self.message}
        if self.line is not None:
            found["line"] = self.line
        if self.diff:
            found["diff"] = self.diff
        return found | {"cases": self.cases}

    def __str__(self) -> str:
        """One line for people, with the diff below it."""
        place = f"{self.where}:{self.line}" if self.line is not None else self.where
        more = f" ({self.cases} cases)" if self.cases > 1 else ""
        return f"{place}: {self.message}{more}" + (f"\n{self.diff.rstrip()}" if self.diff else "")


@dataclass(frozen=True)
class Report:
    """All of it.

    pack: its name, or ``repo``. cases: how many were rendered. texts: how many different files they gave.
    findings: what is wrong; empty where nothing is. notices: what could not be looked at, and why.
    snapshots: what the snapshots should be, by path below the folder of the pack; a file that is to go has None.
    """

    pack: str
    cases: int
    texts: int
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    snapshots: tuple[tuple[str, str | None], ...]

    def __str__(self) -> str:
        """For people: each finding, and how much was looked at."""
        lines = [f"{finding.code}: {finding}" for finding in self.findings]
        return "\n".join([*lines, f"{self.cases} jobs rendered, {self.texts} different files."])
