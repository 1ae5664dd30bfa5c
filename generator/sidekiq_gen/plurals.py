"""Plurals and singulars of English words, by the rules of Rails' inflector.

The library tries one rule after the other, fifty for a word that is like most; each is a regular expression, and
compiling those is a twentieth of a run. The words that are like most are told by their ends here.
"""

from __future__ import annotations

from functools import lru_cache

KNOWN_WORDS = 4096

# Behind these letters comes an s, unless the word ends like one of those below.
_PLAIN = tuple("bcdegklmnprt")
_IRREGULAR = (
    *("child", "man", "men", "person", "people", "oxen", "children", "sheep", "kine", "equipment", "information"),
    *("jean", "fe", "mice", "lice", "rice", "ouse", "um", "human", "humans"),
)


def regular_plural(word: str) -> str | None:
    """``order`` -> ``orders``; None where the rules have to be tried."""
    lower = word.lower()
    return f"{word}s" if lower.endswith(_PLAIN) and not lower.endswith(_IRREGULAR) else None


def regular_singular(word: str) -> str | None:
    """``orders`` -> ``order``, ``order`` as it is; None where the rules have to be tried."""
    lower = word.lower()
    stem = lower.removesuffix("s")
    if not stem.endswith(_PLAIN) or stem.endswith(("e", *_IRREGULAR)):
        return None
    return word[: len(stem)]


# The words of one run are few, but a list of jobs asks for them again and again.
@lru_cache(maxsize=KNOWN_WORDS)
def plural(word: str) -> str:
    """``order`` -> ``orders``."""
    regular = regular_plural(word)
    if regular is not None:
        return regular
    from inflection import pluralize

    return pluralize(word)


@lru_cache(maxsize=KNOWN_WORDS)
def singular(word: str) -> str:
    """``orders`` -> ``order``."""
    regular = regular_singular(word)
    if regular is not None:
        return regular
    from inflection import singularize

    return singularize(word)
