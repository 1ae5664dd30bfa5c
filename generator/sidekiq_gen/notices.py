"""What the user should know although it does not stop the run."""

from __future__ import annotations

from sidekiq_gen.values import dataclass


@dataclass(frozen=True)
class Notice:
    """One remark.

    code: a stable kebab-case word for programs, for example ``model-not-found``.
    message: one sentence that says what was seen.
    hint: one sentence that says what to do about it.
    """

    code: str
    message: str
    hint: str

    def as_dict(self) -> dict[str, str]:
        """As it stands in a JSON document."""
        return {"code": self.code, "message": self.message, "hint": self.hint}
