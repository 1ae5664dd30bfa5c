"""Small repos that show a rule of `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.engine import check
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.testing.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.check.rule import Example, Finding, Rule


def repo_of(example: Example, root: Path) -> Path:
    """Lay the repo of an example out; without the files that other tests generate into."""
    gems = {"sidekiq": example.sidekiq, "rails": example.rails, "pg": "1.5.9", **example.gems}
    if example.unique_jobs:
        gems["sidekiq-unique-jobs"] = example.unique_jobs
    if example.throttled:
        gems["sidekiq-throttled"] = example.throttled
    lockfile = Repo(sidekiq=example.sidekiq, rails=example.rails, rspec=False, records="none", gems=gems).lockfile()
    for path, text in {"Gemfile.lock": lockfile, **example.files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def findings(example: Example, root: Path, rules: list[Rule]) -> list[Finding]:
    """What rules find in an example."""
    return check(detect_project(Where(root=repo_of(example, root)), root), rules)
