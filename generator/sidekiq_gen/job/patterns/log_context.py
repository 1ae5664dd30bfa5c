"""What the log lines of a job say besides its class and id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.errors import Refused
from sidekiq_gen.job.patterns.base import Pattern
from sidekiq_gen.notices import Notice

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
    """

    pairs: tuple[tuple[str, str], ...]

    @property
    def context(self) -> str:
        """What Sidekiq::Context is given: ``order_id: order.id``."""
        return ", ".join(f"{name}: {value}" for name, value in self.pairs)

    @property
    def symbols(self) -> str:
        """The names as symbols, with a comma between them."""
        return ", ".join(f":{name}" for name, _ in self.pairs)

    @property
    def promise(self) -> str:
        """What the job does, in the words of an example."""
        return f"logs with {', '.join(name for name, _ in self.pairs)}, and leaves nothing behind"


class LogContext(Pattern[LogContextSettings]):
    """Puts the arguments of the job on every log line of its work."""

    settings = LogContextSettings
    name = "log-context"
    group = "seen"
    layer = "context"
    opens_block = True
    flags = (Flag("--log-context", "Put the ids and arguments of the job on each of its log lines.", "switch"),)
    summary = "put the ids and arguments of the job on every line that it logs"
    paragraph = (
        "For finding out later what happened to order 4711. Sidekiq prints the class and the id of the job on each "
        "line, this adds what the job is about; logger.info with keywords raises on every release. It ends with the "
        "block, so that the next job of the same thread does not inherit it. Sidekiq's own formatters print it, "
        "others do not."
    )
    avoid = "Not for arguments that must not be in a log; not with a logger that does not print Sidekiq's context."
    cost = "Longer log lines."
    example = True

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        if not context.release.capabilities.context_with:
            return Refused(
                f"--log-context needs Sidekiq::Context, which Sidekiq {context.release.text} does not have.",
                hint="Upgrade to Sidekiq 6.0.1 or later, or write the ids into the messages.",
                code="no-log-context",
            )
        return None

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> LogContextSettings:
        pairs = tuple(
            (argument.parameter, f"{argument.name}.id" if argument.model else argument.name)
            for argument in context.arguments
            if argument.type not in {"array", "hash"}
        )
        if not pairs:
            raise Refused(
                f"--log-context has nothing to say: {context.name.class_name} has no argument that fits a log line.",
                hint="Give it a record or a scalar argument, or leave out --log-context.",
                code="needs-argument",
            )
        return LogContextSettings(pairs)

    def notices(self, settings: LogContextSettings, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if app.own_sidekiq_logger:
            yield Notice(
                "logger-without-context",
                "An initializer gives Sidekiq a logger or a formatter of its own, which may not print the context.",
                "Only Sidekiq's own formatters do; have yours print Sidekiq::Context.current.",
            )
