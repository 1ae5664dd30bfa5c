"""All kinds there are, in the order in which people are asked about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.job.kinds.backfill import Backfill
from sidekiq_gen.job.kinds.claim import Claim
from sidekiq_gen.job.kinds.fan_out import FanOut
from sidekiq_gen.job.kinds.plain import Plain
from sidekiq_gen.job.kinds.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.request import KindName

KINDS: tuple[Kind[Any], ...] = (Record(), Plain(), Claim(), Backfill(), FanOut())

KIND_BY_NAME: Mapping[KindName, Kind[Any]] = {kind.name: kind for kind in KINDS}
