"""Every rule there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.rules import (
    active_job_only,
    advisory_answers,
    advisory_locks,
    arguments,
    call_sites,
    error_handlers,
    errors,
    ignoring,
    inside_perform,
    job_class,
    job_data,
    job_options,
    loading,
    marks,
    params,
    pushing,
    redis_calls,
    redis_settings,
    removed_api,
    removed_settings,
    retry_blocks,
    schedules,
    served_queues,
    test_modes,
    threads,
    throttled,
    unique_options,
    unique_setup,
    unique_ttl,
)

if TYPE_CHECKING:
    from sidekiq_gen.check.rule import Rule

# One module for each subject; each lists its own.
RULES: tuple[Rule, ...] = (
    *active_job_only.RULES,
    *advisory_answers.RULES,
    *advisory_locks.RULES,
    *arguments.RULES,
    *call_sites.RULES,
    *error_handlers.RULES,
    *errors.RULES,
    *ignoring.RULES,
    *inside_perform.RULES,
    *job_class.RULES,
    *job_data.RULES,
    *job_options.RULES,
    *loading.RULES,
    *marks.RULES,
    *params.RULES,
    *pushing.RULES,
    *redis_calls.RULES,
    *redis_settings.RULES,
    *removed_api.RULES,
    *removed_settings.RULES,
    *retry_blocks.RULES,
    *schedules.RULES,
    *served_queues.RULES,
    *test_modes.RULES,
    *threads.RULES,
    *throttled.RULES,
    *unique_options.RULES,
    *unique_setup.RULES,
    *unique_ttl.RULES,
)
BY_CODE = {rule.code: rule for rule in RULES}
