"""Queues that are fetched on one side only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.check.rule import Finding
from sidekiq_gen.deploys.rule import Change, ChangeRule, Deploy, Side
from sidekiq_gen.near import near
from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.queues import CONFIGURATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.rule import Context

_FETCHES = "sidekiq v8.1.7 lib/sidekiq/fetch.rb (only the queues of its capsule); lib/sidekiq/capsule.rb:62-79"


def _job(queue: str) -> dict[str, str]:
    return {
        "app/jobs/charge_job.rb": f"class ChargeJob\n  include Sidekiq::Job\n  sidekiq_options queue: :{queue}\n\n"
        "  def perform(order_id)\n  end\nend\n"
    }


def _fetched(*queues: str) -> dict[str, str]:
    return {"config/sidekiq.yml": ":queues:\n" + "".join(f"  - {queue}\n" for queue in queues)}


class QueueDropped(ChangeRule):
    """A queue that processes fetched and no process fetches any more."""

    code = "queue-dropped"
    title = "A queue is no longer fetched"
    severity = "error"
    why = "Jobs that wait in it, that are scheduled for it or retried into it stay there, and nothing says so."
    source = _FETCHES
    way_out = "Have a process fetch it until it is empty and neither the scheduled nor the retry set names it."
    bad = Deploy(
        {**_job("high"), **_fetched("hihg", "default")}, before={**_job("high"), **_fetched("high", "default")}
    )
    good = Deploy(
        {**_job("default"), **_fetched("default", "high")}, before={**_job("high"), **_fetched("high", "default")}
    )

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each of them; with a name that looks mistyped where a new queue is called much like it."""
        was, now = change.before.app.served, change.after.app.served
        new = [name for name in now.names if name not in was.names]
        for queue in was.names:
            if now.lacks(queue):
                likely = near(queue, new)
                typo = f" Is {likely[0]} mistyped?" if likely else ""
                message = (
                    f"No process fetches {queue} any more, which {change.ref} fetches: what waits in it stays there."
                )
                path, line = _place(change, queue, likely[0] if likely else "queues")
                yield Finding(self.code, path, line, 1, message + typo)


class QueueMoved(ChangeRule):
    """A job that moves to a queue that old processes do not fetch."""

    code = "queue-moved"
    title = "A job moves to a queue that old processes do not fetch"
    severity = "note"
    why = "What new processes push waits until a worker with the new configuration is up."
    source = _FETCHES
    way_out = "First deploy the configuration that fetches the queue as well, then the job that uses it."
    bad = Deploy({**_job("bulk"), **_fetched("default", "bulk")}, before={**_job("default"), **_fetched("default")})
    good = Deploy(
        {**_job("bulk"), **_fetched("default", "bulk")}, before={**_job("default"), **_fetched("default", "bulk")}
    )

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each of them, unless no process here fetches it either, which `check` itself tells."""
        for name in change.kept:
            was, now = change.before.queue(name), change.after.queue(name)
            lacking = now and was != now and change.before.app.served.lacks(now)
            if lacking and now and not change.after.app.served.lacks(now):
                message = (
                    f"{name} moves from {was or 'another queue'} to {now}, which no process of {change.ref} fetches."
                )
                yield self.found(change.after.jobs[name], message)


class QueueOrder(ChangeRule):
    """Weights that appear or disappear."""

    code = "queue-order"
    title = "Queues are fetched in strict order now, or no longer"
    severity = "note"
    why = (
        "Without any weight queues are fetched strictly in order, and the last ones wait as long as the first have "
        "jobs; with one weight they are drawn by weight. What is no whole number counts as no weight."
    )
    source = "sidekiq v8.1.7 lib/sidekiq/capsule.rb:57-79; v6.4.1 lib/sidekiq/cli.rb:413-419"
    way_out = "Give every queue a weight, or none."
    bad = Deploy(_fetched("high", "low"), before=_fetched("[high, 5]", "[low, 1]"))
    good = Deploy(_fetched("[high, 7]", "[low, 1]"), before=_fetched("[high, 5]", "[low, 1]"))

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield it for each file of configuration."""
        for path in CONFIGURATIONS:
            was, now = (_weighted(yaml.of_file(side.app.repo, path)) for side in (change.before, change.after))
            if was is not None and now is not None and was != now:
                kind = "by weight" if now else "in strict order"
                message = f"Queues are fetched {kind} here, and in {change.ref} they are not."
                yield Finding(self.code, path, _line(change.after, path, "queues"), 1, message)


def _weighted(document: object) -> bool | None:
    """Whether a queue of the list at the top has a weight; None where there are not several queues."""
    listed = next((value for key, value in yaml.mapping(document).items() if yaml.key(key) == "queues"), None)
    if not isinstance(listed, list) or len(listed) < 2:  # noqa: PLR2004 - one queue has no order
        return None
    return any(_weight(entry) > 0 for entry in listed)


def _weight(entry: object) -> int:
    if isinstance(entry, list):
        said = yaml.text(entry[1]) if len(entry) > 1 else None
    else:
        said = (yaml.text(entry) or "").partition(",")[2]
    digits = re.match(r"\s*(\d+)", said or "")
    return int(digits[1]) if digits else 0


def _place(change: Change, queue: str, word: str) -> tuple[str, int]:
    """The file that said that a queue is fetched, and the line on which a word stands there now."""
    repo = change.before.app.repo
    given = [path for process in change.before.app.processes for path in (process.configuration, process.path) if path]
    paths = [path.removeprefix("./") for path in (*CONFIGURATIONS, *given)]
    sign = re.compile(rf"(?<![\w-]){re.escape(queue)}(?![\w-])")
    named = next((path for path in paths if sign.search(repo.read(path) or "")), paths[0])
    return named, _line(change.after, named, word)


def _line(side: Side, path: str, word: str) -> int:
    lines = (side.app.repo.read(path) or "").split("\n")
    return next((number for number, line in enumerate(lines, 1) if word in line), 1)


RULES: tuple[ChangeRule, ...] = (QueueDropped(), QueueMoved(), QueueOrder())
