"""Safe to run twice: a mark on the record that is checked first and set last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.flags import Answers, Flag
from sidekiq_gen.job.mark import Mark, mark_notices, read_mark
from sidekiq_gen.job.patterns.base import Pattern, only_for_records
from sidekiq_gen.job.saved import SAVE_RESULT, need
from sidekiq_gen.job.transition import known_states

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.errors import Refused
    from sidekiq_gen.job.needs import Need
    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.app import RailsApp


class CheckThenAct(Pattern[Mark]):
    """Skips the work when its mark is set; sets the mark when the work is done."""

    settings = Mark
    name = "check-then-act"
    group = "once"
    layer = "check"
    flags = (
        Flag(
            "--check-then-act",
            "Skip the work when COLUMN is set, set it afterwards; with states: work only on FROM, and leave it as TO.",
            "text",
            metavar="COLUMN[=FROM:TO]",
            question="Which column marks the work as done?",
        ),
        SAVE_RESULT,
    )
    summary = "skip the work when a column of the record says it is done; set it after success"
    paragraph = (
        "For work that must happen once per record: sending an email, charging a card. The column is set only after "
        "the work has succeeded, so a crash means one more run, never a lost one; add an idempotency key when the "
        "work calls another service. A column of states works as well: status=pending:paid works on a record only "
        "while it is pending, and leaves it paid; one in any other state is left alone. By itself it does not stop "
        "two concurrent runs: add a lock for that."
    )
    avoid = (
        "Not for work that may run as often as it likes, such as refreshing a cache: there it would stop the "
        "second run."
    )
    cost = "One column on the table, one more write for each job."
    example = "processed_at"

    kinds = frozenset({"record", "plain", "claim", "backfill"})

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if context.model:
            return None
        return only_for_records(self.name, context, "Give the model (--model Order), or use --idempotency-key.")

    def offer(self, context: JobContext, app: RailsApp) -> str:
        return known_states(context, app)

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> Mark:
        return read_mark(answers, context, app)

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        return None

    def needs(self, settings: Mark) -> Iterator[Need]:
        yield settings.need
        if settings.saved:
            yield need(settings.saved)

    def notices(self, settings: Mark, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        yield from mark_notices(settings, request.context, app)

    def stubs(self, settings: Mark, request: JobRequest) -> tuple[str, ...]:
        return (f"{settings.reader}: {settings.asked_open}", f"{settings.writer}: true")

    def satisfies(self, settings: Mark) -> Mapping[str, str]:
        return {"idempotent": "completed work is skipped"}
