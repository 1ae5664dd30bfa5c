"""What ``--help`` shows where click's own list would be too long to read: the first screen, ``job`` and ``destroy``.

One screen of 80 columns: examples first, then every option in a panel, in a few words each. What an option does in
full stands in `sidekiq-gen patterns NAME` and in the README.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH = 80
_COLUMN, _NAME = 36, 12

_FIRST = """\
Usage: sidekiq-gen COMMAND [OPTIONS]

{summary}

Examples
  sidekiq-gen job                  on a terminal, it asks for everything
  sidekiq-gen job ChargeCustomer --model Order --check-then-act charged_at
  sidekiq-gen patterns             what there is to choose from

Commands
{commands}

Options
  -h, --help                       of a command: sidekiq-gen job --help
  -V, --version                    print the version
  --install-completion             let this shell complete with Tab
  --show-completion                print what that would install
"""

_JOB = """\
Usage: sidekiq-gen job [NAME] [ARG:TYPE]... [OPTIONS]

{summary}
On a terminal, sidekiq-gen job alone asks for everything.

Examples
  sidekiq-gen job ProcessOrder
  sidekiq-gen job ChargeCustomer --model Order --check-then-act charged_at
  sidekiq-gen job RebuildIndex restaurant:record --advisory-lock --queue search
  sidekiq-gen job billing/sync_invoices since:date --discard-on Billing::Gone
"""

# Panels of ``job``: an option may stand alone on the left, or with those that say more about it on the right.
# [in brackets]: the kind, the gem or the release that it needs.
PANELS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "What": (
        ("NAME", "ProcessOrder, billing/charge_customer"),
        ("ARG:TYPE", "order:record, amount:decimal; integer string float boolean array hash date time"),
        ("--model NAME, --kind KIND", "record plain claim backfill fan-out"),
        ("--calls CONSTANT.METHOD", "what does the work"),
        ("--queue NAME, --base BASE", "sidekiq or active-job"),
        ("--retry N|false|default", "or --retry-for 2h [Sidekiq 7.1.3]"),
        ("--backtrace N, --tags TAG, --no-dead", "other options of Sidekiq"),
        ("--on-missing log|retry|discard", "when the record is gone [record]"),
        ("--max-rows N, --attempts COLUMN", "and --next-attempt COLUMN [claim]"),
        ("--child NAME, --batch-size N", "and --batch, with Pro [fan-out, backfill]"),
        ("--migration", "write what the table lacks as well"),
        ("--from FILE, --templates NAME|DIR", "jobs listed in TOML; a pack of templates"),
    ),
    "Safeguards (sidekiq-gen patterns NAME explains each)": (
        ("--check-then-act COLUMN[=FROM:TO]", "skip what is done; --save-result COLUMN"),
        ("--idempotency-key", "hand the work a key for other services"),
        ("--advisory-lock, --lock-scope SCOPE", "one run at a time; --on-locked skip|retry"),
        ("--row-lock", "lock the row of the record"),
        ("--unique LOCK, --unique-ttl TIME", "refuse duplicates [a gem, or Enterprise];"),
        ("  --on-conflict STRATEGY", "what becomes of a duplicate"),
        ("--discard-on ERROR", "never retry it; --discard-to dead|nowhere"),
        ("--retry-after ERROR[=EXPRESSION]", "when it says; --retry-after-limit N"),
        ("--on-exhausted", "report it; --mark-failed COLUMN[=VALUE]"),
        ("--throttle COUNT/PERIOD", "limit runs per period [a gem, or Enterprise]"),
        ("--log-context", "ids and arguments on its log lines"),
    ),
    "Run": (
        ("-p, -n, --pretend, --dry-run", "print a diff of each file, write nothing"),
        ("-f, --force, -s, --skip", "overwrite, or keep, whatever is there"),
        ("--overwrite PATH, --keep PATH", "decide about one file"),
        ("--lint, --format, --lint-fix", "let the repo's linter check, or correct"),
        ("--no-format", "not even where the app asks for that"),
        ("--no-record", "note nothing for upgrade and destroy"),
        ("-q, --quiet, --no-input, --json", "say less, ask nothing, for programs"),
    ),
    "Where": (
        ("--dir DIR, --test FRAMEWORK", "rspec minitest none"),
        ("--database NAME", "postgresql mysql sqlite"),
        ("--without FLAG", "leave out what .sidekiq-gen.toml sets"),
        ("--root DIR, --lockfile FILE", "[default: found from here]"),
        ("--sidekiq-version VERSION", "instead of the locked one"),
    ),
}

_DESTROY = """\
Usage: sidekiq-gen destroy job NAME [ARG:TYPE]... [OPTIONS]

