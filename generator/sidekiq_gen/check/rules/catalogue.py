"""Every rule there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check.rules import active_job_only, arguments, call_sites

if TYPE_CHECKING:
    from sidekiq_gen.check.rule import Rule

# One module for each subject; each lists its own.
RULES: tuple[Rule, ...] = (
    *active_job_only.RULES,
    *arguments.RULES,
    *call_sites.RULES,
)
BY_CODE = {rule.code: rule for rule in RULES}
