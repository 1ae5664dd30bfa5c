"""How a run ends: what is said where, and with which exit status, whatever it was given to print to."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.cli import run as running
from sidekiq_gen.cli import widgets
from sidekiq_gen.cli.talk import Line
from sidekiq_gen.job import pipeline
from support.command import Finished, in_shell, sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Callable

JOB = "app/jobs/process_order_job.rb"
LIST = {"jobs.toml": '[[job]]\nname = "ProcessOrder"\n'}
FULL = (
    "error  The output cannot be written: No space left on device.\n"
    " hint  Check where standard output and standard error go to.\n"
)
LINES = ("--version", "--help", "job --help", "info", "patterns", "job ProcessOrder", "job --from jobs.toml", "install")


def shell(root: Path, script: str, **environment: str) -> Finished:
    """The same in bash, which has what these lines need."""
    return in_shell(root, script, "bash", **environment)


@pytest.mark.parametrize("line", LINES)
def test_closed_streams(tmp_path: Path, line: str) -> None:
    whole = shell(Repo(files=LIST).write(tmp_path / "whole"), f"$GEN {line} </dev/null")
    assert whole.status == 0
    for number, closed in enumerate(product(("", "<&-"), ("", ">&-"), ("", "2>&-"))):
        root = Repo(files=LIST).write(tmp_path / str(number))

        done = shell(root, f"$GEN {line} </dev/null {' '.join(closed)}")

        assert done == Finished(
            0,
            "" if closed[1] else whole.out,
            "" if closed[2] else whole.err,
            {} if closed[2] else whole.checklist,
        )
        assert tree(root) == tree(tmp_path / "whole")


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("reader", ["true", "head -c1"])
def test_a_reader_that_goes_away(tmp_path: Path, line: str, reader: str) -> None:
    root = Repo(files=LIST).write(tmp_path)

    done = shell(root, f"$GEN {line} | {reader} >/dev/null; exit ${{PIPESTATUS[0]}}")

    assert (done.status, done.out) == (0, "")
    assert "error  " not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("line", ["--help", "-h", "job --help", "info --json --help"])
def test_help_onto_a_full_disk(tmp_path: Path, line: str) -> None:
    done = shell(tmp_path, f"$GEN {line} >/dev/full")

    assert (done.status, done.err) == (1, FULL)
    assert shell(tmp_path, f"$GEN {line} >/dev/full 2>&1").status == 1
    assert "Usage: sidekiq-gen " in shell(tmp_path, f"$GEN {line}").out


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_a_terminal_without_the_letters_of_a_path(tmp_path: Path, environment: dict[str, str]) -> None:
    root = Repo().write(tmp_path)
    line = "$GEN job ProcessOrder --dir jöbs 2>&1; $GEN info --root rööt; $GEN info --root rööt --json"

    done = shell(root, line, **environment)

    assert done.status == 2
    assert "Traceback" not in done.out + done.err
    assert (root / "jöbs/process_order_job.rb").exists()


# every exit code of the contract


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("--version", 0),
        ("--help", 0),
        ("info", 0),
        ("info --json", 0),
        ("info --root missing", 2),
        ("info --xyzzy", 2),
        ("info --sidekiq-version 9.0.0", 1),
        ("info --sidekiq-version x", 2),
        ("info --lockfile missing", 1),
        ("patterns", 0),
        ("patterns row-lock", 0),
        ("patterns xyzzy", 2),
        ("patterns --sidekiq-version 5.2.0", 1),
        ("job ProcessOrder", 0),
        ("job ProcessOrder --pretend", 0),
        ("job class", 2),
        ("job", 2),
        ("job ProcessOrder --force --skip", 2),
        ("job ProcessOrder --dir --pretend", 2),
        ("job ProcessOrder --unique until_executed", 1),
        ("job ProcessOrder --sidekiq-version 9.0.0", 1),
        ("job ThereAlready", 3),
        ("job ThereAlready --skip", 0),
        ("job ThereAlready --force", 0),
        ("job ThereAlready --pretend", 0),
        ("job --from jobs.toml", 0),
        ("job --from missing.toml", 1),
        ("job --from Gemfile.lock", 2),
        ("job --from there.toml", 3),
        ("job ProcessOrder --from jobs.toml", 2),
        ("install", 0),
        ("install --pretend", 0),
        ("install --xyzzy", 2),
        ("install --sidekiq-version 5.0.0", 1),
        ("xyzzy", 2),
    ],
)
@pytest.mark.parametrize("json_wanted", [False, True])
def test_exit_statuses(tmp_path: Path, line: str, status: int, *, json_wanted: bool) -> None:
    there = {"app/jobs/there_already_job.rb": "# mine\n", "there.toml": '[[job]]\nname = "ThereAlready"\n'}
    root = Repo(files=LIST | there).write(tmp_path)
    before = tree(root)

    done = sidekiq_gen(root, *line.split(), *(["--json"] if json_wanted and not line.startswith("--") else []))

    assert done.status == status, done.err
    if status:
        assert tree(root) == before
        assert done.err.startswith(("error  ", "notice  ")) or "\nerror  " in done.err
        if json_wanted:
            assert set(json.loads(done.out)["error"]) == {"code", "message", "hint"}


def test_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    root = Repo().write(tmp_path)
    before = tree(root)
    monkeypatch.setattr(pipeline, "plan_changes", interrupted)

    done = sidekiq_gen(root, "job", "ProcessOrder")
    assert (done.status, done.out, done.err) == (130, "", "error  Interrupted; nothing was written.\n")
    told = sidekiq_gen(root, "job", "ProcessOrder", "--json")
    assert (told.status, json.loads(told.out)["error"]["code"]) == (130, "interrupted")
    assert tree(root) == before


# what nobody has thought of


def fails(*_: object, **__: object) -> None:
    raise LookupError("surprise")


def test_a_defect_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Repo().write(tmp_path)
    monkeypatch.setattr(pipeline, "plan_changes", fails)

    done = sidekiq_gen(root, "job", "ProcessOrder")

    assert done.status == 1
    assert done.err.startswith("error  Unexpected error: LookupError: surprise\n hint  ")
    assert done.err.endswith("Nothing was written.\n")
    assert not (root / JOB).exists()


def test_a_defect_after_everything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Repo().write(tmp_path)
    monkeypatch.setattr(running.Runtime, "_statuses", fails)

    done = sidekiq_gen(root, "job", "ProcessOrder")
    again = sidekiq_gen(root, "job", "ProcessOrder")

    assert (done.status, again.status) == (0, 0)
    assert done.err.endswith("report what it prints. The files were written.\n")
    assert again.err.endswith("report what it prints. Nothing was written.\n")
    assert (root / JOB).exists()


# what a run that was killed has left


def no_sidekiq(root: Path) -> None:
    (root / "Gemfile.lock").write_text("GEM\n  specs:\n    rake (1.0)\n")


def nothing(_: Path) -> None:
    pass


def broken_settings(root: Path) -> None:
    (root / ".sidekiq-gen.toml").write_text("[\n")


@pytest.mark.parametrize(
    ("line", "prepare", "status"),
    [
        ("info", nothing, 0),
        ("patterns", nothing, 0),
        ("patterns xyzzy", nothing, 2),
        ("job ProcessOrder --pretend", nothing, 0),
        ("install --pretend", nothing, 0),
        ("info", no_sidekiq, 1),
        ("patterns", no_sidekiq, 1),
        ("job ProcessOrder", no_sidekiq, 1),
        ("job --from jobs.toml", no_sidekiq, 1),
        ("install", no_sidekiq, 1),
        ("info", broken_settings, 2),
        ("job ProcessOrder", broken_settings, 2),
        ("install", broken_settings, 2),
        ("job class", nothing, 2),
        ("job ProcessOrder --unique until_executed", nothing, 1),
    ],
)
@pytest.mark.parametrize("json_wanted", [False, True])
def test_what_is_said_of_a_killed_run(
    tmp_path: Path, line: str, prepare: Callable[[Path], None], status: int, *, json_wanted: bool
) -> None:
    root = Repo(files=LIST).write(tmp_path)
    prepare(root)
    (root / JOURNAL).write_text("no journal\n")

    done = sidekiq_gen(root, *line.split(), *(["--json"] if json_wanted else []))

    assert done.status == status, done.err
    assert done.err.count(f"{JOURNAL} is no journal of sidekiq-gen.") == 1
    if json_wanted:
        told = json.loads(done.out)["notices"]
        assert [one["message"] for one in told if one["code"] == "not-recovered"] == [
            f"{JOURNAL} is no journal of sidekiq-gen."
        ]


# paths that no file system has


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("info --root {long}", 2),
        ("info --lockfile {long}", 1),
        ("job --from {long}", 1),
        ("job X --dir {long}", 1),
        ("job {long}", 2),
    ],
)
@pytest.mark.parametrize("long", ["a" * 300, "/".join(["b" * 200] * 40)])
def test_names_that_are_too_long(tmp_path: Path, line: str, status: int, long: str) -> None:
    root = Repo().write(tmp_path)

    done = sidekiq_gen(root, *line.format(long=long).split())

    assert done.status == status
    first, second = done.err.splitlines()
    assert first.startswith("error  ")
    assert second.startswith(" hint  ")
    assert len(first) < 160


# questions


def test_what_is_offered_does_not_steer_the_terminal() -> None:
    poisoned = "a\u202eb\x9bc\x1b[2J"
    with create_pipe_input() as typed, create_app_session(input=typed, output=DummyOutput()):
        line = widgets.choice(Line(poisoned, why_not=poisoned))

    assert line.value == poisoned
    assert line.title == line.disabled == r"a\u202eb\x9bc\x1b[2J"
