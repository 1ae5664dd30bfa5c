"""What else a change of an argument concerns: those who push, what waits, what else is handed the arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq.gems import THROTTLED, UNIQUE_JOBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from sidekiq_gen.check.facts import PushFacts
    from sidekiq_gen.check.index import Index
    from sidekiq_gen.deploys.existing import Existing
    from sidekiq_gen.rails.project import Project

MOST_NAMED = 20


def pushes(job: Existing, index: Index) -> list[PushFacts]:
    """The places that push a job, without those in tests, by path and line."""
    found = [push for push in index.pushes if not push.in_test and index.target(push) == job.name]
    return sorted(found, key=lambda push: (push.path, push.line))


def places(found: Sequence[PushFacts]) -> str:
    """Some places in words: ``app/models/order.rb:3``."""
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return ", ".join(f"{push.path}:{push.line}" for push in found[:MOST_NAMED]) + more


def callers(job: Existing, index: Index, wanted: int) -> Iterator[Notice]:
    """Where the new argument is to be handed over, later."""
    lacking = [push for push in pushes(job, index) if push.shapes is None or len(push.shapes) < wanted]
    if lacking:
        yield Notice(
            "callers",
            f"{job.name} is pushed in {places(lacking)}.",
            "Hand the argument over there in the next deploy, not in this one: old workers do not take it.",
        )


def unseen(job: Existing, index: Index) -> Iterator[Notice]:
    """Places of which it is not to be seen how many arguments they hand over."""
    hidden = [push for push in pushes(job, index) if push.shapes is None]
    if hidden:
        yield Notice(
            "arguments-not-seen",
            f"What {places(hidden)} hands over is not to be seen.",
            "Look at each before you deploy this.",
        )


def left(job: Existing, what: str) -> Iterator[Notice]:
    """What waits. Source: sidekiq v8.1.7 lib/sidekiq/api.rb (Queue, ScheduledSet, RetrySet, DeadSet are Enumerable)."""
    sets = "[*Sidekiq::Queue.all, Sidekiq::ScheduledSet.new, Sidekiq::RetrySet.new, Sidekiq::DeadSet.new]"
    shown = "display_args.size" if job.form == "active-job" else "args.size"
    inner = f'job.display_class == "{job.name}"'
    yield Notice(
        "jobs-in-redis",
        what,
        f'See in a console what waits: require "sidekiq/api"; {sets}'
        f".flat_map {{ |jobs| jobs.select {{ |job| {inner} }} }}.map {{ |job| job.{shown} }}.tally",
    )


def around(job: Existing, project: Project, index: Index, before: int) -> Iterator[Notice]:
    """What else is handed the arguments.

    Source: sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/lock_args.rb; sidekiq-throttled v1.5.2
    lib/sidekiq/throttled/strategy.rb (limits and key suffixes are called with the arguments).
    """
    locked = index.option(job.name, "lock") if project.app.gem(UNIQUE_JOBS) else None
    if locked and not any(index.option(job.name, key) for key in ("lock_args_method", "lock_args")):
        yield Notice(
            "lock-digest",
            f"The key of its lock ({locked}) is made of all arguments: with one more it is another key.",
            "Name those that count with lock_args_method before callers hand it over.",
        )
    if project.app.gem(THROTTLED):
        lambdas = [
            one for call in job.job.macros("sidekiq_throttle") for one in nodes.walk(call) if one.type == "lambda"
        ]
        strict = [one for one in lambdas if _takes_exactly(one, before)]
        if strict:
            yield Notice(
                "lambda-takes-arguments",
                f"sidekiq_throttle has a lambda on line {nodes.line(strict[0])} with the parameters of perform.",
                "Let it take any number (`|id, *|`) in this deploy: with one more it raises ArgumentError.",
            )


def _takes_exactly(one: Node, count: int) -> bool:
    listed = nodes.field(one, "parameters")
    kinds = [child.type for child in listed.named_children] if listed is not None else []
    return kinds == ["identifier"] * count and count > 0
