"""The command line as a whole: who reads it, and what becomes of an error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from sidekiq_gen import __version__
from sidekiq_gen.cli.console import Console
from sidekiq_gen.errors import Defect, Interrupted, SidekiqGenError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
FAILED = 1
_VERSION = (["--version"], ["-V"], ["-v"], ["version"])
# What people type who come from Rails: what stands for it here.
_ALSO = {"g": [], "generate": [], "d": ["destroy"]}
COMPLETION = "_SIDEKIQ_GEN_COMPLETE"  # what typer has taught shells to set when they ask for completions


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns its exit status. No exception leaves it."""
    console = Console(sys.stdout, sys.stderr, quiet=False, json="--json" in arguments)
    try:
        return _called(list(arguments), console)
    except SidekiqGenError as error:
        console.error(error)
        return error.exit_status
    except KeyboardInterrupt:
        console.error(Interrupted())
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("SIDEKIQ_GEN_DEBUG"):
            raise
        console.error(Defect(error, written=False))
        return FAILED


def _called(arguments: list[str], console: Console) -> int:
    """Answer what is asked for most without loading what it does not need, and everything else through typer."""
    instruction = os.environ.get(COMPLETION)
    if instruction is not None:
        from sidekiq_gen.cli.completion import answer_shell

        answered = answer_shell(instruction)
        if answered is not None:
            status, text = answered
            if text:
                console.plain(text)
            return status
    else:
        arguments = _spelled_out(arguments)
        if arguments[:1] in _VERSION and arguments[1:] in ([], ["--json"]):
            if console.json:
                console.document({"schema": 1, "version": __version__})
            console.plain(f"sidekiq-gen {__version__}")
            return 0
        if arguments[:1] == ["job"]:
            from sidekiq_gen.cli.plain import read_job
            from sidekiq_gen.job.resolve import all_flags

            values = read_job(arguments[1:], all_flags()) or _with_a_pack(arguments[1:])
            if values is not None:
                from sidekiq_gen.cli.one import write_job

                return write_job(**values)
    from sidekiq_gen.cli.commands import call

    return call(arguments, console)


def _spelled_out(arguments: list[str]) -> list[str]:
    """``help COMMAND`` as ``COMMAND --help``, ``g job`` as ``job``, ``d job`` as ``destroy job``."""
    first, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if first == "help":
        return [*_spelled_out(rest), "--help"]
    if first in _ALSO and rest[:1] in (["job"], ["install"]):
        return [*_ALSO[first], *rest]
    return arguments


def _with_a_pack(words: Sequence[str]) -> dict[str, Any] | None:
    """What a line of ``job`` says that has flags of a pack; None where typer has to read it."""
    from sidekiq_gen.cli.packs import on_the_line
    from sidekiq_gen.cli.plain import read_job
    from sidekiq_gen.job.resolve import all_flags

    if {"-h", "--help"} & {*words}:
        return None
    pack = on_the_line(words)
    return read_job(words, all_flags(pack)) if pack else None
