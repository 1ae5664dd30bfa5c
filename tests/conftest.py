"""What holds for all tests: they mean the same wherever, and by whatever, they are started."""

from __future__ import annotations

import itertools
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

# SIGHUP is not among them: whoever started the tests with nohup wants them to outlive the terminal.
ANSWERED: dict[signal.Signals, Callable[[int, FrameType | None], object] | signal.Handlers] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGQUIT: signal.SIG_DFL,
    signal.SIGTERM: signal.SIG_DFL,
}
NUMBERS = itertools.count()
# These change what is shown, or which programs are called.
UNSET = "COLUMNS LINES NO_COLOR FORCE_COLOR CLICOLOR_FORCE SIDEKIQ_GEN_DEBUG THOR_DIFF THOR_MERGE RAILS_DIFF".split()


@pytest.fixture(autouse=True)
def _signals_are_answered() -> Iterator[None]:
    """A job in the background ignores SIGINT and SIGQUIT, and so would everything that a test starts."""
    before = {number: signal.signal(number, handler) for number, handler in ANSWERED.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)


@pytest.fixture(autouse=True)
def _plain_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    if not request.node.get_closest_marker("live"):  # their roots are kept there
        caches = tmp_path_factory.getbasetemp() / f"caches-{next(NUMBERS)}"  # of nobody else; RuboCop wants one
        monkeypatch.setenv("XDG_CACHE_HOME", str(caches))
