"""Classes that payloads name, and that are not there any more, or not there yet."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.files import ruby_files
from sidekiq_gen.check.source import Source
from sidekiq_gen.deploys.rule import Change, ChangeRule, Deploy, Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.facts import ClassFacts
    from sidekiq_gen.check.rule import Context, Finding

# From so like a text on, 1 being the same, a class counts as the renamed one; git's own measure for files is 0.5.
_ALIKE = 0.6
_CONSTANTIZED = "sidekiq v8.1.7 lib/sidekiq/processor.rb:151, v6.0.0 lib/sidekiq/processor.rb:129"
_CHARGE = (
    "class ChargeJob\n  include Sidekiq::Job\n\n  def perform(order_id)\n    Order.find(order_id).charge!\n  end\nend\n"
)
_COLLECT = _CHARGE.replace("ChargeJob", "CollectJob")
_PUSH = "class Order\n  def pay\n    {}.perform_async(id)\n  end\nend\n"
_HANDS_OVER = {"app/jobs/collect_job.rb": _COLLECT, "app/jobs/charge_job.rb": "class ChargeJob < CollectJob\nend\n"}
_BEFORE = {"app/jobs/charge_job.rb": _CHARGE}


class JobRenamed(ChangeRule):
    """A class that has got another name."""

    code = "job-renamed"
    title = "A job class is renamed at once"
    severity = "error"
    why = (
        "Payloads carry the name of the class: those in Redis, and those that old processes push during the deploy, "
        "fail with NameError in the new code; what new processes push fails in the old code. With retry: false they "
        "are lost."
    )
    source = _CONSTANTIZED
    way_out = (
        "`sidekiq-gen rename OLD NEW` keeps the old class, which hands over; `--step 2` has callers push the new one."
    )
    bad = Deploy({"app/jobs/collect_job.rb": _COLLECT}, before=_BEFORE)
    good = Deploy(_HANDS_OVER, before=_BEFORE)

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each class that is gone and of which another one is the likeness."""
        for old, new in renamed(change).items():
            lost = " With retry: false they are lost." if change.before.is_lost(old) else ""
            yield self.found(
                change.after.jobs[new],
                f"{old} of {change.ref} is called {new} here: payloads of {old} fail with NameError.{lost}",
            )


class JobRemoved(ChangeRule):
    """A class that is gone."""

    code = "job-removed"
    title = "A job class is removed that payloads may still name"
    severity = "warning"
    why = (
        "Enqueued, scheduled and failed payloads of it fail with NameError, until their retries are used up; retries "
        "last three weeks."
    )
    source = _CONSTANTIZED
    way_out = (
        "First deploy that nothing pushes it any more; remove the class once no payload of it is left in queues, in "
        "the scheduled set and among the retries."
    )
    bad = Deploy({}, before={**_BEFORE, "app/models/order.rb": _PUSH.format("ChargeJob")})
    good = Deploy(
        {"app/jobs/charge_job.rb": _CHARGE}, before={**_BEFORE, "app/models/order.rb": _PUSH.format("ChargeJob")}
    )

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each class that is gone, unless the revision shows that nothing pushed it any more."""
        known = renamed(change)
        for one in _gone(change):
            if one.name not in known:
                count = len(change.before.pushes.get(one.name, ()))
                where = f"{count} places" if count > 1 else "one place"
                pushed = f", and {where} of {change.ref} pushed it" if count else ""
                yield self.found(one, f"{one.name} is gone{pushed}: payloads that wait fail with NameError.")


class JobChangesForm(ChangeRule):
    """A Sidekiq::Job that becomes an ActiveJob, or the other way round."""

    code = "job-changes-form"
    title = "A Sidekiq::Job becomes an ActiveJob, or an ActiveJob a Sidekiq::Job"
    severity = "error"
    why = (
        "Payloads of the two are not the same: Sidekiq sets jid on an instance of the class that it names, and "
        "ActiveJob's wrapper calls deserialize on it; each fails with NoMethodError on the other form."
    )
    source = "sidekiq v8.1.7 lib/sidekiq/processor.rb:151-153; rails v7.2.2 activejob/lib/active_job/core.rb:62"
    way_out = (
        "Give the new form a name of its own, push that one, and remove the old class once no payload of it is left."
    )
    bad = Deploy(
        {"app/jobs/charge_job.rb": "class ChargeJob < ApplicationJob\n  def perform(order_id)\n  end\nend\n"},
        before=_BEFORE,
    )
    good = Deploy(
        {
            "app/jobs/charge_job.rb": _CHARGE,
            "app/jobs/collect_job.rb": "class CollectJob < ApplicationJob\n  def perform(order_id)\n  end\nend\n",
        },
        before=_BEFORE,
    )

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        words = {"sidekiq": "a Sidekiq::Job", "active-job": "an ActiveJob"}
        for name in change.kept:
            was, now = change.before.index.form(name), change.after.index.form(name)
            if was and now and was != now:
                message = f"{name} was {words[was]} and is {words[now]}: payloads of the old form fail."
                yield self.found(change.after.jobs[name], message)


class NewJobPushed(ChangeRule):
    """A class that is deployed together with those who push it."""

    code = "new-job-pushed"
    title = "A new job is pushed by the deploy that brings it"
    severity = "note"
    why = (
        "A worker that still runs the old code and fetches it raises NameError; it is retried, with retry: false lost."
    )
    source = _CONSTANTIZED
    way_out = "Deploy the class first and the pushes next, or give it a queue that only new workers fetch."
    bad = Deploy(
        {"app/jobs/charge_job.rb": _CHARGE, "app/models/order.rb": _PUSH.format("ChargeJob")},
        before={"app/models/order.rb": "class Order\nend\n"},
    )
    good = Deploy({"app/jobs/charge_job.rb": _CHARGE}, before={"app/models/order.rb": "class Order\nend\n"})

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield one for each such class, at the first place that pushes it."""
        behind = set(_handing_over(change))
        for name, one in change.after.jobs.items():
            # A class that pushes itself does so by the name that it is called by, which is still the old one.
            pushes = [push for push in change.after.pushes.get(name, []) if push.target or name not in behind]
            if name in change.before.index.classes or not pushes:
                continue
            queue = change.after.queue(name)
            if queue and queue != "default" and change.before.app.served.lacks(queue):
                continue
            outcome = "loses it, as it has retry: false" if change.after.is_lost(one.name) else "fails and is retried"
            yield self.found(
                pushes[0], f"{name} is new, and pushed here: a worker with the code of {change.ref} {outcome}."
            )


