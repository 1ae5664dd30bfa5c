"""Forty jobs that were generated and edited by hand, moved from one Sidekiq to the next: their specs stay green."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING

from live.app import App
from live.conftest import chosen_variants
from live.rendered import UNIQUE_JOBS
from live.roots import NAMES
from live.specs import run_specs
from sidekiq_gen.record.book import read_book
from support.cases import RELEASES
from support.command import sidekiq_gen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from live.databases import PostgreSQL
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis
    from support.repos import Repo

COUNT = 40
ROWS = "--model Order --kind"
# What the jobs are asked for, in turn.
FLAGS = (
    "--model Order",
    "--model Order --check-then-act charged_at --advisory-lock --idempotency-key",
    "--model Order --row-lock --on-exhausted --mark-failed failed_at --log-context",
    "--model Order --discard-on PaymentGateway::CardDeclined --retry-after PaymentGateway::RateLimited",
    "--model Order --discard-on PaymentGateway::CardDeclined --discard-to nowhere --on-exhausted",
    f"{ROWS} fan-out",
    f"{ROWS} claim --check-then-act charged_at --max-rows 50",
    f"{ROWS} backfill",
    "since:date amount:decimal --kind plain --log-context --on-exhausted",
    "--kind plain --advisory-lock --discard-on PaymentGateway::CardDeclined",
    "order:record --on-missing retry --queue low",
)
TODO = re.compile(r"^( +)# TODO: .*\n", re.MULTILINE)
CLASH = re.compile(r"<<<<<<< yours\n.*?=======\n(.*?)>>>>>>> [^\n]*\n", re.DOTALL)


def work(text: str, mark: str) -> str:
    """The work itself, where the job says TODO."""
    return TODO.sub(lambda found: f'{found[1]}@worked = "{mark}"\n', text, count=1)


def constant(text: str, mark: str) -> str:
    return re.sub(
        r"^( *)class .*\n", lambda found: f'{found[0]}{found[1]}  REVIEWED = "{mark}"\n\n', text, count=1, flags=8
    )


def comment(text: str, mark: str) -> str:
    return re.sub(r"^( *)sidekiq_options", rf"\1# {mark}\n\1sidekiq_options", text, count=1, flags=re.MULTILINE)


def method(text: str, mark: str) -> str:
    """One more at the end of the class."""
    return text.rstrip("\n").removesuffix("end") + f'\n  def marked\n    "{mark}"\n  end\nend\n'


def same_line(text: str, mark: str) -> str:
    """The end of each line that is likely to move: an ordinary way to meet the new text."""
    return re.sub(r"^( +(?:include|sidekiq_options) .*)$", rf"\1 # {mark}", text, flags=re.MULTILINE)


def example(text: str, mark: str) -> str:
    """One more in the spec."""
    return (
        text.rstrip("\n").removesuffix("end")
        + f'\n  it "is {mark}" do\n    expect(described_class).to be_a(Class)\n  end\nend\n'
    )


JOB_EDITS: tuple[Callable[[str, str], str] | None, ...] = (work, constant, None, comment, method, same_line)
SPEC_EDITS: tuple[Callable[[str, str], str] | None, ...] = (example, None, None, example)


def generated(root: Path) -> None:
    for number, flags in zip(range(COUNT), cycle(FLAGS), strict=False):
        words = flags.replace("--kind fan-out", f"--kind fan-out --child Settle{number}").split()
        done = sidekiq_gen(root, "job", f"Move{number}", *words, "--no-input")
        assert done.status == 0, (flags, done.err)
    assert sidekiq_gen(root, "install", "--health-check", "--no-input").status == 0


def edited(root: Path) -> dict[str, str]:
    """Edit what was generated, in several ways; what was put into which file."""
    marks: dict[str, str] = {}
    paths = [path for entry in read_book(root).entries() if entry.command == "job" for path in entry.files]
    ways = {True: cycle(JOB_EDITS), False: cycle(SPEC_EDITS)}
    for number, path in enumerate(paths):
        edit = next(ways[path.startswith("app/")])
        if edit:
            text = (root / path).read_text(encoding="utf-8")
            new = edit(text, f"mine_{number}")
            if new != text:
                (root / path).write_text(new, encoding="utf-8")
                marks[path] = f"mine_{number}"
    return marks


def resolved(root: Path) -> int:
    """Take what is new where both have changed the same lines, as somebody would; in how many places."""
    count = 0
    for entry in read_book(root).entries():
        for path in entry.files:
            text = (root / path).read_text(encoding="utf-8")
            new, found = CLASH.subn(r"\1", text)
            if found:
                (root / path).write_text(new, encoding="utf-8")
                count += found
    return count


def locked(variant: Variant) -> Repo:
    """The repo with the gems of a release."""
    unique = UNIQUE_JOBS[variant.sidekiq[0]]
    return replace(RELEASES["6.5"], sidekiq=variant.sidekiq, rails=variant.rails, unique_jobs=unique)


def moves(config: pytest.Config) -> Iterator[Variant]:
    """The last release that there is of each line: where some are laid over, 6.5.12, 7.3.10 and 8.1.7."""
    every = [one for one in chosen_variants(config) if not one.unique_jobs]
    for name in NAMES:
        yield [one for one in every if one.root.name == name][-1]


def test_specs_are_green_before_and_after_each_move(
    request: pytest.FixtureRequest,
    processes: Processes,
    postgresql: PostgreSQL,
    redis: Redis,
    tmp_path: Path,
    promise: Note,
) -> None:
    first, *others = moves(request.config)
    root = locked(first).write(tmp_path / "repo")
    generated(root)
    marks = edited(root)
    assert len(marks) > COUNT
    gone = next(path for path in marks if path.startswith("spec/"))
    (root / gone).unlink()
    del marks[gone]
    clashes = 0

    for variant in (first, *others):
        if variant is not first:
            lock = locked(variant).write(tmp_path / variant.sidekiq)
            (root / "Gemfile.lock").write_bytes((lock / "Gemfile.lock").read_bytes())
            before = {path: (root / path).read_text(encoding="utf-8") for path in marks}
            assert sidekiq_gen(root, "upgrade", "--check").status == 4
            done = sidekiq_gen(root, "upgrade", "--no-input")
            assert (done.status, "refused" in done.err) == (0, False), done.err
            for path, mark in marks.items():
                assert (root / path).read_text(encoding="utf-8").count(mark) == before[path].count(mark), path
            clashes += resolved(root)
            marks = {path: mark for path, mark in marks.items() if mark in (root / path).read_text(encoding="utf-8")}
            assert sidekiq_gen(root, "upgrade", "--check").status == 0
        assert not (root / gone).exists()
        app = App.create(processes, postgresql, redis)
        files = {path for entry in read_book(root).entries() for path in entry.files if path.endswith(".rb")} - {gone}
        app.write({path: (root / path).read_text(encoding="utf-8") for path in files if not path.startswith("config/")})
        report = run_specs(processes, variant, app)
        assert report.failures == [], "\n".join(one[:400] for one in report.failures[:8])
        assert report.passed > 2 * COUNT
        promise(
            variant, "record", "none", "its spec is green before and after a move of Sidekiq, edits included", COUNT
        )
    assert 0 < clashes < COUNT // 4
    assert len(marks) > COUNT
