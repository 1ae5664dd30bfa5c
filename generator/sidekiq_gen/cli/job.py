"""``sidekiq-gen job``: parse, ask, generate, print."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from sidekiq_gen.changes.apply import apply
from sidekiq_gen.cli import conflicts, options
from sidekiq_gen.cli.console import Console
from sidekiq_gen.detect import Where, look_around
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.generate import Generated, command_line, generate_job
from sidekiq_gen.resolve import all_flags

EXAMPLES = """Examples:

\b
  sidekiq-gen job ProcessOrder
  sidekiq-gen job ChargeCustomer --model Order --advisory-lock --check-then-act charged_at --idempotency-key
  sidekiq-gen job RebuildSearchIndex restaurant:record --unique until_executed --queue search
  sidekiq-gen job billing/sync_invoices since:date --discard-on Billing::Gone --discard-to nowhere
"""


def _command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="ProcessOrder, billing/charge_customer ...")
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ARG:TYPE]...",
            help="Arguments of perform: order:record, amount:decimal. TYPE is integer, string, float, boolean, array, "
            "hash, record, date, time or decimal [default: string].",
        ),
    ] = None,
    *,
    flags: dict[str, Any],
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")] = False,
    skip: Annotated[bool, typer.Option("--skip", "-s", help="Keep what is there.")] = False,
    pretend: Annotated[bool, typer.Option("--pretend", "-p", help="Print what would happen, write nothing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no statuses, ask nothing.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing.")] = False,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Write one job class and its spec."""
    console = Console(sys.stdout, sys.stderr, quiet=quiet, json=json)
    if force and skip:
        raise InvalidInput("--force and --skip contradict each other.", hint="Pass one of them.", code="usage")
    where = Where(root, lockfile, sidekiq_version)
    answers = options.given({"name": name, "arguments": arguments, **flags})
    terminal = _terminal() and not (no_input or json or quiet or pretend)
    if name is None and not terminal:
        raise InvalidInput(
            "The NAME of the job is missing.", hint="Say what it does: sidekiq-gen job ProcessOrder.", code="usage"
        )
    surroundings = look_around(where, options.here())
    asked = answers
    if terminal:
        from sidekiq_gen.cli.prompts import ask_for_job

        asked = ask_for_job(answers, surroundings, console, force=force)
    generated = generate_job(asked, surroundings, force=force, skip=skip)
    _announce(generated, console, terminal=terminal)
    line = command_line(asked, where, generated.request)
    if pretend:
        _report(generated, line, console)
        if not quiet:
            console.plain("Nothing was written: this was --pretend.")
        return 0
    decided = _write(generated, console, terminal=terminal)
    try:
        _report(decided, line, console, but=frozenset(file.path for file in generated.plan.conflicts))
        if any(value.origin == "answer" for value in asked.values()):
            console.plain(f"\nThe same without questions:\n  {line}")
    except Refused as error:
        console.error(error)  # the files are there: what failed is only to say so
    return 0


command = options.with_flags(_command, all_flags())


def _terminal() -> bool:
    """Whether there is somebody who can be asked: who can type, and see what is asked."""
    readable = sys.stdin is not None and sys.stdin.isatty()
    return readable and any(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr))


def _announce(generated: Generated, console: Console, *, terminal: bool) -> None:
    """Say what is to be known before anything is written; on a terminal show it all and have it confirmed."""
    if not terminal:
        for notice in generated.notices:
            console.notice(notice)
        return
    from sidekiq_gen.cli.prompts import confirm, show

    show(generated, console)
    for notice in generated.notices:
        console.notice(notice)
    confirm(generated, console)


def _write(generated: Generated, console: Console, *, terminal: bool) -> Generated:
    """Have conflicts decided, which prints their statuses, and write."""
    plan = conflicts.resolve(generated.plan, console, terminal=terminal)
    apply(plan)
    return Generated(generated.request, plan, generated.notices)


def _report(generated: Generated, line: str, console: Console, but: frozenset[str] = frozenset()) -> None:
    for file in generated.plan.files:
        if file.path not in but:
            console.status(file.status, file.path)
    if console.json:
        console.document(_document(generated, line))


def _document(generated: Generated, line: str) -> dict[str, object]:
    release, name = generated.request.situation.release, generated.request.situation.name
    return {
        "schema": 1,
        "command": "job",
        "sidekiq": {"version": release.text, "tree": release.tree, "source": release.source},
        "class_name": name.class_name,
        "files": [{"path": file.path, "status": file.status} for file in generated.plan.files],
        "notices": [
            {"code": notice.code, "message": notice.message, "hint": notice.hint} for notice in generated.notices
        ],
        "command_line": line,
    }
