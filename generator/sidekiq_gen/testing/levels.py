"""What is asked of a job in a check: shapes, and what can be laid over them, drawn from the catalogue.

A level is the answers of one way to have something, by parameter. Patterns, kinds and attributes that a pack declares
are drawn like those that are built in; only where an answer has to fit the synthetic repo it stands here.
"""

from __future__ import annotations

from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sidekiq_gen.flags import Flag
    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern

Level: TypeAlias = "Mapping[str, Any]"
Levels: TypeAlias = "Mapping[str, Level]"

# In place of the example of a pattern: what the synthetic repo has.
FITTING: Level = MappingProxyType(
    {
        "check_then_act": "charged_at",
        "discard_on": ("PaymentGateway::CardDeclined",),
        "retry_after": ("PaymentGateway::RateLimited",),
        "unique_ttl": 3600,
    }
)
MOST = 8  # ways to have one pattern; where its choices make more of them, they are taken one at a time
JOB, JOB_OF_ROWS = "ChargeCustomer", "ChargeOrders"
_ARGUMENTS = ("order:record", "amount:decimal", "due_on:date")
_PLAIN_ARGUMENTS = ("account_id:integer", "at:time", "tags:array")


def shapes(kinds: Sequence[Kind[Any]]) -> dict[str, Level]:
    """Each kind, and those that take arguments also with some, by name: the answers that ask for it."""
    found: dict[str, Level] = {}
    for kind in kinds:
        asked: dict[str, Any] = {"name": JOB_OF_ROWS if kind.about == "rows" else JOB, "kind": kind.name}
        if kind.about != "nothing":
            asked["model"] = "Order"
        found[kind.name] = asked
        arguments = {"record": _ARGUMENTS, "nothing": _PLAIN_ARGUMENTS}.get(kind.about)
        if arguments:
            found[f"{kind.name}-arguments"] = asked | {"arguments": arguments}
    return found


def levels(pattern: Pattern[Any]) -> dict[str, Level]:
    """The ways to have a pattern, by name: its example, with each choice of its flags."""
    first, *further = pattern.flags
    chosen = [flag for flag in further if flag.choices]
    if first.type == "choice":
        chosen = [first, *chosen]
    example = {first.parameter: FITTING.get(first.parameter, pattern.example)}
    example |= {flag.parameter: FITTING[flag.parameter] for flag in further if flag.parameter in FITTING}
    found = {}
    for choices in _choices(chosen):
        given = [value for flag, value in choices.items() if flag is first or value != flag.choices[0]]
        name = "-".join([pattern.name, *(given[1:] if first.type == "choice" and not given else given)])
        own = {flag.parameter: value for flag, value in choices.items() if flag is first or value != flag.choices[0]}
        found[name] = example | own
    return found


def attribute_levels(flag: Flag, example: object) -> dict[str, Level]:
    """The values of an attribute of the house: each of its choices, else the example."""
    if flag.type == "switch":
        return {flag.parameter: {flag.parameter: True}}
    values = flag.choices or (example,)
    return {
        f"{flag.parameter}-{value}" if flag.choices else flag.parameter: {flag.parameter: value} for value in values
    }


def _choices(flags: Sequence[Flag]) -> Iterator[dict[Flag, str]]:
    """The choices of flags: all together, or one flag at a time where these are too many."""
    together = list(product(*(flag.choices for flag in flags)))
    if len(together) <= MOST:
        yield from (dict(zip(flags, values, strict=True)) for values in together)
        return
    first = {flag: flag.choices[0] for flag in flags}
    yield first
    for flag in flags:
        yield from (first | {flag: value} for value in flag.choices[1:])
