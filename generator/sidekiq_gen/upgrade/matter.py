"""One thing that a move of Sidekiq touches in a repo."""

from __future__ import annotations

from sidekiq_gen.values import dataclass


@dataclass(frozen=True)
class Matter:
    """One thing, and what to do about it.

    code: a stable kebab-case word for programs.
    path: the file as a path relative to the root; None where it is about no file. line: from 1; None for all of it.
    message: one sentence that says what changes. hint: one sentence that says what to do.
    first: whether it has to be done before the move, or the app breaks.
    source: where that stands; empty where the repo itself says so.
    """

    code: str
    path: str | None
    line: int | None
    message: str
    hint: str
    first: bool
    source: str = ""

    def as_dict(self) -> dict[str, object]:
        """As it stands in a JSON document."""
        return {
            "code": self.code,
            "path": self.path,
            "line": self.line,
            "message": self.message,
            "hint": self.hint,
            "first": self.first,
            "source": self.source or None,
        }
