"""Runs the specs or tests of an app, all of them in one boot of Rails, and returns each example's outcome.

A warning that Ruby, Rails or Sidekiq gives about a file of the app becomes a failed example of the spec of that file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from live.app import WARNINGS
from live.warm import RAILS, Program, start_program

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from live.app import App
    from live.processes import Processes
    from live.roots import Variant

Framework = Literal["rspec", "minitest"]
BOOT = 60.0  # seconds for booting Rails, on a busy machine
EACH = 2.0  # seconds for each file of specs
FIRST = (*RAILS, "sidekiq", "factory_bot_rails")  # as config/application.rb has it for specs
REPORT = "log/report.json"
FILES = {"rspec": ("spec", "*_spec.rb"), "minitest": ("test", "*_test.rb")}
NOT_LOADED = re.compile(r"(?:An error occurred while|While) loading (?:\./)?(\S+?_spec\.rb)")


@dataclass(frozen=True)
class Example:
    """One example, or one warning: `status` is passed, failed or pending."""

    name: str
    status: str
    message: str = ""

    def is_called(self, description: str) -> bool:
        """Whether it has that description, which Minitest makes a method of, and numbers where it is one of ``it``."""
        method = "#test_" + re.sub(r"\s+", "_", description)
        return self.name.endswith((f" {description}", method)) or bool(
            re.search(rf"#test_\d+_{re.escape(description)}\Z", self.name)
        )


@dataclass(frozen=True)
class Report:
    """What came of a run: the examples of each file, its path relative to the app, and what was printed."""

    files: dict[str, list[Example]]
    output: str

    @property
    def failures(self) -> list[str]:
        """Everything that is not green, in words; pending counts as failed."""
        return [
            f"{file}: {example.name}: {example.message}"
            for file, examples in self.files.items()
            for example in examples
            if example.status != "passed"
        ]

    @property
    def passed(self) -> int:
        """How many examples are green."""
        return sum(example.status == "passed" for examples in self.files.values() for example in examples)


class NotRunError(RuntimeError):
    """The run ended without a report; the message is what it printed."""


def run_specs(
    processes: Processes,
    variant: Variant,
    app: App,
    framework: Framework = "rspec",
    only: Sequence[str] | None = None,
    *,
    until_failure: bool = False,
    examples: Collection[str] = (),
) -> Report:
    """Run all specs of the app, or the files in `only`; every file asked for has an entry in the report.

    With `until_failure` what follows the first failure in a file is not run: for specs that are to fail. rspec runs
    examples as they stand in the file and says nothing of the rest, Minitest shuffles and calls the rest pending.
    Minitest runs `examples` alone, if there are any, by what they are called in the file.

    Raises NotRunError when Rails does not boot and subprocess.TimeoutExpired after 60 s and 2 s for each file.
    """
    folder, pattern = FILES[framework]
    found = only or [path.relative_to(app.folder).as_posix() for path in sorted((app.folder / folder).rglob(pattern))]
    run = _rspec if framework == "rspec" else _minitest
    (app.folder / WARNINGS).unlink(missing_ok=True)
    if until_failure:
        app = replace(app, settings={**app.settings, "LIVE_UNTIL_FAILURE": "1"})
    if examples and framework == "minitest":
        app = replace(app, settings={**app.settings, "LIVE_EXAMPLES": _methods(examples)})
    report = run(processes, variant, app, found)
    for file in found:
        report.files.setdefault(file, [])
    for place, text in app.warnings:
        spec = _spec_of(place, framework, found)
        report.files.setdefault(spec, []).append(Example(f"warning at {place}", "failed", text))
    return report


def _methods(examples: Collection[str]) -> str:
    """A pattern, the same in Ruby, for the methods that Minitest makes of descriptions, as `Example.is_called`."""
    names = ("[ _]+".join(map(re.escape, name.split())) for name in sorted(examples))
    return rf"\Atest_(?:\d+_)?(?:{'|'.join(names)})\z"


def _execute(processes: Processes, variant: Variant, app: App, program: Program, count: int) -> str:
    (app.folder / REPORT).unlink(missing_ok=True)
    child = start_program(processes, variant, app, program)
    done = processes.finish(child, program.argv, timeout=BOOT + EACH * count)
    output = done.stdout + done.stderr
    if not (app.folder / REPORT).exists():
        raise NotRunError(output[-8000:])
    return output


def _rspec(processes: Processes, variant: Variant, app: App, files: Sequence[str]) -> Report:
    argv = ["-S", "rspec", "--format", "progress", "--no-color", "--format", "json", "--out", REPORT]
    program = Program((*argv, "--order", "defined", *files), ("rspec/core", *FIRST), "test")
    output = _execute(processes, variant, app, program, len(files))
    text = (app.folder / REPORT).read_text(encoding="utf-8")
    if not text:
        raise NotRunError(output[-8000:])
    data: dict[str, Any] = json.loads(text)
    unloaded = {found[1]: message for message in data.get("messages", []) if (found := NOT_LOADED.search(message))}
    rest = [file for file in files if file not in unloaded]
    if data["summary"].get("errors_outside_of_examples_count") and len(rest) == len(files):
        raise NotRunError(output[-8000:])
    if unloaded:  # rspec runs nothing then: once more, without them
        report = _rspec(processes, variant, app, rest) if rest else Report({}, output)
        broken = {file: [Example("(load)", "failed", message)] for file, message in unloaded.items()}
        return Report(report.files | broken, report.output)
    by_file: dict[str, list[Example]] = {}
    for example in data["examples"]:
        error = example.get("exception") or {}
        lines = [error.get("class"), error.get("message"), *(error.get("backtrace") or [])[:5]]
        message = "\n".join(line for line in lines if line)
        entry = Example(example["full_description"], example["status"], message)
        by_file.setdefault(example["file_path"].removeprefix("./"), []).append(entry)
    return Report(by_file, output)


def _minitest(processes: Processes, variant: Variant, app: App, files: Sequence[str]) -> Report:
    program = Program(("-Itest", "lib/run_minitest.rb", REPORT, *files), FIRST, "test")
    output = _execute(processes, variant, app, program, len(files))
    by_file: dict[str, list[Example]] = {}
    for line in (app.folder / REPORT).read_text(encoding="utf-8").splitlines():
        data: dict[str, str] = json.loads(line)
        example = Example(f"{data['class']}#{data['name']}", data["status"], data["message"])
        by_file.setdefault(data["file"], []).append(example)
    return Report(by_file, output)


def _spec_of(place: str, framework: Framework, files: Sequence[str]) -> str:
    """The spec that a warning belongs to: its own file or the spec of the job, else the place itself."""
    path = PurePosixPath(place.partition(":")[0])
    if path.parts and path.parts[0] == "app":
        folder, suffix = ("spec", "_spec.rb") if framework == "rspec" else ("test", "_test.rb")
        path = PurePosixPath(folder, *path.parts[1:]).with_name(path.stem + suffix)
    return str(path) if str(path) in files else place.partition(":")[0]
