"""Safe to run twice: a mark that is checked first, a key that is handed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.naming import parse_column
from sidekiq_gen.notices import Notice
from sidekiq_gen.patterns.base import Key, Pattern, columns_of, only_for_records
from sidekiq_gen.request import Answers, Flag, JobRequest, Situation, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

# What is written into the mark, by the type of its column.
_MARKS = {"datetime": "Time.current", "date": "Date.current", "boolean": "true"}


@dataclass(frozen=True)
class Mark:
    """The column that says the work is done, and the Ruby value written into it."""

    column: str
    value: str

    @property
    def unset(self) -> str:
        """The RSpec matcher for a mark that is not set: a boolean may be false or null."""
        return "be_blank" if self.value == "true" else "be_nil"

    @property
    def open(self) -> str:
        """What a query finds in the column while the work is not done: a boolean may be false or null."""
        return "[false, nil]" if self.value == "true" else "nil"


class CheckThenAct(Pattern):
    """Skips the work when its mark is set; sets the mark when the work is done."""

    name = "check-then-act"
    group = "once"
    layer = "check"
    flags = (
        Flag(
            "--check-then-act",
            "Skip the work when COLUMN is set, set it afterwards.",
            "text",
            metavar="COLUMN",
            question="Which column marks the work as done?",
        ),
    )
    summary = "skip the work when a column of the record says it is done; set it after success"
    paragraph = (
        "For work that must happen once per record: sending a mail, charging a card. The column is set only after the "
        "work has succeeded, so a crash means one more run, never a lost one; add an idempotency key when the work "
        "calls another service. Alone it does not stop two runs at the very same moment: add a lock for that."
    )
    avoid = (
        "Not for work that may run as often as it likes, such as refreshing a cache: there it would stop the "
        "second run."
    )
    cost = "One column on the table, one more write for each job."
    example = "processed_at"

    kinds = frozenset({"record", "plain", "claim", "backfill"})

    def refusal(self, situation: Situation) -> Refused | None:
        if situation.model:
            return None
        return only_for_records(self.name, situation, "Give the model (--model Order), or use --idempotency-key.")

    def decide(self, answers: Answers, situation: Situation) -> Mark:
        return read_mark(answer(answers, "check_then_act"), situation)

    def notices(self, settings: Mark, request: JobRequest) -> Iterator[Notice]:
        yield from missing_column(settings, request.situation)
        if not request.lock:
            yield Notice(
                "check-without-lock",
                "Two runs at the same moment can both find the mark unset.",
                "Add --row-lock or --advisory-lock when that would do harm.",
            )


class IdempotencyKey(Pattern):
    """Hands the work a key that is the same in every run of the same job."""

    name = "idempotency-key"
    group = "once"
    layer = "work"
    kinds = frozenset({"record", "plain", "claim"})
    flags = (Flag("--idempotency-key", "Hand the work a key that stays the same over every retry.", "switch"),)
    summary = "hand the work a key that is the same in every retry, for the other side to deduplicate by"
    paragraph = (
        "For calls to services that accept an idempotency key: payments, mail providers. A job can be killed after "
        "the call and before its mark is saved; the next run then repeats the call with the same key, and the other "
        "side acts once. It costs nothing here, and does nothing for a service that ignores the key."
    )
    avoid = "Not for a service that ignores such a key: there only --check-then-act helps, with a gap of one crash."
    cost = "Nothing here."
    example = True

    def decide(self, answers: Answers, situation: Situation) -> Key:
        arguments = situation.arguments
        if any(argument.name == "idempotency_key" for argument in arguments):
            raise InvalidInput(
                "--idempotency-key hands the work an idempotency_key, and an argument has that name.",
                hint="Give the argument another name, or leave out --idempotency-key.",
                code="invalid-argument",
            )
        if situation.kind == "claim" and situation.model:
            return Key(situation.name.slug, (situation.model.variable,), "-")
        telling = arguments and not any(argument.type in {"array", "hash"} for argument in arguments)
        parts = tuple(argument.name for argument in arguments) if telling else ("jid",)
        if not telling and "retry_after" in answers:
            raise Refused(
                "--idempotency-key is made of the job's id here, and --retry-after enqueues a job with another id.",
                hint="Give the job a record or scalar arguments to make the key of, or leave out one of the two.",
                code="contradictory-patterns",
            )
        return Key(situation.name.slug, parts, "-")

    def notices(self, settings: Key, request: JobRequest) -> Iterator[Notice]:
        if settings.parts == ("jid",):
            yield Notice(
                "key-per-enqueue",
                "The key is made of the job's id: retries share it, a second enqueue has its own.",
                "Give the job a record or scalar arguments to have one key for all of them.",
            )


def read_mark(text: str, situation: Situation) -> Mark:
    """The mark that a column of the job's model makes.

    Raises:
        InvalidInput: it cannot be the name of a column.
        Refused: the column cannot tell done from not done.
    """
    column = parse_column(text)
    return Mark(column, _MARKS[_type(column, situation)])


def missing_column(mark: Mark, situation: Situation) -> Iterator[Notice]:
    """The notice for a mark that the schema does not have."""
    known = columns_of(situation)
    if known is not None and mark.column not in known:
        yield Notice(
            "column-not-found",
            f"The schema shows no column {mark.column} in the table of this model.",
            f"Add it before you run the job: a {'boolean' if mark.value == 'true' else 'datetime'} column.",
        )


def _type(column: str, situation: Situation) -> str:
    """The type of the column, from the schema or, where that is silent, from its name."""
    kind = (columns_of(situation) or {}).get(column)
    if kind is None:
        return "date" if column.endswith("_on") else "datetime" if column.endswith("_at") else "boolean"
    if kind.startswith(("datetime", "timestamp")):
        return "datetime"
    if kind in _MARKS:
        return kind
    raise Refused(
        f"The column {column} is of the type {kind}, which cannot tell done from not done.",
        hint="Use a datetime, date or boolean column: --check-then-act processed_at.",
        code="column-is-no-mark",
    )
