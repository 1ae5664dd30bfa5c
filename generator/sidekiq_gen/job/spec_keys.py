"""How a spec spells the texts that name what a job is about, and arguments that only look the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sidekiq_gen.job.key_text import Key

# By type, two values that look the same once they are part of a text.
_ALIKE = {
    "string": ('""', "nil"),
    "array": ("[1, 2]", '[1, "2"]'),
    "hash": ('{ "key" => 1 }', '{ "key" => "1" }'),
    "integer": ("7", '"7"'),
    "float": ("1.5", '"1.5"'),
    "boolean": ("true", '"true"'),
}
# The method of the spec that spells a key of all arguments, by its form.
_METHODS = {"json": "lock_name", "digest": "key_for"}


@dataclass(frozen=True)
class LookAlike:
    """Two runs whose arguments only look the same.

    first: the call of perform of one. second: that of the other.
    name: what the first one is about, as `expected_name` gives it.
    """

    first: str
    second: str
    name: str


def expected(values: Sequence[str], key: Key) -> str:
    """The Ruby of a key with these values, each a literal or the id of a record: ``"charge-#{order.id}"``.

    Where it is made of all arguments, a method of the spec spells it: ``key_for(order.id, "19.99")``.
    """
    if key.form != "id":
        return f"{_METHODS[key.form]}({', '.join(values)})"
    known = values and not values[0].endswith((".id", ".jid"))
    return f'"{key.lead}{key.separator}{values[0]}"' if known else key.spelled(values)


def alike(types: Mapping[str, str], key: Key) -> tuple[dict[str, str], dict[str, str]] | None:
    """Two sets of literals for some of the arguments that only look the same; None where no two do.

    types: those of the arguments that are no records, by name, in their order.
    """
    if key.form == "id":
        return None
    names = [part for part in key.parts if part in types]
    for one, other in pairwise(key.parts):
        if types.get(one) == types.get(other) == "string":
            return {one: f'"text{key.separator}1"', other: '"2"'}, {one: '"text"', other: f'"1{key.separator}2"'}
    for kind, (first, second) in _ALIKE.items():
        for name in names:
            if types[name] == kind:
                return {name: first}, {name: second}
    return None
