from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING

import pexpect  # type: ignore[import-untyped]
import pytest

from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from sidekiq_gen.changes.apply import apply
from sidekiq_gen.changes.plan import plan_changes
from sidekiq_gen.cli.conflicts import resolve
from sidekiq_gen.cli.console import Console
from sidekiq_gen.errors import SidekiqGenError

console = Console(sys.stdout, sys.stderr, quiet="quiet" in sys.argv, json=False)
texts = [("a.rb", "same\\nnew a\\n"), ("new.rb", "created\\n"), ("b.rb", "new b\\n")]
try:
    plan = plan_changes(Path(sys.argv[1]), texts, force=False, skip=False)
    apply(resolve(plan, console, terminal=sys.stdin.isatty()))
except SidekiqGenError as error:
    console.error(error)
    sys.exit(error.exit_status)
except KeyboardInterrupt:
    sys.exit(130)
console.plain("done")
"""
OLD = {"a.rb": b"same\nold a\n", "b.rb": b"old b\n"}
NEW = {"a.rb": b"same\nnew a\n", "b.rb": b"new b\n"}
CREATED = {"new.rb": b"created\n"}
HELP = """\
        Y - overwrite it
        n - leave it as it is
        a - overwrite it, and every later one
        q - stop here and write nothing
        d - compare the two
        h - list these keys
        m - edit it in the merge tool, and keep the result
"""
DIFF = """\
--- a.rb (now)
+++ a.rb (new)
@@ -1,2 +1,2 @@
 same
-old a
+new a
"""
STOPPED = """\
error  Stopped at {path}; nothing was written.
 hint  Run the command again to decide anew.
