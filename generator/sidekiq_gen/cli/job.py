"""``sidekiq-gen job``: what it takes; `one` does the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sidekiq_gen.cli import options
from sidekiq_gen.cli.one import write_job
from sidekiq_gen.job.resolve import all_flags

if TYPE_CHECKING:
    from collections.abc import Callable

    from sidekiq_gen.packs.pack import Pack

EXAMPLES = """Examples:

\b
  sidekiq-gen job ProcessOrder
  sidekiq-gen job ChargeCustomer --model Order --advisory-lock --check-then-act charged_at --idempotency-key
  sidekiq-gen job RebuildSearchIndex restaurant:record --unique until_executed --queue search
  sidekiq-gen job billing/sync_invoices since:date --discard-on Billing::Gone --discard-to nowhere
  sidekiq-gen job --from jobs.toml
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
    listed: options.From = None,
    force: options.Force = False,
    skip: options.Skip = False,
    overwrite: options.Overwrite = None,
    keep: options.Keep = None,
    pretend: options.Pretend = False,
    quiet: options.Quiet = False,
    no_input: options.NoInput = False,
    lint: options.Lint = False,
    lint_fix: options.LintFix = False,
    no_format: options.NoFormat = False,
    no_record: options.NoRecord = False,
    json: options.Json = False,
    root: options.Root = None,
    lockfile: options.Lockfile = None,
    sidekiq_version: options.SidekiqVersion = None,
) -> int:
    """Write one job class and its spec, or with --from many of them."""
    return write_job(**locals())


def command_with(pack: Pack | None) -> Callable[..., int]:
    """The command with the flags of a pack."""
    return options.with_flags(_command, all_flags(pack))


command = command_with(None)
