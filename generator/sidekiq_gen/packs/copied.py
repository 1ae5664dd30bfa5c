"""Whether the built-in original of a template has changed since it was copied: its first line says which it was."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sidekiq_gen.packs.layers import Layer

DIGITS = 8
_HEADER = regex(r"\{#-?\s*copied from sidekiq-gen ([\w.+-]{1,40}), ([0-9a-f]{8})\s*-?#\}")


def fingerprint(source: str) -> str:
    """Eight hexadecimal digits that tell one source from another."""
    return sha256(source.encode()).hexdigest()[:DIGITS]


def header(version: str, source: str) -> str:
    """The first line of a copy, without its line end: ``{# copied from sidekiq-gen 0.1.0, 1a2b3c4d #}``."""
    return f"{{# copied from sidekiq-gen {version}, {fingerprint(source)} #}}"


def claimed(text: str) -> tuple[str, str] | None:
    """The version and the fingerprint of the original that a template says it is a copy of; None without a word."""
    found = _HEADER.match(text)
    return (found[1], found[2]) if found else None


def outdated(layers: Sequence[Layer], built_in: Callable[[str], str | None]) -> Iterator[tuple[str, str]]:
    """The copies whose original is another one by now, each with the version that it was copied from.

    built_in: the source of an original by path; None where there is none any more.
    """
    for layer in layers:
        for path, text in layer.sources:
            claim = claimed(text)
            if claim:
                original = built_in(path)
                if original is None or fingerprint(original) != claim[1]:
                    yield layer.shown(path), claim[0]
