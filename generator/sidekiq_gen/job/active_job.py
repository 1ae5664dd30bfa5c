"""What is particular to a job that is an ActiveJob class, which Sidekiq runs through ActiveJob's adapter.

Which layer retries: ActiveJob itself retries only what `retry_on` names, and Sidekiq whatever leaves the job, 25 times
where nothing is said. So a job that counts with `retry_on` tells Sidekiq not to retry: what fails for the last time
goes to the Dead set. Source: rails v7.2.2 activejob/lib/active_job/exceptions.rb:62 (retry_on raises after the last
attempt), execution.rb:52 (what no handler takes is raised again); sidekiq v6.0.4 lib/sidekiq/client.rb:236 and v8.1.7
lib/sidekiq/job_util.rb:49 (a push takes the sidekiq_options of the wrapped class).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import Refused
from sidekiq_gen.flags import Flag, answer
from sidekiq_gen.notices import Notice
from sidekiq_gen.ruby import layout
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.component import Component
    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.style import Form

FORM = Flag(
    "--base",
    "What the job is [default: what most jobs here are].",
    "choice",
    choices=("sidekiq", "active-job"),
    lines=("a class that includes Sidekiq::Job", "an ActiveJob class, which Sidekiq runs"),
    question="Is it a Sidekiq::Job or an ActiveJob class?",
)

BASE = "ActiveJob::Base"
USUAL_BASE = "ApplicationJob"
BACK = "--base sidekiq writes a Sidekiq::Job, which can."

# Methods that a job has from ActiveJob: the work must not redefine one of them. Source: rails v8.1.0
# activejob/lib/active_job/core.rb, enqueuing.rb, exceptions.rb, execution.rb, instrumentation.rb, queue_adapter.rb.
METHODS = frozenset(
    "arguments serialize deserialize enqueue retry_job perform_now queue_name queue_adapter priority executions "
    "exception_executions job_id provider_job_id scheduled_at enqueued_at timezone locale language instrument "
    "raw_enqueue determine_delay run_callbacks rescue_with_handler logger enqueue_error".split()
)

# What an ActiveJob class has no words for, by the flag that asks for it.
_SIDEKIQS_OWN = {
    "retry_for": "ActiveJob counts attempts, and knows no time after which it gives up",
    "backtrace": "ActiveJob keeps no backtraces",
    "tags": "ActiveJob has no tags",
    "no_dead": "ActiveJob knows no Dead set",
    "batch": "a batch of Sidekiq Pro calls back a Sidekiq::Job",
}
# The same for one of the choices of a flag.
_CHOICES = {("discard_to", "dead"): "discard_on drops a job, which Sidekiq then takes for done"}


@dataclass(frozen=True)
class Attempts:
    """How ActiveJob itself retries.

    number: the first run included. wait: Ruby. jitter: of Rails that has it.
    """

    number: int
    wait: str
    jitter: bool

    @property
    def retries(self) -> int:
        """How many runs may follow the first one."""
        return self.number - 1

    @property
    def head(self) -> str:
        """The call of retry_on: ``retry_on StandardError, wait: :polynomially_longer, attempts: 6, jitter: 0.15``."""
        jitter = ", jitter: 0.15" if self.jitter else ""
        return f"retry_on StandardError, wait: {self.wait}, attempts: {self.number}{jitter}"


def attempts_of(context: JobContext, *, exhausted: bool) -> Attempts | None:
    """How ActiveJob retries; None where it does not, and whatever is raised is left to Sidekiq.

    exhausted: whether something is done after the last attempt.
    """
    if context.form == "sidekiq" or not (exhausted or (context.retry_written and context.retry)):
        return None
    can = context.release.capabilities
    wait = ":polynomially_longer" if can.polynomially_longer else ":exponentially_longer"
    return Attempts(int(context.retry) + 1, wait, jitter=can.retry_on_jitter)


def refuse_flags(answers: Answers, flags: Iterable[Flag], form: Form) -> None:
    """Refuse, for an ActiveJob class, what only a Sidekiq::Job can say.

    Raises:
        Refused: one of these flags was given.
    """
    for flag in (one for one in flags if one.parameter in answers and form == "active-job"):
        if flag.parameter in _SIDEKIQS_OWN:
            raise _refused(flag.option, _SIDEKIQS_OWN[flag.parameter])
        chosen = str(answer(answers, flag.parameter))
        if (flag.parameter, chosen) in _CHOICES:
            raise _refused(f"{flag.option} {chosen}", _CHOICES[flag.parameter, chosen])


def refusal(known: Component[Any], option: str, context: JobContext) -> Refused | None:
    """Why a kind or a pattern cannot be had in an ActiveJob class; None where it can."""
    if context.form == "sidekiq" or not known.no_active_job:
        return None
    return _refused(option, known.no_active_job)


def _refused(option: str, reason: str) -> Refused:
    return Refused(f"{option} is not available for an ActiveJob class: {reason}.", hint=BACK, code="needs-sidekiq-job")


def form_notices(request: JobRequest) -> Iterator[Notice]:
    """What retry_on takes for itself: of two handlers that fit, the one of the job goes before that of its base."""
    base = request.repo.active_base
    if base and base.handles and request.attempts:
        yield Notice(
            "replaces-handlers",
            f"{request.repo.base} says what becomes of some errors, and retry_on StandardError in this job takes them.",
            "Leave out --retry and --on-exhausted to keep that, or say it again below the retry_on.",
        )


def class_lines(request: JobRequest) -> Iterator[str]:
    """What stands at the top of the class: its queue, when it is pushed, and whether Sidekiq retries it."""
    context = request.context
    if request.queue_written:
        yield f"queue_as {layout.queue(request.queue, request.style)}"
    if waits(request):
        boolean = context.release.capabilities.enqueue_after_commit_boolean
        yield f"self.enqueue_after_transaction_commit = {'true' if boolean else ':always'}"
    if request.attempts:
        yield "sidekiq_options retry: 0 # retry_on counts; what fails then goes to the Dead set"
    elif context.retry_written:
        yield f"sidekiq_options retry: {str(context.retry).lower()}"


def waits(request: JobRequest) -> bool:
    """Whether the job itself says that it is pushed after the commit, without which it may not find its record."""
    context, base = request.context, request.repo.active_base
    can = context.release.capabilities.enqueue_after_commit
    return bool(context.records) and can and not (base and base.waits)
