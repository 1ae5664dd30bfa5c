"""--calls: the method that does the work of a job, found in the repo and called as its signature wants it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.collaborator import CALLS, Collaborator
from sidekiq_gen.job.handover import Fit, Offer, hand_over, hand_over_unread, is_key
from sidekiq_gen.job.patterns.idempotency_key import IdempotencyKey
from sidekiq_gen.job.samples import known_value
from sidekiq_gen.naming import MAXIMUM_LENGTH, Model
from sidekiq_gen.near import did_you_mean, near
from sidekiq_gen.notices import Notice
from sidekiq_gen.plurals import plural
from sidekiq_gen.rails.code import CONSTANT, fold
from sidekiq_gen.rails.signatures import NEW, read_callable
from sidekiq_gen.regex import regex
from sidekiq_gen.reserved import CORE_CONSTANTS, KEYWORDS
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import Chosen, JobContext, JobRequest
    from sidekiq_gen.naming import Argument
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.signatures import Callable, Parameters

_CALL = regex(rf"(?:::)?({CONSTANT})(\.new\.|\.|#)([a-z_]\w*[?!]?)", re.ASCII)
# Methods that every record has from ActiveRecord. Source: rails v7.2.0 activerecord/lib/active_record/persistence.rb.
_OF_RECORDS = frozenset("destroy destroy! delete touch save save! reload".split())
MAILERS = frozenset({"ActionMailer::Base"})
_RECORD_BASES = frozenset({"ActiveRecord::Base"})


def find_collaborator(
    answers: Answers, context: JobContext, patterns: Sequence[Chosen], app: RailsApp
) -> Collaborator | None:
    """The method of ``--calls`` with what it is handed; None where it was not asked for.

    Raises:
        InvalidInput: it is not the name of a method of a constant.
        Refused: there is no such method, nobody else may call it, or a job of this kind cannot.
    """
    typed = answer(answers, CALLS.parameter)
    if typed is None:
        return None
    constant, sign, method = _parse(typed)
    if constant == context.name.class_name:
        raise Refused(
            f"{constant} would be the job itself.",
            hint="Give the job another name, or call another class.",
            code="no-such-method",
        )
    own = read_callable(app.constants, constant)
    if own is None and not _is_of_a_gem(constant, app):
        raise _no_constant(constant, app)
    record = _record(constant, context) if sign == "#" else None
    if sign == "#" and record is None and app.model_file(constant):
        raise _not_its_record(constant, method, context)
    if own and sign == "." and MAILERS & set(own.gems):
        raise Refused(
            f"{constant}.{method} makes a mail and does not deliver it.",
            hint=f"Leave out --calls, and write {constant}.{method}(...).deliver_now into the job.",
            code="makes-a-mail",
        )
    if own:
        _look(own, method, on_class=sign == ".")
    key = any(chosen.name == IdempotencyKey.name for chosen in patterns)
    offer = _offer(context, app, key=key, receiver=record)
    found = _Called(constant, sign == ".", method, own, record).filled(offer)
    if key and found.known and not any(handed.source == "key" for handed in found.handed):
        raise Refused(
            f"--idempotency-key hands over a key, and {found.name} takes none.",
            hint=f"Give {found.method} a keyword idempotency_key:, or leave out --idempotency-key.",
            code="contradictory-patterns",
        )
    return found


def takes_key(answers: Answers, context: JobContext, app: RailsApp) -> bool:
    """Whether what does the work can be handed an idempotency key, as far as its parameters are known."""
    return wants_key(answers, context, app) is not False


def wants_key(answers: Answers, context: JobContext, app: RailsApp) -> bool | None:
    """Whether what does the work has a parameter for an idempotency key; None where its parameters are not known."""
    called = find_collaborator(answers, context, (), app)
    if called is None or not called.known:
        return None
    own = read_callable(app.constants, called.constant)
    return None if own is None else any(is_key(name) for name in own.parameter_names(called.method))


def call_notices(request: JobRequest) -> Iterator[Notice]:
    """What to know about the call: what of it could not be read, filled or handed over."""
    calls = request.calls
    if calls is None:
        return
    if not calls.known:
        yield Notice(
            "signature-unknown",
            f"Nothing in the repo shows the parameters of {calls.name}: it is handed what the job has.",
            "Hold the call against its documentation, and put the spec right with it.",
        )
    if calls.missing:
        it = "it" if len(calls.missing) == 1 else "them"
        key = any(is_key(name.removesuffix(":")) for name in calls.missing) and not request.has(IdempotencyKey)
        yield Notice(
            "parameter-not-filled",
            f"{calls.name} requires {_listed(calls.missing)}, and nothing that the job has is called so.",
            f"Hand {it} over where the TODO is; until then the spec stays red."
            + (" --idempotency-key hands over a key." if key else ""),
        )
    left = _left_over(request, calls)
    if left:
        yield Notice(
            "argument-not-handed",
            f"{calls.name} has no parameter for {_listed(left)}.",
            "Leave it out of the job, or give the method a parameter of that name."
            if len(left) == 1
            else "Leave them out of the job, or give the method parameters of these names.",
        )


def _parse(typed: str) -> tuple[str, str, str]:
    """The constant, ``.`` or ``#``, and the method.

    Raises:
        InvalidInput: it is something else.
    """
    found = _CALL.fullmatch(typed)
    if found is None or len(typed) > MAXIMUM_LENGTH or found[3] in KEYWORDS - {"then"}:
        raise InvalidInput(
            f"--calls {typed[:MAXIMUM_LENGTH]!a} does not name a method of a class or module.",
            hint="Write PaymentGateway.charge for one of the class, ChargeCustomer#call for one of its instances.",
            code="invalid-call",
        )
    return found[1], "." if found[2] == "." else "#", found[3]


@dataclass(frozen=True)
class _Called:
    """What --calls names.

    own: what the repo says of the constant. record: the argument of the job that the method is called on.
    """

    constant: str
    on_class: bool
    method: str
    own: Callable | None
    record: Argument | None

    def filled(self, offer: Offer) -> Collaborator:
        """The call, with every parameter filled that can be."""
        if self.on_class:
            parameters = self.own.signature(self.method) if self.own else None
            fit, known = _fit(parameters, offer), parameters is not None
            return Collaborator(self.constant, self.method, "class", fit.handed, missing=_names(fit), known=known)
        of_method = self.own.of_instance.get(self.method) if self.own else None
        parameters = of_method.parameters if of_method else None
        known, blank = parameters is not None, Collaborator(self.constant, self.method, "instance")
        if self.record:
            fit = _fit(parameters, offer)
            made = replace(blank, through="record", receiver=self.record.name)
            return replace(made, arguments=fit.handed, missing=_names(fit), known=known)
        initializer = self.own.initializer if self.own else None
        new = _fit(initializer, offer)
        fit = hand_over(parameters or (), offer, before=new.handed)
        missing = (*_names(new), *_names(fit))
        known = known and initializer is not None
        return replace(blank, arguments=fit.handed, made_with=new.handed, missing=missing, known=known)


def _fit(parameters: Parameters | None, offer: Offer) -> Fit:
    return hand_over_unread(offer) if parameters is None else hand_over(parameters, offer)


def _names(fit: Fit) -> tuple[str, ...]:
    return tuple(f"{one.name}:" if one.keyword else one.name or "an argument" for one in fit.missing)


def _offer(context: JobContext, app: RailsApp, *, key: bool, receiver: Argument | None) -> Offer:
    model, record = context.model, context.record
    columns = (app.columns(model.name) if model else None) or {}
    row = {context.row, model.variable, *([record.parameter_stem] if record else [])} if model else set()
    return Offer(
        tuple(sorted(row - {""})),
        tuple(sorted({context.rows, plural(model.variable)})) if model else (),
        tuple(argument for argument in context.arguments if argument not in {record, receiver}),
        frozenset({*columns, *app.belongings(model.name)} if model else ()),
        key,
        {name: value for name in columns if (value := known_value(app, model.name, name))} if model else {},
        many=context.kind == "backfill",
        called=receiver is not None and receiver == record,
    )


def _record(constant: str, context: JobContext) -> Argument | None:
    """The record of the job of that class, the one it is about first."""
    records = [*([context.record] if context.record else []), *context.records]
    return next((one for one in records if one.model and one.model.name == constant), None)


def _look(own: Callable, method: str, *, on_class: bool) -> None:
    """Refuse a method that is not there, or that only the class itself may call."""
    methods, other = (own.of_class, own.of_instance) if on_class else (own.of_instance, own.of_class)
    complete = own.class_complete if on_class else own.instance_complete
    sign, other_sign = (".", "#") if on_class else ("#", ".")
    found = methods.get(method)
    made = own.of_class.get(NEW)
    if found is None and _may_be_there(own, method, complete=complete):
        return
    if found is None:
        public = [name for name, one in methods.items() if one.public and name != "initialize"]
        meant = [f"{own.name}{sign}{name}" for name in near(method, public, 3)]
        if method in other and other[method].public:
            meant = [f"{own.name}{other_sign}{method}", *meant]
        hint = f"Did you mean {' or '.join(meant)}?" if meant else _those_there(own, public, sign)
        raise Refused(
            f"{own.name} has no method {method} of {'its own' if on_class else 'its instances'}.",
            hint=hint,
            code="no-such-method",
        )
    hidden = not found.public or (not on_class and made is not None and not made.public)
    if hidden:
        what = f"{own.name}{sign}{method}" if not found.public else f"{own.name}.new"
        raise Refused(
            f"{what} is private: a job cannot call it.",
            hint=f"Make it public, or call another method of {own.name}.",
            code="private-method",
        )


def _those_there(own: Callable, public: Sequence[str], sign: str) -> str:
    if not public:
        return f"Write it in {own.name} first, or leave out --calls to have the work in the job."
    return f"It has {', '.join(f'{own.name}{sign}{name}' for name in public[:5])}."


def _may_be_there(own: Callable, method: str, *, complete: bool) -> bool:
    """Whether a method that nothing defines in the repo can come from elsewhere."""
    if complete:
        return False
    return method in _OF_RECORDS if own.gems and set(own.gems) <= _RECORD_BASES else True


def _is_of_a_gem(constant: str, app: RailsApp) -> bool:
    """Whether the first part of a constant is one of Ruby's or Rails' own, or named like a locked gem."""
    first = constant.partition("::")[0]
    if first in CORE_CONSTANTS:
        return True
    names = {fold(part) for gem in app.gem_names for part in (gem.replace("-", "_"), gem.partition("-")[0])}
    return fold(first) in names


def _no_constant(constant: str, app: RailsApp) -> Refused:
    return Refused(
        f"No file in the repo defines {constant}, and no locked gem is called so.",
        hint=did_you_mean(constant, app.constants.all_names, "Write it first, or leave out --calls.", 3),
        code="no-such-constant",
    )


def _not_its_record(constant: str, method: str, context: JobContext) -> Refused:
    if context.model and context.model.name == constant:
        return Refused(
            f"{constant}#{method} is called on one record, and a {context.kind} job finds its rows by itself.",
            hint="Use --kind fan-out, which has a job for each record, or call a method that is handed the row.",
            code="needs-record",
        )
    return Refused(
        f"{constant}#{method} is called on a record, and {context.name.class_name} has no {constant}.",
        hint=f"Hand its id over, {Model(constant).variable}:record, or call a method of a class.",
        code="needs-record",
    )


def _left_over(request: JobRequest, calls: Collaborator) -> tuple[str, ...]:
    """The arguments of the job that nothing is made of."""
    context = request.context
    used = {handed.argument for handed in calls.handed} | {calls.receiver}
    if any(handed.source in {"row", "rows"} for handed in calls.handed) and context.record:
        used.add(context.record.name)
    return tuple(argument.name for argument in context.arguments if argument.name not in used)


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
