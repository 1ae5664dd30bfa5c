"""RubyGems' requirements, held against versions: ``~> 6.5, >= 6.5.12``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.gems import gem_version
from sidekiq_gen.sidekiq.versions import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PART = regex(r"(?:(>=|<=|!=|~>|=|<|>)\s*)?([0-9][0-9A-Za-z.\-]*)")


def allows(requirement: str, version: Version) -> bool:
    """Whether a requirement allows a version; one that cannot be read allows anything.

    requirement: RubyGems' operators, divided by commas, all of which have to hold: ``~> 6.5, >= 6.5.12``.
    """
    return all(_OPERATORS[operator](version, bound) for operator, bound in _parts(requirement))


def both_possible(first: str, second: str) -> bool:
    """Whether any version satisfies two requirements at once.

    If one does, then one at a bound of either does, or one just above such a bound.
    """
    bounds = [bound for text in (first, second) for _, bound in _parts(text)]
    tried = [Version("0"), *bounds, *(Version(f"{bound.base_version}.0.1") for bound in bounds)]
    return any(allows(first, version) and allows(second, version) for version in tried)


def _parts(requirement: str) -> list[tuple[str, Version]]:
    parts = [_PART.fullmatch(text.strip()) for text in requirement.split(",")]
    try:
        return [(part[1] or "=", gem_version(part[2])) for part in parts if part]
    except ValueError:
        return []


def _pessimistic(version: Version, bound: Version) -> bool:
    """``~> 6.5``: from 6.5 on, below 7; ``~> 6.5.2``: below 6.6."""
    numbers = list(bound.release[:-1] or bound.release)
    numbers[-1] += 1
    return bound <= version and version.release < tuple(numbers)


_OPERATORS: Mapping[str, Callable[[Version, Version], bool]] = {
    ">=": Version.__ge__,
    "<=": Version.__le__,
    ">": Version.__gt__,
    "<": Version.__lt__,
    "=": Version.__eq__,
    "!=": Version.__ne__,
    "~>": _pessimistic,
}
