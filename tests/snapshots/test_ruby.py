"""Everything that is rendered in tests, seen by the real Ruby and the real RuboCop."""

from __future__ import annotations

import json
import re
import subprocess
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.cases import Case, all_cases, alone, pairs, rows
from support.install_cases import InstallCase, install_cases
from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HOW = "apt-get install ruby rubocop"
SHARES = 2
LEAST = 250  # texts in a share
# What `ruby -wc` does, for many files in one process.
COMPILE = "ARGV.each { |path| RubyVM::InstructionSequence.compile_file(path) }; puts ARGV.size"
RUBOCOP = """AllCops:
  NewCops: enable
  SuggestExtensions: false
Style/Documentation:
  Enabled: false
Metrics:
  Enabled: false
Style/StringLiterals:
  EnforcedStyle: {quotes}_quotes
Style/FrozenStringLiteralComment:
  EnforcedStyle: {comment}
"""


def cases(quotes: str, comment: str) -> list[Case]:
    """All cases in the first style; in the other one what works through rows, the covering pairs, and one tree alone.

    The pairs combine every pattern with every tree.
    """
    one_tree = [case for case in alone() if case.name.startswith("7-")]
    chosen = all_cases() if (quotes, comment) == ("double", "always") else [*one_tree, *rows(), *pairs()]
    return [replace(case, repo=replace(case.repo, quotes=quotes, comment=comment == "always")) for case in chosen]


def installs(quotes: str, comment: str) -> list[InstallCase]:
    return [case.styled(quotes, comment=comment == "always") for case in install_cases()]


def share_of(name: str) -> int:
    """Which of the shares of the work a case belongs to: the trees share one, as they render many equal files."""
    return zlib.crc32(re.sub(r"\b(6\.5|7|8)-", "", name, count=1).encode()) % SHARES


def lay_out(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, timeout=900, check=False)


# Two styles have each value of each choice. A text that several cases render is looked at once.
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize(("quotes", "comment"), [("double", "always"), ("single", "never")])
def test_ruby_and_rubocop_have_nothing_to_say(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, quotes: str, comment: str, share: int
) -> None:
    every: list[Case | InstallCase] = [*cases(quotes, comment), *installs(quotes, comment)]
    texts: set[tuple[str, str]] = set()
    for case in every:
        if share_of(case.name) != share:
            continue
        rendered = case.render(tmp_path_factory.mktemp("repo"))
        assert len(rendered) > ("--kind fan-out" in case.line) * 2 + 1
        lay_out(tmp_path / case.name, {path: text for path, text in rendered.items() if (path, text) not in texts})
        texts |= rendered.items()
    files = sorted(str(path) for path in tmp_path.rglob("*") if path.suffix in {".rb", ".rake"})

    compiled = run([require("ruby", HOW), "-w", "-e", COMPILE, *files])

    assert (compiled.returncode, compiled.stdout.strip(), compiled.stderr) == (0, str(len(files)), "")
    assert len(files) == sum(path.endswith((".rb", ".rake")) for path, _ in texts) > LEAST

    (tmp_path / ".rubocop.yml").write_text(RUBOCOP.format(quotes=quotes, comment=comment), encoding="utf-8")
    linted = run([require("rubocop", HOW), "--cache", "false", "--format", "json", str(tmp_path)])

    report = json.loads(linted.stdout)
    offenses = [
        f"{file['path']}:{offense['location']['line']}: {offense['cop_name']}: {offense['message']}"
        for file in report["files"]
        for offense in file["offenses"]
    ]
    assert offenses == []
    assert report["summary"]["inspected_file_count"] == len(files)


def test_every_case_belongs_to_a_share() -> None:
    assert {share_of(case.name) for case in all_cases()} == set(range(SHARES))


def test_rubocop_would_see_an_offense(tmp_path: Path) -> None:
    (tmp_path / ".rubocop.yml").write_text(RUBOCOP.format(quotes="double", comment="always"), encoding="utf-8")
    (tmp_path / "job.rb").write_text("class Job\n  def perform; end\nend\n", encoding="utf-8")

    done = run([require("rubocop", HOW), "--cache", "false", "--format", "emacs", str(tmp_path)])

    assert "Style/FrozenStringLiteralComment" in done.stdout
