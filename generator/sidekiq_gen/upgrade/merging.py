"""Three texts made one: what was written once, what somebody has made of it, and what would be written now.

Lines are compared, as git does it. A stretch in which only one side differs from the old text is that side's; where
both differ, and not in the same way, both stand between git's markers. A line is never lost: it is kept, or removed
by the side that removed it, or stands between markers. Own code, and no library: what there is on PyPI (merge3) is
under the GPL, and git's own merge-file is not there where git is not.
"""

from __future__ import annotations

import io
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

YOURS = "yours"
_MARKER = regex(r"^(?:<{7}|>{7})(?: .*)?\r?$", needs=("<<<<<<<", ">>>>>>>"))


@dataclass(frozen=True)
class Merged:
    """What came of it; conflicts: how many stretches stand between markers."""

    text: str
    conflicts: int


def merge(base: str | None, mine: str, new: str, label: str) -> Merged:
    """Merge what somebody has made of `base` with `new`.

    base: None where it is not known any more; then both stand wherever they differ. label: of what is new.
    """
    ours, theirs = _lines(mine), _lines(new)
    chunks = _of_two(ours, theirs) if base is None else _of_three(_lines(base), ours, theirs)
    parts: list[str] = []
    conflicts = 0
    for one, other in chunks:
        if one == other:
            parts += one
            continue
        parts += _clash(one, other, label)
        conflicts += 1
    return Merged("".join(parts), conflicts)


def has_markers(text: str) -> bool:
    """Whether a conflict has been left in a text."""
    return any(_MARKER.match(line) for line in text.split("\n")) if "<<<<<<<" in text or ">>>>>>>" in text else False


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline="\n"))


Chunk = tuple[list[str], list[str]]
"""Lines of both sides: the same where it is decided what stands there."""


def _of_two(ours: list[str], theirs: list[str]) -> Iterator[Chunk]:
    for _, start, end, first, last in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        yield ours[start:end], theirs[first:last]


def _of_three(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[Chunk]:
    at = mine = other = 0
    for start, end, in_ours, in_theirs in _kept_by_both(base, ours, theirs):
        yield _decided(base[at:start], ours[mine:in_ours], theirs[other:in_theirs])
        length = end - start
        yield base[start:end], base[start:end]
        at, mine, other = end, in_ours + length, in_theirs + length


def _decided(base: list[str], ours: list[str], theirs: list[str]) -> Chunk:
    if ours == base:
        return theirs, theirs
    if theirs == base:
        return ours, ours
    return ours, theirs


def _kept_by_both(base: list[str], ours: list[str], theirs: list[str]) -> list[tuple[int, int, int, int]]:
    """The stretches of the old text that both have kept: where each begins and ends there, and begins in both."""
    blocks = [
        [
            (one.a, one.a + one.size, one.b)
            for one in SequenceMatcher(None, base, side, autojunk=False).get_matching_blocks()
        ]
        for side in (ours, theirs)
    ]
    found = []
    first = second = 0
    while first < len(blocks[0]) and second < len(blocks[1]):
        start, end, mine = blocks[0][first]
        begin, stop, other = blocks[1][second]
        low, high = max(start, begin), min(end, stop)
        if low < high:
            found.append((low, high, mine + low - start, other + low - begin))
        if end < stop:
            first += 1
        else:
            second += 1
    return [*found, (len(base), len(base), len(ours), len(theirs))]


def _clash(ours: Sequence[str], theirs: Sequence[str], label: str) -> list[str]:
    """Both sides between markers, without the first and the last lines that are the same."""
    shortest = min(len(ours), len(theirs))
    first = next((at for at in range(shortest) if ours[at] != theirs[at]), shortest)
    left = shortest - first
    last = next((at for at in range(left) if ours[-1 - at] != theirs[-1 - at]), left)
    mine, other = ours[first : len(ours) - last], theirs[first : len(theirs) - last]
    between = [f"<<<<<<< {YOURS}\n", *_ended(mine), "=======\n", *_ended(other), f">>>>>>> {label}\n"]
    return [*ours[:first], *between, *ours[len(ours) - last :]]


def _ended(lines: Sequence[str]) -> list[str]:
    """The lines, the last one with a line end as well: a marker stands on a line of its own."""
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]
