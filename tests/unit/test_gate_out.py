"""What leaves the command, and how it begins and ends: seen from outside, with the worst that a repo can have in it."""

from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sidekiq_gen.changes.plan import plan_changes
from sidekiq_gen.cli import conflicts
from sidekiq_gen.cli.console import Console
from sidekiq_gen.quoting import in_json
from support.command import sidekiq_gen, tree
from support.hostile import texts
from support.repos import Repo
from support.tools import require

POISON = "\x1b[31m\x9b31m\u202e\u2066\u2028\u200b\x7f"


@pytest.mark.parametrize(
    "words",
    [
        ("job", "Process", "--dir", "--pretend"),
        ("job", "Process", "--queue", "--json"),
        ("job", "Process", "--model", "-p"),
        ("job", "Process", "--root", "--force"),
        ("job", "Process", "--queue", "--dir=x"),
        ("info", "--root", "--json"),
    ],
)
def test_an_option_is_no_value_of_another_one(tmp_path: Path, words: tuple[str, ...]) -> None:
    before = tree(Repo().write(tmp_path))

    done = sidekiq_gen(tmp_path, *words)

    assert (done.status, tree(tmp_path)) == (2, before)
    assert f"{words[-2]} has no value" in done.err


def test_a_value_with_an_equals_sign_may_look_like_one(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "job", "Process", "--dir=--pretend", "--pretend", "--no-input")

    assert "create  --pretend/process_job.rb" in done.out


def test_the_root_is_no_folder_for_jobs(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "job", "Process", "--dir", ".")

    assert done.status == 1
    assert "is the root of the repo" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("job", POISON),
        ("job", "Process", "--dir", POISON, "--pretend"),
        ("job", "Process", "--queue", POISON),
        ("job", "Process", "--lockfile", POISON),
        ("info", "--root", POISON),
        ("info",),
        ("patterns", POISON),
        ("install", "--pretend"),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_nothing_steers_the_terminal(tmp_path: Path, words: tuple[str, ...], form: tuple[str, ...]) -> None:
    repo = Repo(files={"config/sidekiq.yml": f":queues:\n  - 'x{POISON[:0]}\u202e'\n", f"app/jobs/a{POISON}.rb": ""})
    repo.write(tmp_path)
    lockfile = tmp_path / "Gemfile.lock"
    lockfile.write_text(lockfile.read_text().replace("  ruby\n", f"  ruby{POISON}\n"), encoding="utf-8")

    done = sidekiq_gen(tmp_path, *words, *form)

    assert (done.out + done.err).replace("\n", "").replace("\t", "").isprintable()
    if form:
        assert json.loads(done.out)["schema"] == 1


def test_a_document_keeps_its_data() -> None:
    given = texts(3_000)

    document = in_json(json.dumps(given, ensure_ascii=False, indent=1))

    assert json.loads(document) == given
    assert document.replace("\n", "").isprintable()


def test_modules_of_the_repo_are_not_loaded(tmp_path: Path) -> None:
    """But for those that ``-m`` itself loads before anything of ours: python -I keeps these away as well."""
    Repo().write(tmp_path)
    for name in ("typing", "json", "jinja2", "typer", "yaml", "click", "inflection"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('loaded')\n")

    done = subprocess.run(
        [sys.executable, "-m", "sidekiq_gen", "job", "Process", "--pretend", "--no-input"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, "create" in done.stdout) == (0, True)


def test_the_merge_tool_of_a_repo_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = require("git", "apt-get install git")
    root, home, mark = Repo().write(tmp_path / "repo"), tmp_path / "home", tmp_path / "ran"
    home.mkdir()
    subprocess.run([git, "init", "-q"], cwd=root, check=True)
    with (root / ".git/config").open("a") as config:
        config.write(f'[diff]\n\ttool = own\n[difftool]\n\tprompt = false\n[difftool "own"]\n\tcmd = touch {mark}\n')
    (home / ".gitconfig").write_text(
        f'[diff]\n\ttool = mine\n[difftool]\n\tprompt = false\n[difftool "mine"]\n\tcmd = touch {mark}-mine\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("THOR_MERGE", raising=False)
    monkeypatch.chdir(root)
    (root / "a.rb").write_text("old\n")
    plan = plan_changes(root, [("a.rb", "new\n")], force=False, skip=False)

    conflicts.resolve(
        plan, Console(io.StringIO(), io.StringIO(), quiet=False, json=False), terminal=True, stdin=io.StringIO("m\n")
    )

    assert [path.name for path in sorted(tmp_path.glob("ran*"))] == ["ran-mine"]


def test_an_interruption_leaves_no_traceback(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    command = shutil.which("sidekiq-gen", path=str(Path(sys.executable).parent))
    assert command is not None
    seen = set()
    for number in range(24):
        child = subprocess.Popen(
            [command, "job", "Process", "--pretend", "--no-input"],
            cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(0.04 + number * 0.01)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
        if child.returncode == -signal.SIGINT and not err:
            continue  # the kernel ended it before Python heeds signals
        if b"/sidekiq_gen/" in err or not err.startswith(
            (b"Traceback", b"Fatal Python error")
        ):  # else Python's own start
            assert b"Traceback" not in err, err
            assert child.returncode in {0, 130}, err
            seen.add(child.returncode)

    assert seen
