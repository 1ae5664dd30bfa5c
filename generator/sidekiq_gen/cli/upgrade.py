"""``sidekiq-gen upgrade``: what was generated, for the release that is locked now; with ``--to``, what a move means."""

from __future__ import annotations

from typing import Annotated

import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.decided import Decided
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.cli.run import Runtime
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.rails.project import Where

EXAMPLES = """Examples:

\b
  sidekiq-gen upgrade
  sidekiq-gen upgrade --check
  sidekiq-gen upgrade --to newest
  sidekiq-gen upgrade --to 7.3 --json
"""

To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="VERSION",
        help="Say what a move to this release means: 8.1.7, the newest of a line (8, 7.3), or newest.",
    ),
]
Check = Annotated[
    bool, typer.Option("--check", help="Say what is stale and write nothing; the exit code is then 4, for CI.")
]


def command(
    *,
    to: To = None,
    check: Check = False,
    pretend: options.Pretend = False,
    quiet: options.Quiet = False,
    no_input: options.NoInput = False,
    lint: options.Lint = False,
    lint_fix: options.LintFix = False,
    no_format: options.NoFormat = False,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Render what was generated again for the locked Sidekiq and merge it with what was changed by hand.

    What was written stands in .sidekiq-gen.record. Where both have changed the same lines, they stand between git's
    markers; files that were removed stay removed. With --to it only says what a move means for this repo.
    """
    runtime = Runtime.of(
        Decided(),
        pretend=pretend,
        quiet=quiet,
        no_input=no_input,
        json=json,
        lint=lint,
        lint_fix=lint_fix,
        no_format=no_format,
    )
    where = Where(root, lockfile, sidekiq_version)
    if to is None:
        from sidekiq_gen.cli.upgraded import upgrade_rendered

        return upgrade_rendered(where, runtime, check=check)
    if check:
        raise InvalidInput(
            "--check says whether what was generated is stale, and --to what a move means.",
            hint="Pass one of them.",
            code="usage",
        )
    from sidekiq_gen.cli.upgrade_report import print_report

    return print_report(open_project(where), to, runtime.console)
