"""``sidekiq-gen upgrade``: what a move of Sidekiq means here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.cli.upgrade_report import print_report
from sidekiq_gen.rails.project import Where

EXAMPLES = """\
Examples:

  sidekiq-gen upgrade --to newest

  sidekiq-gen upgrade --to 7.3 --json
"""

To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="VERSION",
        help="Say what a move to this release means: 8.1.7, the newest of a line (8, 7.3), or newest.",
    ),
]


def command(
    *,
    to: To = "newest",
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Say what a move to a later Sidekiq means for this repo, and what has to be done first."""
    console = Console(sys.stdout, sys.stderr, quiet=False, json=json)
    return print_report(open_project(Where(root, lockfile, sidekiq_version)), to, console)
