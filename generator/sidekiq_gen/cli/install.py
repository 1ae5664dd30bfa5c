"""``sidekiq-gen install``: parse, ask, generate, print."""

from __future__ import annotations

from typing import Any

from sidekiq_gen.cli import options
from sidekiq_gen.cli.run import Runtime, document
from sidekiq_gen.install.request import FLAGS
from sidekiq_gen.rails.project import Where, detect_project

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
    """Set up Sidekiq in this repo: initializers, config/sidekiq.yml, tasks for dead jobs.

    What an initializer or config/sidekiq.yml lacks is inserted; neither is ever overwritten.
    """
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
    told = document("install", project.release, command_line(asked, where))
    runtime.execute(installed, told, asked=any(value.origin == "answer" for value in asked.values()))
    return 0


command = options.with_flags(_command, FLAGS)
