"""Repos in git, before and after a change."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from support.rules import repo_of
from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sidekiq_gen.check.rule import Example

HOW = "apt-get install git"
# Nobody's configuration, and nobody's name.
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@gems.example",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@gems.example",
}


def git(root: Path, *words: str) -> str:
    """Run git in a repo; what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        [require("git", HOW), "-C", str(root), *words],
        env={**kept, **_ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def commit(root: Path) -> str:
    """Commit all that is there; the name of the commit."""
    if not (root / ".git").exists():
        git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message=x")
    return git(root, "rev-parse", "HEAD")


def changed(example: Example, before: Mapping[str, str], root: Path) -> Path:
    """The repo of an example in the working tree, with other files in the commit."""
    repo_of(example, root)
    for path in example.files:
        (root / path).unlink()
    write(root, before)
    commit(root)
    for path in before:
        (root / path).unlink()
    return write(root, example.files)


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write texts by path."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root
