"""``sidekiq-gen check``: what is wrong with the jobs that a repo has."""

from __future__ import annotations

import os
import sys
from time import perf_counter
from typing import Annotated

import click
import typer

from sidekiq_gen.changes.cache import cache_folder
from sidekiq_gen.cli import options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.rails.project import Where, telling

FOUND = 4  # the exit status of the contract
FORMATS = ("text", "json", "sarif", "github")

EXAMPLES = """Examples:

\b
  sidekiq-gen check
  sidekiq-gen check app/jobs/billing --severity error
  sidekiq-gen check --explain active-job-macro
  sidekiq-gen check --output-format sarif > sidekiq-gen.sarif
"""


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Tell only what is found in these places."),
    ] = None,
    *,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="REF",
            help="Tell instead what is not safe while the code of this git revision runs next to that of here.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CODE", help="Only this rule. May be given several times.")
    ] = None,
    excepted: Annotated[
        list[str] | None, typer.Option("--except", metavar="CODE", help="Not this rule. May be given several times.")
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="CODE", help="This rule as well, which is off. May be given several times."),
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option(
            "--severity",
            metavar="error|warning|note",
            click_type=click.Choice(("error", "warning", "note")),
            help="The lowest severity that is told [default: note].",
        ),
    ] = None,
    output_format: Annotated[
        str | None,
        typer.Option(
            "--output-format",
            metavar="text|json|sarif|github",
            click_type=click.Choice(FORMATS),
            help="github: annotations of GitHub Actions [default: text].",
        ),
    ] = None,
    json: options.Json = False,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="CODE", help="Say what a rule is about, and check nothing.")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules, and check nothing.")] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Read every file, and keep nothing for the next run.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the findings alone.")] = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Check the jobs that are there, for the releases that are locked.

    Exits with 4 when something is found.
    """
    form = _form(output_format, json=json)
    console = Console(sys.stdout, sys.stderr, quiet=quiet, json=form in {"json", "sarif"})
    if explain is not None or rules:
        from sidekiq_gen.cli.check_rules import explain_rule, list_rules

        if explain is not None:
            explain_rule(explain, console)
        else:
            list_rules(console)
        return 0
    started = perf_counter()
    project = open_project(Where(root, lockfile, sidekiq_version))
    with telling(project.told):
        from sidekiq_gen.cli.check_selection import Typed, selection_of
        from sidekiq_gen.cli.checked import changed, checked, tell

        typed = Typed(only or [], excepted or [], also or [], severity, paths or [])
        selection = selection_of(typed, project)
        if against is None:
            cache = None if no_cache else cache_folder(os.environ)
            report = checked(project, selection, started, cache)
        else:
            report = changed(project, selection, started, against)
    tell(report, project, console, form)
    return FOUND if report.findings else 0


def _form(output_format: str | None, *, json: bool) -> str:
    if json and output_format not in {None, "json"}:
        raise InvalidInput(
            f"--json and --output-format {output_format} contradict each other.", hint="Pass one of them.", code="usage"
        )
    return "json" if json else output_format or "text"
