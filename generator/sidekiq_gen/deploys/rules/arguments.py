"""Arguments that one side hands over and the other does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.deploys.rule import Change, ChangeRule, Deploy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.facts import PushFacts, Signature
    from sidekiq_gen.check.rule import Context, Finding

_CALLED = "sidekiq v8.1.7 lib/sidekiq/processor.rb (execute_job: perform gets the payload's args)"


def _job(parameters: str) -> dict[str, str]:
    text = f"class ChargeJob\n  include Sidekiq::Job\n\n  def perform({parameters})\n  end\nend\n"
    return {"app/jobs/charge_job.rb": text}


def _both(parameters: str, arguments: str) -> dict[str, str]:
    push = f"class Order\n  def pay\n    ChargeJob.perform_async({arguments})\n  end\nend\n"
    return {**_job(parameters), "app/models/order.rb": push}


def _performs(change: Change) -> Iterator[tuple[str, Signature, Signature]]:
    """What perform took and takes, of each job whose perform has changed."""
    for name in change.kept:
        before, after = change.before.index.perform(name), change.after.index.perform(name)
        if before is not None and after is not None and before != after:
            yield name, before, after


def _counts(pushes: list[PushFacts]) -> list[int] | None:
    """How many arguments each push hands over; None where that is not seen, and where nothing pushes."""
    shapes = [push.shapes for push in pushes]
    return [len(one) for one in shapes if one is not None] if shapes and None not in shapes else None


class ArgumentRequired(ChangeRule):
    """perform asks for more than before."""

    code = "argument-required"
    title = "perform requires an argument that old payloads do not have"
    severity = "error"
    why = (
        "Payloads in Redis, and what old processes push, have fewer arguments: they fail with ArgumentError each time."
    )
    source = _CALLED
    way_out = (
        "`sidekiq-gen argument add JOB NAME:TYPE` makes it optional; `sidekiq-gen argument require` follows once no "
        "old payload is left."
    )
    bad = Deploy(_job("order_id, note"), before=_job("order_id"))
    good = Deploy(_job("order_id, note = nil"), before=_job("order_id"))

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each, unless every push of the revision hands over enough already."""
        for name, before, after in _performs(change):
            keywords = sorted({*after.required_keywords} - {*before.required_keywords})
            given = _counts(change.before.pushes.get(name, []))
            if after.least > before.least and not (given and min(given) >= after.least):
                what = ", ".join(after.names[before.least : after.least]) or f"{after.least} arguments"
                yield self.found(change.after.jobs[name], self._message(name, what, change.ref))
            elif keywords and change.after.index.form(name) == "active-job":
                yield self.found(change.after.jobs[name], self._message(name, ", ".join(keywords), change.ref))

    @staticmethod
    def _message(name: str, what: str, ref: str) -> str:
        return f"{name}#perform requires {what}, which payloads of {ref} do not have: they fail with ArgumentError."


class ArgumentRemoved(ChangeRule):
    """perform takes less than before."""

    code = "argument-removed"
    title = "perform no longer takes an argument that old payloads have"
    severity = "error"
    why = "Payloads in Redis, and what old processes push, have more arguments: they fail with ArgumentError each time."
    source = _CALLED
    way_out = (
        "`sidekiq-gen argument remove JOB NAME` takes it away in three deploys: optional, no longer handed over, gone."
    )
    bad = Deploy(_both("order_id", "id"), before=_both("order_id, note", "id, note"))
    good = Deploy(_both("order_id, note = nil", "id"), before=_both("order_id, note = nil", "id"))

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each, unless no push of the revision hands it over."""
        for name, before, after in _performs(change):
            given = _counts(change.before.pushes.get(name, []))
            keywords = [one for one in before.keywords if one not in after.keywords]
            if keywords and change.after.index.form(name) == "active-job":
                yield self._finding(change, name, ", ".join(keywords))
                continue
            if after.most is None or (before.most is not None and before.most <= after.most):
                continue
            if given is None and before.most is None:
                continue
            if before.least > after.most or given is None or max(given) > after.most:
                what = ", ".join(before.names[after.most :]) or "some of them"
                yield self._finding(change, name, what)

    def _finding(self, change: Change, name: str, what: str) -> Finding:
        gone = f"{name}#perform no longer takes {what}, which payloads of {change.ref} may have"
        return self.found(change.after.jobs[name], f"{gone}: they fail with ArgumentError.")


class ArgumentReordered(ChangeRule):
    """The same argument in another place."""

    code = "argument-reordered"
    title = "The arguments of perform change places"
    severity = "error"
    why = "Arguments travel without names: an old payload hands each value to another parameter, and nothing fails."
    source = _CALLED
    way_out = "Keep the order; add a new argument behind the others."
    bad = Deploy(_job("account_id, order_id"), before=_job("order_id, account_id"))
    good = Deploy(_job("id, account_id"), before=_job("order_id, account_id"))

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each job in which a parameter has moved."""
        for name, before, after in _performs(change):
            moved = [one for at, one in enumerate(before.names) if one in after.names and after.names.index(one) != at]
            if moved:
                order = ", ".join(before.names)
                yield self.found(
                    change.after.jobs[name],
                    f"{', '.join(moved)} of {name}#perform changed places: payloads of {change.ref} have {order}.",
                )


