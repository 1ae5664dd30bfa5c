"""Ctrl-C and its like while files are written: heeded between two steps before the commit, too late after it."""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Hold:
    """Signals that are held back.

    committed: set by whoever has written everything; what came or comes then changes nothing any more.
    """

    def __init__(self) -> None:
        self.committed = False
        self._waiting: list[int] = []
        self._heard = False
        self._handlers: dict[int, Any] = {}

    def heed(self) -> None:
        """Raise KeyboardInterrupt when a signal is waiting; to be called between steps."""
        if self._waiting and not self.committed:
            raise KeyboardInterrupt

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Let a signal raise KeyboardInterrupt at once: for something long that follows the commit."""
        self._heard = True
        try:
            yield
        finally:
            self._heard = False

    def take(self) -> None:
        """Hold signals back from now on; one that is ignored stays ignored."""
        with suppress(ValueError):  # a thread other than the main one: signals do not come here
            for number in _STOPPING:
                if signal.getsignal(number) not in {signal.SIG_IGN, None}:
                    self._handlers[number] = signal.signal(number, self._come)

    def release(self) -> None:
        """Put the handlers back, and deliver what has come before the commit."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for late in () if self.committed else self._waiting:
            signal.raise_signal(late)

    def end(self) -> None:
        """Ignore signals for what is left of the process: its exit status is to tell what was done."""
        for number in self._handlers:
            signal.signal(number, signal.SIG_IGN)

    def _come(self, number: int, _: object) -> None:
        if self._heard:
            raise KeyboardInterrupt
        self._waiting.append(number)


@contextmanager
def held(*, to_the_end: bool = False) -> Iterator[Hold]:
    """Hold signals back.

    to_the_end: once committed, the process has nothing left to do but to say so; signals stay without effect.
    """
    hold = Hold()
    hold.take()
    try:
        yield hold
    finally:
        if to_the_end and hold.committed:
            hold.end()
        else:
            hold.release()
