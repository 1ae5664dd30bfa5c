"""``sidekiq-gen patterns``: the catalogue, as it looks from this repo."""

from __future__ import annotations

import sys
import textwrap
from typing import Annotated

import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.detect import Where, look_around
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.naming import Argument, JobName, Model
from sidekiq_gen.patterns.base import Pattern
from sidekiq_gen.patterns.catalogue import BY_NAME, PATTERNS
from sidekiq_gen.request import Situation

WIDTH = 96


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One pattern, with when to use it.")] = None,
    *,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """List the safeguards: what each is for, and whether it can be had here."""
    console = Console(sys.stdout, sys.stderr, quiet=False, json=json)
    if name is not None and name not in BY_NAME:
        raise InvalidInput(
            f"There is no pattern {name!a}.", hint=f"There are {', '.join(BY_NAME)}.", code="unknown-pattern"
        )
    surroundings = look_around(Where(root, lockfile, sidekiq_version), options.here())
    order = Argument("record", "record", Model("Record"))
    database = surroundings.app.databases[0] if surroundings.app.databases else None
    situation = Situation(
        surroundings.app,
        surroundings.release,
        JobName("job", "Job", "job"),
        "record",
        (order,),
        order.model,
        order,
        database,
        1,
    )
    shown = [BY_NAME[name]] if name else list(PATTERNS)
    refusals = {pattern.name: pattern.refusal(situation) for pattern in shown}
    if json:
        console.document({"schema": 1, "patterns": [_described(one, refusals[one.name]) for one in shown]})
        return 0
    for pattern in shown:
        console.plain(_line(pattern, refusals[pattern.name]))
        if name:
            flags = "\n".join(f"  {flag.option:<18}{flag.help}" for flag in pattern.flags)
            console.plain(f"\n{textwrap.fill(pattern.paragraph, WIDTH)}\n\n{flags}")
    return 0


def _line(pattern: Pattern, refusal: Refused | None) -> str:
    line = f"{pattern.name:<18}{pattern.summary}"
    return f"{line}\n{'':<18}not here: {refusal.message} {refusal.hint}" if refusal else line


def _described(pattern: Pattern, refusal: Refused | None) -> dict[str, object]:
    return {
        "name": pattern.name,
        "summary": pattern.summary,
        "description": pattern.paragraph,
        "flags": [flag.option for flag in pattern.flags],
        "available": refusal is None,
        "reason": refusal.message if refusal else None,
        "hint": refusal.hint if refusal else None,
    }