class PushUnfit(ChangeRule):
    """A push that the old perform cannot take."""

    code = "push-unfit-for-old-code"
    title = "A push passes what the old perform does not take"
    severity = "warning"
    why = (
        "A worker that still runs the old code raises ArgumentError; the job is retried, and with retry: false it is "
        "lost."
    )
    source = _CALLED
    way_out = "Deploy the changed perform first, and the pushes that need it next."
    bad = Deploy(_both("order_id, note = nil", "id, note"), before=_both("order_id", "id"))
    good = Deploy(_both("order_id, note = nil", "id"), before=_both("order_id", "id"))

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each push that fits the perform of here and not that of the revision."""
        for name, before, after in _performs(change):
            for push in change.after.pushes.get(name, []):
                given = None if push.shapes is None or "keywords" in push.shapes else len(push.shapes)
                if given is not None and _fits(given, after) and not _fits(given, before):
                    lost = " and is lost" if change.after.is_lost(name) else ""
                    yield self.found(
                        push, f"The perform that {name} has in {change.ref} does not take this: it fails there{lost}."
                    )


def _fits(given: int, taken: Signature) -> bool:
    return taken.least <= given and (taken.most is None or given <= taken.most)


class ArgumentType(ChangeRule):
    """A value of another kind in the same place."""

    code = "argument-type"
    title = "An argument is handed over as another type"
    severity = "warning"
    why = "Old payloads hold the old type, and old workers get the new one: perform has to take both for a while."
    source = _CALLED
    way_out = "First deploy a perform that takes both types, then change the pushes, then drop the old type."
    bad = Deploy(_both("order", '{ "id" => 1 }'), before=_both("order", "1"))
    good = Deploy(_both("order", "2"), before=_both("order", "1"))

    def compare(self, change: Change, context: Context) -> Iterator[Finding]:
        """Yield each push with a literal of a type that no push of the revision has in its place."""
        for name in change.kept:
            known = _types(change.before.pushes.get(name, []))
            for push in change.after.pushes.get(name, []):
                for at, shape in enumerate(push.shapes or ()):
                    was = known.get(at, set())
                    if shape in _JSON and was and shape not in was and was <= _JSON:
                        yield self.found(
                            push,
                            f"Argument {at + 1} of {name} is {_article(shape)} here, and {_article(min(was))} in "
                            f"{change.ref}.",
                        )


_JSON = frozenset({"string", "integer", "float", "boolean", "array", "hash"})


def _types(pushes: list[PushFacts]) -> dict[int, set[str]]:
    """What is handed over in each place, nil left out, which any argument may be."""
    found: dict[int, set[str]] = {}
    for push in pushes:
        for at, shape in enumerate(push.shapes or ()):
            if shape != "nil":
                found.setdefault(at, set()).add(shape)
    return found


def _article(shape: str) -> str:
    return f"an {shape}" if shape[0] in "aei" else f"a {shape}"


RULES: tuple[ChangeRule, ...] = (
    ArgumentRequired(),
    ArgumentRemoved(),
    ArgumentReordered(),
    PushUnfit(),
    ArgumentType(),
)
