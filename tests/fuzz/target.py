"""What can be fuzzed: something that takes bytes, and what must hold for whatever it is given."""

from __future__ import annotations

import re
import signal
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

HANG = 2.0  # seconds of computing time after which a run counts as one that hangs
LONGEST = 4096


class Hang(BaseException):
    """A run took too long. No ``except Exception`` of what is run may swallow it."""


class Broken(Exception):
    """A property that does not hold."""


@dataclass(frozen=True)
class Target:
    """Something to be fuzzed.

    name: as on the command line. takes: what the bytes are, in a few words.
    seeds: good inputs to begin with. words: parts that inputs of this kind are made of.
    run: takes one input; raises what is wrong: Broken, or whatever the package should not raise.
    longest: the longest input, in bytes. cost: how many times as long as others it takes.
    """

    name: str
    takes: str
    seeds: tuple[bytes, ...]
    words: tuple[str, ...]
    run: Callable[[bytes], object]
    longest: int = LONGEST
    cost: int = 1


@dataclass(frozen=True)
class Defect:
    """What is wrong with an input.

    sign: what a defect is told by: the error, and the function of the package that it came from.
    """

    sign: str
    told: str


def require(holds: object, told: str) -> None:
    """Complain unless a property holds.

    Raises:
        Broken: it does not.
    """
    if not holds:
        raise Broken(told)


def attempt(target: Target, data: bytes) -> Defect | None:
    """Run one input; what is wrong with it, if anything is."""
    try:
        with within(HANG):
            target.run(data)
    except Hang:
        return Defect("hang", traceback.format_exc())
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is a defect
        return Defect(_sign(error), traceback.format_exc())
    return None


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, in computing time, so that a busy machine does not count.

    Raises:
        Hang: it did.
    """
    before = signal.signal(signal.SIGVTALRM, _interrupt)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Hang


def _sign(error: BaseException) -> str:
    """The error, and where in the package it came from, or the property that does not hold."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "sidekiq_gen/" in frame.filename]
    last = (frames[-2:] if isinstance(error, Broken) else own or frames)[-1 if not isinstance(error, Broken) else 0]
    where = re.sub(r".*/(?=\w+/\w+\.py$)", "", last.filename)
    return f"{type(error).__name__} {where}:{last.name}"
