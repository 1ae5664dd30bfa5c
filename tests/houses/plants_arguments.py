"""Defects where a job is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from houses.rewriting import class_name, in_perform, job_of

if TYPE_CHECKING:
    from houses.planting import Planter, Rewrite


def _one_too_many(text: str) -> str | None:
    taken = job_of(text).facts.perform
    if taken is None or taken.most is None:
        return None
    given = ", ".join(str(number) for number in range(taken.most + 1))
    return in_perform(text, f"{class_name(text)}.perform_async({given})")


PLANTERS: dict[str, Rewrite | Planter] = {
    "symbol-argument": lambda text: in_perform(text, f"{class_name(text)}.perform_in(60, :planted)"),
    "argument-count": _one_too_many,
}
