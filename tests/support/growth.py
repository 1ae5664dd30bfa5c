"""Texts that make a regular expression work hard, and how its work grows with their length."""

from __future__ import annotations

import contextlib
import itertools
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

if sys.version_info >= (3, 11):
    from re import _constants as codes
    from re import _parser as parser
else:
    import sre_constants as codes
    import sre_parse as parser

from sidekiq_gen.reading import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Characters of which each means something in one of the languages that are read.
ALPHABET = " a\tA0_\n:\"'\\,.([{<%=-#"
# What a text may end with, so that what was matched until then is not enough.
ENDINGS = ("", "\n\0")
SHORT, LONG = 4_000, 16_000
# Linear work on a short text takes far less, in seconds of the processor; quadratic work far more.
SUSPICIOUS = 0.004
# Four times the length: linear is 4, quadratic 16.
LINEAR_AT_MOST = 10
# After how many seconds of the processor work is stopped; linear work takes hundredths of one.
PATIENCE = 1.0


def attacks(pattern: str, flags: int) -> Iterator[Callable[[int], str]]:
    """What makes texts of a length out of a pattern's repetitions, each with what may stand before and after it."""
    seen: set[tuple[str, str, str, bool]] = set()
    for before, unit in _repetitions(parser.parse(pattern, flags), ""):
        for repeated, ending in itertools.product((False, True), ENDINGS):
            key = (before, unit, ending, repeated)
            if key not in seen:
                seen.add(key)
                yield _maker(*key)


def _maker(before: str, unit: str, ending: str, repeated: bool) -> Callable[[int], str]:  # noqa: FBT001
    part = before + unit if repeated else unit
    start = "" if repeated else before
    return lambda length: start + part * (length // len(part)) + ending


def in_lines(make: Callable[[int], str]) -> Callable[[int], str]:
    """The same as the reader gives Ruby: no line is longer than `LONGEST_LINE`."""

    def made(length: int) -> str:
        line = make(LONGEST_LINE - 50)
        return (line + "\n") * (length // (len(line) + 1)) if len(line) <= LONGEST_LINE else make(length)

    return lambda length: make(length) if "\n" in make(10)[:-2] else made(length)


def _repetitions(sequence: Any, before: str) -> Iterator[tuple[str, str]]:
    """For each repetition in a parsed pattern: a text that leads to it, and one that it repeats."""
    for operation, value in sequence:
        if operation in {codes.MAX_REPEAT, codes.MIN_REPEAT} or operation == getattr(codes, "POSSESSIVE_REPEAT", None):
            least, most, body = value
            if most > 50:
                for unit in filter(None, _units(body)):
                    yield before, unit
            yield from _repetitions(body, before)
            before += _least(body) * least
            continue
        for inner in _inside(operation, value):
            yield from _repetitions(inner, before)
        before += _least([(operation, value)])


def _inside(operation: Any, value: Any) -> list[Any]:
    """The sequences within one part of a pattern."""
    if operation is codes.SUBPATTERN:
        return [value[-1]]
    if operation is codes.BRANCH:
        return list(value[1])
    if operation in {codes.ASSERT, codes.ASSERT_NOT}:
        return [value[1]]
    return [value] if operation == getattr(codes, "ATOMIC_GROUP", None) else []


def _units(body: Any) -> list[str]:
    """Texts that a repeated part matches: of a class of characters, each that is in the alphabet."""
    parts = list(body)
    if len(parts) == 1 and parts[0][0] in {codes.IN, codes.ANY, codes.NOT_LITERAL, codes.LITERAL}:
        return [one for one in ALPHABET if _is_in(one, *parts[0])] or [_least(body)]
    found = [_least(body)]
    for number, (operation, value) in enumerate(parts):
        inner = value[2] if operation in {codes.MAX_REPEAT, codes.MIN_REPEAT} else None
        start, rest = _least(parts[:number]), _least(parts[number + 1 :])
        found += [start + one + rest for one in (_units(inner)[:6] if inner is not None else ())]
        for branch in value[1] if operation is codes.BRANCH else _inside(operation, value):
            found.append(start + _least(branch) + rest)
            found += _units(branch)[:6] if operation is codes.SUBPATTERN else []
    return [one for one in dict.fromkeys(found) if one]


def _least(sequence: Any) -> str:
    """A short text that a parsed pattern matches, as far as that can be told."""
    return "".join(_least_of(operation, value) for operation, value in sequence)


def _least_of(operation: Any, value: Any) -> str:
    if operation is codes.LITERAL:
        return chr(value)
    if operation in {codes.IN, codes.ANY, codes.NOT_LITERAL}:
        return next((one for one in "a " + ALPHABET if _is_in(one, operation, value)), "")
    if operation in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
        return _least(value[2]) * int(value[0])
    if operation is codes.BRANCH:
        return min((_least(one) for one in value[1]), key=len)
    if operation is codes.SUBPATTERN:
        return _least(value[-1])
    return ""


def _is_in(one: str, operation: Any, value: Any) -> bool:
    """Whether a part of a pattern that stands for one character stands for this."""
    if operation is codes.ANY:
        return one != "\n"
    if operation in {codes.LITERAL, codes.NOT_LITERAL}:
        return bool((ord(one) == value) == (operation is codes.LITERAL))
    negated = value[0][0] is codes.NEGATE
    return any(_is_in_set(one, *item) for item in value[negated:]) is not bool(negated)


def _is_in_set(one: str, operation: Any, value: Any) -> bool:
    if operation is codes.LITERAL:
        return bool(ord(one) == value)
    if operation is codes.RANGE:
        return bool(value[0] <= ord(one) <= value[1])
    known = {
        codes.CATEGORY_SPACE: one.isspace(),
        codes.CATEGORY_DIGIT: one.isdigit(),
        codes.CATEGORY_WORD: one.isalnum() or one == "_",
    }
    if value in known:
        return known[value]
    return {
        codes.CATEGORY_NOT_SPACE: not one.isspace(),
        codes.CATEGORY_NOT_DIGIT: not one.isdigit(),
        codes.CATEGORY_NOT_WORD: not (one.isalnum() or one == "_"),
    }[value]


def seconds(work: Callable[[str], object], text: str, times: int) -> float:
    """The least processor time that some work on a text takes."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work(text)
        taken.append(time.process_time() - start)
    return min(taken)


def growth(work: Callable[[str], object], make: Callable[[int], str]) -> float:
    """How much longer work on a text takes that is four times as long; 0 where it is too little to tell.

    Work that is not done in a second on a short text is stopped: it counts as without end.
    """
    try:
        with _limited():
            if seconds(work, make(SHORT), 1) < SUSPICIOUS:
                return 0
            shorter, longer = seconds(work, make(SHORT), 3), 0.0
    except _TooLong:
        return float("inf")
    if shorter < SUSPICIOUS:
        return 0
    try:
        with _limited():
            longer = seconds(work, make(LONG), 3)
    except _TooLong:
        return float("inf")
    return longer / shorter


class _TooLong(Exception):
    """The processor was busy for longer than is of use to wait."""


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Stop what is done within after `PATIENCE`: `re` looks for signals while it searches."""

    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
