"""Works on its arguments, and on nothing else."""

from __future__ import annotations

from sidekiq_gen.job.kinds.base import Kind


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
