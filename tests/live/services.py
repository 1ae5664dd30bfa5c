"""Servers of the tests' own, and Redis among them: on loopback, on a free port, with data that nobody keeps."""

from __future__ import annotations

import itertools
import signal
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from live import resp

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from live.processes import Processes
    from live.resp import Answer

HOST = "127.0.0.1"
START = 30.0  # seconds a service may take until it answers
ATTEMPTS = 3  # someone else may take the port between the search and the start
QUERY = 30.0


class NotStartedError(RuntimeError):
    """A service did not come up; the message holds the end of its log."""


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


@dataclass
class Service:
    """A running server."""

    processes: Processes
    port: int
    child: subprocess.Popen[str]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def stop(self) -> None:
        """Stop it; the data goes with the `Processes`."""
        self.processes.stop(self.child)

    def _query(self, command: Sequence[str]) -> list[list[str]]:
        done = self.processes.run(command, timeout=QUERY)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return [line.split("\t") for line in done.stdout.splitlines()]


class Redis(Service):
    """In memory only, with a database for every app."""

    @classmethod
    def start(cls, processes: Processes) -> Redis:
        """Serve an empty Redis."""
        data = processes.folder("redis")
        options = ["--bind", HOST, "--save", "", "--appendonly", "no", "--databases", "4096", "--dir", str(data)]
        command = ["redis-server", *options, "--port"]
        port, child = serve(processes, data, lambda port: [*command, str(port)])
        return cls(processes, port, child)

    def create_database(self) -> str:
        """The URL of a database that nobody has used yet."""
        return f"redis://{HOST}:{self.port}/{next(self._numbers)}"

    def call(self, url: str, *words: str | float) -> Answer:
        """The answer to one command, in the database that the URL names."""
        return resp.call(HOST, self.port, int(url.rpartition("/")[2]), *words)

    def values(self, url: str, *words: str | float) -> list[str]:
        """The answer to a command that answers with a list of strings."""
        answer = self.call(url, *words)
        assert isinstance(answer, list), answer
        return [str(value) for value in answer]


def serve(
    processes: Processes, data: Path, command: Callable[[int], Sequence[str | Path]], stop_signal: int = signal.SIGKILL
) -> tuple[int, subprocess.Popen[str]]:
    """Start a server on a free port and wait until it answers there; raises NotStartedError."""
    log = data / "log"
    for _ in range(ATTEMPTS):
        port = free_port()
        with log.open("w", encoding="utf-8") as output:
            child = processes.start(command(port), output=output, stop_signal=stop_signal)
        deadline = time.monotonic() + START
        while child.poll() is None and time.monotonic() < deadline:
            if answers(port):
                return port, child
            time.sleep(0.02)
        processes.stop(child)
    raise NotStartedError(log.read_text(encoding="utf-8", errors="replace")[-2000:])