def _handing_over(change: Change) -> Iterator[str]:
    """The classes that the classes of the revision inherit perform from by now."""
    for name in change.kept:
        own = change.after.jobs[name]
        if own.perform is None and own.superclass:
            yield change.after.index.resolve(own.superclass, own.nesting)


def renamed(change: Change) -> dict[str, str]:
    """The classes that are gone, each with the new one that is its likeness; of several, the one that is called so."""
    new = {name: _words(change.after, one) for name, one in change.after.jobs.items() if name not in change.before.jobs}
    liked = []
    for old in _gone(change) if new else ():
        words = _words(change.before, old)
        for name, text in new.items():
            likeness = _likeness(words, text, old.name, name)
            if likeness >= _ALIKE:
                liked.append((likeness + SequenceMatcher(None, old.name, name).ratio(), old.name, name))
    found: dict[str, str] = {}
    for _, old_name, name in sorted(liked, reverse=True):
        if old_name not in found and name not in found.values():
            found[old_name] = name
    return found


def _gone(change: Change) -> list[ClassFacts]:
    """The jobs whose name means nothing any more; a constant that is assigned still means its class."""
    missing = [one for name, one in change.before.jobs.items() if not change.after.index.form(name)]
    made = _made(change.after, {one.name for one in missing}) if missing else set()
    return [one for one in missing if one.name not in made]


def _made(side: Side, names: set[str]) -> set[str]:
    """Those of some constants that are assigned or inherit, in whatever file: ``ChargeJob = CollectJob``.

    A file in which nothing speaks of jobs is not among those that were read.
    """
    bare = b"|".join(sorted({re.escape(name.rpartition("::")[2].encode()) for name in names}))
    sign = re.compile(rb"(?<![\w.:])(class[ \t]+)?((?:\w+::)*(?:" + bare + rb"))[ \t]*[=<][ \t]*(?:::)?[A-Z]")
    found: set[str] = set()
    for path in ruby_files(side.app.repo):
        data = side.app.repo.data(path) or b""
        for one in sign.finditer(data):
            source = Source(path, data)
            place = source.root.descendant_for_byte_range(one.start(2), one.end(2))
            around = source.nesting(place)[:1] if place is not None else ()
            found.add("::".join(around if one[1] else (*around, one[2].decode())))
    return found & names


def _words(side: Side, one: ClassFacts) -> list[str]:
    """The lines of a class without its head, as far as they tell it from other jobs."""
    source = Source(one.path, side.app.repo.data(one.path) or b"")
    node = next((node for node in source.of_type("class") if source.full_name(node) == one.name), None)
    lines = nodes.text(node).splitlines()[1:-1] if node is not None else []
    stripped = (line.strip() for line in lines)
    return [line for line in stripped if line and line != "end" and not line.startswith(("#", "include Sidekiq::"))]


def _likeness(old: list[str], new: list[str], name: str, other: str) -> float:
    if not old and not new:
        return 1.0 if name.rpartition("::")[2] == other.rpartition("::")[2] else 0.0
    return SequenceMatcher(None, old, new, autojunk=False).ratio()


RULES: tuple[ChangeRule, ...] = (JobRenamed(), JobRemoved(), JobChangesForm(), NewJobPushed())
