"""What a terminal shows of a run, and that the line it prints does the same again."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import warnings
from typing import TYPE_CHECKING

import pexpect  # type: ignore[import-untyped]
import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUTF8", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    for name in ("CI", "THOR_MERGE", "THOR_DIFF"):
        monkeypatch.delenv(name, raising=False)


def on_a_terminal(root: Path, *words: str, columns: int = 80) -> pexpect.spawn:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the threads of pytest-xdist are no matter to a fork
        command = [sys.executable, "-m", "sidekiq_gen", *words]
        return pexpect.spawn(command[0], command[1:], timeout=30, cwd=str(root), dimensions=(24, columns))


def conversation(child: pexpect.spawn, exchange: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """All that it shows while each question is answered, and its exit status."""
    shown = ""
    for question, answer in exchange:
        child.expect_exact(question)
        shown += (child.before + child.after).decode()
        child.send(answer)
    child.expect(pexpect.EOF)
    shown += child.before.decode()
    child.close()
    return shown.replace("\r\n", "\n"), child.exitstatus


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def line_of(shown: str) -> list[str]:
    found = re.search(r"Equivalent command:\n  (sidekiq-gen .*)\n", shown)
    assert found, shown
    return shlex.split(found[1])[1:]


@pytest.mark.parametrize("answers", ["yy", "nn", "yn", "ny"])
def test_the_line_repeats_what_the_menu_decided(tmp_path: Path, answers: str) -> None:
    root = Repo().write(tmp_path / "repo")
    written = json.loads(sidekiq_gen(root, "install", "--health-check", "--json").out)["files"]
    paths = [file["path"] for file in written if file["path"].endswith((".rake", "_job.rb"))]
    for path in paths:
        (root / path).write_text("# mine\n")
    shutil.copytree(root, tmp_path / "copy")

    child = on_a_terminal(root, "install", "--health-check")
    menu = [("[Ynaqdhm] ", f"{answer}\n") for answer in answers]
    shown, status = conversation(child, [("Write this?", "y"), *menu])

    assert (status, len(paths)) == (0, 2)
    again = sidekiq_gen(tmp_path / "copy", *line_of(shown))
    assert again.status == 0
    assert tree(tmp_path / "copy") == tree(root)


@pytest.mark.parametrize("answers", ["yn", "na", "dhq"])
def test_a_changed_file_is_removed_when_somebody_says_so(tmp_path: Path, answers: str) -> None:
    root = Repo().write(tmp_path / "repo")
    paths = [file["path"] for file in json.loads(sidekiq_gen(root, "job", "ProcessOrder", "--json").out)["files"]]
    for path in paths:
        with (root / path).open("a") as file:
            file.write("# mine\n")
    before = tree(root)
    shutil.copytree(root, tmp_path / "copy")

    child = on_a_terminal(root, "destroy", "job", "ProcessOrder")
    shown, status = conversation(child, [("[Ynaqdh] ", f"{answer}\n") for answer in answers])

    if answers == "dhq":
        assert (status, tree(root)) == (1, before)
        assert "-# mine\n" in shown
        assert "        d - compare it with what would be written\n" in shown
        assert "edit it in the merge tool" not in shown
        assert "nothing was removed" in shown
        return
    gone = {path for path, answer in zip(paths, answers, strict=True) if answer != "n"}
    assert (status, set(before) - set(tree(root))) == (0, gone)
    assert f"Remove {root / paths[0]}?" in shown
    assert sidekiq_gen(tmp_path / "copy", *line_of(shown)).status == 0
    assert tree(tmp_path / "copy") == tree(root)


@pytest.mark.parametrize("columns", [40, 80])
def test_what_is_said_fits_the_terminal(tmp_path: Path, columns: int) -> None:
    root = Repo(waits=False).write(tmp_path)
    path = "app/jobs/a_namespace_of_some_length/with_another_inside/process_order_job.rb"
    words = ["job", "ANamespaceOfSomeLength::WithAnotherInside::ProcessOrder", "--no-input"]

    shown, status = conversation(on_a_terminal(root, *words, columns=columns), [])

    assert status == 0
    lines = shown.splitlines()
    assert f"      create  {path}" in lines  # paths are never broken
    spec = path.replace("app/", "spec/", 1).replace("_job.rb", "_job_spec.rb")
    command = f"bundle exec rspec {spec}"
    assert f"        {command}" in lines  # nor what is to be copied
    long = [line.strip().rpartition("  ")[2] for line in lines if len(line) > columns - 1]
    assert [text for text in long if " " in text] == [command]
    done = lines.index("  done  written for Sidekiq 7.3.2")
    assert lines[done + 1] == "        takes ids, no records"
    if columns == 40:
        assert lines[done + 2] == "        missing records are skipped,"
        assert lines[done + 3] == "          with a line in the log"


@pytest.mark.parametrize(("term", "encoding"), [("dumb", "utf-8"), ("xterm", "latin-1")])
def test_a_terminal_that_can_do_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, term: str, encoding: str
) -> None:
    monkeypatch.delenv("PYTHONUTF8")
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    monkeypatch.setenv("TERM", term)
    if term == "dumb":
        monkeypatch.delenv("NO_COLOR")
    root = Repo(files={"app/jobs/process_order_job.rb": "# mine \u0142\n"}).write(tmp_path)

    child = on_a_terminal(root, "destroy", "job", "ProcessOrder")
    shown, status = conversation(child, [("[Ynaqdh] ", "d\n"), ("[Ynaqdh] ", "y\n")])

    assert status == 0
    assert "\x1b" not in shown
    assert ("-# mine ?\n" if encoding == "latin-1" else "-# mine \u0142\n") in shown
    assert "      remove  app/jobs/process_order_job.rb\n" in shown


def test_ctrl_c_says_that_nothing_was_written(tmp_path: Path) -> None:
    root = Repo(files={"app/jobs/process_order_job.rb": "# mine\n"}).write(tmp_path)
    before = tree(root)

    shown, status = conversation(on_a_terminal(root, "destroy", "job", "ProcessOrder"), [("[Ynaqdh] ", "\x03")])

    assert (status, tree(root)) == (130, before)
    assert shown.endswith("error  Interrupted; nothing was written.\n")
