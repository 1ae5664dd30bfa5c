"""Every rule of ``check --against``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.deploys.rules import arguments, classes, options, queues

if TYPE_CHECKING:
    from sidekiq_gen.deploys.rule import ChangeRule

RULES: tuple[ChangeRule, ...] = (*classes.RULES, *arguments.RULES, *queues.RULES, *options.RULES)
BY_CODE = {rule.code: rule for rule in RULES}
