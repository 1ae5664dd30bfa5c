"""The hook for pre-commit and the action for GitHub, as they would be run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from support.command import sidekiq_gen
from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from typing import Any

CHECKOUT = Path(__file__).parents[2]
JOB = "class WrongJob\n  include Sidekiq::Job\n  discard_on ArgumentError\n\n  def perform(id)\n    id\n  end\nend\n"


def read(name: str) -> Any:
    return yaml.safe_load((CHECKOUT / name).read_text(encoding="utf-8"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Repo(files={"app/jobs/wrong_job.rb": JOB}).write(tmp_path / "api")


def test_the_hook_fails_where_something_is_found(root: Path) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")

    done = sidekiq_gen(root, *shlex.split(hook["entry"])[1:])

    assert done.status == 4
    assert done.out.startswith("app/jobs/wrong_job.rb:3:3: error: ")
    assert done.out.count("\n") == 1


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("app/jobs/wrong_job.rb", True),
        ("lib/tasks/jobs.rake", True),
        ("Gemfile.lock", True),
        ("api/Gemfile.lock", True),
        ("config/sidekiq.yml", True),
        ("config/sidekiq_schedule.yaml", True),
        (".sidekiq-gen.toml", True),
        ("README.md", False),
        ("app/javascript/index.js", False),
        ("config/database.yml", False),
    ],
)
def test_the_hook_is_asked_about_what_can_matter(path: str, wanted: bool) -> None:  # noqa: FBT001 - a parameter
    (hook,) = read(".pre-commit-hooks.yaml")

    assert bool(re.search(hook["files"], path)) is wanted


def test_the_action_annotates_and_fails(root: Path, tmp_path: Path) -> None:
    """Its script, with pip left out, and what is given as GitHub hands it over."""
    bash = require("bash", "apt-get install bash")
    (tmp_path / ".git").mkdir()
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "python").write_text("#!/bin/sh\n")
    (commands / "sidekiq-gen").write_text(f'#!/bin/sh\nexec {sys.executable} -m sidekiq_gen "$@"\n')
    for one in commands.iterdir():
        one.chmod(0o755)
    action = read("action.yml")
    (step,) = (one for one in action["runs"]["steps"] if "run" in one)

    def run(args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=tmp_path,
            env={**os.environ, "PATH": f"{commands}:{os.environ['PATH']}", "ROOT": root.name, "ARGS": args}
            | {"GITHUB_ACTION_PATH": str(CHECKOUT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    done, none = run(""), run("--except active-job-macro  --severity error")

    assert done.returncode == 4
    assert done.stdout.startswith("::error file=api/app/jobs/wrong_job.rb,line=3,col=3,title=")
    assert none.returncode == 0
    assert set(step["env"]) == {"ROOT", "ARGS"}
    assert "${{" not in step["run"]
