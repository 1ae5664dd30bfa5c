"""``sidekiq-gen install``: parse, ask, generate, print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.cli import options
from sidekiq_gen.cli.run import Runtime, document
from sidekiq_gen.errors import DecisionNeeded
from sidekiq_gen.install.request import FLAGS
from sidekiq_gen.rails.project import Where, detect_project

if TYPE_CHECKING:
    from sidekiq_gen.install.pipeline import Installation

EXAMPLES = """Examples:

\b
  sidekiq-gen install
  sidekiq-gen install --health-check --dead-threshold 50
  sidekiq-gen install --skip
"""


def _command(
    *,
    flags: dict[str, Any],
    force: options.Force = False,
    skip: options.Skip = False,
    pretend: options.Pretend = False,
    quiet: options.Quiet = False,
    no_input: options.NoInput = False,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Set up Sidekiq in this repo: initializers, config/sidekiq.yml, tasks for dead jobs."""
    from sidekiq_gen.install.pipeline import command_line, generate_install

    runtime = Runtime.of(force=force, skip=skip, pretend=pretend, quiet=quiet, no_input=no_input, json=json)
    where = Where(root, lockfile, sidekiq_version)
    asked = answers = options.given(flags)
    project = detect_project(where, options.here())
    generate_install(answers, project, force=force, skip=skip)  # what cannot be had is refused before any question
    if runtime.terminal:
        from sidekiq_gen.cli.prompts import ask_for_install

        asked = ask_for_install(answers, project, runtime.console)
    installed = generate_install(asked, project, force=force, skip=skip)
    if not (runtime.terminal or pretend):
        _require_decisions(installed)
    told = document("install", project.release, command_line(asked, where))
    runtime.execute(installed, told, asked=any(value.origin == "answer" for value in asked.values()))
    return 0


def _require_decisions(installed: Installation) -> None:
    """Say what the files that are in the way lack, as nothing is written."""
    if not installed.plan.conflicts:
        return
    lacking = [notice.message for notice in installed.notices if notice.code == "incomplete"]
    paths = ", ".join(file.path for file in installed.plan.conflicts)
    raise DecisionNeeded(
        " ".join([f"Already there with another text: {paths}.", *lacking]),
        hint="Pass --skip to keep what is there and write the rest, or --force to overwrite it; nothing was written.",
        code="conflict",
    )


command = options.with_flags(_command, FLAGS)
