"""Dataclasses that cost next to nothing until one is made.

`dataclasses.dataclass` writes and compiles up to six methods for each class at import, half a millisecond in all, and
there are more than a hundred classes: that was most of what a run took before it had read a word. Loading it loads
`inspect` and Python's own parser as well. Here all classes share six methods, which look the fields up when one is
first made, and the standard library is loaded when something of it is asked for: its `fields`, `replace` and `asdict`
work as ever.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

_MISSING: Any = object()
_put = object.__setattr__


class _Field:
    """What a class says of a field beside its type; as an attribute of the class it is its default."""

    def __init__(self, *, default: Any = _MISSING, default_factory: Any = _MISSING, init: bool = True) -> None:
        self.default, self.factory, self.init = default, default_factory, init

    def __get__(self, instance: object, owner: type) -> Any:
        """The default.

        Raises:
            AttributeError: it has none.
        """
        if self.default is _MISSING:
            raise AttributeError("this field has no default of its own")
        return self.default

    def standard(self) -> Any:
        """The same for the standard library."""
        import dataclasses

        told = {"default": self.default, "default_factory": self.factory}
        return dataclasses.field(init=self.init, **{key: one for key, one in told.items() if one is not _MISSING})


class _Fields:
    """Stands for the fields of a class, as the standard library has them, until somebody asks for them."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def __get__(self, instance: object, owner: type) -> Any:
        """The fields by name, which take its own place."""
        import dataclasses

        for name, said in _own(self._kind).items():
            if isinstance(said, _Field):
                setattr(self._kind, name, said.standard())
        dataclasses.dataclass(init=False, repr=False, eq=False, match_args=False)(self._kind)
        return owner.__dataclass_fields__  # type: ignore[attr-defined]


@cache
def _own(kind: type) -> dict[str, Any]:
    """The fields that a class itself names, in order, each with its default, what it says instead, or _MISSING."""
    names = (name for name, of in kind.__annotations__.items() if not str(of).startswith(("ClassVar", "typing.ClassV")))
    return {name: vars(kind).get(name, _MISSING) for name in names}


class _Made:
    """What is to be known of a class; a named tuple would be compiled at import.

    names: of the fields that a new one is given, in order; of any other the class itself has the default. fields: the
    same names, to compare them with others. compared: the names of all fields. count: of those it is given.
    values, factories: the defaults. after: its ``__post_init__``, if it has one.
    """

    def __init__(self, kind: type) -> None:
        found: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            if "__dataclass_fields__" in vars(base):
                found |= _own(base)
        said = {name: one if isinstance(one, _Field) else _Field(default=one) for name, one in found.items()}
        taken = {name: one for name, one in said.items() if one.init}
        self.names, self.fields, self.compared = tuple(taken), frozenset(taken), tuple(found)
        self.count = len(taken)
        self.values = {name: one.default for name, one in taken.items() if one.default is not _MISSING}
        self.factories = {name: one.factory for name, one in taken.items() if one.factory is not _MISSING}
        self.after: Any = getattr(kind, "__post_init__", None)


_made = cache(_Made)


def _init(self: Any, /, *places: Any, **names: Any) -> None:
    """Give each field what stands in its place or under its name, else its default.

    All of them at once, in the dictionary of the instance: that passes by the ``__setattr__`` that refuses, and takes a
    third of the time of setting one after the other.

    Raises:
        TypeError: one gets nothing, or two things, or there is more than the class has fields.
    """
    known = _made(type(self))  # type: ignore[arg-type] # a class is one
    values = self.__dict__
    missing = known.count - len(places) - len(names)
    if missing:
        values.update(known.values)
    if places:
        values.update(zip(known.names, places))  # noqa: B905 - what is too much is refused below
    if names:
        values.update(names)
        twice = places and not names.keys().isdisjoint(known.names[: len(places)])
        if twice or not known.fields.issuperset(names):
            raise _wrong(type(self), known, places, names)
    if missing and known.factories:
        for name, factory in known.factories.items():
            if name not in values:
                values[name] = factory()
    if missing < 0 or len(values) != known.count:
        raise _wrong(type(self), known, places, names)
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
    shown = (f"{name}={getattr(self, name)!r}" for name in names_of(self))
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return all(getattr(self, name) == getattr(other, name) for name in names_of(self))


def _hash(self: Any) -> int:
    return hash(tuple([getattr(self, name) for name in names_of(self)]))


def _set(self: object, name: str, value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"{name} of {type(self).__qualname__} cannot be set to {value!r}")


def _delete(self: object, name: str) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"{name} of {type(self).__qualname__} cannot be deleted")


def names_of(value: object) -> tuple[str, ...]:
    """The names of the fields of a value, in order."""
    kind: Any = type(value)
    return _made(kind).compared


def _replaced(value: Any, /, **changes: Any) -> Any:
    """Another value of the same class, with these fields in place of its own.

    Raises:
        TypeError: it has no such field.
    """
    kind: Any = type(value)
    values = vars(value)
    return kind(**{name: values[name] for name in _made(kind).names if name not in changes}, **changes)


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
    from dataclasses import dataclass, field, replace
else:
    dataclass, field, replace = _decorated, _Field, _replaced

__all__ = ["dataclass", "field", "names_of", "replace"]
