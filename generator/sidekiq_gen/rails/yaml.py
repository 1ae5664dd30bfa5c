"""YAML the way Rails repos write it: with ERB in it, with Ruby's tags, sometimes broken, sometimes made to do harm.

What comes out is plain: texts, numbers, booleans, None, lists, and dicts with texts for keys. Whoever wants one of
these asks for it with `text`, `texts`, `number`, `mapping`; what is something else counts as not being there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen import reading
from sidekiq_gen.rails.yaml_events import Excessive, build, is_text
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from sidekiq_gen.rails.files import Repo

__all__ = ["is_text", "key", "load", "mapping", "number", "of_file", "strip_erb", "text", "texts"]

# The value that is left when a variable of the environment is not set.
_FALLBACK = regex(r"(?:,|\|\|)\s*[\"']([^\"'\n]*)[\"']\s*\)?\s*$")
_SYMBOL_IN_FLOW = regex(r"([\[{,]\s*):(\w+)")


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


def of_file(repo: Repo, path: str) -> Any:
    """The document in a file, as `load` has it; None when there is none. What is excessive is told as unread."""
    if path not in repo.documents:
        text = repo.read(path, reading.YAML)
        repo.documents[path] = None
        try:
            repo.documents[path] = None if text is None else _document(text)
        except Excessive as error:
            repo.unread[path] = str(error)
    return repo.documents[path]


def load(text: str) -> Any:
    """The document in a text, ERB left out, values with tags as None; None when it is no YAML, or excessive."""
    try:
        return _document(text)
    except Excessive:
        return None


def _document(text: str) -> Any:
    """The same.

    Raises:
        Excessive: there is more in it than anybody needs.
    """
    plain = strip_erb(text)
    # Psych reads [:low, 1], PyYAML only [":low", 1].
    for attempt in dict.fromkeys((plain, _SYMBOL_IN_FLOW.sub(r'\1":\2"', plain))):
        found, document = build(attempt)
        if found:
            return document
    return None


def key(name: str) -> str:
    """A key as text, whether it was written as a string or as a symbol."""
    return name.removeprefix(":")


def text(value: object) -> str | None:
    """A text, or a number as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value)


def texts(value: object) -> list[str]:
    """Texts, where one stands for a list of one; what is none is left out."""
    return [one for one in map(text, value if isinstance(value, list) else [value]) if one is not None]


def number(value: object) -> int | None:
    """A whole number; None for anything else, also for a boolean."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def mapping(value: object) -> dict[str, Any]:
    """A mapping; empty for anything else."""
    return value if isinstance(value, dict) else {}
