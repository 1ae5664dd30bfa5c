"""What a pattern is: its flags, what it needs, and what it brings into a job."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sidekiq_gen.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.flags import Answers, Flag
    from sidekiq_gen.job.request import JobContext, JobRequest, KindName
    from sidekiq_gen.notices import Notice

Layer = Literal["class", "context", "lock", "check", "work"]
LAYERS: tuple[Layer, ...] = ("class", "context", "lock", "check", "work")  # from the outside in

Group = Literal["once", "one", "pace", "fail", "seen"]
GROUPS: dict[Group, str] = {
    "once": "Done once, however often it runs",
    "one": "One at a time",
    "pace": "Not too fast",
    "fail": "When it fails",
    "seen": "Found again in the log",
}

EVERY_ERROR = frozenset({"Exception", "StandardError"})


@dataclass(frozen=True)
class Option:
    """One pair of ``sidekiq_options``.

    value: Ruby source. comment: the reason beside it, without ``#``; empty for none.
    """

    key: str
    value: str
    comment: str = ""


@dataclass(frozen=True)
class Key:
    """A text that names what a job is about, as Ruby interpolates it.

    lead: the fixed beginning. parts: argument names; a record stands for its id, ``jid`` for the job itself.
    separator: between all of them.
    """

    lead: str
    parts: tuple[str, ...]
    separator: str


class Pattern(ABC):
    """A safeguard laid over a kind of job.

    Its templates are in the folder of its identifier below ``patterns/`` in the template trees; they see the
    settings that ``decide`` returns under that identifier.

    group: the heading it stands under.
    paragraph, avoid, cost: when to use it, when not, and what it costs.
    example: an answer to its first flag, for showing what it looks like.
    kinds: what it can be laid over.
    """

    name: ClassVar[str]
    layer: ClassVar[Layer]
    flags: ClassVar[tuple[Flag, ...]]
    summary: ClassVar[str]
    group: ClassVar[Group]
    paragraph: ClassVar[str]
    avoid: ClassVar[str]
    cost: ClassVar[str]
    example: ClassVar[Any]
    kinds: ClassVar[frozenset[KindName]] = frozenset({"record", "plain"})
    excludes: ClassVar[frozenset[str]] = frozenset()
    opens_block: ClassVar[bool] = False  # inside it, leaving early is `next`

    def refusal(self, context: JobContext) -> Refused | None:
        """Why this pattern cannot be had for this job in this repo, with the nearest alternative; else None."""
        return None

    @abstractmethod
    def decide(self, answers: Answers, context: JobContext) -> Any:
        """Turn the answers to its flags into frozen settings.

        Raises:
            Refused, InvalidInput: the answers cannot be had, or make no sense.
        """

    def suggestion(self, flag: Flag, answers: Answers, context: JobContext) -> str | None:
        """What the terminal offers as the answer to one of its further flags; None to ask nothing."""
        return flag.choices[0] if flag.choices else ""

    def options(self, settings: Any, context: JobContext) -> tuple[Option, ...]:
        """What it adds to ``sidekiq_options``."""
        return ()

    def notices(self, settings: Any, request: JobRequest) -> Iterator[Notice]:
        """What the user should know about having chosen it."""
        yield from ()


def only_for_records(name: str, context: JobContext, alternative: str) -> Refused | None:
    """The refusal of a pattern that needs a record, or None where there is one."""
    if context.record:
        return None
    return Refused(
        f"--{name} needs a record, and {context.name.class_name} has none.", hint=alternative, code="needs-record"
    )
