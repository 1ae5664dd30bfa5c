"""The package's dataclasses are the standard library's in everything but the price."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import pytest

from sidekiq_gen import values

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Plain:
    first: int
    second: str = "two"
    third: list[int] = values.field(default_factory=list)
    shared: ClassVar[int] = 3


class Preset:
    first: int
    name: str = values.field(init=False, default="")
    aside: int = 0


class Named(Generic[T]):
    value: T

    def __post_init__(self) -> None:
        if self.value == "wrong":
            raise ValueError(self.value)


def both(kind: type, *, frozen: bool) -> list[Any]:
    """The class as the package and as the standard library make it."""
    bodies = [{key: value for key, value in vars(kind).items() if key not in {"__dict__", "__weakref__"}} for _ in "ab"]
    own, theirs = (type(kind)(kind.__name__, kind.__bases__, body) for body in bodies)
    for name, said in bodies[1].items():
        if hasattr(said, "standard"):
            setattr(theirs, name, said.standard())
    return [values.dataclass(frozen=frozen)(own), dataclasses.dataclass(frozen=frozen)(theirs)]


CALLS: list[tuple[type, tuple[Any, ...], dict[str, Any]]] = [
    (Plain, (), {}),
    (Plain, (1,), {}),
    (Plain, (1, "b"), {}),
    (Plain, (1, "b", [2]), {}),
    (Plain, (1, "b", [2], 4), {}),
    (Plain, (1,), {"third": [1]}),
    (Plain, (1,), {"first": 1}),
    (Plain, (), {"first": 1, "second": "x"}),
    (Plain, (), {"second": "x"}),
    (Plain, (1,), {"fourth": 1}),
    (Plain, (1,), {"shared": 1}),
    (Preset, (1,), {}),
    (Preset, (1, 2), {}),
    (Preset, (1,), {"name": "n"}),
    (Named, (1,), {}),
    (Named, ("wrong",), {}),
]


def outcome(call: Callable[[], Any]) -> object:
    """What a call gives, or the kind of error that it raises."""
    try:
        return call()
    except (TypeError, ValueError, AttributeError) as error:
        return type(error)


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize(("kind", "places", "names"), CALLS)
def test_they_take_what_the_standard_ones_take(
    kind: type, places: tuple[Any, ...], names: dict[str, Any], *, frozen: bool
) -> None:
    def made(known: Any) -> object:
        one = known(*places, **names)
        return repr(one), vars(one), dataclasses.asdict(one), [f.name for f in dataclasses.fields(one)]

    own, theirs = (outcome(lambda known=known: made(known)) for known in both(kind, frozen=frozen))  # type: ignore[misc]
    assert own == theirs


@pytest.mark.parametrize("frozen", [True, False])
def test_they_are_equal_hashed_and_set_as_the_standard_ones(*, frozen: bool) -> None:
    def seen(known: Any) -> list[object]:
        one, same, other = known(1), known(1), known(2)
        told = [one == same, one == other, one == 1, one != other, outcome(lambda: hash(one)) == hash((1, "", 0))]
        told += [outcome(lambda: setattr(one, "first", 5)), outcome(lambda: delattr(same, "first"))]
        return [*told, vars(one), vars(same)]

    own, theirs = map(seen, both(Preset, frozen=frozen))
    assert own == theirs
    assert (own[4] is True) is frozen


@values.dataclass(frozen=True)
class Base:
    one: int
    two: int = 2


@values.dataclass(frozen=True)
class Further(Base):
    three: int = 3


class Bare(Further):
    """No fields of its own."""


def test_a_class_has_the_fields_of_its_bases_and_no_sister_has_its() -> None:
    assert [field.name for field in dataclasses.fields(Bare)] == ["one", "two", "three"]
    assert [field.name for field in dataclasses.fields(Base)] == ["one", "two"]
    assert Bare(1) != Further(1)
    assert repr(Bare(1, three=4)) == "Bare(one=1, two=2, three=4)"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])  # noqa: S301
def test_they_are_copied_and_replaced(copied: Callable[[Any], Any]) -> None:
    one = Further(1)
    assert copied(one) == one
    for replace in (dataclasses.replace, values.replace):
        assert replace(one, two=5) == Further(1, 5)
        with pytest.raises(TypeError):
            replace(one, four=4)
