"""``sidekiq-gen install``: parse, ask, generate, print."""

from __future__ import annotations

from typing import Any

from sidekiq_gen.cli import options
from sidekiq_gen.cli.decided import Decided
from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.given import given
from sidekiq_gen.cli.place import open_project, packed
from sidekiq_gen.cli.run import Planned, Runtime, document
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.flags import Answers
from sidekiq_gen.install.request import CONFIG, FLAGS, with_defaults
from sidekiq_gen.rails.project import Project, Where, telling
from sidekiq_gen.settings import FILE

EXAMPLES = """Examples:

\b
  sidekiq-gen install
  sidekiq-gen install --health-check --dead-threshold 50
  sidekiq-gen install --skip
  sidekiq-gen install --config
"""


def _command(
    *,
    flags: dict[str, Any],
    force: options.Force = False,
    skip: options.Skip = False,
    overwrite: options.Overwrite = None,
    keep: options.Keep = None,
    pretend: options.Pretend = False,
    quiet: options.Quiet = False,
    no_input: options.NoInput = False,
    lint: options.Lint = False,
    lint_fix: options.LintFix = False,
    no_format: options.NoFormat = False,
    no_record: options.NoRecord = False,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Set up Sidekiq in this repo: initializers, config/sidekiq.yml, tasks for dead jobs.

    What an initializer or config/sidekiq.yml lacks is inserted; neither is ever overwritten.
    """
    from sidekiq_gen.install.pipeline import command_line, generate_install
    from sidekiq_gen.install.recorded import install_entry

    runtime = Runtime.of(
        Decided.of(force=force, skip=skip, overwrite=overwrite, keep=keep),
        pretend=pretend,
        quiet=quiet,
        no_input=no_input,
        json=json,
        lint=lint,
        lint_fix=lint_fix,
        no_format=no_format,
        no_record=no_record,
    )
    where = Where(root, lockfile, sidekiq_version)
    typed = given(flags)
    project = open_project(where)
    with telling(project.told):
        read_defaults(project)
        project = packed(project, typed, "install")
    asked = answers = with_defaults(typed, project.app.settings)
    made: Planned
    if CONFIG.parameter in typed:
        made, asked = _config(typed, project, force=force, skip=skip), typed
    else:
        with telling(project.told):
            generate_install(
                answers, project, force=force, skip=skip
            )  # what cannot be had is refused before any question
        if runtime.terminal:
            from sidekiq_gen.cli.prompts import ask_for_install

            asked = ask_for_install(answers, project, runtime.console)
        with telling(project.told):
            installed = generate_install(asked, project, force=force, skip=skip)
            made = runtime.noting(installed, lambda: [install_entry(asked, installed, project.app)], project)
    told = document("install", project.release, command_line(asked, where))
    runtime.execute(made, told, project.app, asked=any(value.origin == "answer" for value in asked.values()))
    return 0


def _config(typed: Answers, project: Project, *, force: bool, skip: bool) -> Planned:
    """The settings alone."""
    further = next((flag for flag in FLAGS if flag.parameter in typed and flag is not CONFIG), None)
    if further:
        raise InvalidInput(
            f"{CONFIG.option} writes {FILE} and nothing else, and {further.option} asks for more.",
            hint=f"Run it once with {CONFIG.option} and once without.",
            code="usage",
        )
    from sidekiq_gen.install.config import generate_config

    return generate_config(project, force=force, skip=skip)


command = options.with_flags(_command, FLAGS)
