"""What is quoted for Ruby, YAML and ERB, read back by the real ones."""

from __future__ import annotations

from support.reading_back import read_back
from support.tools import require


def test_ruby_and_yaml_read_back_what_was_quoted() -> None:
    read_back([require("ruby", "apt-get install ruby")])
