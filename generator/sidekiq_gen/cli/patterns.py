"""``sidekiq-gen patterns``: the catalogue, as it looks from this repo."""

from __future__ import annotations

import sys
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.defaults import read_defaults
from sidekiq_gen.cli.place import open_project
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.job.catalogue import Entry, entries, example
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.rails.project import Project, Where, telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.flags import Flag

WIDTH = 96
COLUMN = 18


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One kind or pattern, in full.")] = None,
    *,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """List the kinds of job and the safeguards: what each is for, and whether it is available here."""
    console = Console(sys.stdout, sys.stderr, quiet=False, json=json)
    project = open_project(Where(root, lockfile, sidekiq_version))
    with telling(project.told):
        shown = _wanted(name, project)
    for notice in project.told:
        console.notice(notice)
    if json:
        described = [_described(entry) for entry in shown]
        if name and shown[0].refusal is None:
            described[0]["example"] = example(name, project)
        console.document({"schema": 1, "patterns": described, "notices": [notice.as_dict() for notice in project.told]})
    elif name:
        console.plain(_in_full(shown[0], project))
    else:
        groups = groupby(shown, key=lambda entry: entry.group)
        console.plain("\n\n".join("\n".join([heading, *map(_line, group)]) for heading, group in groups))
        console.plain("\nMore about one of them: sidekiq-gen patterns NAME")
    return 0


def _wanted(name: str | None, project: Project) -> list[Entry]:
    """The entry of this name, or all of them."""
    read_defaults(project)
    known = entries(project)
    wanted = [entry for entry in known if name in {None, entry.name}]
    if not wanted:
        names = ", ".join(entry.name for entry in known)
        raise InvalidInput(
            f"There is no pattern {name!a}.",
            hint=did_you_mean(name or "", [entry.name for entry in known], f"There are {names}.", 2),
            code="unknown-pattern",
        )
    return wanted


def _line(entry: Entry) -> str:
    margin = " " * (COLUMN + 2)
    line = f"  {entry.name:<{COLUMN}}{entry.summary}"
    if entry.not_executed:
        line += f"\n{margin}{entry.not_executed}"
    if entry.refusal is None:
        return line
    reason = textwrap.fill(
        f"not available here: {entry.refusal.message} {entry.refusal.hint}",
        WIDTH,
        initial_indent=margin,
        subsequent_indent=margin,
        break_on_hyphens=False,
    )
    return f"{line}\n{reason}"


def _in_full(entry: Entry, project: Project) -> str:
    parts = [f"{entry.name}: {entry.summary}"]
    told = {"Use it": entry.when, "Not": entry.avoid.removeprefix("Not "), "It costs": entry.cost}
    for heading, text in told.items():
        parts.append(
            f"{heading}\n{textwrap.indent(textwrap.fill(_capital(text), WIDTH, break_on_hyphens=False), '  ')}"
        )
    if entry.not_executed:
        parts.append(f"Executed\n  {entry.not_executed}")
    if entry.flags:
        parts.append("\n".join(["Flags", *(line for flag in entry.flags for line in _flag(flag, entry))]))
    if entry.refusal:
        parts.append(f"Not available here\n  {entry.refusal.message}\n  {entry.refusal.hint}")
    else:
        parts.append(f"In this repo\n\n{textwrap.indent(example(entry.name, project).rstrip(), '  ')}")
    return "\n\n".join(parts)


def _flag(flag: Flag, entry: Entry) -> Iterator[str]:
    """A flag, and below it what each of its choices does."""
    yield f"  {flag.option:<{COLUMN}}{flag.help}"
    for choice, line in entry.explained.get(flag.option, {}).items():
        yield textwrap.fill(
            f"{choice}: {line}",
            WIDTH,
            initial_indent=" " * (COLUMN + 2),
            subsequent_indent=" " * (COLUMN + 4),
            break_on_hyphens=False,
        )


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
