"""The command lines of docs/ci.md do what the page says, and its YAML fits the action and the hook."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from support.command import Finished, sidekiq_gen, tree
from support.deploys import commit, git
from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs/ci.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
SECTIONS = {title: text for title, _, text in (part.partition("\n") for part in re.split(r"\n##+ ", PAGE)[1:])}
WRONG = "class WrongJob\n  include Sidekiq::Job\n  discard_on ArgumentError\n\n  def perform(id)\n    id\n  end\nend\n"
LATER = WRONG.replace("(id)", "(id, note)")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repo in which everything that the page looks for can be found."""
    require("git", "apt-get install git")
    files = {
        "app/jobs/wrong_job.rb": WRONG,
        "jobs.toml": '[[job]]\nname = "SyncOrders"\n',
        "gemfiles/sidekiq_8.lock": Repo(sidekiq="8.1.7").lockfile(),
    }
    root = Repo(sidekiq="6.5.12", files=files).write(tmp_path / "app")
    commit(root)
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    (root / "app/jobs/wrong_job.rb").write_text(LATER, encoding="utf-8")
    return root


def expected(line: str) -> int:
    """The exit code that the page gives: 4 for what looks for something, as there is something, else 0."""
    looks = re.match(r"sidekiq-gen (check|templates check|upgrade)\b", line)
    return 4 if looks and "--write-baseline" not in line else 0


def run(root: Path, line: str) -> Finished:
    words = shlex.split(line.partition(" > ")[0])
    assert words[0] == "sidekiq-gen"
    return sidekiq_gen(root, *words[1:])


@pytest.mark.parametrize("line", [line for line in LINES if "upgrade --check" not in line and "templates" not in line])
def test_a_command_line_does_what_the_page_says(root: Path, line: str) -> None:
    before = tree(root)

    done = run(root, line)

    assert done.status == expected(line), done.err
    assert done.out
    if done.status or "--pretend" in line:
        assert tree(root) == before
    if "--json" in line or "sarif" in line:
        assert json.loads(done.out)


def test_what_is_stale_is_found(root: Path) -> None:
    (line,) = (line for line in LINES if "upgrade --check" in line)
    job = ("job", "SyncOrders", "--kind", "fan-out", "--model", "Order", "--no-input")
    sidekiq_gen(root, *job)
    fresh = run(root, line)

    (root / "Gemfile.lock").write_text(Repo(sidekiq="7.3.10").lockfile(), encoding="utf-8")
    stale = run(root, line)

    assert (fresh.status, stale.status) == (0, 4)
    assert stale.out.split() == ["stale", "app/jobs/sync_orders_job.rb", "stale", "spec/jobs/sync_orders_job_spec.rb"]


def test_a_pack_without_its_snapshots_is_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = (line for line in LINES if "templates" in line)
    shutil.copytree(CHECKOUT / "tests/fixtures/pack", root / "packs/acme")
    monkeypatch.setenv("PATH", str(root))
    # The snapshots are without these.
    monkeypatch.setattr(import_module("sidekiq_gen.testing.check"), "pairs", lambda *_: ())
    monkeypatch.setattr("sidekiq_gen.testing.poison.poisoned", lambda _: ())

    done = run(root, line)

    assert done.status == 4
    assert "snapshot-missing: " in done.out
    assert "Ruby has not read what was rendered" in done.err


def test_a_second_run_is_identical_and_a_changed_file_asks_for_a_decision(root: Path) -> None:
    line = next(line for line in LINES if line.startswith("sidekiq-gen job ChargeOrder") and "--pretend" not in line)
    run(root, line)

    again = run(root, line)
    (root / "app/jobs/charge_order_job.rb").write_text("class ChargeOrderJob; end\n", encoding="utf-8")
    changed = run(root, line)

    assert (again.status, again.out.split()[::2]) == (0, ["identical", "identical"])
    assert changed.status == 3


def test_the_yaml_fits_the_action_and_the_hook() -> None:
    action, (hook,) = (
        yaml.safe_load((CHECKOUT / name).read_text(encoding="utf-8"))
        for name in ("action.yml", ".pre-commit-hooks.yaml")
    )
    steps = [step for block in BLOCKS for step in _steps(block)]
    ours = [step for step in steps if step.get("uses", "").startswith("OWNER/sidekiq-gen@")]

    assert len(ours) == 1
    assert ours[0]["with"].keys() <= action["inputs"].keys()
    assert [step["run"] for step in steps if "run" in step] == [line for line in LINES if "sarif" in line]
    assert [one["id"] for block in BLOCKS for repo in block.get("repos", ()) for one in repo["hooks"]] == [hook["id"]]


def _steps(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from block.get("steps", ())
