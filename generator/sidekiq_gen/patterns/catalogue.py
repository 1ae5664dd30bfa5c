"""All patterns there are, in the order in which people are asked about them."""

from __future__ import annotations

from sidekiq_gen.patterns.base import LAYERS, Pattern
from sidekiq_gen.patterns.context import LogContext
from sidekiq_gen.patterns.errors import DiscardOn
from sidekiq_gen.patterns.exhaustion import OnExhausted
from sidekiq_gen.patterns.idempotency import CheckThenAct, IdempotencyKey
from sidekiq_gen.patterns.locks import AdvisoryLock, RowLock
from sidekiq_gen.patterns.postponement import RetryAfter
from sidekiq_gen.patterns.throttling import Throttle
from sidekiq_gen.patterns.uniqueness import Unique

PATTERNS: tuple[Pattern, ...] = (
    CheckThenAct(),
    IdempotencyKey(),
    AdvisoryLock(),
    RowLock(),
    DiscardOn(),
    Unique(),
    RetryAfter(),
    OnExhausted(),
    LogContext(),
    Throttle(),
)


BY_NAME = {pattern.name: pattern for pattern in PATTERNS}


def from_the_outside_in() -> tuple[Pattern, ...]:
    """All patterns in the order in which they wrap the work."""
    return tuple(sorted(PATTERNS, key=lambda known: LAYERS.index(known.layer)))
