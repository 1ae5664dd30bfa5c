"""Dataclasses that cost next to nothing until one is made.

`dataclasses.dataclass` writes and compiles up to six methods for each class at import, half a millisecond in all, and
there are more than a hundred classes: that was most of what a run took before it had read a word. Here all classes
share six methods, which look the fields up; the fields are found when they are first asked for, by the standard
library, whose `fields`, `replace`, `asdict` and `field` work as ever.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any


class _Fields:
    """Stands for the fields of a class until somebody asks for them."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def __get__(self, instance: object, owner: type) -> Any:
        """The fields by name, which take its own place."""
        dataclasses.dataclass(init=False, repr=False, eq=False, match_args=False)(self._kind)
        return owner.__dataclass_fields__  # type: ignore[attr-defined]


@cache
def _taken(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    """The fields that a new one is given, in order; of any other the class itself has the default."""
    return tuple(field for field in dataclasses.fields(kind) if field.init)


@cache
def _compared(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)


def _init(self: Any, /, *places: Any, **names: Any) -> None:
    """Give each field what stands in its place or under its name, else its default.

    Raises:
        TypeError: one gets nothing, or two things, or there is more than the class has fields.
    """
    kind: Any = type(self)
    taken, left = _taken(kind), len(names)
    for field, value in zip(taken, places, strict=False):
        if field.name in names:
            raise TypeError(f"{kind.__qualname__}: {field.name} is given twice")
        object.__setattr__(self, field.name, value)
    for field in taken[len(places) :]:
        if field.name in names:
            object.__setattr__(self, field.name, names[field.name])
            left -= 1
        else:
            object.__setattr__(self, field.name, _default(kind, field))
    if left or len(places) > len(taken):
        raise TypeError(f"{kind.__qualname__} takes {', '.join(field.name for field in taken)} and nothing else")
    if hasattr(kind, "__post_init__"):
        kind.__post_init__(self)


def _default(kind: type, field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    raise TypeError(f"{kind.__qualname__}: {field.name} is missing")


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
