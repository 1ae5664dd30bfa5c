"""What may have been meant by a word that nothing here is called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LONGEST = 100  # characters; nobody mistypes a longer word by a letter
SHORTEST_PART = 3
LIKENESS = 0.6  # of `difflib`, from which on a word is near; it is no more than 1
PART, SAME = 2, 3

_BETWEEN_WORDS = regex(r"::|[^\w]+|_")


def near(word: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Those of the known words that may have been meant, the likeliest first, and no more than ``most``.

    The same word in other letters of a case or with other signs is meant for sure (``Advisory-Lock``); then come those
    that it is a whole part of (``lock`` of ``row-lock``), then those that look like it (``paymnets``). None that cannot
    be shown is among them.
    """
    if not _folded(word) or len(word) > LONGEST:
        return []
    found = sorted(_liked(word, dict.fromkeys(known)), key=lambda one: (-one[0], len(one[1])))
    return [one for likeness, one in found if likeness == SAME or found[0][0] < SAME][:most]


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", most: int = 1) -> str:
    """A sentence with what may have been meant; ``otherwise`` where nothing is near."""
    found = near(word, known, most)
    return f"Did you mean {' or '.join(found)}?" if found else otherwise


def meant(word: str, known: Iterable[str], synonyms: Mapping[str, str], otherwise: str = "") -> str:
    """The same where some words are known by what they mean elsewhere: ``references`` for ``record``."""
    found = synonyms.get(word.casefold())
    return f"Did you mean {found}?" if found else did_you_mean(word, known, otherwise)


def _liked(word: str, known: Iterable[str]) -> Iterator[tuple[float, str]]:
    """Those that are near, each with how near it is; a namespace that both are in makes them no nearer."""
    from difflib import SequenceMatcher

    outer, scope, _ = word.rpartition("::")
    folded, inner = _folded(word), _folded(word.removeprefix(f"{outer}{scope}"))
    compared = SequenceMatcher()
    for one in known:
        if len(one) > LONGEST or not one.isprintable():
            continue
        if _folded(one) == folded:
            yield SAME, one
        elif len(folded) >= SHORTEST_PART and word.strip("-").casefold() in _parts(one):
            yield PART, one
        else:
            rest = one.removeprefix(f"{outer}{scope}")
            compared.set_seqs(_folded(rest), folded if rest == one else inner)
            if compared.real_quick_ratio() >= LIKENESS and compared.quick_ratio() >= LIKENESS:
                likeness = compared.ratio()
                if likeness >= LIKENESS:
                    yield likeness, one


def _folded(word: str) -> str:
    return re.sub(r"[\W_]+", "", word).casefold()


def _parts(word: str) -> list[str]:
    return [part.casefold() for part in _BETWEEN_WORDS.split(word)]
