"""``--lint``: the repo's own linter over what was written, and what becomes of what it says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sidekiq_gen.changes import lint
from sidekiq_gen.record.book import read_book
from sidekiq_gen.record.entry import identity
from support.command import sidekiq_gen
from support.repos import Repo
from support.tools import require

JOB, SPEC = "app/jobs/process_order_job.rb", "spec/jobs/process_order_job_spec.rb"
RUBOCOP = Repo(gems={"rubocop": "1.91.0"})
STANDARD = Repo(gems={"standard": "1.56.0"})
REPORT = {
    "files": [
        {
            "path": JOB,
            "offenses": [
                {
                    "cop_name": "Layout/Space",
                    "message": "Too\twide.",
                    "location": {"start_line": 3, "start_column": 1, "line": 3, "column": 1},
                }
            ],
        },
        {"path": SPEC, "offenses": []},
    ]
}
# Says what it was called with, then the report.
SAYS = """#!/bin/sh
echo "$@" >> calls
cat <<'END'
{report}
END
exit {status}
"""


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def rooted(tmp_path: Path, script: str, repo: Repo = RUBOCOP, name: str = "bin/rubocop") -> Path:
    root = repo.write(tmp_path)
    executable(root / name, script)
    return root


def ended(process: int, patience: int = 100) -> bool:
    """Whether a killed process is gone, or waits for its parent: the kernel takes a moment to end it."""
    status = Path(f"/proc/{process}/stat")
    for left in range(patience, -1, -1):
        with suppress(OSError):
            if status.read_text(encoding="ascii").split()[2] != "Z":
                time.sleep(0.1 if left else 0)
                continue
        return True
    return False


def says(report: object, status: int = 1) -> str:
    text = report if isinstance(report, str) else json.dumps(report)
    return SAYS.format(report=text, status=status)


def run(root: Path, *flags: str, command: str = "job ProcessOrder") -> dict[str, Any]:
    done = sidekiq_gen(root, *command.split(), *flags, "--json")
    assert done.status == 0, done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def linted(root: Path, *flags: str) -> list[tuple[str, str, str]]:
    """The notices about it: code, message, hint."""
    notices = run(root, *(flags or ("--lint",)))["notices"]
    return [(one["code"], one["message"], one["hint"]) for one in notices if one["code"].startswith("lint")]


def test_what_it_finds_is_a_notice(tmp_path: Path) -> None:
    root = rooted(tmp_path, says(REPORT))

    assert linted(root) == [
        (
            "lint-offenses",
            "bin/rubocop finds 1 offense in what was written.",
            f"{JOB}:3:1: Layout/Space: Too\twide.",
        )
    ]
    assert (root / "calls").read_text() == f"--force-exclusion --format json {JOB} {SPEC}\n"
    assert (root / JOB).exists()


def test_it_is_told_that_there_is_nothing(tmp_path: Path) -> None:
    root = rooted(tmp_path, says({"files": []}, 0))

    done = sidekiq_gen(root, "job", "ProcessOrder", "--lint")

    assert done.status == 0
    assert "  lint  no offenses\n" in done.err


def test_standard_is_called_by_its_own_name(tmp_path: Path) -> None:
    root = rooted(tmp_path, says(REPORT), STANDARD, "bin/standardrb")

    assert linted(root)[0][1] == "bin/standardrb finds 1 offense in what was written."


def test_without_a_binstub_bundler_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = RUBOCOP.write(tmp_path / "repo")
    executable(tmp_path / "path/bundle", says(REPORT))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:{os.environ['PATH']}")

    assert linted(root)[0][1] == "bundle exec rubocop finds 1 offense in what was written."
    assert (root / "calls").read_text() == f"exec rubocop --force-exclusion --format json {JOB} {SPEC}\n"


@pytest.mark.parametrize("flags", [(), ("--pretend",), ("--lint", "--pretend"), ("--lint-fix", "--pretend")])
def test_nothing_is_run_unasked_or_with_pretend(tmp_path: Path, flags: tuple[str, ...]) -> None:
    root = rooted(tmp_path, says(REPORT))

    assert linted(root, *(flags or ("--no-input",))) == []
    assert not (root / "calls").exists()


def test_only_what_was_written_is_looked_at(tmp_path: Path) -> None:
    root = rooted(tmp_path, says(REPORT))
    linted(root)
    (root / "calls").unlink()
    (root / SPEC).write_text("")

    linted(root, "--lint", "--skip")
    assert not (root / "calls").exists()
    linted(root, "--lint", "--force")
    assert (root / "calls").read_text().split()[3:] == [SPEC]


def test_install_leaves_out_what_is_no_ruby(tmp_path: Path) -> None:
    root = rooted(tmp_path, says({"files": []}, 0))

    told = run(root, "--lint", command="install")

    ruby = [file["path"] for file in told["files"] if not file["path"].endswith(".yml")]
    assert (root / "calls").read_text().split()[3:] == ruby
    assert "lib/tasks/sidekiq_dead.rake" in ruby


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (says("", 2), "bin/rubocop ended with status 2"),
        ("#!/bin/sh\necho 'no such cop\nmore' >&2\nexit 2\n", "bin/rubocop ended with status 2: no such cop"),
        (says("{}", 0), "bin/rubocop ended with status 0: {}"),
        (says('{"files": 1}', 0), "bin/rubocop ended with status 0"),
        (says(REPORT, 3), "bin/rubocop ended with status 3"),
        ("#!/bin/sh\nkill -9 $$\n", "bin/rubocop ended with status -9"),
        ("#!/nowhere/at/all\n", "bin/rubocop cannot be executed: No such file or directory"),
        ("no program", "bin/rubocop cannot be executed: Exec format error"),
        ("#!/bin/sh\nprintf '\\377\\000'\nexit 1\n", "bin/rubocop ended with status 1"),
    ],
)
def test_what_keeps_it_from_running_is_a_notice(tmp_path: Path, script: str, message: str) -> None:
    root = rooted(tmp_path, script)

    ((code, told, hint),) = linted(root)

    assert code == "lint-not-run"
    assert told.startswith(f"What was written was not linted: {message}")
    assert hint
    assert (root / JOB).exists()


def test_warnings_before_the_report_are_passed_over(tmp_path: Path) -> None:
    root = rooted(tmp_path, says("warning: {old}\n" + json.dumps(REPORT)))

    assert linted(root)[0][0] == "lint-offenses"


def test_many_offenses_are_cut_short(tmp_path: Path) -> None:
    one = {"cop_name": "A/B", "message": "m", "location": {"start_line": 1, "start_column": 2}}
    root = rooted(tmp_path, says({"files": [{"path": JOB, "offenses": [one] * 33}]}))

    ((_, message, hint),) = linted(root)

    assert "33 offenses" in message
    assert hint.split("\n")[-2:] == [f"{JOB}:1:2: A/B: m", "... and 13 more"]


def test_one_that_does_not_end_is_stopped_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "LONGEST", 1)
    root = rooted(tmp_path, "#!/bin/sh\nsleep 60 >/dev/null 2>&1 &\necho $! > child\nsleep 60\n")

    ((code, message, _),) = linted(root)

    assert (code, message) == (
        "lint-not-run",
        "What was written was not linted: bin/rubocop did not end within 1 seconds.",
    )
    assert ended(int((root / "child").read_text()))


def test_a_server_that_it_leaves_behind_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "LONGEST", 30)
    server = "sleep 60 &\necho $! > child\n"
    root = rooted(tmp_path, says(REPORT).replace("echo", f"{server}echo", 1))

    assert linted(root)[0][0] == "lint-offenses"

    child = int((root / "child").read_text())
    assert not ended(child, patience=0)
    os.kill(child, signal.SIGKILL)


def test_ctrl_c_leaves_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = rooted(tmp_path, "#!/bin/sh\nsleep 60\n")

    wait = subprocess.Popen.wait

    def stopped(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout:
            raise KeyboardInterrupt
        return wait(process, timeout=10)

    monkeypatch.setattr(subprocess.Popen, "wait", stopped)

    ((code, message, _),) = linted(root)

    assert (code, message) == ("lint-not-run", "What was written was not linted: bin/rubocop was stopped.")


@pytest.mark.parametrize(
    ("repo", "message"),
    [
        (Repo(), "the lockfile has neither RuboCop nor Standard"),
        (RUBOCOP, "there is no bin/rubocop that can be executed, and no bundle on the PATH"),
        (STANDARD, "there is no bin/standardrb that can be executed, and no bundle on the PATH"),
    ],
)
def test_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Repo, message: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    root = repo.write(tmp_path)

    assert linted(root)[0][:2] == ("lint-not-run", f"What was written was not linted: {message}.")


# corrections

CORRECTS = """#!/bin/sh
echo "$@" >> calls
case "$*" in *-a*|*--fix*) echo "# corrected" >> app/jobs/process_order_job.rb;; esac
echo '{"files": []}'
"""


@pytest.mark.parametrize(
    ("repo", "name", "flag"), [(RUBOCOP, "bin/rubocop", "-a"), (STANDARD, "bin/standardrb", "--fix")]
)
def test_corrections_are_made_where_asked_for(tmp_path: Path, repo: Repo, name: str, flag: str) -> None:
    root = rooted(tmp_path, CORRECTS, repo, name)

    assert linted(root, "--lint-fix") == [("lint-corrected", f"{name} has corrected {JOB}.", "Look at the changes.")]
    assert (root / "calls").read_text().split("\n")[:2] == [
        f"{flag} --force-exclusion --format json {JOB} {SPEC}",
        f"--force-exclusion --format json {JOB} {SPEC}",
    ]


def test_what_was_corrected_is_what_is_recorded(tmp_path: Path) -> None:
    """So that it does not count as edited: destroy asks nothing, and git has the text of that id."""
    root = rooted(tmp_path, CORRECTS)

    linted(root, "--lint-fix")

    (entry,) = read_book(root).entries()
    assert (root / JOB).read_text(encoding="utf-8").endswith("# corrected\n")
    assert entry.files == {path: (identity((root / path).read_bytes()),) for path in (JOB, SPEC)}
    assert sidekiq_gen(root, "destroy", "job", "ProcessOrder").status == 0
    assert not (root / JOB).exists()


def test_nothing_is_corrected_that_somebody_else_has_written(tmp_path: Path) -> None:
    root = rooted(tmp_path, CORRECTS.replace("app/jobs/process_order_job.rb", "config/initializers/sidekiq.rb"))
    (root / "config/initializers").mkdir(parents=True, exist_ok=True)
    (root / "config/initializers/sidekiq.rb").write_text("Sidekiq.configure_server do |config|\nend\n")

    told = run(root, "--lint-fix", command="install")

    assert {"path": "config/initializers/sidekiq.rb", "status": "insert"} in told["files"]
    corrected, checked = (root / "calls").read_text().splitlines()
    assert "config/initializers/sidekiq.rb" not in corrected
    assert "config/initializers/sidekiq.rb" in checked


def test_a_rubocop_that_cannot_tell_what_is_safe_corrects_nothing(tmp_path: Path) -> None:
    root = rooted(tmp_path, CORRECTS, Repo(gems={"rubocop": "0.86.0"}))

    assert linted(root, "--lint-fix")[0][0] == "lint-not-corrected"
    assert "-a " not in (root / "calls").read_text()


@pytest.mark.parametrize("flag", ["--lint", "--lint-fix"])
def test_the_real_rubocop(tmp_path: Path, flag: str) -> None:
    wide = (
        "AllCops:\n  NewCops: disable\nLayout/IndentationWidth:\n  Width: 4\nStyle/Documentation:\n  Enabled: false\n"
    )
    repo = Repo(gems={"rubocop": "1.39.0"}, files={".rubocop.yml": wide})
    root = rooted(tmp_path, f'#!/bin/sh\nexec {require("rubocop", "apt install rubocop")} "$@"\n', repo)

    found = {code: message + hint for code, message, hint in linted(root, flag)}

    narrow = f"{JOB}:4:1: Layout/IndentationWidth: Use 4 (not 2) spaces for indentation."
    assert (narrow in found.get("lint-offenses", "")) == (flag == "--lint")
    assert (JOB in found.get("lint-corrected", "")) == (flag == "--lint-fix")
    assert ("\n    include Sidekiq::Job" in (root / JOB).read_text()) == (flag == "--lint-fix")


# What the app asks Rails' generators for


ASKED = "Rails.application.configure do\n  config.generators.apply_rubocop_autocorrect_after_generate!\nend\n"
IN_A_BLOCK = "  config.generators do |g|\n    g.apply_rubocop_autocorrect_after_generate! # ours\n  end\n"


@pytest.mark.parametrize(
    ("path", "text", "corrected"),
    [
        ("config/environments/development.rb", ASKED, True),
        ("config/application.rb", IN_A_BLOCK, True),
        ("config/environments/production.rb", ASKED, False),
        ("config/environments/development.rb", ASKED.replace("  config", "  # config"), False),
        ("config/environments/development.rb", ASKED.replace("!\n", "! if ENV['NICE']\n"), False),
    ],
)
def test_what_the_app_asks_generators_for(tmp_path: Path, path: str, text: str, *, corrected: bool) -> None:
    root = rooted(tmp_path, says({"files": []}, 0), replace(RUBOCOP, files={path: text}))

    run(root)

    assert (root / "calls").exists() == corrected
    if corrected:
        assert (root / "calls").read_text().splitlines()[0] == f"-a --force-exclusion --format json {JOB} {SPEC}"


@pytest.mark.parametrize("flags", [("--no-format",), ("--pretend",), ("--skip",)])
def test_the_app_is_not_heeded(tmp_path: Path, flags: tuple[str, ...]) -> None:
    files = {"config/environments/development.rb": ASKED, JOB: "# mine\n", SPEC: "# mine\n"}
    root = rooted(tmp_path, says({"files": []}, 0), replace(RUBOCOP, files=files))

    run(root, *flags, *(("--force",) if flags == ("--no-format",) else ()))

    assert not (root / "calls").exists()


def test_format_is_another_name(tmp_path: Path) -> None:
    root = rooted(tmp_path, says({"files": []}, 0))

    run(root, "--format")

    assert (root / "calls").read_text().startswith("-a ")
    refused = sidekiq_gen(root, "job", "ProcessOrder", "--format", "--no-format")
    assert refused.status == 2
    assert "--format and --no-format contradict each other." in refused.err


@pytest.mark.parametrize("asked", [("--format",), ()])
def test_a_linter_that_fails_does_not_fail_the_run(tmp_path: Path, asked: tuple[str, ...]) -> None:
    files = {"config/environments/development.rb": ASKED}
    root = rooted(tmp_path, says("no", 2), replace(RUBOCOP, files=files))

    told = run(root, *asked)

    assert [one["code"] for one in told["notices"] if one["code"].startswith("lint")] == ["lint-not-run"]
    assert (root / JOB).exists()
