"""What a pattern is: its flags, what it needs, and what it brings into a job."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sidekiq_gen.errors import Refused
from sidekiq_gen.job.component import Component, S
from sidekiq_gen.naming import parse_error_class

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.key_text import Key
    from sidekiq_gen.job.request import JobContext, JobRequest, KindName
    from sidekiq_gen.notices import Notice
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sourced import Sourced

Layer = Literal["class", "context", "lock", "check", "work"]
LAYERS: tuple[Layer, ...] = ("class", "context", "lock", "check", "work")  # from the outside in

Group = Literal["once", "one", "pace", "fail", "seen"]
GROUPS: dict[Group, str] = {
    "once": "Done once, however often it runs",
    "one": "One at a time",
    "pace": "Rate limits",
    "fail": "When it fails",
    "seen": "Logging",
}

# The same as questions about a job, in the order in which they are asked.
INTENTS: dict[Group, str] = {
    "once": "May it be done twice?",
    "one": "May it run twice at once?",
    "fail": "What if it fails?",
    "pace": "How often may it run?",
    "seen": "What is to be seen of it?",
}

COUNTER = "reschedules"  # the parameter of perform that counts how often a job was enqueued again, whatever for

EVERY_ERROR = frozenset({"Exception", "StandardError"})
# What stops a process or a run and says nothing about the work: Ruby's own, and Sidekiq's (v7.3.2 lib/sidekiq.rb:145,
# lib/sidekiq/job_retry.rb:67 and :69, lib/sidekiq/job/iterable.rb:7).
STOPS = frozenset(
    {
        *("Interrupt", "SignalException", "SystemExit", "Sidekiq::Shutdown"),
        *("Sidekiq::JobRetry::Handled", "Sidekiq::JobRetry::Skip", "Sidekiq::Job::Interrupted"),
    }
)


class Pattern(Component[S], ABC):
    """A safeguard laid over a kind of job; S are its settings.

    Its templates are in the folder of its identifier below ``patterns/`` in the template trees; they see the
    settings that ``decide`` returns under that identifier. What it has to know of other patterns stands in
    `sidekiq_gen.job.interactions`.

    group: the heading it stands under.
    example: an answer to its first flag, for showing what it looks like.
    kinds: what it can be laid over.
    adds: the facts that ``facts`` gives, by name, each with what it is.
    names: those that `parameters` and `keywords` bring.
    reads_before: whether the record that the work gets may be older than the lock, and has to be read again.
    unseen: by shape, why no example of a spec shows what it does; a live scenario does then.
    """

    layer: ClassVar[Layer]
    group: ClassVar[Group]
    example: ClassVar[Any]
    adds: ClassVar[Mapping[str, str]] = MappingProxyType({})
    kinds: ClassVar[frozenset[KindName]] = frozenset({"record", "plain"})
    reads_before: ClassVar[bool] = False
    unseen: ClassVar[Mapping[str, str]] = MappingProxyType({})
    names: ClassVar[frozenset[str]] = frozenset()

    def refusal(self, context: JobContext, app: RailsApp) -> Refused | None:
        """Why this pattern cannot be had for this job in this repo, with the nearest alternative; else None."""
        return None

    @abstractmethod
    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> S:
        """Turn the answers to its flags into frozen settings.

        Raises:
            Refused, InvalidInput: the answers cannot be had, or make no sense.
        """

    def offer(self, context: JobContext, app: RailsApp) -> str:
        """What the terminal offers as the answer to its first flag, where that is no choice; empty for nothing."""
        return ""

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext, app: RailsApp) -> str | None:
        """What the terminal offers as the answer to one of its further flags; None to ask nothing."""
        return flag.choices[0] if flag.choices else ""

    def unproven(self, answers: Answers, context: JobContext, app: RailsApp) -> tuple[str, ...]:
        """What was answered to its first flag and lacks something that only a person can say."""
        return ()

    def question(self, value: str) -> str:
        """What is asked about one of these, on a terminal."""
        raise NotImplementedError(value)

    def filled(self, answers: Answers, value: str, reply: str) -> dict[str, Sourced[Any]]:
        """The answers with what is said to that question."""
        raise NotImplementedError(value)

    def opens_block(self, settings: S) -> bool:
        """Whether it lays a block around the work, so that leaving early inside it is ``next``."""
        return False

    def parameters(self, settings: S) -> tuple[str, ...]:
        """Further parameters of ``perform``, behind the arguments: ``("reschedules = 0",)``."""
        return ()

    def keywords(self, settings: S) -> Mapping[str, Key]:
        """What the work is handed by keyword, each a text that names what the job is about."""
        return {}

    def facts(self, settings: S, request: JobRequest) -> Mapping[str, object]:
        """What its templates are given beside the facts of the job, by name."""
        return {}

    def stubs(self, settings: S, request: JobRequest) -> tuple[str, ...]:
        """What a double of the job's record has to answer in a spec: ``("update_column: true",)``."""
        return ()

    def without_example(self, settings: S) -> str:
        """Why no example of a spec shows what these settings do; empty where one does."""
        return self.unseen.get(self.shape(settings), "")

    def notices(self, settings: S, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        """What the user should know about having chosen it."""
        yield from ()


def parse_errors(option: str, texts: Iterable[str], of_all: str, hint: str) -> tuple[str, ...]:
    """The error classes that a flag names, each once.

    of_all: what naming every error would mean, the end of a sentence. hint: what to do instead.

    Raises:
        InvalidInput: one is no constant.
        Refused: one takes in every error, or is none of the work's.
    """
    errors = tuple(dict.fromkeys(parse_error_class(text) for text in texts))
    everything = next((error for error in errors if error in EVERY_ERROR), None)
    if everything:
        raise Refused(f"{option} {everything} matches every error, {of_all}.", hint=hint, code="contradictory-patterns")
    stop = next((error for error in errors if error in STOPS), None)
    if stop:
        raise Refused(
            f"{option} {stop} would treat the shutdown of a process as a failure of the work: the job would be lost.",
            hint="Leave it out; Sidekiq itself re-enqueues a job that is stopped.",
            code="contradictory-patterns",
        )
    return errors


def only_for_records(name: str, context: JobContext, alternative: str) -> Refused | None:
    """The refusal of a pattern that needs a record, or None where there is one."""
    if context.record:
        return None
    return Refused(
        f"--{name} needs a record, and {context.name.class_name} has none.", hint=alternative, code="needs-record"
    )
