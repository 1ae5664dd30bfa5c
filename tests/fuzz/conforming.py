"""Whether values are of the types that their classes declare, down to what lists and mappings hold."""

from __future__ import annotations

import collections.abc
import dataclasses
import importlib
import pkgutil
import types
import typing
from functools import cache
from pathlib import Path

import sidekiq_gen
from sidekiq_gen.sidekiq.versions import Version

if typing.TYPE_CHECKING:
    from collections.abc import Iterator

_UNIONS = (typing.Union, types.UnionType)
_ANYTHING = (typing.Any, collections.abc.Callable)


def fault(value: object, hint: object, where: str = "it") -> str:
    """The first thing in a value that is of another type than declared; empty where there is none.

    where: what the value is called. Functions and type variables can be anything.
    """
    kind, arguments = typing.get_origin(hint) or hint, typing.get_args(hint)
    if kind in _UNIONS:
        right = any(not fault(value, one) for one in arguments)
    elif kind is typing.Literal:
        right = any(value == one and type(value) is type(one) for one in arguments)
    elif kind in _ANYTHING or not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return ""
    else:
        right = isinstance(value, kind) and (type(value) is not bool or kind in {bool, object})
        if right:
            inside = (fault(one, its, f"{where}{name}") for one, its, name in _inside(value, kind, arguments))
            return next(filter(None, inside), "")
    return "" if right else f"{where} is {value!r:.80}, not {hint}"


def _inside(value: object, kind: type, arguments: tuple[object, ...]) -> Iterator[tuple[object, object, str]]:
    """What a value holds, each with the type that it should be of, and what it is called."""
    if dataclasses.is_dataclass(value) and type(value).__module__.startswith("sidekiq_gen"):
        variables = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=False))
        for name, hint in _fields(value.__class__).items():
            yield getattr(value, name), variables.get(hint, hint), f".{name}"
    elif not arguments:
        return
    elif isinstance(value, collections.abc.Mapping):
        for key, one in value.items():
            yield key, arguments[0], f"'s key {key!r:.40}"
            yield one, arguments[1], f"[{key!r:.40}]"
    elif isinstance(value, tuple) and arguments[-1] is not ...:
        yield len(value), typing.Literal[len(arguments)], "'s length"
        for number, (one, hint) in enumerate(zip(value, arguments, strict=False)):
            yield one, hint, f"[{number}]"
    elif isinstance(value, collections.abc.Collection):
        for one in value:
            yield one, arguments[0], "[]"


@cache
def _fields(kind: type) -> dict[str, object]:
    hints = typing.get_type_hints(kind, globalns=_known() | vars(importlib.import_module(kind.__module__)))
    return {one.name: hints[one.name] for one in dataclasses.fields(kind) if one.init}


@cache
def _known() -> dict[str, object]:
    """What annotations may name: the types of the package, which modules import for the type checker alone."""
    found: dict[str, object] = {"Path": Path, "Version": Version, **vars(collections.abc)}
    modules = (one.name for one in pkgutil.walk_packages(sidekiq_gen.__path__, "sidekiq_gen."))
    for module in modules:
        if module.endswith("__main__") or module.startswith("sidekiq_gen.testing"):  # which makes repos, and reads none
            continue
        loaded = vars(importlib.import_module(module))
        aliases = {name: one for name, one in loaded.items() if typing.get_origin(one) and name not in found}
        found |= aliases | {name: one for name, one in loaded.items() if getattr(one, "__module__", "") == module}
    return found
