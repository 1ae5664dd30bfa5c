"""All patterns there are, in the order in which people are asked about them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sidekiq_gen.job.patterns.advisory_lock import AdvisoryLock
from sidekiq_gen.job.patterns.base import LAYERS, Pattern
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.job.patterns.discard_on import DiscardOn
from sidekiq_gen.job.patterns.idempotency_key import IdempotencyKey
from sidekiq_gen.job.patterns.log_context import LogContext
from sidekiq_gen.job.patterns.on_exhausted import OnExhausted
from sidekiq_gen.job.patterns.retry_after import RetryAfter
from sidekiq_gen.job.patterns.row_lock import RowLock
from sidekiq_gen.job.patterns.throttle import Throttle
from sidekiq_gen.job.patterns.unique import Unique

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sidekiq_gen.job.request import Chosen

PATTERNS: tuple[Pattern[Any], ...] = (
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


@cache
def from_the_outside_in() -> tuple[Pattern[Any], ...]:
    """All patterns in the order in which they wrap the work."""
    return tuple(sorted(PATTERNS, key=lambda known: LAYERS.index(known.layer)))


def listed(chosen: Iterable[Chosen]) -> list[Chosen]:
    """Chosen patterns in the order of the catalogue."""
    order = list(BY_NAME)
    return sorted(chosen, key=lambda one: order.index(one.name))
