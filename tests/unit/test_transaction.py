"""Failures and kills at every call in turn: the tree is as it was or complete, and nothing else is left."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from sidekiq_gen.changes import system
from sidekiq_gen.changes.apply import apply
from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.changes.plan import Plan, PlannedFile
from sidekiq_gen.changes.recovery import recover
from sidekiq_gen.errors import SidekiqGenError
from support.faults import CHANGING, LOOKING, Calls, Killed, Tree, dies, fails, tree, unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ERRORS = "ENOSPC EIO EACCES EPERM EROFS EDQUOT EINTR EXDEV EMLINK".split()
OLD = {
    "config/sidekiq.yml": b"old: \xff\r\n",
    "config/initializers/sidekiq.rb": b"# old\n",
    "app/jobs/gone_job.rb": b"gone\n",
    "spec/jobs/gone_job_spec.rb": b"",
    "app/models/order.rb": b"order\n",
}
A = ("app/jobs/a_job.rb", "create")
B = ("spec/jobs/a_job_spec.rb", "create")
SCENARIOS: dict[str, list[tuple[str, str]]] = {
    "two new": [A, B],
    "one replaced": [("config/sidekiq.yml", "force")],
    "two replaced": [("config/sidekiq.yml", "force"), ("config/initializers/sidekiq.rb", "force")],
    "new and replaced": [A, ("spec/jobs/gone_job_spec.rb", "force")],
    "four in new folders": [
        (f"{folder}/billing/{name}", "create")
        for folder, name in [
            ("app/jobs", "a_job.rb"),
            ("app/jobs", "b_job.rb"),
            ("spec/jobs", "a_spec.rb"),
            ("x/y", "b"),
        ]
    ],
    "seven of install": [
        ("config/initializers/sidekiq.rb", "insert"),
        ("config/sidekiq.yml", "insert"),
        ("config/initializers/unique.rb", "create"),
        ("lib/tasks/dead.rake", "create"),
        ("app/jobs/health_job.rb", "create"),
        ("spec/jobs/health_job_spec.rb", "create"),
        ("config/schedule.yml", "create"),
    ],
    "two removed": [("app/jobs/gone_job.rb", "remove"), ("spec/jobs/gone_job_spec.rb", "remove")],
    "removed, new and replaced": [("app/jobs/gone_job.rb", "remove"), A, ("config/sidekiq.yml", "force")],
}
# What a file system can have: all that is used, no exchanges (as on macOS), no links either (FAT), nothing of all that.
KINDS = ["ext4", "no exchange", "no links", "nothing"]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder in memory, where there is one: syncing thousands of trees takes long on a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - for other reasons than that it is there nothing is written to it
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(os.path.realpath(folder))


# What lies between is run with FAULTS=all: one scenario has all that there is, and one file system each step.
EVERYTHING = os.environ.get("FAULTS") == "all"
MOST = "removed, new and replaced"
CASES = [(one, kind) for one in SCENARIOS for kind in KINDS if EVERYTHING or one == MOST or kind == "ext4"]
TRIED = ERRORS if EVERYTHING else ["ENOSPC", "EIO", "EPERM"]


@pytest.fixture
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the file system has."""
    set_up(request.param, monkeypatch)
    return str(request.param)


