"""Regular expressions that are compiled when they are first used.

The package has more than three hundred, of which one run uses a fraction; compiling one takes Python a tenth of a
millisecond.
"""

from __future__ import annotations

import re
from typing import Any, cast


class Lazy:
    """Stands for a compiled pattern, and has what that has once any of it was asked for."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """What the compiled pattern has, which is then looked up here no more."""
        found = getattr(re.compile(*self._source), name)
        self.__dict__[name] = found
        return found


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, at first use; what is wrong with a pattern is raised there."""
    return cast("re.Pattern[str]", Lazy(pattern, flags))


def binary_regex(pattern: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """The same for bytes."""
    return cast("re.Pattern[bytes]", Lazy(pattern, flags))
