"""One run for one record, which is handed over by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.kinds.base import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp


class Record(Kind[None]):
    """Looks one record up, returns when it is gone, and works on it."""

    name = "record"
    about = "record"
    summary = "about one row of a model, which is handed over by its id"
    paragraph = (
        "The usual job. The argument is the id and never the record, which would be stale by the time the job runs, "
        "and too large for Redis. A record that was deleted meanwhile ends the job quietly."
    )
    avoid = "Not for many rows at once: that is --kind fan-out, backfill or claim."
    cost = "One query for each run."

    def satisfies(self, settings: None) -> Mapping[str, str]:
        return {"deleted-records": "gone records are skipped"}

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> None:
        return None
