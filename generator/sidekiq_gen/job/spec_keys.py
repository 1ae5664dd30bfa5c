"""How a spec spells the texts that name what a job is about, and arguments that only look the same."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.job.key_text import Key
    from sidekiq_gen.naming import Argument

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
    known = values and not values[0].endswith((".id", ".jid", ".job_id"))
    return f'"{key.lead}{key.separator}{values[0]}"' if known else key.spelled(values)


def alike(arguments: Sequence[Argument], key: Key) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Two sets of literals for some of the arguments that only look the same; none where no two do, else one pair."""
    if key.form == "id":
        return []
    types = {argument.name: argument.type for argument in arguments if not argument.model}
    for one, other in pairwise(key.parts):
        if types.get(one) == types.get(other) == "string":
            return [({one: f'"text{key.separator}1"', other: '"2"'}, {one: '"text"', other: f'"1{key.separator}2"'})]
    named = ((name, pair) for kind, pair in _ALIKE.items() for name in types if types[name] == kind)
    return [({name: first}, {name: second}) for name, (first, second) in islice(named, 1)]
