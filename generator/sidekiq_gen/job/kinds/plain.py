"""Works on its arguments, and on nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.kinds.base import Kind

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp


class Plain(Kind[None]):
    """Works on its arguments."""

    name = "plain"
    about = "nothing"
    summary = "works on its arguments, if any"
    paragraph = (
        "For work that belongs to no single record: calling a service, cleaning up, a report for a date. Arguments are "
        "what JSON can carry; dates, times and decimals travel as text and are parsed inside the job."
    )
    avoid = (
        "Not for work on a record: passed as an argument it would be stale, or too large for Redis, and nothing can be "
        "locked or marked."
    )
    cost = "Nothing."

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> None:
        return None
