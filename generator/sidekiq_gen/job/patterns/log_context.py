"""What the log lines of a run say besides the class and id of the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.job.patterns.base import Pattern
from sidekiq_gen.notices import Notice
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp

from sidekiq_gen.flags import Flag


@dataclass(frozen=True)
class LogContextSettings:
    """What is on each log line.

    pairs: the names that arguments have in the log, each with the Ruby that gives its value.
    means: ``add`` where the context of the run takes them, so that Sidekiq's own lines carry them; else ``with``, a
    block around the work.
    """

    pairs: tuple[tuple[str, str], ...]
    means: Literal["add", "with"]

    @property
    def context(self) -> str:
        """What Sidekiq::Context is given: ``order_id: order.id``."""
        return ", ".join(f"{name}: {value}" for name, value in self.pairs)

    @property
    def symbols(self) -> str:
        """The names as symbols, with a comma between them."""
        return ", ".join(f":{name}" for name, _ in self.pairs)

    @property
    def names(self) -> str:
        """The names with a comma between them, for people."""
        return ", ".join(name for name, _ in self.pairs)


class LogContext(Pattern[LogContextSettings]):
    """Puts the arguments of the job on the log lines of its run, Sidekiq's own included.

    Only the context that Sidekiq has made for this very run is added to: it is thrown away at the end of it. An inline
    run has the context of its caller. Source: sidekiq v6.4.1 lib/sidekiq/job_logger.rb:25, lib/sidekiq/worker.rb:202,
    v8.1.7 lib/sidekiq/job_logger.rb:25, lib/sidekiq/job.rb:215.
    """

    settings = LogContextSettings
    name = "log-context"
    group = "seen"
    layer = "context"
    shapes = ("add", "with")
    flags = (Flag("--log-context", "Put the ids and arguments of the job on the log lines of its run.", "switch"),)
    no_active_job = "Sidekiq's log context is that of a Sidekiq::Job"
    summary = "put the ids and arguments of the job on the log lines of its run"
    paragraph = (
        "For finding out later what happened to order 4711. Sidekiq prints the class and the id of the job on each "
        "line; this adds what the job is about, to its own line at the start, to those of the work and to Sidekiq's "
        '"done" and "fail" (from 6.4.1 on; below it, to the lines of the work only). Sidekiq writes its own "start" '
        "before the job can add anything. An inline run is left out: it shares the log context of its caller."
    )
    avoid = "Not for arguments that must not be in a log; not with a logger that does not print Sidekiq's context."
    cost = "Longer log lines."
    example = True

    def shape(self, settings: LogContextSettings) -> str:
        return settings.means

    def opens_block(self, settings: LogContextSettings) -> bool:
        return settings.means == "with"

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if not context.release.capabilities.context_with:
            return Refused(
                f"--log-context needs Sidekiq::Context, which Sidekiq {context.release.text} does not have.",
                hint="Upgrade to Sidekiq 6.0.1 or later, or write the ids into the messages.",
                code="no-log-context",
            )
        return None

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> LogContextSettings:
        means: Literal["add", "with"] = "add" if context.release.capabilities.context_add else "with"
        pairs = tuple(
            (argument.parameter, f"{argument.name}.id" if argument.model and means == "with" else argument.parameter)
            for argument in context.arguments
            if argument.type not in {"array", "hash"}
        )
        if not pairs:
            raise Refused(
                f"--log-context has nothing to say: {context.name.class_name} has no argument that fits a log line.",
                hint="Give it a record or a scalar argument, or leave out --log-context.",
                code="needs-argument",
            )
        return LogContextSettings(pairs, means)

    def notices(self, settings: LogContextSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if settings.means == "with":
            yield Notice(
                "log-context-of-the-work",
                f"Sidekiq {request.context.release.text} has no Sidekiq::Context.add: its own lines do not carry "
                f"{settings.names}, those of the work do.",
                'Upgrade to Sidekiq 6.4.1 or later to have it on "done" and "fail" too.',
            )
        if app.own_sidekiq_logger:
            yield Notice(
                "logger-without-context",
                "An initializer gives Sidekiq a logger or a formatter of its own, which may not print the context.",
                "Only Sidekiq's own formatters do; have yours print Sidekiq::Context.current.",
            )
