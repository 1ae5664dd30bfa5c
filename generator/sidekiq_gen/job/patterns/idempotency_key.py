"""Safe to run twice: a key that is handed on to the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import Answers, Flag
from sidekiq_gen.job.patterns.base import Key, Pattern
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext, JobRequest


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

    def decide(self, answers: Answers, context: JobContext) -> Key:
        arguments = context.arguments
        if any(argument.name == "idempotency_key" for argument in arguments):
            raise InvalidInput(
                "--idempotency-key hands the work an idempotency_key, and an argument has that name.",
                hint="Give the argument another name, or leave out --idempotency-key.",
                code="invalid-argument",
            )
        if context.kind == "claim" and context.model:
            return Key(context.name.slug, (context.model.variable,), "-")
        telling = arguments and not any(argument.type in {"array", "hash"} for argument in arguments)
        parts = tuple(argument.name for argument in arguments) if telling else ("jid",)
        if not telling and "retry_after" in answers:
            raise Refused(
                "--idempotency-key is made of the job's id here, and --retry-after enqueues a job with another id.",
                hint="Give the job a record or scalar arguments to make the key of, or leave out one of the two.",
                code="contradictory-patterns",
            )
        return Key(context.name.slug, parts, "-")

    def notices(self, settings: Key, request: JobRequest) -> Iterator[Notice]:
        if settings.parts == ("jid",):
            yield Notice(
                "key-per-enqueue",
                "The key is made of the job's id: retries share it, a second enqueue has its own.",
                "Give the job a record or scalar arguments to have one key for all of them.",
            )
