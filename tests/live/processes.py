"""Every process and folder the live tests make: started, watched, stopped, and swept away after a crash.

Each test process holds one `Processes`: a folder in the cache with a locked file, one note per child, and a data folder
in the system's temporary folder. A note outlives its writer, its lock does not: whoever starts next kills what
is noted in folders that nobody locks, and only what still has the same start time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Union

from support.cache import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from live.warm import Key, Warm

GRACE = 5.0  # seconds between the first signal and SIGKILL
HOUR = 3600.0  # seconds; select takes no infinity


class Forked:
    """A process that another one has forked for the tests: of subprocess.Popen, what they use.

    status: the reading end of a pipe that brings "pid 123", then "exit 0" (-9 for SIGKILL) on lines of their own.
    printed: the files that its output and its errors go to, if anybody wants to read them.
    """

    def __init__(self, status: int, printed: tuple[IO[bytes], IO[bytes]] | None) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self._status, self._text, self._printed = status, "", printed

    def begins(self, timeout: float) -> bool:
        """Wait until it has told its pid; False when it does not."""
        deadline = time.monotonic() + timeout
        while not self.pid and self.returncode is None and time.monotonic() < deadline:
            self._read(deadline - time.monotonic())
        return bool(self.pid)

    def poll(self) -> int | None:
        """The exit code, None while it runs; -SIGKILL when whoever forked it is gone and nobody knows."""
        if self.returncode is None:
            self._read(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once there is one; raises subprocess.TimeoutExpired."""
        deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
        while (code := self.poll()) is None:
            if (left := deadline - time.monotonic()) <= 0:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self._read(min(left, HOUR))
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it has printed, when it has ended; raises subprocess.TimeoutExpired, with what it has printed so far."""
        try:
            self.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise subprocess.TimeoutExpired(error.cmd, error.timeout, *self._read_printed()) from None
        return self._read_printed()

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def close(self) -> None:
        """Let go of what it was read from. May be called twice."""
        for file in self._printed or ():
            file.close()
        if self._status >= 0:
            os.close(self._status)
            self._status = -1

    def _read(self, timeout: float) -> None:
        if not select.select([self._status], [], [], timeout)[0]:
            return
        more = os.read(self._status, 100).decode()
        if not more:
            self.returncode = -signal.SIGKILL
        *lines, self._text = (self._text + more).split("\n")
        for word, _, number in (line.partition(" ") for line in lines):
            if word == "pid":
                self.pid = int(number)
            else:
                self.returncode = int(number)

    def _read_printed(self) -> tuple[str, str]:
        texts = []
        for file in self._printed or ():
            file.seek(0)
            texts.append(file.read().decode("utf-8", errors="replace"))
        return (texts[0], texts[1]) if texts else ("", "")


Child = Union["subprocess.Popen[str]", Forked]


def _started_at(pid: int) -> str | None:
    """The kernel's start time of a process, None when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


class Processes(contextlib.AbstractContextManager["Processes"]):
    """The children of this test process; `with Processes() as processes:`."""

    def __init__(self, *, cold: bool = False) -> None:
        self.cold = cold  # every Ruby program is started from the beginning
        self.kept: dict[Key, Warm] = {}  # live/warm.py
        self.closing = contextlib.ExitStack()
        notes = cache_folder() / "runs"
        notes.mkdir(parents=True, exist_ok=True)
        with _locked(notes / "lock"):
            _sweep(notes)
            self.notes = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=notes))
            self._lock = (self.notes / "lock").open("w", encoding="utf-8")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self.data = Path(tempfile.mkdtemp(prefix="sidekiq-gen-live-"))
            (self.notes / "data").write_text(str(self.data), encoding="utf-8")
        self.data.chmod(0o755)  # databases run as users of their own
        self._children: dict[int, tuple[Child, int]] = {}

    def __exit__(self, *_: object) -> None:
        self.close()

    def folder(self, name: str) -> Path:
        """A new folder below the data folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.data))

    def start(
        self,
        command: Sequence[str | Path],
        *,
        output: IO[str] | int,
        errors: IO[str] | int = subprocess.STDOUT,
        env: Mapping[str, str] | None = None,
        stop_signal: int = signal.SIGKILL,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[str]:
        """Start a process in a group of its own, noted until `stop`, which begins with `stop_signal`."""
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=None if env is None else dict(env),
            start_new_session=True,
            pass_fds=pass_fds,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self.note(child, stop_signal)
        return child

    def note(self, child: Child, stop_signal: int = signal.SIGKILL) -> None:
        """Hold a process, in a group of its own, to be ours until `stop`."""
        (self.notes / str(child.pid)).write_text(f"{_started_at(child.pid)} {int(stop_signal)}", encoding="utf-8")
        self._children[child.pid] = (child, stop_signal)

    def stop(self, child: Child, *, grace: float = GRACE) -> int:
        """End a child and its group, with SIGKILL after `grace` seconds at the latest; returns its exit code."""
        _, stop_signal = self._children.get(child.pid, (child, signal.SIGKILL))
        if child.poll() is None:
            child.send_signal(stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(grace)
        _signal_group(child.pid, signal.SIGKILL)
        code = child.wait(GRACE)
        if isinstance(child, Forked):
            child.close()
        self._children.pop(child.pid, None)
        (self.notes / str(child.pid)).unlink(missing_ok=True)
        return code

    def run(
        self, command: Sequence[str | Path], *, timeout: float, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end; raises subprocess.TimeoutExpired, with what was printed so far, after `timeout` seconds."""
        child = self.start(command, output=subprocess.PIPE, errors=subprocess.PIPE, env=env)
        return self.finish(child, [str(part) for part in command], timeout=timeout)

    def finish(self, child: Child, argv: Sequence[str], *, timeout: float) -> subprocess.CompletedProcess[str]:
        """Wait for the end of a child whose output is wanted; raises as `run` does."""
        try:
            out, err = child.communicate(timeout=timeout)
        except BaseException:
            self.stop(child, grace=0)
            raise
        code = self.stop(child)
        return subprocess.CompletedProcess(argv, code, out, err)

    def close(self) -> None:
        """Stop everything, latest first, and remove data and notes. May be called twice."""
        for child, _ in reversed(list(self._children.values())):
            self.stop(child)
        self.closing.close()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.notes, ignore_errors=True)
        self._lock.close()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(notes: Path) -> None:
    """Kill and remove what runs that are no longer there have left."""
    for folder in (path for path in notes.iterdir() if path.is_dir()):
        with (folder / "lock").open("a", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            alive = []
            for note in folder.glob("[0-9]*"):
                pid, (started, number) = int(note.name), note.read_text(encoding="utf-8").split()
                if _started_at(pid) == started:
                    alive.append(pid)
                    _signal_group(pid, int(number))
            _wait_until_gone(alive)
            data = folder / "data"
            if data.exists():
                shutil.rmtree(data.read_text(encoding="utf-8"), ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def _wait_until_gone(pids: Sequence[int]) -> None:
    deadline = time.monotonic() + GRACE
    while any(_started_at(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in pids:
        _signal_group(pid, signal.SIGKILL)
