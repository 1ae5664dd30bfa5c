"""A folder that is named for a job and that nothing loads constants from is remarked on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

LIB = {"config/application.rb": "config.autoload_lib(ignore: %w[tasks])\n", "lib/a.rb": ""}


@pytest.mark.parametrize(
    ("folder", "files", "loaded"),
    [
        ("lib/jobs", {}, False),
        ("tmp/x", {}, False),
        ("app", {}, False),
        ("app/assets/jobs", {}, False),
        ("app/jobs", {}, True),
        ("app/workers/new", {}, True),
        ("lib/jobs", LIB, True),
        ("lib/tasks/jobs", LIB, False),
    ],
)
def test_a_folder(tmp_path: Path, folder: str, files: dict[str, str], *, loaded: bool) -> None:
    root = Repo(files=files).write(tmp_path)

    told = json.loads(sidekiq_gen(root, "job", "ProcessOrder", "--dir", folder, "--json", "--pretend").out)

    found = [one["message"] for one in told["notices"] if one["code"] == "not-autoloaded"]
    wanted = [f"Rails loads no constants from {folder}: it would not find {told['class_name']} there."]
    assert found == ([] if loaded else wanted)
