"""``sidekiq-gen patterns``: the catalogue, as it looks from this repo."""

from __future__ import annotations

import sys
import textwrap
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import click
import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.given import given
from sidekiq_gen.cli.place import open_project, packed
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.job.catalogue import Entry, entries, example
from sidekiq_gen.job.resolve import DATABASES
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.rails.project import Project, Where, telling
from sidekiq_gen.settings import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.flags import Answers, Flag

COLUMN = 18
_NARROW, _HANGING = 60, 4  # below so many columns, what is said stands below its name


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One kind or pattern, in full.")] = None,
    *,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            click_type=click.Choice(DATABASES),
            help="The database that a job runs on, where the repo names several or none.",
        ),
    ] = None,
    templates: options.Templates = None,
) -> int:
    """List the kinds of job and the safeguards: what each is for, and whether it is available here."""
    console = Console(sys.stdout, sys.stderr, quiet=False, json=json)
    project = open_project(Where(root, lockfile, sidekiq_version))
    said = given({"database": database, TEMPLATES.parameter: templates})
    with telling(project.told):
        project = packed(project, said)
        shown = _wanted(name, project, said)
    for notice in project.told:
        console.notice(notice)
    if json:
        described = [_described(entry) for entry in shown]
        if name and shown[0].refusal is None:
            described[0]["example"] = example(name, project, said)
        console.document({"schema": 1, "patterns": described, "notices": [notice.as_dict() for notice in project.told]})
    elif name:
        console.plain(_in_full(shown[0], project, said, console.columns))
    else:
        groups = groupby(shown, key=lambda entry: entry.group)
        lines, head = (partial(one, width=console.columns) for one in (_line, _head))
        console.plain("\n\n".join("\n".join([head(heading), *map(lines, group)]) for heading, group in groups))
        console.plain("\n" + head("More about one of them: sidekiq-gen patterns NAME"))
    return 0


def _wanted(name: str | None, project: Project, given: Answers) -> list[Entry]:
    """The entry of this name, or all of them."""
    read_defaults(project)
    known = entries(project, given)
    wanted = [entry for entry in known if name in {None, entry.name}]
    if not wanted:
        names = ", ".join(entry.name for entry in known)
        raise InvalidInput(
            f"There is no pattern {name!a}.",
            hint=did_you_mean(name or "", [entry.name for entry in known], f"There are {names}.", 2),
            code="unknown-pattern",
        )
    return wanted


def _head(text: str, width: int) -> str:
    return _filled(text, width, "", "  ")


def _line(entry: Entry, width: int) -> str:
    said = [entry.summary]
    said += [entry.not_executed] if entry.not_executed else []
    if entry.refusal:
        said.append(f"not available here: {entry.refusal.message} {entry.refusal.hint}")
    return _beside(entry.name, said, width)


def _beside(name: str, said: Sequence[str], width: int) -> str:
    """A name, and in a column beside it, or below it where that is too narrow, what is said of it."""
    margin = " " * (_HANGING if width < _NARROW else COLUMN + 2)
    text = "\n".join(_filled(one, width, margin) for one in said)
    head = f"  {name}"
    return f"{head}\n{text}" if len(head) >= len(margin) else head + text[len(head) :]


def _filled(text: str, width: int, margin: str, further: str | None = None) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=margin if further is None else further,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _in_full(entry: Entry, project: Project, given: Answers, width: int) -> str:
    parts = [_filled(f"{entry.name}: {entry.summary}", width, "")]
    told = {"Use it": entry.when, "Not": entry.avoid.removeprefix("Not "), "It costs": entry.cost}
    for heading, text in told.items():
        parts.append(f"{heading}\n{_filled(_capital(text), width, '  ')}")
    if entry.not_executed:
        parts.append(f"Executed\n{_filled(entry.not_executed, width, '  ')}")
    if entry.flags:
        parts.append("\n".join(["Flags of job", *(line for flag in entry.flags for line in _flag(flag, entry, width))]))
    if entry.refusal:
        refusal = (entry.refusal.message, entry.refusal.hint)
        parts.append("\n".join(["Not available here", *(_filled(one, width, "  ") for one in refusal)]))
    else:
        parts.append(f"In this repo\n\n{textwrap.indent(example(entry.name, project, given).rstrip(), '  ')}")
    return "\n\n".join(parts)


def _flag(flag: Flag, entry: Entry, width: int) -> Iterator[str]:
    """A flag, and below it what each of its choices does."""
    yield _beside(flag.option, [flag.help], width)
    margin = " " * (_HANGING if width < _NARROW else COLUMN + 2)
    for choice, line in entry.explained.get(flag.option, {}).items():
        yield _filled(f"{choice}: {line}", width, margin, f"{margin}  ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _described(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "group": entry.group,
        "summary": entry.summary,
        "description": entry.when,
        "avoid": entry.avoid,
        "cost": entry.cost,
        "not_executed": entry.not_executed or None,
        "flags": [flag.option for flag in entry.flags],
        "choices": {option: dict(lines) for option, lines in entry.explained.items()},
        "available": entry.refusal is None,
        "reason": entry.refusal.message if entry.refusal else None,
        "hint": entry.refusal.hint if entry.refusal else None,
    }
