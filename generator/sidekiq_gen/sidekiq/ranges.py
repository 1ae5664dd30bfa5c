"""Ranges of versions, written as packaging's specifiers: ``>=6.5.2,<7``.

Only the three operators that the tables need: packaging's own module for specifiers loads a tenth of what a whole run
loads, to know this machine's wheels. A test holds the answers against it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.versions import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PART = regex(r"\s*(>=|<|!=)\s*([0-9a-z.]+)\s*")


def holds(specifiers: str, version: Version) -> bool:
    """Whether a version is within a range; all of its parts have to hold.

    A pre-release such as 7.0.0.beta1 is neither in ``>=7.0.0`` nor in ``<7.0.0``.

    Raises:
        ValueError: a part has another operator, or no version.
    """
    return all(_OPERATORS[operator](version, bound) for operator, bound in _parts(specifiers))


@cache
def _parts(specifiers: str) -> tuple[tuple[str, Version], ...]:
    found = [(text, _PART.fullmatch(text)) for text in specifiers.split(",")]
    wrong = next((text for text, part in found if part is None), None)
    if wrong is not None:
        raise ValueError(f"no range of versions: {wrong!r}")
    return tuple((part[1], Version(part[2])) for _, part in found if part)


def _before(version: Version, bound: Version) -> bool:
    if version.is_prerelease and not bound.is_prerelease and Version(version.base_version) == bound:
        return False
    return version < bound


_OPERATORS: Mapping[str, Callable[[Version, Version], bool]] = {
    ">=": Version.__ge__,
    "<": _before,
    "!=": Version.__ne__,
}
