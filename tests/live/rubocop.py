"""RuboCop of the youngest root, with every new cop, and Ruby's own warnings, over a folder of rendered files."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from live.roots import kept_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from live.processes import Processes
    from live.roots import Variant

LIMIT = 900.0  # seconds
PARSE = "$VERBOSE = true; ARGV.each { |file| RubyVM::InstructionSequence.compile_file(file) rescue warn($!.message) }"
WARNING = re.compile(r"^(?:/app/)?(?P<path>[^:\n]+\.rb):(?P<line>\d+): (?P<message>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Offense:
    """What was found at a place; `cop` is `ruby` for what Ruby itself says."""

    path: str
    line: int
    cop: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.cop}: {self.message}"


SETTINGS: Mapping[str, object] = {
    "plugins": ["rubocop-rails"],
    "AllCops": {"NewCops": "enable", "TargetRubyVersion": 2.7, "TargetRailsVersion": 6.1},
    "Style/Documentation": {"Enabled": False},
    "Style/StringLiterals": {"EnforcedStyle": "double_quotes"},
    "Metrics": {"Enabled": False},
}


# The cops for specs by their defaults, the new ones too; an example may have ten lines.
OF_SPECS: Mapping[str, object] = {
    **SETTINGS,
    "plugins": ["rubocop-rspec"],
    "RSpec/ExampleLength": {"Max": 10},
}

# The cops for tests, and those for Rails, by their defaults, the new ones too.
OF_TESTS: Mapping[str, object] = {**SETTINGS, "plugins": ["rubocop-rails", "rubocop-minitest"]}


def lay_out(folder: Path, rendered: Iterable[Mapping[str, str]]) -> Path:
    """Write rendered files below a folder, path -> text; returns the folder."""
    for files in rendered:
        for path, text in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return folder


def rubocop(
    processes: Processes, variant: Variant, folder: Path, settings: Mapping[str, object] | None = None
) -> list[Offense]:
    """Every offense in the Ruby files of a folder; `settings` replace entries of SETTINGS, as `{"plugins": []}`.

    `variant` is one on the root forky. The folder is to hold the files at their places in a repo, as app/jobs/a_job.rb:
    some cops look at that; a .rubocop.yml in it is not read. What RuboCop said of the same text, at the same place and
    with the same settings, it keeps beside the roots. Raises RuntimeError when RuboCop could not run.
    """
    copy = processes.folder("rubocop")
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    (copy / ".rubocop.yml").write_text(yaml.safe_dump({**SETTINGS, **(settings or {})}), encoding="utf-8")
    argv = ["/usr/bin/rubocop", "--format", "json", "--cache-root", "/overlay/rubocop"]
    command = variant.command(argv, app=copy, env={}, folders={"rubocop": kept_folder("rubocop", variant)})
    done = processes.run(command, timeout=LIMIT)
    if not done.stdout.startswith("{") or "An error occurred" in done.stderr:
        raise RuntimeError(done.stdout + done.stderr)
    return [
        Offense(file["path"], offense["location"]["start_line"], offense["cop_name"], offense["message"])
        for file in json.loads(done.stdout)["files"]
        for offense in file["offenses"]
    ]


def ruby_warnings(processes: Processes, variant: Variant, folder: Path) -> list[Offense]:
    """What the root's Ruby says about each Ruby file, as `ruby -wc` would: syntax errors and warnings."""
    files = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.rb"))]
    done = variant.run(processes, ["/usr/bin/ruby", "-w", "-e", PARSE, *files], app=folder, env={}, timeout=LIMIT)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return [
        Offense(found["path"], int(found["line"]), "ruby", found["message"]) for found in WARNING.finditer(done.stderr)
    ]
