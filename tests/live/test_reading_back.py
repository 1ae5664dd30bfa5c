"""What is quoted for Ruby, YAML and ERB, read back by the Ruby of every root."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from support.reading_back import READ, SCRIPT, handed

if TYPE_CHECKING:
    from pathlib import Path

    from live.roots import Variant


def test_every_ruby_reads_back_what_was_quoted(variant: Variant, tmp_path: Path) -> None:
    done = subprocess.run(
        variant.command(["ruby", "-e", SCRIPT], app=tmp_path, env={}),
        input=handed(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"read": READ, "wrong": []}