{summary}
What job was given stands in .sidekiq-gen.record; else options are looked for
that give these files. What was changed since is asked about on a terminal.

Examples
  sidekiq-gen destroy job ProcessOrder
  sidekiq-gen destroy job ChargeCustomer --model Order --advisory-lock --pretend

Options
  every one that says something about a job: sidekiq-gen job --help
"""
_DESTROY_ROWS = (
    ("-p, -n, --pretend, --dry-run", "print what would go, remove nothing"),
    ("-f, --force, -s, --skip", "remove, or keep, what was changed"),
    ("--overwrite PATH, --keep PATH", "the same for one file"),
    ("-q, --quiet, --no-input, --json", "say less, ask nothing, for programs"),
    ("--root DIR, --lockfile FILE", "[default: found from here]"),
    ("--sidekiq-version VERSION", "instead of the locked one"),
)


class Group(TyperGroup):
    """The command line as a whole."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first screen."""
        commands = [row(name, _summary(command).replace("\n", " ")) for name, command in self.commands.items()]
        formatter.write(_FIRST.format(summary=_summary(self), commands="\n".join(commands)).removesuffix("\n"))
        formatter.write("\n")
        del ctx


class Command(TyperCommand):
    """A command whose help is as typer writes it."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write it; without the backslash that typer puts before brackets for rich, which is not used here."""
        super().format_help(ctx, formatter)
        formatter.buffer = [part.replace(r"\[", "[") for part in formatter.buffer]


class Job(TyperCommand):
    """``job``."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its panels; an option that none of them names stands in a last one."""
        del ctx
        text = _JOB.format(summary=_summary(self))
        named = "\n".join(f"{left}, {right}" for rows in PANELS.values() for left, right in rows)
        panels = {**PANELS, "Further": tuple(_further(self, named))}
        for heading, rows in panels.items():
            text += "\n".join(["", heading, *(row(left, right) for left, right in rows), ""]) if rows else ""
        formatter.write(text)


class Destroy(TyperCommand):
    """``destroy``."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what is its own."""
        del ctx
        lines = [row(left, right) for left, right in _DESTROY_ROWS]
        formatter.write(_DESTROY.format(summary=_summary(self)) + "\n".join(lines) + "\n")


CLASSES: Mapping[str, type[TyperCommand]] = {"job": Job, "destroy": Destroy}


def row(left: str, right: str) -> str:
    """A line of two columns; what is too long for the right one goes on below."""
    column = _NAME if left.islower() and not left.startswith(("-", " ")) else _COLUMN
    head = f"  {left:<{column}} "
    lines = textwrap.wrap(right, WIDTH - len(head), break_on_hyphens=False) or [""]
    return "\n".join([head + lines[0], *(" " * len(head) + line for line in lines[1:])]).rstrip()


def _summary(command: click.Command) -> str:
    """The first paragraph of its help."""
    return textwrap.fill(" ".join((command.help or "").partition("\n\n")[0].split()), WIDTH)


def _further(command: click.Command, named: str) -> Iterator[tuple[str, str]]:
    for option in _options(command):
        if not any(_names(word, named) for word in option.opts):
            metavar = "" if option.is_flag else f" {option.metavar or 'TEXT'}"
            yield ", ".join(option.opts) + metavar, (option.help or "").partition(". ")[0]


def _options(command: click.Command) -> Sequence[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option) and not one.hidden]


def _names(option: str, text: str) -> bool:
    """Whether a text names an option, and not only a longer one."""
    words: Any = text.replace(",", " ").replace(";", " ").split()
    return option in words
