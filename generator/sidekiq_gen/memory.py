"""What has been found out once and is asked for again: for another job of the same run, or by another reader."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

S = TypeVar("S")
V = TypeVar("V")
P = ParamSpec("P")


def remembered(method: Callable[Concatenate[S, P], V]) -> Callable[Concatenate[S, P], V]:
    """A method whose outcome is kept with its object, for each choice of arguments: they are few, and hashable.

    It is for what depends on nothing but the object and them. A copy of the object begins anew.
    """
    place = f"_{method.__name__}_remembered"

    @wraps(method)
    def recall(self: S, /, *arguments: P.args, **named: P.kwargs) -> V:
        known: dict[Any, V] = self.__dict__.setdefault(place, {})
        key = (arguments, *named.items()) if named else arguments
        try:
            return known[key]
        except KeyError:
            known[key] = outcome = method(self, *arguments, **named)
            return outcome

    return recall
