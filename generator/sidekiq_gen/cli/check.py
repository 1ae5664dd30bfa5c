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
from sidekiq_gen.cli.decided import Decided
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.cli.run import Runtime
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
    fix: Annotated[
        bool, typer.Option("--fix", help="Rewrite what can be put right for certain; on a terminal it is shown first.")
    ] = False,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write down all that is found, so that it is not told again.")
    ] = False,
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help="Tell what is in the baseline as well.")] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Read every file, and keep nothing for the next run.")
    ] = False,
    pretend: options.Pretend = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the findings alone, ask nothing.")] = False,
    no_input: options.NoInput = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Check the jobs that are there, for the releases that are locked.

    Exits with 4 when something is found. --fix and --write-baseline alone write anything.
    """
    started = perf_counter()
    form = _form(output_format, json=json)
    how = {"--fix": fix, "--write-baseline": write_baseline, "--against": against is not None}
    _refuse_together([option for option, given in how.items() if given], form)
    console = Console(sys.stdout, sys.stderr, quiet=quiet, json=form in {"json", "sarif"})
    if explain is not None or rules:
        from sidekiq_gen.cli.check_rules import explain_rule, list_rules

        if explain is not None:
            explain_rule(explain, console)
        else:
            list_rules(console)
        return 0
    where = Where(root, lockfile, sidekiq_version)
    project = open_project(where)
    with telling(project.told):
        from sidekiq_gen.cli.check_selection import Typed, selection_of
        from sidekiq_gen.cli.check_told import tell
        from sidekiq_gen.cli.checked import changed, checked

        typed = Typed(only or [], excepted or [], also or [], severity, paths or [])
        selection = selection_of(typed, project)
        if against is not None:
            report = changed(project, selection, started, against)
            tell(report, project, console, form)
            return FOUND if report.findings else 0
        cache = None if no_cache else cache_folder(os.environ)
        known = not (no_baseline or write_baseline)
        run = checked(project, selection, started, cache, with_baseline=known)
    if fix or write_baseline:
        from sidekiq_gen.cli import check_writing

        runtime = Runtime.of(Decided(), pretend=pretend, quiet=quiet, no_input=no_input, json=form == "json")
        words = [*typed.words(), *where.words(), "--no-input"]
        if write_baseline:
            check_writing.write_baseline(run, selection, runtime, words)
            return 0
        if check_writing.write_fixes(run, runtime, words):
            return 0
    tell(run.report, project, console, form, run.notices)
    return FOUND if run.report.findings else 0


def _refuse_together(given: list[str], form: str) -> None:
    """Refuse what cannot be done in one run.

    Raises:
        InvalidInput: it was asked for.
    """
    if len(given) > 1:
        raise InvalidInput(f"{given[0]} and {given[1]} do not go together.", hint="Run it twice.", code="usage")
    if form in {"sarif", "github"} and {"--fix", "--write-baseline"}.intersection(given):
        message = f"{given[0]} and --output-format {form} do not go together."
        raise InvalidInput(message, hint="Run it twice.", code="usage")


def _form(output_format: str | None, *, json: bool) -> str:
    if json and output_format not in {None, "json"}:
        raise InvalidInput(
            f"--json and --output-format {output_format} contradict each other.", hint="Pass one of them.", code="usage"
        )
    return "json" if json else output_format or "text"
