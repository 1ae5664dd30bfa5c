"""``sidekiq-gen rename``: a job gets another name, in deploys that are safe."""

from __future__ import annotations

from typing import Annotated, Literal

import click
import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.deploying import carry_out
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.rails.project import Where, telling

EXAMPLES = """Examples:

\b
  sidekiq-gen rename ChargeJob CollectJob
  sidekiq-gen rename ChargeJob CollectJob --step 2
  sidekiq-gen rename ChargeJob CollectJob --step 3 --pretend
"""


def command(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The job as it is called.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name, with the namespace.")],
    *,
    step: Annotated[
        str,
        typer.Option(
            "--step",
            click_type=click.Choice(["1", "2", "3"]),
            help="1: the class gets the new name, and the old one stays and hands over. 2: callers and schedules push "
            "the new name. 3: the old class goes. Each is a deploy of its own.",
        ),
    ] = "1",
    pretend: options.Pretend = False,
    quiet: options.Quiet = False,
    no_input: options.NoInput = False,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Rename a job in steps, each of which is safe while old and new code run and old payloads wait."""
    from sidekiq_gen.deploys.renaming import rename

    where = Where(root, lockfile, sidekiq_version)
    project = open_project(where)
    steps: dict[str, Literal[1, 2, 3]] = {"1": 1, "2": 2, "3": 3}
    with telling(project.told):
        planned = rename(old, new, steps[step], project)
    words = ["rename", old, new, "--step", step]
    return carry_out(planned, project, where, words, pretend=pretend, quiet=quiet, no_input=no_input, json=json)
