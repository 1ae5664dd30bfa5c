"""What is to be seen to before a job is deployed: what this one satisfies, and what is left to its developer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobRequest


@dataclass(frozen=True)
class Item:
    """One line of the list.

    name: a stable kebab-case word for programs. text: a few words, with the flag that would see to it where it is left.
    """

    name: str
    satisfied: bool
    text: str


def checklist(request: JobRequest) -> tuple[Item, ...]:
    """The list for the job that does the work: for a fan-out, the one it enqueues for each record."""
    return tuple(_items(request.child or request))


def _items(request: JobRequest) -> Iterator[Item]:
    context = request.context
    yield _done("version", f"written for Sidekiq {context.release.text}")
    yield _safe_to_run_twice(request)
    yield _done("small-arguments", _arguments(request))
    if context.record:
        yield _done("deleted-records", "gone records are skipped")
    if context.kind in {"claim", "backfill"}:
        yield _done("never-loads-all", "rows are taken a few at a time")
    yield _if(
        request.chosen("discard-on") is not None,
        "permanent-errors",
        "permanent errors end it at once",
        "errors that no retry can fix (--discard-on)",
    )
    if context.kind != "backfill":
        yield _if(
            request.chosen("idempotency-key") is not None,
            "external-calls",
            "the same key in every retry",
            "calls to other services (--idempotency-key)",
        )
    yield _if(
        request.lock is not None or context.kind == "claim" or _locks_rows(request),
        "concurrency",
        "locked in the database",
        "two runs at the same moment" + (" (--advisory-lock)" if context.kind in {"record", "plain"} else ""),
    )
    yield _if(request.test != "none", "tested", "tested without Redis", "its spec (--test)")


def _safe_to_run_twice(request: JobRequest) -> Item:
    marked = request.chosen("check-then-act") or _locks_rows(request) or request.context.kind == "claim"
    hint = " (--check-then-act)" if request.context.kind in {"record", "backfill"} else ""
    return _if(bool(marked), "idempotent", "done work is not done again", f"work that can run twice{hint}")


def _locks_rows(request: JobRequest) -> bool:
    """Whether it is a backfill that marks its rows and locks them meanwhile."""
    return request.context.kind == "backfill" and request.kind_settings.locked


def _arguments(request: JobRequest) -> str:
    return "takes ids, no records" if request.context.record else "takes what JSON can carry"


def _done(name: str, text: str) -> Item:
    return Item(name, satisfied=True, text=text)


def _if(satisfied: bool, name: str, done: str, left: str) -> Item:  # noqa: FBT001 - reads as a sentence
    return Item(name, satisfied, done if satisfied else left)
