"""What is quoted for Ruby, YAML and ERB, read back by the real ones."""

from __future__ import annotations

import json
import subprocess

from support.reading_back import READ, SCRIPT, handed
from support.tools import require


def test_ruby_and_yaml_read_back_what_was_quoted() -> None:
    done = subprocess.run(
        [require("ruby", "apt-get install ruby"), "-e", SCRIPT],
        input=handed(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"read": READ, "wrong": []}
