"""Dataclasses that cost next to nothing until one is made.

`dataclasses.dataclass` writes and compiles up to six methods for each class at import, half a millisecond in all, and
there are more than a hundred classes: that was most of what a run took before it had read a word. Here all classes
share six methods, which look the fields up; the fields are found when they are first asked for, by the standard
library, whose `fields`, `replace`, `asdict` and `field` work as ever.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple


class _Fields:
    """Stands for the fields of a class until somebody asks for them."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def __get__(self, instance: object, owner: type) -> Any:
        """The fields by name, which take its own place."""
        dataclasses.dataclass(init=False, repr=False, eq=False, match_args=False)(self._kind)
        return owner.__dataclass_fields__  # type: ignore[attr-defined]


class _Made(NamedTuple):
    """What `_init` has to know of a class.

    names: of the fields that a new one is given, in order; of any other the class itself has the default. fields: the
    same names, to compare them with others.
    values, factories: the defaults. after: its ``__post_init__``, if it has one.
    """

    names: tuple[str, ...]
    fields: frozenset[str]
    values: dict[str, Any]
    factories: dict[str, Any]
    after: Any


@cache
def _made(kind: Any) -> _Made:
    taken = [field for field in dataclasses.fields(kind) if field.init]
    return _Made(
        tuple(field.name for field in taken),
        frozenset(field.name for field in taken),
        {field.name: field.default for field in taken if field.default is not dataclasses.MISSING},
        {field.name: field.default_factory for field in taken if field.default_factory is not dataclasses.MISSING},
        getattr(kind, "__post_init__", None),
    )


@cache
def _compared(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)


def _init(self: Any, /, *places: Any, **names: Any) -> None:
    """Give each field what stands in its place or under its name, else its default.

    All of them at once, in the dictionary of the instance: that passes by the ``__setattr__`` that refuses, and takes a
    third of the time of setting one after the other.

    Raises:
        TypeError: one gets nothing, or two things, or there is more than the class has fields.
    """
    kind: Any = type(self)
    known = _made(kind)
    values = self.__dict__
    if len(places) + len(names) < len(known.names):
        values.update(known.values)
    values.update(zip(known.names, places, strict=False))  # what is too much is refused below
    values.update(names)
    for name, factory in known.factories.items():
        if name not in values:
            values[name] = factory()
    if values.keys() != known.fields or len(places) > len(known.names):
        raise _wrong(kind, known, places, names)
    if places and names and not names.keys().isdisjoint(known.names[: len(places)]):
        raise _wrong(kind, known, places, names)
    if known.after:
        known.after(self)


def _wrong(kind: type, known: _Made, places: tuple[Any, ...], names: dict[str, Any]) -> TypeError:
    """What is wrong with what a new one is given."""
    given = known.names[: len(places)]
    if twice := names.keys() & set(given):
        return TypeError(f"{kind.__qualname__}: {min(twice)} is given twice")
    if len(places) > len(known.names) or not known.fields.issuperset(names):
        return TypeError(f"{kind.__qualname__} takes {', '.join(known.names)} and nothing else")
    missing = next(name for name in known.names if name not in {*given, *names, *known.values, *known.factories})
    return TypeError(f"{kind.__qualname__}: {missing} is missing")


def _repr(self: object) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)  # type: ignore[arg-type]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    kind: Any = type(self)
    names = _compared(kind)
    if type(self) is not type(other):
        return NotImplemented
    return all(getattr(self, name) == getattr(other, name) for name in names)


def _hash(self: Any) -> int:
    kind: Any = type(self)
    return hash(tuple(getattr(self, name) for name in _compared(kind)))


def _set(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"{name} of {type(self).__qualname__} cannot be set to {value!r}")


def _delete(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"{name} of {type(self).__qualname__} cannot be deleted")


def _decorated(kind: Any = None, /, *, frozen: bool = False) -> Any:
    if kind is None:
        return lambda kind: _decorated(kind, frozen=frozen)
    kind.__dataclass_fields__ = _Fields(kind)
    methods = {"__init__": _init, "__repr__": _repr, "__eq__": _eq, "__hash__": _hash if frozen else None}
    methods |= {"__setattr__": _set, "__delattr__": _delete} if frozen else {}
    for name, method in methods.items():
        if name not in vars(kind) or (name == "__hash__" and vars(kind)[name] is None):
            setattr(kind, name, method)
    return kind


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _decorated

__all__ = ["dataclass"]
