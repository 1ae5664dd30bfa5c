"""What else a job says in ``sidekiq_options``: backtraces that are kept, tags, and whether it goes to the Dead set.

Source: sidekiq v8.1.7 lib/sidekiq/job_retry.rb and job_util.rb; backtrace and dead are the same from v6.0.0 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Answers, Flag, answer
from sidekiq_gen.job.component import S
from sidekiq_gen.job.patterns.discard_on import DiscardOn, DiscardOnSettings
from sidekiq_gen.job.patterns.retry_after import RetryAfter
from sidekiq_gen.job.patterns.unique import Unique, UniqueSettings
from sidekiq_gen.job.patterns.unique_active_job import ActiveJobUniqueSettings
from sidekiq_gen.job.request import JobOptions
from sidekiq_gen.naming import parse_queue
from sidekiq_gen.notices import Notice
from sidekiq_gen.quoting import ruby_string
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.patterns.unique import AnyUnique
    from sidekiq_gen.job.request import JobContext, JobRequest, Retry
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.house.conventions import Conventions
    from sidekiq_gen.sidekiq.release import Release

OPTION_FLAGS = (
    Flag(
        "--backtrace",
        "Save the backtrace of a failed job with it, for the Web UI: the first N lines, or true for all.",
        "text",
        metavar="N|true",
        question="How many lines of the backtrace are saved? (a number, or true for all)",
    ),
    Flag(
        "--tags",
        "Label the job with this tag in the log and the Web UI. May be given several times.",
        "list",
        metavar="TAG",
        question="Which tags? (separated by commas)",
    ),
    Flag("--no-dead", "Drop the job after its last retry instead of moving it to the Dead set.", "switch"),
)

USUAL_LINES = "20"

_TAG = regex(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,59}")
_WORD = regex(r"\w+(?:-\w+)*")  # what RuboCop takes for a word: Style/WordArray


def find_options(answers: Answers, release: Release, retry: Retry) -> JobOptions:
    """The options that were asked for.

    Raises:
        InvalidInput: no number of lines, or no tag.
        Refused: this Sidekiq has no tags, or an option contradicts the retries of the job.
    """
    dead = not answer(answers, "no_dead", default=False)
    if not dead and retry is False:
        raise Refused(
            "--no-dead adds nothing to --retry false, which keeps failed jobs out of the Dead set.",
            hint="Leave out --no-dead, or allow retries: --retry 5.",
            code="contradictory-patterns",
        )
    backtrace = parse_backtrace(answer(answers, "backtrace", ""))
    if backtrace and not retry and (retry is False or not dead):
        why = "--retry false" if retry is False else "--retry 0 with --no-dead"
        raise Refused(
            f"--backtrace contradicts {why}: a failed job is kept nowhere, and its backtrace with it.",
            hint="Leave out --backtrace, or allow retries: --retry 5.",
            code="contradictory-patterns",
        )
    tags = tuple(dict.fromkeys(parse_tag(text) for text in answer(answers, "tags", ())))
    if tags and not release.capabilities.tags_option:
        raise Refused(
            f"--tags needs Sidekiq 6.0.1, and this is {release.text}, which would ignore them.",
            hint="Leave out --tags; --log-context labels the log lines of the job.",
            code="no-tags",
        )
    return JobOptions(backtrace, tags, dead)


def find_queue(answers: Answers, app: RailsApp, house: Conventions) -> tuple[str, bool]:
    """The queue of a job, and whether the job names it: the base class may, or the house leaves it unsaid.

    Raises:
        InvalidInput: it cannot be the name of one.
    """
    usual, base = app.queue_for(house), app.base_of(house)
    queue = parse_queue(answer(answers, "queue", usual.name.value))
    unsaid = base.queue if base and base.queue else "" if usual.written else usual.name.value
    return queue, queue != unsaid


def option_pairs(options: JobOptions) -> Iterator[str]:
    """The pairs for ``sidekiq_options``: ``backtrace: 20``, ``tags: %w[billing nightly]``, ``dead: false``."""
    if options.backtrace:
        yield f"backtrace: {options.backtrace}"
    if not options.dead:
        yield "dead: false"
    if len(options.tags) > 1 and all(_WORD.fullmatch(tag) for tag in options.tags):
        yield f"tags: %w[{' '.join(options.tags)}]"
    elif options.tags:
        listed = ", ".join(map(ruby_string, options.tags))
        yield f"tags: [{listed}]"


def option_notices(context: JobContext) -> Iterator[Notice]:
    """What the user should know about a whole backtrace on this release."""
    if context.options.backtrace == "true" and not context.release.capabilities.backtrace_cleaned:
        yield Notice(
            "whole-backtrace",
            f"Sidekiq {context.release.text} saves every line of a backtrace, those of gems as well: a few kilobytes "
            "in Redis for each failed job.",
            f"Save the first lines only: --backtrace {USUAL_LINES}.",
        )


def base_notices(request: JobRequest, app: RailsApp) -> Iterator[Notice]:
    """That a block of this job replaces the one that it would inherit."""
    base, discard = app.base_of(request.context.house), request.get(DiscardOn)
    says_when = request.has(RetryAfter) or (discard is not None and discard.means == "retry_in")
    if base and base.has_retry_in and says_when:
        yield Notice(
            "replaces-retry-in",
            f"{base.name} has a sidekiq_retry_in of its own, which that of this job replaces.",
            "Add to it what that says.",
        )


def parse_backtrace(typed: str) -> str:
    """Read ``--backtrace``: a number of lines or ``true``; empty for none.

    Raises:
        InvalidInput: it is neither.
    """
    if typed in {"", "true"}:
        return typed
    if typed.isascii() and typed.isdigit() and len(typed) < 5 and int(typed):  # noqa: PLR2004 - no stack is deeper
        return str(int(typed))
    raise InvalidInput(
        f"--backtrace {typed[:40]!a} is not a number of lines.",
        hint=f"Give a number, or true for all lines: --backtrace {USUAL_LINES}.",
        code="invalid-backtrace",
    )


def parse_tag(typed: str) -> str:
    """Read one TAG of ``--tags``.

    Raises:
        InvalidInput: it has other characters than letters, digits, ``_``, ``-``, ``.``, ``:`` and ``/``.
    """
    if not _TAG.fullmatch(typed):
        raise InvalidInput(
            f"--tags {typed[:60]!a} is not a tag.",
            hint="Use letters, digits, underscores and dashes: --tags billing.",
            code="invalid-tag",
        )
    return typed


@dataclass(frozen=True)
class Forbids(Generic[S]):
    """What the options of a job rule out in a pattern.

    when: for which settings in which job. why: a sentence. hint: the way out.
    """

    pattern: type[Pattern[S]]
    when: Callable[[S, JobContext], bool]
    why: str
    hint: str


def _buries_with_dead_false(discard: DiscardOnSettings, context: JobContext) -> bool:
    """:kill ends in retries_exhausted, which looks at dead: false; a job that is buried by hand passes it by."""
    return discard.to == "dead" and not context.options.dead


def _rejects_with_dead_false(unique: AnyUnique, context: JobContext) -> bool:
    """The gem calls DeadSet#kill itself: v8.0.10 lib/sidekiq_unique_jobs/on_conflict/reject.rb:51."""
    return isinstance(unique, UniqueSettings) and unique.rejects and not context.options.dead


