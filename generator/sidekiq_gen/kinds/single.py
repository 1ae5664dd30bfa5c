"""One run, one piece of work: about a record, or about nothing but its arguments."""

from __future__ import annotations

from sidekiq_gen.kinds.base import Kind


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


class Plain(Kind):
    """Works on its arguments."""

    name = "plain"
    about = "nothing"
    summary = "about its arguments, or nothing"
    paragraph = (
        "For work that belongs to no single record: calling a service, cleaning up, a report for a date. Arguments are "
        "what JSON can carry; dates, times and decimals travel as text and are parsed inside the job."
    )
    avoid = "Not for work on a record: it would be stale, or too large for Redis, and nothing can be locked or marked."
    cost = "Nothing."
