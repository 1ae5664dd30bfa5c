"""Safe to run twice: a key that is handed on to the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.flags import Answers, Flag
from sidekiq_gen.job.key_text import JID, Key, is_plain, key_for
from sidekiq_gen.job.patterns.base import Pattern
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.request import JobContext, JobRequest
    from sidekiq_gen.rails.app import RailsApp


class IdempotencyKey(Pattern[Key]):
    """Hands the work a key that is the same in every run of the same job."""

    settings = Key
    name = "idempotency-key"
    group = "once"
    layer = "work"
    kinds = frozenset({"record", "plain", "claim"})
    flags = (Flag("--idempotency-key", "Pass the work a key that stays the same across retries.", "switch"),)
    summary = "pass the work a key that is the same in every retry, so that the other side can deduplicate"
    paragraph = (
        "For calls to services that accept an idempotency key: payments, mail providers. A job can be killed after "
        "the call and before its mark is saved; the next run then repeats the call with the same key, and the other "
        "side acts only once. It is derived from the id of the one record, or of a digest of all arguments, so that "
        "jobs with different arguments never share one; the order of the keys of a hash counts. It costs nothing "
        "here, and does nothing for a service that ignores the key."
    )
    avoid = (
        "Not for a service that ignores such a key: there only --check-then-act helps, and a crash between the call "
        "and its mark repeats the call."
    )
    cost = "Nothing on this side."
    example = True
    names = frozenset({"idempotency_key"})

    def decide(self, answers: Answers, context: JobContext, app: RailsApp) -> Key:
        slug = context.name.slug
        if context.kind == "claim":
            return Key(slug, (context.row,), "-", "id" if is_plain(context.model) else "digest")
        return key_for(slug, context.arguments, "-", "digest") if context.arguments else Key(slug, (JID,), "-")

    def keywords(self, settings: Key) -> Mapping[str, Key]:
        return {"idempotency_key": settings}

    def satisfies(self, settings: Key) -> Mapping[str, str]:
        return {"external-calls": "the same key in every retry"}

    def notices(self, settings: Key, request: JobRequest, app: RailsApp) -> Iterator[Notice]:
        if settings.parts == (JID,):
            yield Notice(
                "key-per-enqueue",
                "The key is derived from the job's id: retries share it, a second enqueue gets its own.",
                "Give the job an argument that says what it is about, to have one key for all of them.",
            )
