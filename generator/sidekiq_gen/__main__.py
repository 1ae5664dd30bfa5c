"""``python -m sidekiq_gen`` and the installed command."""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found] # the other one loads enum, which can be interrupted
import os
import sys

INTERRUPTED = 130


def _interrupted(*_: object) -> None:
    try:  # noqa: SIM105 - contextlib is not loaded yet
        os.write(2, b"Interrupted; nothing was written.\n")
    except OSError:
        pass
    os._exit(INTERRUPTED)


# Before the first module of the standard library that is not loaded yet, and until writing begins, which has handlers
# of its own (changes/signals.py): no traceback, wherever it comes, and nothing is written so far.
# A signal that is ignored, as in the background of a shell, stays ignored.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _interrupted)
# -m puts the current folder first: a typing.py of the repo would be loaded in place of Python's own.
if (
    __name__ == "__main__"
    and not getattr(sys.flags, "safe_path", False)
    and sys.path[0] != os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - not loaded
):
    del sys.path[0]

import gc  # noqa: E402
from contextlib import suppress  # noqa: E402
from typing import NoReturn  # noqa: E402


def main() -> NoReturn:
    """Run the command line and exit with its status."""
    gc.disable()  # a run is short: looking for what may be thrown away costs a tenth of it, and finds nothing
    try:
        from sidekiq_gen.cli.app import run

        if os.isatty(0) and signal.getsignal(signal.SIGINT) is _interrupted:  # questions have a terminal to put back
            signal.signal(signal.SIGINT, signal.default_int_handler)
        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End the process at once: all is written and closed, and taking apart what was loaded is a seventh of a run."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed
            if stream is not None:
                stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
