"""What each choice of a flag does is said wherever it is chosen, from one place, true for the locked gems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pages.patterns import prose
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import BY_NAME, PATTERNS
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.sidekiq.unique_comments import lock_comment, lock_line
from sidekiq_gen.sidekiq.unique_locks import LOCKS, STRATEGIES
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from sidekiq_gen.flags import Flag
    from sidekiq_gen.job.component import Component

DOCS = Path(__file__).parents[2] / "docs/patterns"
CHOSEN = [(known, flag) for known in (*KINDS, *PATTERNS) for flag in known.flags if flag.choices]


@pytest.mark.parametrize(("known", "flag"), CHOSEN, ids=lambda value: getattr(value, "option", ""))
def test_every_choice_says_what_it_does(known: Component[Any], flag: Flag) -> None:
    lines = known.explained(flag, None)

    assert tuple(lines) == flag.choices
    assert all(0 < len(line) <= 120 and not line.endswith(".") for line in lines.values())
    assert len({*lines.values()}) == len(lines)


@pytest.mark.parametrize(
    ("repo", "held"),
    [
        (Repo(unique_jobs="8.0.10"), "released after every run, failed ones too"),
        (Repo(sidekiq="8.1.7", unique_jobs="8.1.0"), "kept through retries"),
    ],
)
def test_the_locks_are_those_of_the_locked_version(tmp_path: Path, repo: Repo, held: str) -> None:
    told = json.loads(sidekiq_gen(repo.write(tmp_path), "patterns", "unique", "--json").out)["patterns"][0]

    assert held in told["choices"]["--unique"]["until_executed"]
    assert told["choices"]["--unique"].keys() == LOCKS.keys()
    assert told["choices"]["--on-conflict"] == STRATEGIES


def test_enterprise_has_two_locks(tmp_path: Path) -> None:
    root = Repo(gems={"sidekiq-ent": "7.3.4"}).write(tmp_path)

    lines = BY_NAME["unique"].explained(BY_NAME["unique"].flags[0], detect_project(Where(root=root), root).app)

    assert list(lines) == ["until_executed", "until_executing"]
    assert all("unique_for" in line for line in lines.values())


def test_a_line_ends_as_the_comment_in_the_job(tmp_path: Path) -> None:
    gem = detect_project(Where(root=Repo(unique_jobs="8.0.10").write(tmp_path)), tmp_path).app.gem(
        "sidekiq-unique-jobs"
    )
    assert gem

    for lock in LOCKS:
        assert lock_line(lock, gem.version).endswith(f"; {lock_comment(lock, gem.version)}")


def test_the_pages_show_them() -> None:
    for known, flag in CHOSEN:
        page = (DOCS / f"{known.name}.md").read_text(encoding="utf-8")
        rows = [f"| `{choice}` | {prose(line)} |" for choice, line in known.explained(flag, None).items()]

        assert [row for row in rows if row not in page] == []


@pytest.mark.parametrize("known", dict.fromkeys(known for known, _ in CHOSEN), ids=lambda known: known.name)
def test_the_page_of_a_pattern_shows_them(tmp_path: Path, known: Component[Any]) -> None:
    root = Repo(unique_jobs="8.0.10").write(tmp_path)
    app = detect_project(Where(root=root), root).app
    shown = " ".join(sidekiq_gen(root, "patterns", known.name).out.split())

    lines = [f"{choice}: {line}" for flag in known.flags for choice, line in known.explained(flag, app).items()]
    assert lines
    assert [line for line in lines if line not in shown] == []