"""
CTRL_C, CTRL_D = b"\x03", b"\x04"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    for name, content in OLD.items():
        (root / name).write_bytes(content)
    return root


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("PYTHONUTF8", "1")
    for name in ("THOR_DIFF", "RAILS_DIFF", "THOR_MERGE"):
        monkeypatch.delenv(name, raising=False)


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*")}


def on_a_terminal(command: Sequence[str]) -> pexpect.spawn:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the threads of pytest-xdist are no matter to a fork
        return pexpect.spawn(command[0], list(command[1:]), timeout=20)


def talk(command: Sequence[str], answers: Sequence[str | bytes]) -> tuple[str, int]:
    """Run `command` on a terminal and answer its questions; all that the terminal has shown, and the exit status."""
    child = on_a_terminal(command)
    shown = b""
    for answer in answers:
        child.expect_exact(b"[Ynaqdhm] ")
        shown += child.before + child.after
        child.send(answer if isinstance(answer, bytes) else f"{answer}\n".encode())
    child.expect(pexpect.EOF)
    shown += child.before
    child.close()
    return shown.decode(errors="replace").replace("\r\n", "\n"), child.exitstatus


def decide(root: Path, *answers: str | bytes, options: Sequence[str] = ()) -> tuple[str, int]:
    return talk([sys.executable, "-W", "error", "-c", SCRIPT, str(root), *options], answers)


def question(root: Path, name: str, answer: str) -> str:
    return f'Overwrite {root / name}? (enter "h" for help) [Ynaqdhm] {answer}\n'


def tool(folder: Path, name: str, body: str) -> str:
    """A tool made of Python, as a command line with a space in it."""
    path = folder / f"my {name}.py"
    path.write_text(f"import sys\nfrom pathlib import Path\nfirst, second = map(Path, sys.argv[1:])\n{body}\n")
    return shlex.join([sys.executable, str(path)])


@pytest.mark.parametrize("answer", ["", "y", "Y", "yes", "YES", "f", "force", "  y  "])
def test_yes_overwrites(root: Path, answer: str) -> None:
    shown, status = decide(root, answer, answer)

    assert shown == (
        "    conflict  a.rb\n" + question(root, "a.rb", answer) + "       force  a.rb\n"
        "    conflict  b.rb\n" + question(root, "b.rb", answer) + "       force  b.rb\n"
        "done\n"
    )
    assert status == 0
    assert files(root) == {**NEW, **CREATED}


@pytest.mark.parametrize("answer", ["n", "N", "no", "No", "s", "skip"])
def test_no_keeps_the_file(root: Path, answer: str) -> None:
    shown, status = decide(root, answer, "y")

    assert shown == (
        "    conflict  a.rb\n" + question(root, "a.rb", answer) + "        skip  a.rb\n"
        "    conflict  b.rb\n" + question(root, "b.rb", "y") + "       force  b.rb\n"
        "done\n"
    )
    assert status == 0
    assert files(root) == {"a.rb": OLD["a.rb"], "b.rb": NEW["b.rb"], **CREATED}


@pytest.mark.parametrize("answer", ["a", "A", "all"])
def test_all_asks_no_more(root: Path, answer: str) -> None:
    shown, status = decide(root, answer)

    assert shown == (
        "    conflict  a.rb\n" + question(root, "a.rb", answer) + "       force  a.rb\n"
        "    conflict  b.rb\n       force  b.rb\ndone\n"
    )
    assert status == 0
    assert files(root) == {**NEW, **CREATED}


def test_all_counts_from_where_it_is_said(root: Path) -> None:
    shown, status = decide(root, "n", "a")

    assert shown.count("Overwrite") == 2
    assert status == 0
    assert files(root) == {"a.rb": OLD["a.rb"], "b.rb": NEW["b.rb"], **CREATED}


@pytest.mark.parametrize("answer", ["q", "Q", "quit"])
def test_quit_writes_nothing(root: Path, answer: str) -> None:
    shown, status = decide(root, answer)

    assert shown == (
        "    conflict  a.rb\n" + question(root, "a.rb", answer) + "Aborting...\n" + STOPPED.format(path="a.rb")
    )
    assert status == 1
    assert files(root) == OLD


def test_quit_takes_back_what_was_decided_before(root: Path) -> None:
    shown, status = decide(root, "y", "q")

    assert shown == (
        "    conflict  a.rb\n" + question(root, "a.rb", "y") + "       force  a.rb\n"
        "    conflict  b.rb\n" + question(root, "b.rb", "q") + "Aborting...\n" + STOPPED.format(path="b.rb")
    )
    assert status == 1
    assert files(root) == OLD


def test_the_end_of_input_is_quit(root: Path) -> None:
    shown, status = decide(root, "y", CTRL_D)

    assert shown == (
        "    conflict  a.rb\n" + question(root, "a.rb", "y") + "       force  a.rb\n"
        "    conflict  b.rb\n" + question(root, "b.rb", "") + "Aborting...\n" + STOPPED.format(path="b.rb")
    )
    assert status == 1
    assert files(root) == OLD


def test_ctrl_c_writes_nothing(root: Path) -> None:
    shown, status = decide(root, "y", CTRL_C)

    assert shown.endswith('b.rb? (enter "h" for help) [Ynaqdhm] ^C')
    assert status == 130
    assert files(root) == OLD


@pytest.mark.parametrize("answer", ["h", "help", "?", "x", "yess", "größe"])
def test_anything_else_shows_the_keys_and_asks_again(root: Path, answer: str) -> None:
    shown, status = decide(root, answer, "n", "n")

    assert shown == (
        "    conflict  a.rb\n" + question(root, "a.rb", answer) + HELP + question(root, "a.rb", "n") + ""
        "        skip  a.rb\n"
        "    conflict  b.rb\n" + question(root, "b.rb", "n") + "        skip  b.rb\n"
        "done\n"
    )
    assert status == 0
    assert files(root) == {**OLD, **CREATED}


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_an_answer_that_is_no_text_shows_the_keys(root: Path, monkeypatch: pytest.MonkeyPatch, errors: str) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", f"utf-8:{errors}")

    shown, status = decide(root, b"\xff\xfe\n", "n", "n")

    assert shown.count(HELP) == 1
    assert status == 0
    assert files(root) == {**OLD, **CREATED}


@pytest.mark.parametrize("answer", ["d", "D", "diff"])
def test_the_difference_is_shown_and_asked_about_again(root: Path, answer: str) -> None:
    shown, status = decide(root, answer, "y", "n")

    assert shown == (
        "    conflict  a.rb\n"
        + question(root, "a.rb", answer)
        + DIFF
        + "Retrying...\n"
        + question(root, "a.rb", "y")
        + "       force  a.rb\n"
        "    conflict  b.rb\n" + question(root, "b.rb", "n") + "        skip  b.rb\n"
        "done\n"
    )
    assert status == 0
    assert files(root) == {"a.rb": NEW["a.rb"], "b.rb": OLD["b.rb"], **CREATED}


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        (b"", "@@ -0,0 +1,2 @@\n+same\n+new a\n"),
        (b"same\nnew a", "@@ -1,2 +1,2 @@\n same\n-new a\n\\ No newline at end of file\n+new a\n"),
        (b"same\r\nnew a\n", "@@ -1,2 +1,2 @@\n-same\\x0d\n+same\n new a\n"),
        (b"\xff\xfe\x1b[2J\n", "@@ -1 +1,2 @@\n-\ufffd\ufffd\\x1b[2J\n+same\n+new a\n"),
        ("same\u2028\nnew a\n".encode(), "@@ -1,2 +1,2 @@\n-same\\u2028\n+same\n new a\n"),
    ],
    ids=["empty", "no newline", "carriage return", "no text", "line separator"],
)
def test_the_difference_to_any_bytes(root: Path, before: bytes, lines: str) -> None:
    (root / "a.rb").write_bytes(before)

    shown, _ = decide(root, "d", "n", "n")

    assert f"--- a.rb (now)\n+++ a.rb (new)\n{lines}Retrying...\n" in shown
    assert (root / "a.rb").read_bytes() == before


def test_colours_on_a_terminal(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")

    shown, _ = decide(root, "d", "y", "n")

    question_text = question(root, "a.rb", "d")
    assert shown.startswith(
        f"\033[1m\033[31m    conflict\033[0m  a.rb\n{question_text}"
        "\033[31m--- a.rb (now)\033[0m\n\033[32m+++ a.rb (new)\033[0m\n\033[34m@@ -1,2 +1,2 @@\033[0m\n"
        " same\n\033[31m-old a\033[0m\n\033[32m+new a\033[0m\nRetrying...\n"
    )
    assert "\033[1m\033[33m       force\033[0m  a.rb\n" in shown
    assert "\033[1m\033[33m        skip\033[0m  b.rb\n" in shown


@pytest.mark.parametrize("variable", ["THOR_DIFF", "RAILS_DIFF"])
def test_a_diff_tool_of_the_users_is_given_old_and_new(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    body = "print(first.name, first.read_bytes(), second.name, second.read_bytes())\nfirst.write_text('spoilt')"
    monkeypatch.setenv(variable, tool(tmp_path, "diff", body))

    shown, status = decide(root, "d", "n", "n")

    expected = f"a.rb {OLD['a.rb']!r} a.rb {NEW['a.rb']!r}\nRetrying...\n"
    assert question(root, "a.rb", "d") + expected + question(root, "a.rb", "n") in shown
    assert DIFF not in shown
    assert status == 0
    assert files(root) == {**OLD, **CREATED}


def test_thors_diff_tool_goes_before_rails(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THOR_DIFF", tool(tmp_path, "first", "print('thor')"))
    monkeypatch.setenv("RAILS_DIFF", tool(tmp_path, "second", "print('rails')"))

    shown, _ = decide(root, "d", "n", "n")

    assert "[Ynaqdhm] d\nthor\nRetrying...\n" in shown
    assert "rails" not in shown


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("no-such-tool -u", "[Errno 2] No such file or directory: 'no-such-tool'"),
        ("diff 'unclosed", "No closing quotation"),
    ],
)
def test_a_diff_tool_that_cannot_be_run_is_replaced(
    root: Path, monkeypatch: pytest.MonkeyPatch, command: str, reason: str
) -> None:
    monkeypatch.setenv("THOR_DIFF", command)

    shown, status = decide(root, "d", "n", "n")

    assert f"{command} cannot be run: {reason}\n{DIFF}Retrying...\n" in shown
    assert status == 0


@pytest.mark.parametrize("answer", ["m", "M", "merge"])
def test_what_the_merge_tool_makes_of_a_file_is_kept(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    body = "second.write_bytes(first.read_bytes() + second.read_bytes())"
    monkeypatch.setenv("THOR_MERGE", tool(tmp_path, "merge", body))

    shown, status = decide(root, answer, "y")

    assert shown == (
        "    conflict  a.rb\n" + question(root, "a.rb", answer) + "       force  a.rb\n"
        "    conflict  b.rb\n" + question(root, "b.rb", "y") + "       force  b.rb\n"
        "done\n"
    )
    assert status == 0
    assert files(root) == {"a.rb": NEW["a.rb"] + OLD["a.rb"], "b.rb": NEW["b.rb"], **CREATED}


def test_what_was_merged_is_not_written_when_it_is_stopped_later(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THOR_MERGE", tool(tmp_path, "merge", "second.write_text('merged')"))

    shown, status = decide(root, "m", "q")

    assert shown.endswith(STOPPED.format(path="b.rb"))
    assert status == 1
    assert files(root) == OLD


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("second.write_text('half')\nsys.exit(3)", "ended with status 3; a.rb is as it was."),
        ("second.unlink()", "has left a file that cannot be read: No such file or directory; a.rb is as it was."),
    ],
)
def test_a_merge_tool_that_fails_says_so_and_asks_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, told: str
) -> None:
    command = tool(tmp_path, "merge", body)
    monkeypatch.setenv("THOR_MERGE", command)

    shown, status = decide(root, "m", "y", "n")

    assert shown.startswith(
        "    conflict  a.rb\n" + question(root, "a.rb", "m") + f"{command} {told}\n" + question(root, "a.rb", "y")
    )
    assert status == 0
    assert files(root) == {"a.rb": NEW["a.rb"], "b.rb": OLD["b.rb"], **CREATED}


def test_a_merge_tool_that_changes_nothing_keeps_the_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THOR_MERGE", tool(tmp_path, "merge", ""))

    shown, _ = decide(root, "m", "n")

    assert question(root, "a.rb", "m") + "a.rb is unchanged.\n        skip  a.rb\n" in shown
    assert files(root) == {**OLD, **CREATED}


def test_without_a_merge_tool_it_is_gits(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = tmp_path / "bin/git"
    git.parent.mkdir()
    git.write_text('#!/bin/sh\necho "git $1 $2 $3 $(basename "$4") $(basename "$5")"\ncat "$4"\nexit 1\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(git.parent), prepend=os.pathsep)

    shown, _ = decide(root, "m", "n")

    assert "git difftool --trust-exit-code --no-index a.rb a.rb\nsame\nnew a\na.rb is unchanged.\n" in shown


@pytest.mark.parametrize(("command", "merged"), [('cp "$LOCAL" "$REMOTE"', True), ("false", False)])
def test_gits_own_merge_tool(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, *, merged: bool
) -> None:
    require("git", "apt-get install git")
    settings = '[diff]\n\ttool = mine\n[difftool]\n\tprompt = false\n[difftool "mine"]\n\tcmd = '
    (tmp_path / ".gitconfig").write_text(settings + command.replace('"', '\\"') + "\n")
    monkeypatch.setenv("HOME", str(tmp_path))

    shown, status = decide(root, *(["m", "n"] if merged else ["m", "n", "n"]))

    assert status == 0
    assert ("ended with status 128; a.rb is as it was.\n" in shown) != merged
    assert files(root) == {**OLD, **({"a.rb": NEW["a.rb"]} if merged else {}), **CREATED}


def test_a_merge_tool_that_cannot_be_run_asks_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THOR_MERGE", "no-such-tool")

    shown, status = decide(root, "m", "n", "n")

    assert shown.startswith(
        "    conflict  a.rb\n" + question(root, "a.rb", "m") + "no-such-tool cannot be run: "
        "[Errno 2] No such file or directory: 'no-such-tool'\n" + question(root, "a.rb", "n")
    )
    assert status == 0
    assert files(root) == {**OLD, **CREATED}


def test_tools_leave_no_temporary_files(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    show = tool(tmp_path, "tool", "print(*first.parts[-4:-2])")
    monkeypatch.setenv("THOR_DIFF", show)
    monkeypatch.setenv("THOR_MERGE", show)

    shown, _ = decide(root, "d", "m", "n")

    assert shown.count("scratch sidekiq-gen-") == 2
    assert list(scratch.iterdir()) == []


def test_a_file_changed_during_the_question_is_kept(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THOR_DIFF", tool(tmp_path, "editor", f"Path({str(root / 'a.rb')!r}).write_text('theirs')"))

    shown, status = decide(root, "d", "y", "y")

    assert shown.endswith(
        "error  a.rb was changed by another process in the meantime.\n"
        " hint  Look at it and run the command again; nothing was written.\n"
    )
    assert status == 1
    assert files(root) == {**OLD, "a.rb": b"theirs"}


def test_quiet_hides_the_statuses_but_not_the_question(root: Path) -> None:
    shown, status = decide(root, "y", "n", options=["quiet"])

    assert shown == question(root, "a.rb", "y") + question(root, "b.rb", "n") + "done\n"
    assert status == 0


def test_the_question_is_seen_although_standard_output_is_a_file(root: Path, tmp_path: Path) -> None:
    command = shlex.join([sys.executable, "-c", SCRIPT, str(root)])

    shown, status = talk(["/bin/sh", "-c", f"{command} > {shlex.quote(str(tmp_path / 'out'))}"], ["y", "n"])

    assert shown == question(root, "a.rb", "y") + question(root, "b.rb", "n")
    assert status == 0
    assert (tmp_path / "out").read_text() == (
        "    conflict  a.rb\n       force  a.rb\n    conflict  b.rb\n        skip  b.rb\ndone\n"
    )


@pytest.mark.parametrize("stdin", ["", "y\ny\n"])
def test_without_a_terminal_nothing_is_asked_and_nothing_written(root: Path, stdin: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(root)], input=stdin, capture_output=True, text=True, check=False
    )

    assert run.returncode == 3
    assert run.stdout == ""
    assert run.stderr == (
        "error  Already there with different content: a.rb, b.rb.\n"
        " hint  Pass --force to overwrite or --skip to keep what is there; nothing was written.\n"
    )
    assert files(root) == OLD


def test_without_conflicts_no_terminal_is_needed(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stdout, run.stderr) == (0, "done\n", "")
    assert files(tmp_path) == {**NEW, **CREATED}


def test_killed_during_the_question_nothing_is_written(root: Path) -> None:
    child = on_a_terminal([sys.executable, "-c", SCRIPT, str(root)])
    child.expect_exact(b"[Ynaqdhm] ")
    child.sendline(b"y")
    child.expect_exact(b"[Ynaqdhm] ")
    child.kill(signal.SIGKILL)
    child.expect(pexpect.EOF)
    child.close()

    assert child.signalstatus == signal.SIGKILL
    assert files(root) == OLD
