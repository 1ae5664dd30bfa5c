"""What is quoted for Ruby, YAML and ERB, read back by the Ruby of every root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.reading_back import read_back

if TYPE_CHECKING:
    from pathlib import Path

    from live.roots import Variant


def test_every_ruby_reads_back_what_was_quoted(variant: Variant, tmp_path: Path) -> None:
    read_back(variant.command(["ruby"], app=tmp_path, env={}))
