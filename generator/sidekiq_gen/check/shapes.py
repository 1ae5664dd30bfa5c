"""What kind of value a piece of Ruby gives, as far as it can be seen where it stands."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_KINDS = {
    "string": "string",
    "chained_string": "string",
    "heredoc_beginning": "string",
    "simple_symbol": "symbol",
    "delimited_symbol": "symbol",
    "bare_symbol": "symbol",
    "integer": "integer",
    "float": "float",
    "true": "boolean",
    "false": "boolean",
    "nil": "nil",
    "array": "array",
    "string_array": "array",
    "symbol_array": "array",
    "hash": "hash",
    "range": "range",
    "regex": "regex",
    "lambda": "lambda",
    "rational": "decimal",
    "complex": "decimal",
    "self": "self",
}
# Lengths of time: ActiveSupport's methods of numbers.
LENGTHS = frozenset(
    f"{unit}{plural}" for unit in "second minute hour day week fortnight month year".split() for plural in ("", "s")
)
# Methods that give a Time, a Date or the like, whatever they are called on: ActiveSupport's and Ruby's own.
_TIMES = frozenset(
    "ago from_now to_time to_date to_datetime in_time_zone beginning_of_day end_of_day beginning_of_week end_of_week "
    "beginning_of_month end_of_month beginning_of_year end_of_year".split()
)
_NOW = frozenset({"Time", "Date", "DateTime", "Time.zone"})
_MAKING_TIMES = frozenset(
    "now today current parse iso8601 strptime at new local utc yesterday tomorrow midnight".split()
)
_DECIMALS = frozenset({"BigDecimal", "Rational", "Complex"})
_TO_DECIMAL = frozenset({"to_d", "to_r"})
_ONE_RECORD = frozenset(
    "find find_by find_by! find_sole_by first first! last last! take take! create create! find_or_create_by "
    "find_or_create_by! find_or_initialize_by create_or_find_by create_or_find_by!".split()
)
_RELATIONS = frozenset("where all order includes preload joins left_joins not limit unscoped lock reorder".split())
# Classes whose instances JSON carries, or that are no models at all.
_PLAIN = frozenset(
    {"Array", "Hash", "String", "Integer", "Float", "JSON", "ENV", "SecureRandom", "YAML", "Dir", "File"}
)


def shape(node: Node) -> str:
    """What kind of value an argument is.

    One of ``string symbol integer float boolean nil array hash keywords range regex lambda decimal class time record
    self unknown``: ``time`` for anything that is a point in time or a length of it, ``record`` for what a finder of
    ActiveRecord gives, ``keywords`` for ``key: value`` without braces. A local is what it is set to in its method,
    where that is the same each time.
    """
    if node.type == "identifier":
        return _local(node)
    if node.type == "unary":
        operand = nodes.field(node, "operand")
        return "unknown" if operand is None else shape(operand)
    if node.type in {"constant", "scope_resolution"}:
        return "class" if _is_class(nodes.text(node)) else "unknown"
    if node.type == "binary":
        return _sum(node)
    if node.type == "parenthesized_statements" and len(node.named_children) == 1:
        return shape(node.named_children[0])
    return _call(node) if node.type == "call" else _KINDS.get(node.type, "unknown")


def _is_class(constant: str) -> bool:
    """Whether a constant is written as classes are, ``Order``, and not as values are, ``LIMIT``."""
    last = constant.rpartition("::")[2]
    return any(letter.islower() for letter in last)


def _sum(node: Node) -> str:
    """A time plus or minus a length of time is a time; what else is computed may be anything."""
    operator, left, right = (nodes.field(node, part) for part in ("operator", "left", "right"))
    if left is None or right is None or nodes.text(operator) not in {"+", "-"}:
        return "unknown"
    return "time" if shape(left) == "time" and (is_length(right) or right.type == "integer") else "unknown"


def is_length(node: Node) -> bool:
    """Whether it is written as a length of time: ``5.minutes``, ``count.hours``."""
    return node.type == "call" and nodes.method_name(node) in LENGTHS and nodes.receiver(node) is not None


def is_date(node: Node) -> bool:
    """Whether it is a Date, and no point in time: ``Date.tomorrow``, ``Date.today + 1``, ``due.to_date``."""
    if node.type == "binary":
        left = nodes.field(node, "left")
        return shape(node) == "time" and left is not None and is_date(left)
    if node.type != "call":
        return False
    called, on = nodes.method_name(node), nodes.receiver(node)
    return called == "to_date" or (nodes.text(on) == "Date" and called in _MAKING_TIMES - {"midnight"})


def _call(node: Node) -> str:
    called, on = nodes.method_name(node), nodes.receiver(node)
    if on is None:
        return "decimal" if called in _DECIMALS else "lambda" if called in {"lambda", "proc"} else "unknown"
    if called == "to_sym":
        return "symbol"
    if called in _TO_DECIMAL or (called == "new" and nodes.text(on) == "BigDecimal"):
        return "decimal"
    if _is_time(called, on):
        return "time"
    return "record" if _is_record(node) else "unknown"


def _is_time(called: str, on: Node) -> bool:
    if called in LENGTHS:
        return on.type in {"integer", "float"}
    if called in {"since", "until"}:
        return is_length(on)
    return called in _TIMES or (called in _MAKING_TIMES and nodes.text(on) in _NOW)


def _is_record(call: Node) -> bool:
    called, on = nodes.method_name(call), nodes.receiver(call)
    given = nodes.arguments(call)
    constant = nodes.constant(on)
    if called == "new":
        return bool(constant) and _is_class(constant) and constant not in _PLAIN
    if called not in _ONE_RECORD and called not in {"where", "all"}:
        return False
    if called in {"first", "last", "take"} and given:
        return False
    if nodes.block(call) is not None and called == "find":
        return False
    while on is not None and on.type == "call" and nodes.method_name(on) in _RELATIONS:
        on = nodes.receiver(on)
    constant = nodes.constant(on)
    return bool(constant) and _is_class(constant) and constant not in _PLAIN and constant not in _NOW


def _local(name: Node) -> str:
    """What a local is set to in its method before; unknown where that differs, or where it is a parameter."""
    found = {"unknown" if one is None or one.type == "identifier" else shape(one) for one in _values(name)}
    return found.pop() if len(found) == 1 else "unknown"


def _literal(name: Node) -> Node | None:
    """The list or hash that a local is set to once in its method, and that nothing changes in place before."""
    values = list(_values(name))
    only = values[0] if len(values) == 1 else None
    return only if only is not None and only.type in {"array", "hash"} else None


def _values(name: Node) -> Iterator[Node | None]:
    """What a local is set to in its method before a place; None stands for what is not to be seen."""
    method = nodes.method_of(name)
    if method is not None:
        for start, value in _set_in(method).get(nodes.text(name), ()):
            if start < name.start_byte:
                yield value


@lru_cache(maxsize=1)  # a long method is asked about each of its locals, again and again
def _set_in(method: Node) -> dict[str, list[tuple[int, Node | None]]]:
    """By name, the places of a method that set it or change what it means, each with its value as in `_values`."""
    parameters = nodes.field(method, "parameters")
    found: dict[str, list[tuple[int, Node | None]]] = {}
    for name in _names(parameters) if parameters is not None else ():
        found[name] = [(method.start_byte, None)]
    for one in nodes.walk(method):
        names, value = _sets(one)
        for name in names:
            found.setdefault(name, []).append((one.start_byte, value))
    return found


def _sets(node: Node) -> tuple[set[str], Node | None]:
    """The names that a node sets: an assignment, the parameters of a block, or a method that changes its receiver."""
    if node.type in {"assignment", "operator_assignment"}:
        left = nodes.field(node, "left")
        seen = left is not None and node.type == "assignment" and left.type == "identifier"
        return (_names(left) if left is not None else set()), (nodes.field(node, "right") if seen else None)
    if node.type == "block_parameters":
        return _names(node), None
    if node.type == "call" and nodes.method_name(node).endswith("!"):
        on = nodes.receiver(node)
        return ({nodes.text(on)} if on is not None and on.type == "identifier" else set()), None
    return set(), None


def _names(node: Node) -> set[str]:
    """The bare names in a piece of Ruby."""
    return {nodes.text(one) for one in (node, *nodes.walk(node)) if one.type == "identifier"}


def parts(node: Node) -> Iterator[tuple[Node, str]]:
    """A value and everything in it that is written out, each with its shape: elements, values, and keys of hashes.

    The key of a hash that is a symbol has the shape ``symbol-key``. A local that is set once to a list or a hash stands
    for that.
    """
    node = (node.type == "identifier" and _literal(node)) or node
    if node.type == "pair":
        key, value = nodes.field(node, "key"), nodes.field(node, "value")
        if key is not None and is_symbol_key(key):
            yield key, "symbol-key"
        if value is not None:
            yield from parts(value)
        return
    yield node, shape(node)
    if node.type in {"array", "hash", "symbol_array"}:
        for one in node.named_children:
            if one.type != "comment":
                yield from parts(one)


def is_symbol_key(key: Node) -> bool:
    """Whether the key of a pair is a symbol: ``key:``, ``:key =>`` and ``"key": ``."""
    if key.type in {"hash_key_symbol", "simple_symbol", "delimited_symbol"}:
        return True
    after = key.next_sibling
    return key.type == "string" and after is not None and after.type == ":"