def set_up(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, exchange_flag = system.rename_with, 2

    def no_exchange(flags: int, folder: int, source: str, target: str) -> bool:
        return flags != exchange_flag and rename(flags, folder, source, target)

    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    if kind != "ext4":
        monkeypatch.setattr(system, "rename_with", no_exchange)
    if kind in {"no links", "nothing"}:
        monkeypatch.setattr(os, "link", no_links)
    if kind == "nothing":
        monkeypatch.setattr(system, "rename_with", lambda *_: False)


def make(root: Path) -> Path:
    root.mkdir()
    for path, content in OLD.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (root / "config/sidekiq.yml").chmod(0o640)
    return root


def plan(root: Path, scenario: str) -> Plan:
    files = [
        PlannedFile(path, "" if status == "remove" else f"new {path}\n", status, OLD.get(path))  # type: ignore[arg-type]
        for path, status in SCENARIOS[scenario]
    ]
    return Plan(root, tuple(files))


def run(root: Path, scenario: str, calls: Calls) -> int:
    """Apply the plan while things happen; an exit status as the command has it."""
    try:
        with calls.seen():
            apply(plan(root, scenario))
    except SidekiqGenError as error:
        return error.exit_status
    except Killed:
        return -signal.SIGKILL
    return 0


def complete(place: Path, scenario: str, which: Any = CHANGING + LOOKING) -> tuple[Tree, list[str]]:
    """The tree that is wanted, and the calls on the way to it."""
    root, calls = make(place / "complete"), Calls(which=which)
    assert run(root, scenario, calls) == 0
    return tree(root), calls.names


@pytest.mark.parametrize(("scenario", "kind"), CASES, indirect=["kind"])
def test_everything_is_written(place: Path, scenario: str, kind: str) -> None:
    del kind
    before, (after, _) = tree(make(place / "root")), complete(place, scenario)

    changed = {
        path: content
        for path, (_, content) in after.items()
        if content is not None and before.get(path, (0, 0))[1] != content
    }
    assert changed == {
        **{path: f"new {path}\n".encode() for path, status in SCENARIOS[scenario] if status != "remove"},
    }
    gone = {path for path, status in SCENARIOS[scenario] if status == "remove"}
    left = {path for path in before if path not in gone and before[path][1] is not None} | set(after)
    empty = {path for path in before if not any(one == path or one.startswith(f"{path}/") for one in left)}
    assert set(before) - set(after) == gone | empty
    assert ("app/jobs" in empty) == (scenario == "two removed")  # its last file has gone, and no new one has come
    assert all(mode == before[path][0] for path, (mode, _) in after.items() if path in before)


@pytest.mark.parametrize(("scenario", "kind"), CASES, indirect=["kind"])
def test_killed_at_any_call(place: Path, scenario: str, kind: str) -> None:
    del kind
    before = tree(make(place / "before"))
    after, names = complete(place, scenario)
    outcomes = []
    for number in range(1, len(names) + 1):
        root = make(place / "root")
        assert run(root, scenario, Calls(number, dies, stays=True)) == -signal.SIGKILL

        recover(root)

        found = tree(root)
        assert found in (before, after), (number, names[number - 1])
        assert recover(root) == ()
        outcomes.append(found == after)
        if not outcomes[-1]:
            assert run(root, scenario, Calls()) == 0
            assert tree(root) == after
        shutil.rmtree(root)
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {True, False}


@pytest.mark.parametrize("scenario", [MOST])
@pytest.mark.parametrize("kind", KINDS if EVERYTHING else ["ext4"], indirect=True)
def test_killed_and_killed_again_while_it_is_undone(place: Path, scenario: str, kind: str) -> None:
    del kind
    before = tree(make(place / "before"))
    after, names = complete(place, scenario, CHANGING)
    points = 0
    for number in range(1, len(names) + 1):
        second = 0
        while True:
            second += 1
            root = make(place / "root")
            run(root, scenario, Calls(number, dies, stays=True, which=CHANGING))
            calls = Calls(second, dies, stays=True, which=CHANGING)
            with suppress(Killed), calls.seen():
                recover(root)
            recover(root)
            assert tree(root) in (before, after), (number, second)
            shutil.rmtree(root)
            if len(calls.names) < second:
                break
            points += 1
    assert points > len(names)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("error", TRIED)
def test_a_failure_at_any_call(place: Path, scenario: str, error: str) -> None:
    before = tree(make(place / "before"))
    after, names = complete(place, scenario)
    outcomes = set()
    for number, name in enumerate(names, 1):
        if (os, name) not in CHANGING and name != "rename_with" and error != "EIO":
            continue  # what only looks fails in one way
        root = make(place / "root")
        status = run(root, scenario, Calls(number, fails(getattr(errno, error))))
        if status == 1:  # at most an empty journal is left, where not even that could be looked at
            assert {path: held for path, held in tree(root).items() if path != JOURNAL} == before, (number, name)
        recover(root)  # removing what is not needed any more may have failed as well
        found = tree(root)
        if scenario == "two removed" and error != "EIO" and status == 0:  # a folder stays that may not be removed
            found = {path: held for path, held in found.items() if held[1] is not None or path in after}
        assert (status, found) in ((0, after), (1, before)), (number, name)
        outcomes.add(status)
        shutil.rmtree(root)
    assert outcomes == {0, 1}


@pytest.mark.parametrize(("scenario", "kind"), CASES, indirect=["kind"])
def test_a_device_that_dies_at_any_call_and_comes_back(place: Path, scenario: str, kind: str) -> None:
    del kind
    before = tree(make(place / "before"))
    after, names = complete(place, scenario)
    for number in range(1, len(names) + 1):
        root = make(place / "root")
        status = run(root, scenario, Calls(number, fails(errno.EIO), stays=True))
        recover(root)
        assert (status, tree(root)) in ((0, after), (1, before)), (number, names[number - 1])
        shutil.rmtree(root)


@pytest.mark.parametrize("scenario", SCENARIOS if EVERYTHING else [MOST])
@pytest.mark.parametrize("then", ["goes on", "fails", "dies"])
def test_a_short_write(place: Path, scenario: str, then: str) -> None:
    before = tree(make(place / "before"))
    after, names = complete(place, scenario)
    original = os.write

    def write(descriptor: int, content: bytes) -> int:
        written = original(descriptor, content[: len(content) // 2])
        if then == "fails":
            calls.at, calls.happens = len(calls.names) + 1, fails(errno.ENOSPC)
        elif then == "dies":
            calls.at, calls.happens, calls.stays = len(calls.names) + 1, dies, True
        return written

    for number in range(1, names.count("write") + 1):
        root, calls, seen = make(place / "root"), Calls(), 0

        def sometimes(descriptor: int, content: bytes, at: int = number) -> int:
            nonlocal seen
            seen += 1
            return write(descriptor, content) if seen == at else original(descriptor, content)

        with mock.patch.object(os, "write", sometimes):
            status = run(root, scenario, calls)
        recover(root)
        wanted = {"goes on": (0, after), "fails": (1, before), "dies": (-signal.SIGKILL, before)}
        assert (status, tree(root)) == wanted[then], number
        shutil.rmtree(root)


@pytest.mark.parametrize("way", ["in place", "by rename"])
@pytest.mark.parametrize("kind", ["ext4", "no exchange", "no links"], indirect=True)
@pytest.mark.parametrize(
    "scenario", ["new and replaced", "two removed", *(["two new", "two replaced"] if EVERYTHING else [])]
)
@pytest.mark.parametrize("then", ["goes on", "dies"])
def test_what_somebody_saves_at_any_call_is_there_afterwards(
    place: Path, scenario: str, kind: str, way: str, then: str
) -> None:
    _, names = complete(place, scenario)
    calls: list[Calls] = []
    for path, _ in SCENARIOS[scenario]:
        for number in range(1, len(names) + 1):
            root = make(place / "root")

            def save(call: Callable[[], Any], target: Path = root / path, number: int = number) -> Any:
                with unseen():
                    target.parent.mkdir(parents=True, exist_ok=True)  # it may have been removed with its last file
                    if way == "in place":
                        target.write_bytes(b"theirs")
                    else:
                        (target.parent / "theirs").write_bytes(b"theirs")
                        (target.parent / "theirs").rename(target)
                if then == "dies" and kind == "ext4":
                    calls[-1].at, calls[-1].happens, calls[-1].stays = number + 1, dies, True
                return call()

            calls.append(Calls(number, save))
            run(root, scenario, calls[-1])
            recover(root)

            found = tree(root)
            assert found[path][1] == b"theirs", (path, number, names[number - 1])
            assert not [name for name in found if ".sidekiq-gen" in name]
            shutil.rmtree(root)
