"""What can go wrong between a program and the system: calls that fail, and a program that is killed at one of them."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock

from sidekiq_gen.changes import system

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# What the writer calls. What changes anything comes first: it is made to fail in every way, the others in one.
CHANGING: tuple[tuple[Any, str], ...] = (
    *((os, name) for name in ("write", "fsync", "link", "rename", "unlink", "mkdir", "rmdir", "fchmod", "fchown")),
    (os, "open"),
    (system, "rename_with"),
)
LOOKING: tuple[tuple[Any, str], ...] = (
    *((os, name) for name in ("close", "stat", "fstat", "pread", "setxattr", "getxattr")),
    (fcntl, "flock"),
)


_REAL = {(owner, name): getattr(owner, name) for owner, name in CHANGING + LOOKING}


@dataclass
class Calls:
    """Counts calls, in the order in which they come.

    at: the number of the call that something happens to, from 1; 0 for none.
    happens: what, given the call; what it returns is what the call gives.
    stays: whether it happens to every later call as well.
    which: the calls that are counted.
    """

    at: int = 0
    happens: Callable[[Callable[[], Any]], Any] = lambda call: call()
    stays: bool = False
    which: tuple[tuple[Any, str], ...] = CHANGING + LOOKING
    names: list[str] = field(default_factory=list)
    _open: set[int] = field(default_factory=set)

    @contextmanager
    def seen(self) -> Iterator[Calls]:
        """Count, and let happen what is to happen, in this block."""
        with ExitStack() as patches:
            for owner, name in CHANGING + LOOKING:
                patches.enter_context(mock.patch.object(owner, name, self._stand_in(owner, name)))
            patches.callback(self._close_all)
            yield self

    def _close_all(self) -> None:
        """As the kernel does it when a process has died."""
        for descriptor in self._open:
            _REAL[os, "close"](descriptor)

    def _stand_in(self, owner: Any, name: str) -> Callable[..., Any]:
        original = getattr(owner, name)

        def stand_in(*arguments: Any, **options: Any) -> Any:
            if (owner, name) not in self.which:
                if self.stays and self.at and len(self.names) >= self.at:
                    return self.happens(lambda: called(*arguments, **options))
                return called(*arguments, **options)
            self.names.append(name)
            number = len(self.names)
            if self.at and (number == self.at or (self.stays and number > self.at)):
                return self.happens(lambda: called(*arguments, **options))
            return called(*arguments, **options)

        def called(*arguments: Any, **options: Any) -> Any:
            result = original(*arguments, **options)
            if name == "open":
                self._open.add(result)
            elif name == "close":
                self._open.discard(arguments[0])
            return result

        return stand_in


def fails(number: int) -> Callable[[Callable[[], Any]], Any]:
    """The call fails with this error number."""

    def happens(_: Callable[[], Any]) -> Any:
        raise OSError(number, os.strerror(number))

    return happens


class Killed(BaseException):
    """Stands for a death: nothing that the program does afterwards has an effect."""


def dies(_: Callable[[], Any]) -> Any:
    """The process dies before the call. With `stays`, as whatever cleans up on the way out has no effect then."""
    raise Killed


@contextmanager
def unseen() -> Iterator[None]:
    """What somebody else does meanwhile is not counted."""
    with ExitStack() as patches:
        for (owner, name), original in _REAL.items():
            patches.enter_context(mock.patch.object(owner, name, original))
        yield


Tree = dict[str, tuple[int, object]]


def tree(root: Path) -> Tree:
    """Everything below `root`: mode, and bytes or link target or None for a folder."""
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        content: object = None
        if path.is_symlink():
            content = str(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        found[str(path.relative_to(root))] = (stat.S_IMODE(path.lstat().st_mode), content)
    return found
