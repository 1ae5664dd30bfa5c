"""A value that remembers where it came from."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from sidekiq_gen.values import dataclass

T = TypeVar("T")
Origin = Literal["flag", "answer", "settings", "repo", "default"]


@dataclass(frozen=True)
class Sourced(Generic[T]):
    """One decided value.

    origin: ``flag`` (command line), ``answer`` (asked for), ``settings`` (.sidekiq-gen.toml), ``repo`` (read in the
        repository) or ``default``.
    reason: a few words for a person, for example ``14 of 16 existing jobs``; empty when the origin says it all.
    """

    value: T
    origin: Origin
    reason: str = ""
