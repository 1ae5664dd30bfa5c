"""What a class or module says to Sidekiq: its options, and what becomes of failures."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.rails.code import calls, definitions
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.rails.code import Definition
    from sidekiq_gen.style import QueueLiteral

Option = Literal["queue", "retry"]

_VALUE = r"(:)?(?:\"([^\"\n]*)\"|'([^'\n]*)'|(?<=:)(\w+))"
_QUEUE = regex(rf"(?<!\w)(?:queue:|[\"']queue[\"']:|:queue\s*=>|[\"']queue[\"']\s*=>)\s*{_VALUE}")
_RETRY = regex(
    r"(?<!\w)(?:retry:|[\"']retry[\"']:|:retry\s*=>|[\"']retry[\"']\s*=>)\s*([0-9]{1,4}|false|true)(?![\w.])"
)
_QUEUE_AS = regex(rf"queue_as[ \t(]+{_VALUE}")
_KEY = regex(r"(?<!\w)[:\"']?(queue|retry)(?:[\"']?:|[\"']?\s*=>)")
_EXHAUSTED = regex(r"[ \t]*sidekiq_retries_exhausted\b")
_RETRY_IN = regex(r"[ \t]*sidekiq_retry_in\b")


@dataclass(frozen=True)
class Queue:
    """A queue that a job names, and how it writes it."""

    name: str
    literal: QueueLiteral


@dataclass(frozen=True)
class Said:
    """The code of one file. lines: its lines of code, comments left out."""

    lines: tuple[str, ...]

    @cached_property
    def code(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The classes and modules that it opens."""
        return definitions(self.lines)

    @cached_property
    def options(self) -> tuple[str, ...]:
        """Its calls of ``sidekiq_options``."""
        return tuple(calls(self.lines, "sidekiq_options"))

    @cached_property
    def queue(self) -> Queue | None:
        """The queue that it names literally, if any."""
        named = [_QUEUE.search(options) for options in self.options]
        for found in [*named, *map(_QUEUE_AS.match, calls(self.lines, "queue_as"))]:
            if found:
                name = found[2] or found[3] or found[4]
                return Queue(name, "symbol" if found[1] else "string") if name else None
        return None

    @cached_property
    def retry(self) -> str:
        """What it says literally about its retries: ``5``, ``false``, ``true``; empty for anything else."""
        return next((found[1] for options in self.options if (found := _RETRY.search(options))), "")

    @cached_property
    def named(self) -> tuple[Option, ...]:
        """Whether it says something about its queue and its retries, literally or not, in its own order."""
        keys = [found[1] for options in self.options for found in _KEY.finditer(options)]
        keys += ["queue" for _ in calls(self.lines, "queue_as")]
        return tuple(dict.fromkeys("queue" if key == "queue" else "retry" for key in keys))

    @cached_property
    def has_exhausted(self) -> bool:
        """Whether it says what happens when every retry has failed."""
        return any(_EXHAUSTED.match(line) for line in self.lines)

    @cached_property
    def has_retry_in(self) -> bool:
        """Whether it says how long a retry waits."""
        return any(_RETRY_IN.match(line) for line in self.lines)
