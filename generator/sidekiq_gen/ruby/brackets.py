"""Pairs of brackets in Ruby, and what they are: as much as the rendered files need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Kind = Literal["arguments", "parameters", "group", "array", "index", "hash", "block"]

_CLOSED_BY = {")": "(", "]": "[", "}": "{"}
_BRACKET = regex(r"[()\[\]{}]")
_CALLED = regex(r"[\w?!]\Z|\.\Z")
_PARAMETERS = regex(r"\bdef [\w.]+[?!=]?\Z|->\Z|-> \Z", needs=("def", "->"))
_OPENS_BLOCK = regex(r"(?:[\w)\]}]|\w[?!]|->) \Z|->\Z")
_KEYWORD = regex(r"(?<![\w.:@])(?:return|when|and|or|not|if|unless|in|then|else|puts|next|break) \Z")


@dataclass(frozen=True)
class Pair:
    """Where two brackets stand, and what they are."""

    opening: int
    closing: int
    kind: Kind


def pairs(mask: str) -> Iterator[Pair]:
    """The pairs of brackets in masked Ruby, each behind those inside of it."""
    return (pair_at(mask, opening, closing) for opening, closing in spans(mask))


def pair_at(mask: str, opening: int, closing: int) -> Pair:
    """Two brackets that belong together, with what they are."""
    return Pair(opening, closing, _kind(mask, opening))


def spans(mask: str) -> Iterator[tuple[int, int]]:
    """Where the pairs of brackets in masked Ruby stand, each behind those inside of it."""
    opened: list[int] = []
    for found in _BRACKET.finditer(mask):
        index, character = found.start(), found[0]
        if character in "([{":
            opened.append(index)
        elif opened and mask[opened[-1]] == _CLOSED_BY[character]:
            opening = opened.pop()
            yield opening, index


def items(mask: str, pair: Pair) -> list[tuple[int, int]]:
    """Where what stands between two brackets begins and ends, cut at its outermost commas, without space around it."""
    found, start, depth = [], pair.opening + 1, 0
    for index in range(pair.opening + 1, pair.closing):
        depth += (mask[index] in "([{") - (mask[index] in ")]}")
        if mask[index] == "," and depth == 0:
            found.append((start, index))
            start = index + 1
    texts = [(begin, mask[begin:end]) for begin, end in [*found, (start, pair.closing)]]
    stripped = ((begin + len(text) - len(text.lstrip()), text.strip()) for begin, text in texts)
    return [(begin, begin + len(text)) for begin, text in stripped if text]


def edited(source: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """A text in which stretches, given by their ends, are replaced; they do not overlap."""
    for start, end, new in sorted(edits, reverse=True):
        source = source[:start] + new + source[end:]
    return source


def _kind(mask: str, opening: int) -> Kind:
    line = mask[mask.rfind("\n", 0, opening) + 1 : opening]
    if mask[opening] == "(":
        return "parameters" if _PARAMETERS.search(line) else "arguments" if _CALLED.search(line) else "group"
    if mask[opening] == "[":
        return "index" if re.search(r"[\w)\]}?!]\Z", line) else "array"
    return "block" if _OPENS_BLOCK.search(line) and not _KEYWORD.search(line) else "hash"
