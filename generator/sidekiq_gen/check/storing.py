"""Facts as JSON: for the next run, and from one process to another. Nothing that is read back here is ever executed."""

from __future__ import annotations

import json
from typing import Any

from sidekiq_gen.check import facts, rule

_KIND = "\0"  # the key of the name of a class; no Ruby that is read has such a key: see `_checked`
_KINDS: dict[str, Any] = {
    name: kind for name, kind in vars(facts).items() if isinstance(kind, type) and kind.__module__ == facts.__name__
} | {"Finding": rule.Finding, "Edit": rule.Edit}


def stored(value: object) -> str:
    """Facts, or lists and dictionaries of facts, as JSON.

    Raises:
        TypeError: something in it is no plain value.
    """
    return json.dumps(value, default=_described, separators=(",", ":"))


def restored(text: str | bytes) -> Any:
    """What `stored` was given; lists come back as tuples.

    Raises:
        ValueError, TypeError, KeyError, RecursionError: it is no such text.
    """
    return _tupled(json.loads(text, object_hook=_made))


def _described(value: Any) -> dict[str, object]:
    name = type(value).__name__
    if _KINDS.get(name) is not type(value):
        raise TypeError(f"{name} cannot be kept")
    said = {key: _checked(getattr(value, key)) for key in type(value).__annotations__}
    return {_KIND: name, **said}


def _checked(value: object) -> object:
    """A value of facts; a mapping with a key that would be taken for something else cannot be kept."""
    if isinstance(value, dict) and _KIND in value:
        raise TypeError("a key that cannot be kept")
    return value


def _made(found: dict[str, Any]) -> object:
    values = {key: _tupled(value) for key, value in found.items()}
    name = values.pop(_KIND, None)
    return values if name is None else _KINDS[name](**values)


def _tupled(value: object) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list) else value
