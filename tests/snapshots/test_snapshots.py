from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.cases import Case, all_cases
from support.install_cases import InstallCase, install_cases

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_snapshot.plugin import Snapshot

# Minitest looks the same in every tree, and the triples are run, not read.
SHOWN = [
    case
    for case in all_cases()
    if not case.name.startswith(("triple", "6.5-minitest", "8-minitest", "long-6.5", "long-8"))
]


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: case.name)
def test_a_case_renders_what_it_rendered_before(case: Case, tmp_path: Path, snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = "tests/snapshots/rendered"
    rendered = case.render(tmp_path)
    texts = [f"$ sidekiq-gen job {case.job} {' '.join(case.arguments.split())}\n"]
    texts += [f"--- {path}\n{text}" for path, text in rendered.items()]

    snapshot.assert_match("\n".join(texts), f"{case.name}.txt")


@pytest.mark.parametrize("case", install_cases(), ids=lambda case: case.name)
def test_an_installation_is_what_it_was_before(case: InstallCase, tmp_path: Path, snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = "tests/snapshots/rendered"
    texts = [f"$ sidekiq-gen install {' '.join(case.flags)}".rstrip() + "\n"]
    texts += [f"--- {path}\n{text}" for path, text in case.render(tmp_path).items()]

    snapshot.assert_match("\n".join(texts), f"{case.name}.txt")
