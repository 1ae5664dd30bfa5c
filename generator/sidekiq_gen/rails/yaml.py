"""YAML the way Rails repos write it: with ERB in it, with Ruby's tags, sometimes broken."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

MAXIMUM_SIZE = 1_000_000

# The value that is left when a variable of the environment is not set.
_FALLBACK = re.compile(r"(?:,|\|\|)\s*[\"']([^\"'\n]*)[\"']\s*\)?\s*$")
_SYMBOL_IN_FLOW = re.compile(r"([\[{,]\s*):(\w+)")


def strip_erb(text: str) -> str:
    """The text without ERB; ``<%= ENV.fetch("NAME", "value") %>`` becomes its ``value``."""
    parts: list[str] = []
    position = 0
    while (start := text.find("<%", position)) >= 0 and (end := text.find("%>", start)) >= 0:
        parts.append(text[position:start])
        tag = text[start + 2 : end]
        fallback = _FALLBACK.search(tag[-200:].rstrip(" -")) if tag.startswith("=") else None
        parts.append(fallback[1] if fallback else "")
        position = end + 2
    return "".join(parts) + text[position:]


def load(text: str) -> Any:
    """The document in a text, ERB left out, tagged values as None; None when it is no YAML or far too long."""
    if len(text) > MAXIMUM_SIZE:
        return None
    plain = strip_erb(text)
    # Psych reads [:low, 1], PyYAML only [":low", 1].
    for attempt in dict.fromkeys((plain, _SYMBOL_IN_FLOW.sub(r'\1":\2"', plain))):
        found, document = _try(attempt)
        if found:
            return document
    return None


def _try(text: str) -> tuple[bool, Any]:
    """Whether a text is YAML, and the document in it."""
    import yaml

    try:
        return True, yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError):
        return False, None


def key(value: object) -> str:
    """A key as text, whether it was written as a string or as a symbol."""
    return str(value).removeprefix(":")


@cache
def _loader() -> Any:
    """The fastest safe loader at hand, made to pass over tags such as ``!ruby/regexp``."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("TolerantLoader", (base,), {})
    loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)
    return loader
