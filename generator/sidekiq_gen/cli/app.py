"""The command line as a whole: its commands, and what becomes of an error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import click
import typer

from sidekiq_gen import __version__
from sidekiq_gen.cli import info, install, job, patterns
from sidekiq_gen.cli.console import Console
from sidekiq_gen.errors import InvalidInput, SidekiqGenError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
FAILED = 1

app = typer.Typer(
    name="sidekiq-gen",
    help="Write Sidekiq jobs and their specs for the exact Sidekiq version in Gemfile.lock.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.command("job", epilog=job.EXAMPLES)(job.command)
app.command("install", epilog=install.EXAMPLES)(install.command)
app.command("info")(info.command)
app.command("patterns")(patterns.command)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        Console(sys.stdout, sys.stderr, quiet=False, json=False).plain(f"sidekiq-gen {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns its exit status. No exception leaves it."""
    console = Console(sys.stdout, sys.stderr, quiet=False, json="--json" in arguments)
    try:
        status = _call(arguments, console)
    except SidekiqGenError as error:
        console.error(error)
        return error.exit_status
    except click.ClickException as error:
        console.error(_usage(error))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("SIDEKIQ_GEN_DEBUG"):
            raise
        console.error(_defect(error))
        return FAILED
    return status if isinstance(status, int) else 0


def _call(arguments: Sequence[str], console: Console) -> object:
    try:
        return app(list(arguments), standalone_mode=False, prog_name="sidekiq-gen")
    except click.exceptions.NoArgsIsHelpError as error:
        console.plain(error.format_message())
        return error.exit_code


def _usage(error: click.ClickException) -> InvalidInput:
    """What click found wrong with the command line, in our form."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "sidekiq-gen"
    message = error.format_message().strip().removesuffix(".").strip()
    sentence = message if message.endswith((".", "?", "?)")) else f"{message}."
    return InvalidInput(sentence, hint=f"See {command} --help.", code="usage")


def _defect(error: Exception) -> SidekiqGenError:
    return SidekiqGenError(
        f"Unexpected error: {type(error).__name__}: {error}",
        hint="Run it again with SIDEKIQ_GEN_DEBUG=1 and report what it prints. Nothing was written.",
        code="defect",
    )
