"""What is asked of a job in a check: shapes, and what can be laid over them, drawn from the catalogue.

A level is the answers of one way to have something, by parameter. Patterns, kinds and attributes that a pack declares
are drawn like those that are built in; only where an answer has to fit the synthetic repo it stands here.
"""

from __future__ import annotations

from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from sidekiq_gen.job.patterns.declared import Declared
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sidekiq_gen.flags import Flag
    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern

Level: TypeAlias = "dict[str, Any]"
Levels: TypeAlias = "Mapping[str, Level]"

# In place of the example of a pattern: what the synthetic repo has.
FITTING: Mapping[str, Any] = MappingProxyType(
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
    if isinstance(pattern, Declared) and pattern.declared.needs_databases:
        example["database"] = pattern.declared.needs_databases[0]
    example |= {flag.parameter: FITTING[flag.parameter] for flag in further if flag.parameter in FITTING}
    found = {}
    for choices in _choices(chosen):
        given = [value for flag, value in choices.items() if flag is first or value != flag.choices[0]]
        name = "-".join([pattern.name, *(given[1:] if first.type == "choice" and not given else given)])
        own = {flag.parameter: value for flag, value in choices.items() if flag is first or value != flag.choices[0]}
        found[name] = example | own
    return found


@dataclass(frozen=True)
class Said:
    """What a pack says of every job: its flag, a value that is right, and whether there is no job without it."""

    flag: Flag
    sample: object
    required: bool = False

    @property
    def levels(self) -> dict[str, Level]:
        """The values that it may have: each of its choices, else the sample."""
        name = self.flag.option.removeprefix("--")
        if not self.flag.choices:
            return {name: {self.flag.parameter: self.sample}}
        return {f"{name}-{choice}": {self.flag.parameter: choice} for choice in self.flag.choices}


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
