"""What this repo itself recommends for a job: safeguards that something in it was evidently made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.calls import wants_key
from sidekiq_gen.job.failure import known_failure
from sidekiq_gen.job.transition import known_states
from sidekiq_gen.job.values import TOLD_BY_TYPE, columns_of, kind_of
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp

_ENDINGS = ("_at", "_on", "")
_VOWELS = frozenset("aeiou")
# Verbs of jobs whose past participle does not end in -ed.
_IRREGULAR: Mapping[str, str] = {
    "build": "built", "find": "found", "make": "made", "pay": "paid", "read": "read", "run": "run", "sell": "sold",
    "send": "sent", "write": "written",
}  # fmt: skip


@dataclass(frozen=True)
class Recommended:
    """One recommendation.

    why: what in the repo speaks for it, a few words. parameter, value: what it answers at once; else empty.
    """

    why: str
    parameter: str = ""
    value: str = ""


def recommended(answers: Answers, context: JobContext, app: RailsApp) -> dict[str, Recommended]:
    """The patterns that the repo speaks for, by name."""
    found: dict[str, Recommended] = {}
    mark = _mark(context, app)
    if mark:
        found["check-then-act"] = Recommended(f"{mark.partition('=')[0]} is there", "check_then_act", mark)
    if _takes_key(answers, context, app):
        found["idempotency-key"] = Recommended("the method takes a key")
    failure = known_failure(context, app) if context.record and columns_of(context, app) else None
    if failure:
        found["on-exhausted"] = Recommended(f"{failure.column} is there", "mark_failed", failure.column)
    return found


def _mark(context: JobContext, app: RailsApp) -> str:
    """The column that is named after what the job does, with two states where it has some; empty without one."""
    columns = columns_of(context, app) if context.model else None
    done = participles(context.name.words[0])
    for column in columns or {}:
        if column in {f"{word}{ending}" for word in done for ending in _ENDINGS}:
            told = kind_of(columns, column) in TOLD_BY_TYPE
            if told and context.model and not app.cannot_write(context.model.name, column):
                return column
    states = known_states(context, app) if columns else ""
    return states if states.rpartition(":")[2] in done else ""


def participles(verb: str) -> frozenset[str]:
    """How the past participle of a verb may be spelt: ``cancel`` is ``canceled`` or ``cancelled``."""
    if verb in _IRREGULAR:
        return frozenset({_IRREGULAR[verb]})
    if verb.endswith("e"):
        return frozenset({f"{verb}d"})
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return frozenset({f"{verb[:-1]}ied"})
    return frozenset({f"{verb}ed", f"{verb}{verb[-1]}ed"})


def _takes_key(answers: Answers, context: JobContext, app: RailsApp) -> bool:
    try:
        return wants_key(answers, context, app) is True
    except (InvalidInput, Refused):
        return False
