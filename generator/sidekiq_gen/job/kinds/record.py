"""One run for one record, which is handed over by its id."""

from __future__ import annotations

from sidekiq_gen.job.kinds.base import Kind


class Record(Kind):
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
