"""``sidekiq-gen argument``: what a job is handed changes, in deploys that are safe."""

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
  sidekiq-gen argument add ChargeJob note:string
  sidekiq-gen argument add ChargeJob attempt:integer --default 1
  sidekiq-gen argument require ChargeJob note
  sidekiq-gen argument remove ChargeJob note
"""


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="add|require|remove",
            click_type=click.Choice(["add", "require", "remove"]),
            help="add: as an optional one, behind the others. require: one that is optional. remove: the last one, "
            "first by making it optional, then altogether.",
        ),
    ],
    name: Annotated[str, typer.Argument(metavar="JOB", help="The job.")],
    argument: Annotated[str, typer.Argument(metavar="NAME[:TYPE]", help="As job takes it: note:string, order:record.")],
    *,
    default: Annotated[
        str | None,
        typer.Option("--default", metavar="VALUE", help="What perform takes where a payload lacks it [default: nil]."),
    ] = None,
    pretend: options.Pretend = False,
    quiet: options.Quiet = False,
    no_input: options.NoInput = False,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Add, require or remove an argument of a job in steps that old payloads survive."""
    from sidekiq_gen.deploys.parameters import change

    where = Where(root, lockfile, sidekiq_version)
    project = open_project(where)
    actions: dict[str, Literal["add", "require", "remove"]] = {"add": "add", "require": "require", "remove": "remove"}
    with telling(project.told):
        planned = change(actions[action], name, argument, default, project)
    words = ["argument", action, name, argument, *(["--default", default] if default is not None else [])]
    return carry_out(planned, project, where, words, pretend=pretend, quiet=quiet, no_input=no_input, json=json)
