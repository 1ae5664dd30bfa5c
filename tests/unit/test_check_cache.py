"""What `check` keeps between runs, and what it reads with several processes: the same is found either way."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.changes.cache import cache_folder
from sidekiq_gen.check import gathering, processes
from sidekiq_gen.check.engine import context_of, read_files
from sidekiq_gen.check.facts import ClassFacts
from sidekiq_gen.check.rules.active_job_only import ActiveJobMacro
from sidekiq_gen.check.rules.catalogue import RULES
from sidekiq_gen.check.storing import restored, stored
from sidekiq_gen.rails.project import Where, detect_project
from support.command import sidekiq_gen, tree
from support.repos import Repo
from support.rules import repo_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sidekiq_gen.check.jobs import Job
    from sidekiq_gen.check.rule import Context, Finding, Rule
    from sidekiq_gen.rails.app import RailsApp

WRONG = "class {name}Job\n  include Sidekiq::Job\n  discard_on ArgumentError\n\n  def perform(id)\n    id\n  end\nend\n"
COUNT = 6
MACRO = ("check", "-q", "--only", "active-job-macro")


def path(number: int) -> str:
    return f"app/jobs/number{number}_job.rb"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repo with something to find in each job."""
    files = {path(number): WRONG.format(name=f"Number{number}") for number in range(COUNT)}
    return Repo(files=files).write(tmp_path / "repo")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where caches are; files count as settled at once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(gathering, "SETTLED", -60_000_000_000)
    return tmp_path / "cache"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are read; it grows with every run."""
    found: list[str] = []
    usual = processes.read_all

    def noting(paths: Sequence[str], app: RailsApp, rules: Sequence[Rule], context: Context) -> Mapping[str, object]:
        found.extend(paths)
        return usual(paths, app, rules, context)

    monkeypatch.setattr(processes, "read_all", noting)
    return found


@pytest.mark.usefixtures("folder")
def test_what_has_not_changed_is_not_read_again(root: Path, read: list[str]) -> None:
    before = tree(root)
    first = sidekiq_gen(root, *MACRO)
    every = sorted(read)
    read.clear()

    assert len(first.out.splitlines()) == COUNT
    assert sidekiq_gen(root, *MACRO) == first
    assert read == []
    (root / path(1)).write_text(WRONG.format(name="Number1").replace("discard_on", "# discard_on"))
    (root / path(2)).unlink()
    (root / "app/jobs/new_job.rb").write_text(WRONG.format(name="New"))
    again = sidekiq_gen(root, *MACRO)

    assert sorted(read) == ["app/jobs/new_job.rb", path(1)]
    assert [line.partition(":")[0] for line in again.out.splitlines()] == [
        "app/jobs/new_job.rb",
        *(path(number) for number in (0, 3, 4, 5)),
    ]
    assert path(0) in every
    assert {name for name in tree(root) if name not in before} == {"app/jobs/new_job.rb"}


def test_no_cache_reads_everything_and_keeps_nothing(root: Path, folder: Path, read: list[str]) -> None:
    sidekiq_gen(root, *MACRO, "--no-cache")
    count = len(read)

    assert not folder.exists()
    sidekiq_gen(root, *MACRO, "--no-cache")
    assert len(read) == 2 * count


@pytest.mark.usefixtures("folder")
def test_another_release_is_another_matter(root: Path, read: list[str]) -> None:
    sidekiq_gen(root, *MACRO)
    count = len(read)
    lockfile = (root / "Gemfile.lock").read_text()
    (root / "Gemfile.lock").write_text(lockfile.replace("sidekiq (7.3.2)", "sidekiq (7.3.3)"))

    sidekiq_gen(root, *MACRO)

    assert len(read) == 2 * count


@pytest.mark.usefixtures("folder")
def test_a_file_that_has_just_been_written_is_not_kept(
    root: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "SETTLED", 3_600_000_000_000)
    sidekiq_gen(root, *MACRO)
    count = len(read)
    sidekiq_gen(root, *MACRO)

    assert len(read) == 2 * count


@pytest.mark.parametrize("what", ["empty", "garbage", "cut", "deep", "shape", "kind", "number", "folder", "closed"])
def test_a_cache_that_is_broken_is_none(root: Path, folder: Path, what: str) -> None:
    first = sidekiq_gen(root, *MACRO)
    (file,) = folder.glob("sidekiq-gen/check/*.json")
    head, _, rest = file.read_bytes().partition(b"\n")
    texts = {
        "empty": b"",
        "garbage": b"\xff\x00{",
        "cut": head + b"\n" + rest[: len(rest) // 2],
        "deep": head + b"\n" + b"[" * 100_000,
        "shape": head + b"\n" + json.dumps({path(0): [1, 2, 3, "facts"]}).encode(),
        "kind": head + b"\n" + json.dumps({path(0): [1, 2, 3, {"\0": "Path", "path": "/"}]}).encode(),
        "number": head + b"\n7",
    }
    if what == "folder":
        file.unlink()
        file.mkdir()
    elif what == "closed":
        file.parent.rename(folder / "elsewhere")
        file.parent.write_text("no folder")
    else:
        file.write_bytes(texts[what])

    assert sidekiq_gen(root, *MACRO) == first


def test_a_cache_is_where_the_user_has_them() -> None:
    assert str(cache_folder({"XDG_CACHE_HOME": "/x", "HOME": "/h"})) == "/x/sidekiq-gen"
    assert str(cache_folder({"XDG_CACHE_HOME": "x", "HOME": "/h"})) == "/h/.cache/sidekiq-gen"
    assert cache_folder({}) is None


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_facts_come_back_as_they_were(rule: Rule, tmp_path: Path) -> None:
    project = detect_project(Where(root=repo_of(rule.bad, tmp_path)), tmp_path)
    context = context_of(project)
    facts = tuple(read_files(project.app, [rule], context))

    assert restored(stored(facts)) == facts


def test_a_key_that_would_be_taken_for_a_class_is_not_kept() -> None:
    with pytest.raises(TypeError):
        stored(ClassFacts("AJob", "a.rb", 1, options={"\0": "Finding"}))


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, for however few files."""
    monkeypatch.setattr(processes, "WORTH_IT", 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


def test_two_processes_find_what_one_finds(root: Path, request: pytest.FixtureRequest) -> None:
    for number in range(4):
        os.mkfifo(root / f"app/jobs/pipe{number}.rb") if number % 2 else None
        (root / f"lib/large{number}.rb").parent.mkdir(exist_ok=True)
        (root / f"lib/large{number}.rb").write_text("#" * 1_000_001)
    alone = sidekiq_gen(root, "check", "-q")
    request.getfixturevalue("two")

    together = sidekiq_gen(root, "check", "-q")

    assert together == alone
    assert "lib/large0.rb is larger than 1 MB" in together.err


@pytest.mark.usefixtures("two")
def test_what_another_process_fails_at_is_read_here(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, usual, calls = os.getpid(), ActiveJobMacro.check, []

    def failing(self: ActiveJobMacro, job: Job, context: Context) -> Iterator[Finding]:
        calls.append(os.getpid())
        if os.getpid() != here:
            raise RuntimeError("planted")
        return usual(self, job, context)

    monkeypatch.setattr(ActiveJobMacro, "check", failing)

    assert len(sidekiq_gen(root, *MACRO).out.splitlines()) == COUNT
    assert set(calls) == {here}
