"""The facts behind each kind and safeguard, with links to their sources, for the pages of docs/patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.capabilities import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.sidekiq.capability import Capability

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
REPOSITORIES = {
    "sidekiq": "sidekiq/sidekiq",
    "sidekiq-unique-jobs": "mhenrixon/sidekiq-unique-jobs",
    "sidekiq-throttled": "ixti/sidekiq-throttled",
    "rails": "rails/rails",
}


def facts(name: str) -> Iterator[tuple[str, str, str, str]]:
    """Of each capability behind it: its name, the versions that have it, what holds there, and a link."""
    known = {row.name: row for row in TABLE}
    for one in BEHIND.get(name, ()):
        row = known[one]
        yield f"`{one}`", _versions(row), row.summary, _source(row)


def _versions(row: Capability) -> str:
    return f"{row.gem} {' or '.join(f'`{versions}`' for versions in row.versions)}"


def _source(row: Capability) -> str:
    """A link to the file and line at the tag."""
    gem, tag, place = row.source.split(" ", 2)
    path, _, line = place.partition(":")
    return f"[{path}:{line}](https://github.com/{REPOSITORIES[gem]}/blob/{tag}/{path}#L{line})"
