"""What a method is handed by a job, by the names of its parameters: record, id, arguments, key, columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.collaborator import Handed
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sidekiq_gen.naming import Argument
    from sidekiq_gen.rails.signatures import Parameter, Parameters

_KEY = regex(r"idempot\w+|dedup\w*_key")
_KEY_LIKE = frozenset({"key", "request_key", "unique_key"})
# Names of what is no record, and no list of them.
_SCALAR = regex(
    r"(?:\w+_)?(?:ids?|token|cents|amount|currency|count|at|on|date|time|key|url|uri|email|name|type|kind|code|number|"
    r"options|opts|params|attributes|args|context|logger|client|from|to|since|limit)"
)


@dataclass(frozen=True)
class Offer:
    """What a job can hand over.

    row, rows: the names of its record or row, and of the rows of a batch; a method may call it by any of them.
    arguments: those of perform but for the record itself. key: whether there is an idempotency key.
    columns: what can be read from the row: columns and the records it belongs to; samples: Ruby for what some give.
    many: whether the job has the rows of a batch in hand.
    called: whether the method is one of the record itself.
    """

    row: tuple[str, ...]
    rows: tuple[str, ...]
    arguments: tuple[Argument, ...]
    columns: frozenset[str]
    key: bool
    samples: Mapping[str, str] = field(default_factory=dict)
    many: bool = False
    called: bool = False


@dataclass(frozen=True)
class Fit:
    """What a method is handed, and which parameters that a call needs are left."""

    handed: tuple[Handed, ...]
    missing: tuple[Parameter, ...]


def hand_over(parameters: Parameters, offer: Offer, before: Sequence[Handed] = ()) -> Fit:
    """Fill the parameters of a method.

    before: what has been handed over already, by the ``new`` of the same call.
    """
    named = [_by_name(parameter, parameters, offer) for parameter in parameters]
    row_is_handed = any(
        handed and handed.source in {"row", "rows"} and not handed.reader for handed in (*before, *named)
    )
    if row_is_handed:  # what has a default is read from the record by the method, if at all
        named = [
            None if handed and handed.source == "row" and handed.reader and not parameter.required else handed
            for handed, parameter in zip(named, parameters, strict=True)
        ]
    named = _with_the_only_one(named, parameters, offer, before)
    handed: list[Handed] = []
    missing: list[Parameter] = []
    positions = True
    for found, parameter in zip(named, parameters, strict=True):
        if parameter.rest:
            continue
        if found and (parameter.keyword or positions):
            handed.append(found)
        elif parameter.required:
            missing.append(parameter)
        positions = positions and (parameter.keyword or found is not None)
    return Fit(tuple(handed), tuple(missing))


def hand_over_unread(offer: Offer) -> Fit:
    """What a method is handed whose parameters nobody can read: the record, the arguments, the key by keyword."""
    subject = [Handed("rows")] if offer.many else [Handed("row")] if offer.row and not offer.called else []
    others = [Handed("argument", argument=argument.name) for argument in offer.arguments]
    return Fit((*subject, *others, *([Handed("key", "idempotency_key")] if offer.key else [])), ())


def is_key(name: str) -> bool:
    """Whether a parameter is called like an idempotency key."""
    return name in _KEY_LIKE or _KEY.fullmatch(name) is not None


def _by_name(parameter: Parameter, parameters: Parameters, offer: Offer) -> Handed | None:
    name = parameter.name
    if parameter.rest or not name:
        return None
    found = _argument(name, offer) or (Handed("key") if offer.key and _takes_key(name, parameters) else None)
    found = found or _row(name, offer) or _rows(name, offer)
    return replace(found, keyword=name if parameter.keyword else "") if found else None


def _argument(name: str, offer: Offer) -> Handed | None:
    if name in offer.row:
        return None
    argument = next((one for one in offer.arguments if name in {one.name, one.parameter}), None)
    if argument is None:
        return None
    return Handed(
        "argument", argument=argument.name, reader="id" if argument.model and name == argument.parameter else ""
    )


def _row(name: str, offer: Offer) -> Handed | None:
    if name in offer.row and not offer.called:
        return Handed("row")
    if offer.row and name in {"id", *(f"{row}_id" for row in offer.row)}:
        return Handed("row", reader="id")
    if not offer.row or name not in offer.columns:
        return None
    return Handed("row", reader=name, sample=offer.samples.get(name, "nil"))


def _rows(name: str, offer: Offer) -> Handed | None:
    if not offer.many:
        return None
    if name in offer.rows:
        return Handed("rows")
    return Handed("rows", reader="id") if name in {"ids", *(f"{row}_ids" for row in offer.row)} else None


def _takes_key(name: str, parameters: Parameters) -> bool:
    """Whether it is the parameter for the key: one that is just called so is not, where another says it in full."""
    in_full = [one.name for one in parameters if _KEY.fullmatch(one.name)]
    return name in in_full if in_full else is_key(name)


def _with_the_only_one(
    named: list[Handed | None], parameters: Parameters, offer: Offer, before: Sequence[Handed]
) -> list[Handed | None]:
    """Hand the record, or the only argument, to the one parameter by position that no name fits."""
    subject = _subject([handed for handed in (*before, *named) if handed], offer)
    positions = [
        index
        for index, parameter in enumerate(parameters)
        if named[index] is None and not parameter.keyword and not parameter.rest
    ]
    needed = [index for index in positions if parameters[index].required]
    if subject is None or len(needed) > 1:
        return named
    if subject.source != "argument":
        positions = [index for index in needed if not _SCALAR.fullmatch(parameters[index].name)]
    only = (needed or positions)[:1] if positions else []
    return [subject if index in only else handed for index, handed in enumerate(named)]


def _subject(used: Sequence[Handed], offer: Offer) -> Handed | None:
    """What the work is about, where nothing that is handed over is made of it; else None."""
    if (offer.row or offer.many) and not offer.called:
        about = any(handed.source in {"row", "rows"} for handed in used)
        return None if about else Handed("rows" if offer.many else "row")
    one = offer.arguments[0] if len(offer.arguments) == 1 else None
    if one is None or any(handed.source == "argument" for handed in used):
        return None
    return Handed("argument", argument=one.name)
