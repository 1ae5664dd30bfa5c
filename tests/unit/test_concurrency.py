"""Several runs in one repo at once: one after the other, and nothing of any of them lost or mixed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.record.book import read_book
from support.faults import tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

# Ready before it begins, so that all begin at one moment; a killed one would be undone, and leave no trace of that.
START = """
import sys
from sidekiq_gen.cli import one, install, run
from sidekiq_gen.changes import apply
from sidekiq_gen.cli.app import run
print("ready", flush=True)
sys.stdin.readline()
sys.exit(run(sys.argv[1:]))
"""
JOB = "job ProcessOrder --no-input".split()
FILES = ("app/jobs/process_order_job.rb", "spec/jobs/process_order_job_spec.rb")


def at_once(root: Path, commands: list[list[str]]) -> list[tuple[int, str]]:
    """Run all of them at one moment; the exit status and the output of each."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", START, *command],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in commands
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    outs = [process.communicate(timeout=60)[0] for process in started]
    return [(process.returncode, out) for process, out in zip(started, outs, strict=True)]


def contents(root: Path) -> dict[str, object]:
    return {path: content for path, (_, content) in tree(root).items() if content is not None}


def alone(tmp_path: Path, name: str, *commands: list[str]) -> dict[str, object]:
    """What the commands write when they run one after the other."""
    root = Repo().write(tmp_path / name)
    for command in commands:
        assert at_once(root, [command])[0][0] == 0
    return contents(root)


def test_sixteen_runs_for_one_job(tmp_path: Path) -> None:
    root, wanted = Repo().write(tmp_path / "repo"), alone(tmp_path, "alone", JOB)

    done = at_once(root, [JOB] * 16)

    lines = [[line.split() for line in out.splitlines()] for _, out in done]
    statuses = Counter(tuple(line[0] for line in told if line[0] in {"create", "identical"}) for told in lines)
    assert {status for status, _ in done} == {0}
    assert statuses == {("create", "create"): 1, ("identical", "identical"): 15}
    assert contents(root) == wanted


def test_two_variants_of_one_job_are_never_mixed(tmp_path: Path) -> None:
    other = [*JOB, "--log-context"]
    variants = [alone(tmp_path, "one", JOB), alone(tmp_path, "other", other)]
    root = Repo().write(tmp_path / "repo")

    done = at_once(root, [JOB, other] * 4)

    assert contents(root) in variants
    assert Counter(status for status, _ in done) == {0: 4, 3: 4}, done  # the losers are told that it is there


def test_two_variants_that_are_forced_are_never_mixed(tmp_path: Path) -> None:
    one, other = [*JOB, "--force"], [*JOB, "--force", "--log-context"]
    variants = [alone(tmp_path, "one", JOB), alone(tmp_path, "other", other)]
    root = Repo(files=dict.fromkeys(FILES, "# old\n")).write(tmp_path / "repo")

    done = at_once(root, [one, other] * 4)

    assert contents(root) in variants
    assert {status for status, _ in done} <= {0, 1}
    assert all("was changed by another process in the meantime." in out for status, out in done if status == 1)


def test_different_jobs_and_install_at_once(tmp_path: Path) -> None:
    """None of them loses what another has recorded."""
    commands = [*(["job", f"Sync{letter}", "--no-input"] for letter in "ABCDEFGHIJKLMNO"), ["install", "--no-input"]]
    root, wanted = Repo().write(tmp_path / "repo"), alone(tmp_path, "alone", *commands)

    done = at_once(root, commands)

    assert [status for status, _ in done] == [0] * 16, done
    assert contents(root).keys() == wanted.keys()
    names = [f"Sync{letter}Job" for letter in "ABCDEFGHIJKLMNO"]
    assert [name for _, name in read_book(root).keys] == ["", *names]


def test_a_run_that_is_stopped_keeps_the_others_out_and_goes_on_later(tmp_path: Path) -> None:
    """Whoever waits says so after a few seconds, and has written nothing."""
    root, wanted = Repo().write(tmp_path / "repo"), alone(tmp_path, "alone", JOB)
    stopping = "import os, signal\nfsync = os.fsync\nos.fsync = lambda number: (fsync(number), pause())\nseen = []\n"
    pause = "def pause():\n    seen.append(1)\n    len(seen) == 4 and os.kill(os.getpid(), signal.SIGSTOP)\n"
    stopped = subprocess.Popen(
        [sys.executable, "-c", f"{stopping}{pause}{START}", *JOB],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert stopped.stdin
        stopped.stdin.write("\n")
        stopped.stdin.flush()
        os.waitid(os.P_PID, stopped.pid, os.WSTOPPED | os.WNOWAIT)
        assert (root / JOURNAL).exists()
        before = contents(root)

        (status, out) = at_once(root, [["job", "Other", "--no-input"]])[0]

        assert status == 1
        assert f"Another run of sidekiq-gen is writing in {root}, and has not ended for 5 seconds." in out
        assert contents(root) == before
        assert at_once(root, [["info"]])[0][0] == 0  # who only reads is not kept out
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
    stopped.communicate(timeout=60)
    assert stopped.returncode == 0
    assert contents(root) == wanted


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_after_the_commit_changes_nothing(tmp_path: Path, name: str) -> None:
    """Up to the very end of the process: its exit status is to tell what was done."""
    root, wanted = Repo().write(tmp_path / "repo"), alone(tmp_path, "alone", JOB)
    script = f"""
import atexit, os, signal, sys
signal.signal(signal.{name}, signal.SIG_DFL if {name != "SIGINT"} else signal.default_int_handler)
class Late:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})  # the interpreter is taking itself apart
late = sys.modules["late"] = Late()
unlink = os.unlink
def unlinked(*arguments, **options):
    unlink(*arguments, **options)
    os.kill(os.getpid(), signal.{name})
os.unlink = unlinked
atexit.register(os.kill, os.getpid(), signal.{name})
{START}
"""
    done = subprocess.run(
        [sys.executable, "-c", script, *JOB], cwd=root, input="\n", capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "create  app/jobs/process_order_job.rb" in done.stdout
    assert contents(root) == wanted
