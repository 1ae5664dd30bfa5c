"""One convention, as ``sidekiq-gen info`` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.sourced import Sourced


@dataclass(frozen=True)
class Habit:
    """One convention. key, value: for programs. label, text: for people; no label keeps it from them."""

    key: str
    value: object
    label: str
    text: str
    reason: str = ""

    @property
    def told(self) -> str:
        """Its text with the evidence: ``Job (14 of 16 existing jobs)``."""
        return f"{self.text} ({self.reason})" if self.reason else self.text


def habit_of(key: str, found: Sourced[Any], label: str, text: str = "") -> Habit:
    """A convention that was seen; text: for people, where its value is not for them."""
    return Habit(key, found.value, label, text or str(found.value), found.reason)
