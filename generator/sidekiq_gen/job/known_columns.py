"""The columns of a model that a flag can name: by what the flag does with them, the likeliest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.suggestion import Suggestion
from sidekiq_gen.job.values import NUMBERS, TOLD_BY_TYPE, WORDS, likely_states
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.suggestion import Asked

# What Rails sets itself, what says that something has failed, and what says when it is tried again.
_NO_MARK = regex(r"(?:created|updated|deleted|discarded|failed|errored|locked|next_\w+|retry)_(?:at|on)|failed")
_FAILURE = regex(r"fail|error|reject|declin|abort")
_FAILED_STATE = regex(r"(?:fail|error|reject|declin|abort)\w*")
_MOMENTS = ("datetime", "timestamp")
_TELLING = (*TOLD_BY_TYPE, "timestamp")
_STATES = (*WORDS, *NUMBERS)
_OF_RAILS = ("created_", "updated_")
_NO_COUNT = ("_id", "_cents")
STEM = 4  # letters of a verb that its other forms share, as a rule: charge, charged


def marks(asked: Asked) -> Iterator[Suggestion]:
    """Times, then booleans, but those first that the name of the job speaks of; then columns of states."""
    column, given, _ = asked.typed.partition("=")
    if given:
        yield from _transitions(column, asked)
        return
    stems = [word[:STEM] for word in asked.words]
    telling = [one for one in asked.columns(*_TELLING) if not _NO_MARK.fullmatch(one.value)]
    yield from sorted(telling, key=lambda one: (not any(stem in one.value for stem in stems), one.why == "boolean"))
    for one in asked.columns(*_STATES):
        likely = likely_states(asked.app.values_of(asked.model, one.value))
        if likely and all(map(_can_be_typed, likely)):
            yield Suggestion(f"{one.value}={':'.join(likely)}", "from one state to the other")


def _transitions(column: str, asked: Asked) -> Iterator[Suggestion]:
    values = asked.app.values_of(asked.model, column) if asked.model else None
    names = [name for name in values.values if _can_be_typed(name)] if values else []
    proof = values.proof if values else ""
    yield from (
        Suggestion(f"{column}={first}:{second}", proof) for first in names for second in names if first != second
    )


def _can_be_typed(state: str) -> bool:
    """Whether a state can stand in FROM:TO."""
    return ":" not in state


def failures(asked: Asked) -> Iterator[Suggestion]:
    """Times and booleans that speak of a failure, then the states that do."""
    column, given, _ = asked.typed.partition("=")
    for one in asked.columns(*_TELLING):
        if not given and _FAILURE.search(one.value):
            yield one
    for one in asked.columns(*_STATES):
        values = None if given and one.value != column else asked.app.values_of(asked.model, one.value)
        for state in values.values if values else ():
            if given or _FAILED_STATE.fullmatch(state):
                yield Suggestion(f"{one.value}={state}", values.proof if values else "")


def results(asked: Asked) -> Iterator[Suggestion]:
    """Columns that take what the work returns: no key, neither its own nor of another table, and no states."""
    table = asked.table
    keys = {*table.primary_key, *table.references} if table else set()
    for one in asked.columns(*_STATES, "decimal", "float", "json", "uuid"):
        key = one.value in keys or (one.value.endswith("_id") and one.why in {"bigint", "uuid"})
        if not key and not asked.app.values_of(asked.model, one.value):
            yield one


def counts(asked: Asked) -> Iterator[Suggestion]:
    """Columns that can count, those first that are called so."""
    from sidekiq_gen.job.attempts import COUNTS, NONE

    keys = asked.table.primary_key if asked.table else ()
    found = [one for one in asked.columns(*NUMBERS) if one.value not in keys and not one.value.endswith(_NO_COUNT)]
    yield from sorted(found, key=lambda one: one.value not in COUNTS)
    yield Suggestion(NONE, "nothing counts: a row that fails is tried again for ever")


def rests(asked: Asked) -> Iterator[Suggestion]:
    """Columns that can say until when a row rests, those first that are called so."""
    from sidekiq_gen.job.attempts import TIMES

    found = (one for one in asked.columns(*_MOMENTS) if not one.value.startswith(_OF_RAILS))
    yield from sorted(found, key=lambda one: one.value not in TIMES)
