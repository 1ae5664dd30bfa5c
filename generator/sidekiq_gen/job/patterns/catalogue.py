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
    from sidekiq_gen.packs.pack import Pack

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


def patterns_of(pack: Pack | None) -> tuple[Pattern[Any], ...]:
    """The patterns that there are with a pack, in the order in which people are asked about them; its own come last."""
    if pack is None or not pack.patterns:
        return PATTERNS
    from sidekiq_gen.job.patterns.declared import declared

    return (*PATTERNS, *(declared(one) for one in pack.patterns))


def pattern_of(chosen: Chosen) -> Pattern[Any]:
    """The pattern that was chosen: a request carries those of its pack with it."""
    known = BY_NAME.get(chosen.name)
    if known:
        return known
    from sidekiq_gen.job.patterns.declared import declared

    return declared(chosen.settings.pattern)


def from_the_outside_in(pack: Pack | None = None) -> tuple[Pattern[Any], ...]:
    """All patterns in the order in which they wrap the work."""
    return _in_layers() if pack is None or not pack.patterns else _sorted(patterns_of(pack))


@cache
def _in_layers() -> tuple[Pattern[Any], ...]:
    return _sorted(PATTERNS)


def _sorted(patterns: Iterable[Pattern[Any]]) -> tuple[Pattern[Any], ...]:
    return tuple(sorted(patterns, key=lambda known: LAYERS.index(known.layer)))


def listed(chosen: Iterable[Chosen]) -> list[Chosen]:
    """Chosen patterns in the order of the catalogue, those of a pack last."""
    order = list(BY_NAME)
    return sorted(chosen, key=lambda one: order.index(one.name) if one.name in BY_NAME else len(order))