def _refuses_its_own_retry(unique: AnyUnique, context: JobContext) -> bool:
    counts = context.retry_written and bool(context.retry)
    return isinstance(unique, ActiveJobUniqueSettings) and counts and unique.keeps_out_its_own_retry


FREE_BY_THEN = "Use --unique until_executing, which is free by then, or leave the retries to Sidekiq."

FORBIDS: tuple[Forbids[Any], ...] = (
    Forbids(
        DiscardOn,
        _buries_with_dead_false,
        "--discard-to dead contradicts --no-dead, which keeps the job out of the Dead set.",
        "Use --discard-to nowhere, or leave out --no-dead.",
    ),
    Forbids(
        Unique,
        _rejects_with_dead_false,
        "--no-dead does not hold for duplicates that are rejected: sidekiq-unique-jobs puts them into the Dead set.",
        "Use another strategy (--on-conflict log), or leave out --no-dead.",
    ),
    Forbids(
        Unique,
        _refuses_its_own_retry,
        "--retry lets ActiveJob enqueue the job again, which this lock refuses as a duplicate of the job itself.",
        FREE_BY_THEN,
    ),
)


def ruled_out(name: str, settings: object, context: JobContext) -> Refused | None:
    """Why the options of the job rule out a pattern with these settings; None where they do not."""
    row = next((row for row in FORBIDS if row.pattern.name == name and row.when(settings, context)), None)
    return Refused(row.why, hint=row.hint, code="contradictory-patterns") if row else None
