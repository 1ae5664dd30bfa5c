"""The whole command, killed and refused by the system itself: strace injects it at one system call after another."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.changes.recovery import recover
from support.faults import Tree, tree
from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from pathlib import Path

# What changes anything. Before its first one the command has only read; between two of them it dies as at the second.
CALLS = "write,fsync,flock,link,linkat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,fchmod,fchown"
RUN = [sys.executable, "-m", "sidekiq_gen"]
JOB = ["job", "ProcessOrder", "--quiet", "--no-input"]
OTHER = [*JOB, "--log-context", "--force"]
COMMANDS = {
    "two new files": ([], JOB),
    "two replaced files": (JOB, OTHER),
    "four files in new folders": ([], ["job", "ChargeOrders", "--kind", "fan-out", "--dir", "app/new", *JOB[2:]]),
    "destroy": (
        ["job", "billing/ProcessOrder", "--quiet", "--no-input"],
        ["destroy", "job", "billing/ProcessOrder", "--quiet", "--no-input"],
    ),
    "upgrade": (
        ["job", "SyncOrders", "--kind", "fan-out", "--model", "Order", "--sidekiq-version", "6.5.12", *JOB[2:]],
        ["upgrade", "--quiet", "--no-input"],
    ),
    "install": ([], ["install", "--quiet", "--no-input", "--health-check"]),
}

# Each call costs a start of the command; FAULTS=all takes all commands, errors and signals.
EVERYTHING = os.environ.get("FAULTS") == "all"
KILLED = list(COMMANDS) if EVERYTHING else ["two new files", "two replaced files", "destroy"]
REFUSED = list(COMMANDS) if EVERYTHING else list(COMMANDS)[:1]
ERRORS = "ENOSPC EIO EACCES EROFS EDQUOT EXDEV".split() if EVERYTHING else ["EIO"]
SIGNALS = ["SIGINT", "SIGTERM"] if EVERYTHING else ["SIGTERM"]


@pytest.fixture
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[str]]:
    """A repo, and the command that is run there."""
    first, command = COMMANDS[request.param]
    root = Repo().write(tmp_path / "repo")
    if first:
        subprocess.run([*RUN, *first], cwd=root, check=True, capture_output=True)
    return root, command


def traced(root: Path, command: list[str], inject: str) -> tuple[int, list[str]]:
    """Run under strace; the exit status, and the calls that change anything."""
    log = root.parent / "calls"
    strace = require("strace", "apt-get install strace")
    options = ["-qq", "-o", str(log), "-e", f"trace={CALLS}", *(["-e", inject] if inject else [])]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [strace, *options, *RUN, *command], cwd=root, env=environment, capture_output=True, check=False
    )
    return done.returncode, re.findall(r"^(\w+)\(", log.read_text(), re.MULTILINE)


def complete(root: Path, command: list[str]) -> tuple[Tree, list[str]]:
    copy = shutil.copytree(root, root.parent / "complete", symlinks=True)
    status, calls = traced(copy, command, "")
    assert status == 0
    return tree(copy), calls


def at(calls: list[str], number: int, what: str) -> str:
    """What strace injects at the number-th of the calls; it counts those of one name."""
    name = calls[number - 1]
    return f"inject={name}:{what}:when={calls[:number].count(name)}"


@pytest.mark.parametrize("repo", KILLED, indirect=True)
def test_killed_at_every_system_call(repo: tuple[Path, list[str]]) -> None:
    root, command = repo
    before, (after, calls) = tree(root), complete(root, command)
    outcomes = []
    for number in range(1, len(calls) + 1):
        copy = shutil.copytree(root, root.parent / f"{number}", symlinks=True)
        status, _ = traced(copy, command, at(calls, number, "signal=SIGKILL"))
        assert status == -signal.SIGKILL
        recover(copy)
        found = tree(copy)
        assert found in (before, after), (number, calls[number - 1])
        outcomes.append(found == after)
        shutil.rmtree(copy)
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {True, False}


@pytest.mark.parametrize("repo", REFUSED, indirect=True)
@pytest.mark.parametrize("error", ERRORS)
def test_a_failure_of_every_system_call(repo: tuple[Path, list[str]], error: str) -> None:
    root, command = repo
    before, (after, calls) = tree(root), complete(root, command)
    for number in range(1, len(calls) + 1):
        copy = shutil.copytree(root, root.parent / f"{number}", symlinks=True)
        status, _ = traced(copy, command, at(calls, number, f"error={error}"))
        recover(copy)  # what is not needed any more could not be removed, or not even the lock be had
        if calls[number - 1] in {"rmdir", "unlinkat"} and command[0] == "destroy" and error in {"EACCES", "EROFS"}:
            continue  # an empty folder may stay where it may not be removed
        assert (status, tree(copy)) in ((0, after), (1, before)), (number, calls[number - 1])
        shutil.rmtree(copy)


@pytest.mark.parametrize("repo", REFUSED, indirect=True)
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_at_every_system_call(repo: tuple[Path, list[str]], name: str) -> None:
    root, quiet = repo
    command = [word for word in quiet if word != "--quiet"]  # so that something is printed after the commit
    before, (after, calls) = tree(root), complete(root, command)
    stopped = 130 if name == "SIGINT" else -getattr(signal, name)
    outcomes = []
    for number in range(1, len(calls) + 1):
        copy = shutil.copytree(root, root.parent / f"{number}", symlinks=True)
        status, _ = traced(copy, command, at(calls, number, f"signal={name}"))
        assert (status, tree(copy)) in ((0, after), (stopped, before)), (number, calls[number - 1])
        outcomes.append(status)
        shutil.rmtree(copy)
    assert set(outcomes) == {0, stopped}
