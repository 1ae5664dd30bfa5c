"""The classes of the repo that jobs inherit Sidekiq from, and what they say to it already."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.rails.house.said import Said
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sidekiq_gen.rails.constants import Constants
    from sidekiq_gen.rails.house.jobs import JobFile

_INCLUDED = regex(r"^[ \t]*(?:include|prepend|extend)[ \t(]+((?:::)?[A-Z][\w:]*(?:,[ \t]*(?:::)?[A-Z][\w:]*)*)")
# A base class may have so many generations and modules behind it.
MAXIMUM_PARTS = 20


@dataclass(frozen=True)
class BaseClass:
    """What jobs inherit.

    name: the full one. parts: its own code, then that of what it includes and inherits, the nearest first.
    """

    name: str
    parts: tuple[Said, ...]

    @cached_property
    def queue(self) -> str:
        """The queue that it names literally; empty where it leaves it to its heirs."""
        part = self._saying("queue")
        return part.queue.name if part and part.queue else ""

    @cached_property
    def retry(self) -> str | None:
        """How often its heirs are retried that say nothing about it: ``5``, ``false``; None where it leaves it to them.

        Empty where it is computed.
        """
        part = self._saying("retry")
        return part.retry if part else None

    @property
    def has_exhausted(self) -> bool:
        """Whether it says what happens when every retry has failed."""
        return any(part.has_exhausted for part in self.parts)

    @property
    def has_retry_in(self) -> bool:
        """Whether it says how long a retry waits."""
        return any(part.has_retry_in for part in self.parts)

    def _saying(self, option: Literal["queue", "retry"]) -> Said | None:
        return next((part for part in self.parts if option in part.named), None)


def find_bases(job_files: Sequence[JobFile], constants: Constants) -> Mapping[str, BaseClass]:
    """The classes that hold no job of their own, by name."""
    by_name = {job.name: job for job in job_files if job.name}
    return {name: BaseClass(name, tuple(_parts(job, by_name, constants))) for name, job in by_name.items() if job.base}


def _parts(job: JobFile, by_name: Mapping[str, JobFile], constants: Constants) -> Iterator[Said]:
    """A class, its modules, and then its superclass with those of its own."""
    known: set[str] = set()
    generation: JobFile | None = job
    while generation and generation.name not in known and len(known) < MAXIMUM_PARTS:
        known.add(generation.name)
        yield generation
        yield from _modules(generation, generation.namespaces, constants, known)
        generation = by_name.get(generation.parent)


def _modules(said: Said, namespaces: tuple[str, ...], constants: Constants, known: set[str]) -> Iterator[Said]:
    """The modules of the repo that something includes, and those that they include."""
    for line in said.lines:
        found = _INCLUDED.match(line)
        for written in re.split(r",[ \t]*", found[1]) if found else ():
            within = ("::".join([*namespaces[:depth], written]) for depth in range(len(namespaces), -1, -1))
            name = next((name for name in within if constants.names(name)), written.removeprefix("::"))
            code = "" if name in known or len(known) >= MAXIMUM_PARTS else constants.code_of(name)
            if code:
                known.add(name)
                part = Said(tuple(code.split("\n")))
                yield part
                yield from _modules(part, tuple(name.split("::")[:-1]), constants, known)
