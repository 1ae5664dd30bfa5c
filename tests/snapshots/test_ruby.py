"""Everything that is rendered in tests, seen by the real Ruby and the real RuboCop."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.cases import Case, all_cases, alone, pairs, rows
from support.install_cases import install_cases
from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HOW = "apt-get install ruby rubocop"
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
    """All cases in the first style; every pattern alone and the covering pairs in the other one."""
    chosen = all_cases() if (quotes, comment) == ("double", "always") else [*alone(), *rows(), *pairs()]
    return [replace(case, repo=replace(case.repo, quotes=quotes, comment=comment == "always")) for case in chosen]


def lay_out(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, timeout=900, check=False)


# Two styles have each value of each choice.
@pytest.mark.parametrize(("quotes", "comment"), [("double", "always"), ("single", "never")])
def test_ruby_and_rubocop_have_nothing_to_say(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, quotes: str, comment: str
) -> None:
    for case in cases(quotes, comment):
        lay_out(tmp_path / case.name, case.render(tmp_path_factory.mktemp("repo")))
    installs = [case.styled(quotes, comment=comment == "always") for case in install_cases()]
    for install in installs:
        lay_out(tmp_path / install.name, install.render(tmp_path_factory.mktemp("repo")))
    files = sorted(str(path) for path in tmp_path.rglob("*") if path.suffix in {".rb", ".rake"})

    compiled = run([require("ruby", HOW), "-w", "-e", COMPILE, *files])

    assert (compiled.returncode, compiled.stdout.strip(), compiled.stderr) == (0, str(len(files)), "")
    jobs = sum(4 if "--kind fan-out" in case.arguments else 2 for case in cases(quotes, comment))
    assert len(files) > jobs + 2 * len(installs)

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


def test_rubocop_would_see_an_offense(tmp_path: Path) -> None:
    (tmp_path / ".rubocop.yml").write_text(RUBOCOP.format(quotes="double", comment="always"), encoding="utf-8")
    (tmp_path / "job.rb").write_text("class Job\n  def perform; end\nend\n", encoding="utf-8")

    done = run([require("rubocop", HOW), "--cache", "false", "--format", "emacs", str(tmp_path)])

    assert "Style/FrozenStringLiteralComment" in done.stdout
