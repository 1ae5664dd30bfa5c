"""The facts behind each kind and safeguard, with links to their sources, for the pages of docs/patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.capabilities import cells
from sidekiq_gen.sidekiq.capabilities import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

# The capabilities behind each: those that its code asks for, and those that explain why it is written as it is.
BEHIND = {
    "record": ("transactional_push", "transactional_push_builtin", "transactional_push_outside_batches"),
    "plain": ("strict_arguments_warn", "strict_arguments_raise", "strict_arguments_exact_class"),
    "claim": ("lease_connection", "rails_error_reporter", "error_reporter_source"),
    "backfill": ("iterable_job", "iterable_rows", "iterable_arguments", "iterable_cancel"),
    "fan-out": ("perform_bulk", "bulk_keeps_places", "iterable_rows", "perform_all_later"),
    "unique": (
        "unique_lock_ttl_option",
        "unique_server_configure",
        "unique_ttl_duration",
        "unique_reject_excludes",
        "unique_lock_held_through_retries",
        "unique_until_executing_relocks",
        "unique_until_executing_raises",
        "unique_until_expired_outlives_reaper",
        "unique_while_executing_ignores_result",
        "unique_while_executing_outlives_ttl",
        "unique_until_and_while_runs_expired",
        "unique_client_reschedule",
        "discard_runs_death_handlers",
    ),
    "advisory-lock": ("with_connection", "lease_connection", "connection_db_config"),
    "throttle": ("throttled_job_module", "throttled_setup", "throttled_setup_gone", "throttled_super_fetch"),
    "discard-on": ("retry_in_kill", "retry_in_for_active_job", "discard_runs_death_handlers", "discarded_at"),
    "on-exhausted": (
        "retries_exhausted_discard",
        "retries_exhausted_for_active_job",
        "discard_runs_death_handlers",
        "rails_error_reporter",
        "error_reporter_source",
    ),
    "log-context": ("context_with", "context_add", "logged_job_attributes"),
}


def facts(name: str) -> Iterator[tuple[str, str, str, str]]:
    """Of each capability behind it: its name, the versions that have it, what holds there, and a link."""
    known = {row.name: row for row in TABLE}
    for row in (known[one] for one in BEHIND.get(name, ())):
        label, versions, summary, source = cells(row)
        yield label, f"{row.gem} {versions}", summary, source
