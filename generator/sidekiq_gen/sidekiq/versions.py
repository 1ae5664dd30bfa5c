"""Versions of gems, to be compared.

RubyGems' order as far as the lockfiles of Sidekiq, its companions and Rails need it: numbers, then at most one
pre-release. packaging's versions, which know more, take as long to load as twenty modules.
"""

from __future__ import annotations

from functools import total_ordering
from types import MappingProxyType
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORM = regex(r"\s*([0-9]+(?:\.[0-9]+)*)(?:\.?(dev|alpha|a|beta|b|preview|pre|rc|c)\.?([0-9]*))?\s*")
_RANKS: Mapping[str, int] = MappingProxyType(
    {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "c": 3, "rc": 3, "pre": 3, "preview": 3}
)
_FINAL = 4


@total_ordering
class Version:
    """A version: ``7.3.2``, ``8.0.0.beta1``. ``7.0`` is the same as ``7.0.0``.

    release: its numbers: ``(8, 0, 0)``. is_prerelease: whether there is more than numbers.

    Raises:
        ValueError: the text is none.
    """

    __slots__ = ("_key", "_text", "is_prerelease", "release")

    def __init__(self, text: str) -> None:
        found = _FORM.fullmatch(text.lower())
        if not found:
            raise ValueError(f"no version: {text!r}")
        numbers = list(map(int, found[1].split(".")))
        self.release, self.is_prerelease, self._text = tuple(numbers), found[2] is not None, text
        while numbers and not numbers[-1]:
            numbers.pop()
        self._key = tuple(numbers), _RANKS[found[2]] if found[2] else _FINAL, int(found[3] or 0)

    @property
    def major(self) -> int:
        """Its first number."""
        return self.release[0]

    @property
    def minor(self) -> int:
        """Its second number; 0 where there is none."""
        return self.release[1] if len(self.release) > 1 else 0

    @property
    def base_version(self) -> str:
        """Its numbers as text: ``8.0.0``."""
        return ".".join(map(str, self.release))

    def __lt__(self, other: Version) -> bool:
        """Whether it is older."""
        return self._key < other._key

    def __eq__(self, other: object) -> bool:
        """Whether it is the same, with or without zeros at the end."""
        return isinstance(other, Version) and self._key == other._key

    def __hash__(self) -> int:
        """Likewise."""
        return hash(self._key)

    def __str__(self) -> str:
        """As it was given."""
        return self._text

    def __repr__(self) -> str:
        """As it is made again."""
        return f"Version({self._text!r})"
