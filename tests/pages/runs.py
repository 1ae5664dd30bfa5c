"""The runs of the command behind the pages of docs/patterns: in which repos, of which cases, and what comes of them."""

from __future__ import annotations

from functools import cache
from time import gmtime
from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.pipeline import generate_job
from sidekiq_gen.rails.project import Where, detect_project
from support.cases import Case, alone, rows
from support.repos import Repo
from support.requests import answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TypeAlias

    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.pipeline import Generated
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.project import Project

    Known: TypeAlias = "Kind[Any] | Pattern[Any]"
    Outcome: TypeAlias = "tuple[Notice, ...] | InvalidInput | Refused"

RAILS = "7.2.3"
# The newest release of each line, with a sidekiq-unique-jobs and a sidekiq-throttled that go with it.
COMPANIONS = {"8": ("8.1.0", "2.1.0"), "7": ("8.0.13", "1.5.2"), "6": ("7.1.33", "1.4.0")}
NEWEST, *OTHERS = "8.1.7", "7.3.10", "6.5.12"
# Releases on the other side of a gate, where one is worth showing.
OLDER = {"backfill": "7.3.1", "fan-out": "6.2.2", "discard-on": "6.4.1", "log-context": "6.4.0"}
# Which case of the tests each page shows.
CASES = {
    "record": "record",
    "plain": "plain-arguments",
    "claim": "claim-state",
    "backfill": "backfill-column",
    "fan-out": "fan-out",
    "check-then-act": "check",
    "idempotency-key": "key",
    "unique": "until-executed",
    "advisory-lock": "advisory",
    "row-lock": "row",
    "throttle": "throttle",
    "discard-on": "dead",
    "retry-after": "retry-after",
    "on-exhausted": "exhausted-mark",
    "log-context": "log",
}


class Runs:
    """Runs of the command, planned and not written, in repos that are laid out once each.

    folder: where they are laid out.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._projects: dict[str, Project] = {}

    def run(self, repo: Repo, line: str) -> Generated:
        """What `sidekiq-gen job` makes of a line such as ``ChargeCustomer order:record``.

        Raises:
            InvalidInput, Refused: it is refused there.
        """
        key = repr(repo)
        if key not in self._projects:
            root = repo.write(self._folder / str(len(self._projects)))
            self._projects[key] = detect_project(Where(root=root), root)
        return generate_job(answers(line), self._projects[key], gmtime(0))

    def outcome(self, repo: Repo, line: str) -> Outcome:
        """The notices of a run, or why it is refused."""
        try:
            return self.run(repo, line).notices
        except (InvalidInput, Refused) as error:
            return error


def repo_of(sidekiq: str) -> Repo:
    """The repo that is shown, with this Sidekiq: PostgreSQL, RSpec, FactoryBot, and both gems that safeguards need."""
    unique_jobs, throttled = COMPANIONS[sidekiq[0]]
    return Repo(sidekiq=sidekiq, rails=RAILS, unique_jobs=unique_jobs, gems={"sidekiq-throttled": throttled})


@cache
def cases() -> dict[str, Case]:
    """The case that each page shows, by its name."""
    known = {case.name: case for case in (*alone(), *rows())}
    return {name: known[f"8-rspec-{case}"] for name, case in CASES.items()}


def releases(name: str) -> tuple[str, ...]:
    """The releases that a page shows, newest first."""
    return (NEWEST, *OTHERS, *([OLDER[name]] if name in OLDER else []))


def typed(case: Case) -> str:
    """What is typed after `sidekiq-gen job`."""
    return case.line.removeprefix("job ")


def flags_of(case: Case) -> str:
    """The flags of the case of a safeguard."""
    return case.arguments.removeprefix("order:record ")


def texts(name: str, runs: Runs) -> dict[str, dict[str, str]]:
    """The files that the case of a page gives: release -> path -> text."""
    line = typed(cases()[name])
    return {
        release: {file.path: file.text for file in runs.run(repo_of(release), line).plan.files}
        for release in releases(name)
    }


def tried(known: Known, case: Case, *, pattern: bool) -> Iterator[tuple[str, Repo, str]]:
    """Where the case of a page is tried as well: in words, the repo, and what is typed there."""
    repo, line = repo_of(NEWEST), typed(case)
    yield "on SQLite", repo.but(adapter="sqlite3"), line
    yield "on MySQL", repo.but(adapter="mysql2"), line
    yield "without sidekiq-unique-jobs", repo.but(unique_jobs=None), line
    yield "without sidekiq-throttled", repo.but(gems={}), line
    if known.name not in {"unique", "throttle"}:  # it would only say again that the gem is not there
        yield "on Sidekiq 6.0.7", Repo(sidekiq="6.0.7", rails="6.1.7.10"), line
    for flags in ("--base active-job", "--retry false", "--retry 0", "--no-dead"):
        yield f"with `{flags}`", repo, f"{line} {flags}"
    if pattern:
        yield "with `--kind plain`", repo, f"{case.job} --kind plain {flags_of(case)}"
        for kind in ("claim", "backfill", "fan-out"):
            yield f"with `--kind {kind}`", repo, f"ChargeOrders --model Order --kind {kind} {flags_of(case)}"
