"""The table of the command line for completion, from the commands themselves; as a program it writes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import typer

from sidekiq_gen.cli.commands import build_app
from sidekiq_gen.cli.words import TABLE, Choice, Word, write_words
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.resolve import JOB_FLAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 100


def words() -> dict[str, list[Word]]:
    """What can stand behind each command."""
    return {path: list(_of(command, path)) for path, command in _commands(typer.main.get_command(build_app()), "")}


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    for name, one in command.commands.items() if isinstance(command, click.Group) else ():
        yield from _commands(one, f"{path} {name}".strip())


def _of(command: click.Command, path: str) -> Iterator[Word]:
    for name, one in command.commands.items() if isinstance(command, click.Group) else ():
        yield Word((name,), "command", name, "", _line(one.help or ""), ())
    for parameter in command.get_params(click.Context(command, help_option_names=["-h", "--help"])):
        name = parameter.name or ""
        choices = tuple(_choices(parameter, path))
        if isinstance(parameter, click.Option) and not parameter.hidden:
            kind = "switch" if parameter.is_flag or parameter.count else "list" if parameter.multiple else "text"
            # click keeps the names of --help in a set
            names = tuple(sorted((*parameter.opts, *parameter.secondary_opts), key=len, reverse=True))
            yield Word(names, kind, name, parameter.metavar or "", _line(parameter.help or ""), choices)
        elif isinstance(parameter, click.Argument):
            kind = "places" if parameter.nargs < 0 else "place"
            help_ = getattr(parameter, "help", "") or ""
            yield Word((name,), kind, name, (parameter.metavar or name.upper()).strip("[]."), _line(help_), choices)


def _choices(parameter: click.Parameter, path: str) -> Iterator[Choice]:
    if (path, parameter.name) == ("patterns", "name"):
        yield from (Choice(one.name, _line(one.summary)) for one in (*KINDS, *PATTERNS))
    elif isinstance(parameter.type, click.Choice):
        explained = dict(_explained()).get(parameter.name or "", {})
        also = {name for name in parameter.type.choices if explained and name not in explained}
        for value in parameter.type.choices:
            if value not in also:
                yield Choice(str(value), _line(explained.get(value, "")))


def _explained() -> Iterator[tuple[str, dict[str, str]]]:
    """The choices of the flags of a job, each with what it does, without other names for the same."""
    for flag in JOB_FLAGS:
        yield flag.parameter, flag.explained or dict.fromkeys(flag.choices, "")
    component: Any
    for component in (*KINDS, *PATTERNS):
        for flag in component.flags:
            yield flag.parameter, dict(component.explained(flag, None)) or dict.fromkeys(flag.choices, "")


def _line(text: str) -> str:
    """The first sentence, without its dot, on one line."""
    first = re.split(r"(?<=[a-z)])\.(?:\s|$)", " ".join(text.split()), maxsplit=1)[0].removesuffix(".")
    return first if len(first) <= LONGEST else f"{first[:LONGEST].rpartition(' ')[0]} ..."


if __name__ == "__main__":
    Path(TABLE).write_text(write_words(words()), encoding="utf-8")
