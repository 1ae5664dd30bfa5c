"""Regular expressions that are compiled when they are first used.

The package has more than three hundred, of which one run uses a fraction; compiling one takes Python a tenth of a
millisecond. Half of those that are used look for a word that hardly any text has: with that word they are compiled for
a text that has it.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lazy:
    """Stands for a compiled pattern, and has what that has once any of it was asked for."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """What the compiled pattern has, which is then looked up here no more."""
        found = getattr(re.compile(*self._source), name)
        self.__dict__[name] = found
        return found


class Needing(Lazy):
    """Stands for a compiled pattern all of whose matches have one of some words in them: without, there is none."""

    def __init__(self, pattern: str, flags: int, words: tuple[str, ...]) -> None:
        super().__init__(pattern, flags)
        self.words = words

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(*self._source)

    def _in(self, text: str) -> bool:
        return any(map(text.__contains__, self.words))

    def search(self, text: str, *at: int) -> re.Match[str] | None:
        """As of a pattern."""
        return self._compiled.search(text, *at) if self._in(text) else None

    def match(self, text: str, *at: int) -> re.Match[str] | None:
        """As of a pattern."""
        return self._compiled.match(text, *at) if self._in(text) else None

    def fullmatch(self, text: str, *at: int) -> re.Match[str] | None:
        """As of a pattern."""
        return self._compiled.fullmatch(text, *at) if self._in(text) else None

    def finditer(self, text: str, *at: int) -> Iterator[re.Match[str]]:
        """As of a pattern."""
        return self._compiled.finditer(text, *at) if self._in(text) else iter(())

    def findall(self, text: str, *at: int) -> list[Any]:
        """As of a pattern."""
        return self._compiled.findall(text, *at) if self._in(text) else []

    def sub(self, becomes: Any, text: str, count: int = 0) -> str:
        """As of a pattern."""
        return self._compiled.sub(becomes, text, count) if self._in(text) else text


def regex(pattern: str, flags: int = 0, *, needs: str | tuple[str, ...] = ()) -> re.Pattern[str]:
    """As `re.compile`, at first use; what is wrong with a pattern is raised there.

    needs: a word that is in whatever it matches, or several of which one is; tests/unit/test_regex.py holds that.
    """
    words = (needs,) if isinstance(needs, str) else needs
    return cast("re.Pattern[str]", Needing(pattern, flags, words) if words else Lazy(pattern, flags))


def binary_regex(pattern: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """The same for bytes."""
    return cast("re.Pattern[bytes]", Lazy(pattern, flags))
