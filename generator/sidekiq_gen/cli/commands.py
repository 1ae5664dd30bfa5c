"""The commands as typer knows them: for help, for mistakes, and for whatever `plain` does not read."""

from __future__ import annotations

import os
import re
import sys
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Annotated

import click
import typer
from click.exceptions import NoSuchCommand

from sidekiq_gen import __version__
from sidekiq_gen.cli import help  # noqa: A004 - as the option is called
from sidekiq_gen.cli.app import COMPLETION, INTERRUPTED
from sidekiq_gen.cli.console import Console
from sidekiq_gen.errors import InvalidInput, SidekiqGenError
from sidekiq_gen.near import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.packs.pack import Pack

# Each has a module of its name, with `command` and perhaps EXAMPLES. A shell that completes their names shows what
# stands here, which is the first sentence of their help.
SUMMARIES = {
    "job": "Write one job class and its spec, or with --from many of them.",
    "install": "Set up Sidekiq in this repo: initializers, config/sidekiq.yml, tasks for dead jobs.",
    "info": "Show what was detected, and what this Sidekiq can and cannot do.",
    "destroy": "Remove what job has written: its class, its spec, the folders that are empty then.",
    "templates": "List, copy and check templates: those of this repo, and those of a pack.",
    "check": "Check the jobs that are there, for the releases that are locked.",
    "upgrade": "Render what was generated again for the locked Sidekiq and merge it with what was changed by hand.",
    "rename": "Rename a job in steps, each of which is safe while old and new code run and old payloads wait.",
    "argument": "Add, require or remove an argument of a job in steps that old payloads survive.",
    "patterns": "List the kinds of job and the safeguards: what each is for, and whether it is available here.",
}
NAMES = tuple(SUMMARIES)


_WITH_PACKS = frozenset({"job", "destroy"})


def build_app(names: Sequence[str] = NAMES, pack: Pack | None = None) -> typer.Typer:
    """The command line with these commands, and of the others the names: they are not even loaded.

    pack: whose flags `job` and `destroy` have as well.
    """
    app = typer.Typer(
        name="sidekiq-gen",
        cls=help.Group,
        help="Write Sidekiq jobs and their specs for the exact Sidekiq version in Gemfile.lock.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    for name, summary in SUMMARIES.items():
        if name in names:
            module = import_module(f"sidekiq_gen.cli.{name}")
            kind = help.CLASSES.get(name, help.Command)
            command = module.command_with(pack) if pack and name in _WITH_PACKS else module.command
            app.command(name, cls=kind, epilog=getattr(module, "EXAMPLES", None))(command)
        else:
            app.command(name, help=summary)(_unloaded)
    app.callback()(_main)
    return app


def call(arguments: Sequence[str], console: Console) -> int:
    """Run one command line; returns its exit status.

    Raises:
        SidekiqGenError: it makes no sense, or cannot be done. KeyboardInterrupt: it was interrupted.
    """
    words = _completed() or arguments
    first = next((word for word in words if not word.startswith("-")), "")
    app = typer.main.get_command(build_app([first], _pack(arguments) if first in _WITH_PACKS else None))
    _refuse_swallowed(app, first, arguments)
    try:
        if _help_is_wanted(arguments):  # click would take a full disk, or a reader that has gone, for its own failure
            with redirect_stdout(StringIO()) as shown:
                app([word for word in arguments if word != "--json"], standalone_mode=False, prog_name="sidekiq-gen")
            text = shown.getvalue().removesuffix("\n")
            if console.json:
                console.document({"schema": 1, "help": text})
            console.plain(text)
            return 0
        status = app(list(arguments), standalone_mode=False, prog_name="sidekiq-gen")
    except click.exceptions.NoArgsIsHelpError as error:
        console.plain(error.format_message())
        return error.exit_code
    except click.ClickException as error:
        raise _usage(error) from error
    except click.Abort:
        raise KeyboardInterrupt from None
    if status == INTERRUPTED:  # what typer makes of a KeyboardInterrupt
        raise KeyboardInterrupt
    return status if isinstance(status, int) else 0


def _pack(words: Sequence[str]) -> Pack | None:
    """The pack that a command line means; where it is to be completed or explained, one that is broken is none."""
    from sidekiq_gen.cli.packs import on_the_line

    try:
        return on_the_line(words)
    except SidekiqGenError:
        if COMPLETION in os.environ or _help_is_wanted(words):
            return None
        raise


def _help_is_wanted(words: Sequence[str]) -> bool:
    """Whether a command line asks for help: click heeds it wherever it stands, and runs no command."""
    return COMPLETION not in os.environ and any(word in {"-h", "--help"} for word in takewhile("--".__ne__, words))


def _completed() -> list[str]:
    """The words of the command line that a shell wants to have completed; empty when it runs one."""
    if COMPLETION not in os.environ:
        return []
    return os.environ.get("COMP_WORDS", os.environ.get("_TYPER_COMPLETE_ARGS", "")).split()[1:]


def _unloaded() -> None:
    """Stands for a command that is not called."""
    raise AssertionError


def _refuse_swallowed(group: click.Command, name: str, words: Sequence[str]) -> None:
    """Refuse an option of ours where the value of another one is due: ``--dir --pretend`` would write into --pretend.

    Raises:
        InvalidInput: the value was forgotten. ``--dir=--pretend`` says that it was not.
    """
    command = group.commands.get(name, group) if isinstance(group, click.Group) else group
    options = [one for one in command.params if isinstance(one, click.Option)]
    known = {word for option in options for word in option.opts} | {"--help", "-h"}
    due = {word for option in options if not option.is_flag and not option.count for word in option.opts}
    end = words.index("--") if "--" in words else len(words)
    for word, following in pairwise(words[:end]):
        if word in due and following.partition("=")[0] in known:
            raise InvalidInput(
                f"{word} has no value: {following} is an option itself.",
                hint=f"Give one, or say that it is meant: {word}={following}.",
                code="usage",
            )


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        Console(sys.stdout, sys.stderr, quiet=False, json=False).plain(f"sidekiq-gen {__version__}")
        raise typer.Exit


def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


def _usage(error: click.ClickException) -> InvalidInput:
    """What click found wrong with the command line, in our form."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "sidekiq-gen"
    message, meant = error.format_message().strip().removesuffix(".").strip(), ""
    if isinstance(error, click.NoSuchOption) and context:
        known = [name for one in context.command.get_params(context) for name in one.opts if name.startswith("--")]
        message, meant = f"No such option {error.option_name!a}", did_you_mean(error.option_name, known, most=3)
    elif isinstance(error, NoSuchCommand):
        message, meant = f"No such command {error.command_name!a}", did_you_mean(error.command_name, NAMES)
    elif isinstance(error, click.BadParameter) and isinstance(getattr(error.param, "type", None), click.Choice):
        typed = re.search(r"'(.*?)' is not one of", message)
        meant = did_you_mean(typed[1], error.param.type.choices) if typed else ""  # type: ignore[union-attr]
    return InvalidInput(f"{message}.", hint=f"{meant} See {command} --help.".lstrip(), code="usage")
