"""A real Sidekiq server process of an app.

What the server has executed is read from its own log, in which Sidekiq marks each run with start, and done or fail.
"""

from __future__ import annotations

import contextlib
import re
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from live.ruby import DEADLINE, RubyError
from live.warm import RAILS, Program, start_program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from live.app import App
    from live.processes import Child, Processes
    from live.roots import Variant
    from live.services import Redis

BOOT = 60.0  # seconds
PAUSE = 0.05
ENTRY = re.compile(r"(?P<context>(?: \w+=\S+)+)(?: [A-Z]+)?: (?P<event>start|done|fail)\s*$", re.MULTILINE)


class TooSlowError(TimeoutError):
    """Something did not happen before its deadline; the message holds the end of the log."""


@dataclass(frozen=True)
class Execution:
    """One entry of the log: a job started, was done, or failed."""

    jid: str
    job_class: str
    event: str


class SidekiqServer(contextlib.AbstractContextManager["SidekiqServer"]):
    """The server; `with SidekiqServer.start(...) as server:` ends it with SIGKILL, `kill` with what is asked for."""

    def __init__(self, processes: Processes, app: App, redis: Redis, child: Child, log: Path) -> None:
        self.processes, self.app, self.redis, self.child, self._log = processes, app, redis, child, log

    @classmethod
    def start(
        cls,
        processes: Processes,
        variant: Variant,
        app: App,
        redis: Redis,
        *,
        concurrency: int = 5,
        queues: Sequence[str] = ("default",),
        shutdown: int = 5,
        boot: str = "./config/environment.rb",
    ) -> SidekiqServer:
        """Start it and wait until it has told Redis that it is there.

        Due retries and scheduled jobs are looked for twice a second instead of every few. `shutdown` is the number of
        seconds that running jobs have after SIGTERM. `boot` is what it requires: with a folder, as a deployment has it,
        Sidekiq loads its Rails engine first. Raises TooSlowError, RubyError when it does not boot.
        """
        log = app.folder / "log" / f"sidekiq-{time.monotonic_ns()}.log"
        argv = ["lib/sidekiq_server.rb", "-r", boot, "-c", str(concurrency)]
        argv += ["-t", str(shutdown), *(word for queue in queues for word in ("-q", queue))]
        first = ("sidekiq/cli", "sidekiq/scheduled", *(RAILS if boot.endswith(".rb") else ("rails",)))
        with log.open("w", encoding="utf-8") as output:
            child = start_program(processes, variant, app, Program(tuple(argv), first), output)
        server = cls(processes, app, redis, child, log)
        server.wait_until(server._is_registered, BOOT)
        return server

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def executions(self) -> list[Execution]:
        """Every start, done and fail so far, in order."""
        contexts = [(dict(_pairs(found["context"])), found["event"]) for found in ENTRY.finditer(self.log)]
        return [Execution(pairs.get("jid", ""), pairs.get("class", ""), event) for pairs, event in contexts]

    def ended(self) -> int:
        """How many executions have ended, well or not."""
        return sum(entry.event != "start" for entry in self.executions)

    def waiting(self) -> int:
        """How many jobs wait in the queues."""
        queues = self.redis.values(self.app.redis_url, "SMEMBERS", "queues")
        lengths = [self.redis.call(self.app.redis_url, "LLEN", f"queue:{queue}") for queue in queues]
        return sum(length for length in lengths if isinstance(length, int))

    def drain(self, *, count: int = 0, deadline: float = DEADLINE) -> None:
        """Wait until the queues are empty, everything started has ended, and `count` executions at least have."""

        def idle() -> bool:
            executions = self.executions
            ended = sum(entry.event != "start" for entry in executions)
            return ended >= count and len(executions) == 2 * ended and self.waiting() == 0

        steady = 0
        finish = time.monotonic() + deadline
        while steady < 3:  # a job that has left the queue may not have logged its start yet
            self.wait_until(idle, finish - time.monotonic())
            time.sleep(PAUSE)
            steady = steady + 1 if idle() else 0

    def make_due(self, *sets: str) -> None:
        """Let everything in these sorted sets (`retry` and `schedule`, unless said otherwise) be due now."""
        for name in sets or ("retry", "schedule"):
            for member in self.redis.values(self.app.redis_url, "ZRANGE", name, 0, -1):
                self.redis.call(self.app.redis_url, "ZADD", name, "XX", time.time(), member)

    def kill(self, number: int = signal.SIGKILL, *, timeout: float = 30.0) -> int:
        """Send it a signal that ends it and wait for the end; returns the exit code, negative for a signal."""
        self.child.send_signal(number)
        try:
            return self.child.wait(timeout)
        finally:
            self.stop()

    def stop(self) -> None:
        """End it at once, whatever it is doing; a polite end waits two seconds for its connections."""
        self.processes.stop(self.child)

    def wait_until(self, condition: Callable[[], bool], deadline: float = DEADLINE) -> None:
        """Wait for something; raises TooSlowError after `deadline` seconds, RubyError when the server is gone."""
        finish = time.monotonic() + deadline
        while not condition():
            if self.child.poll() is not None:
                raise RubyError(f"Sidekiq has ended with {self.child.returncode}\n{self.log[-4000:]}")
            if time.monotonic() > finish:
                raise TooSlowError(f"not within {deadline:.0f} s\n{self.log[-4000:]}")
            time.sleep(PAUSE)

    def _is_registered(self) -> bool:
        names = self.redis.values(self.app.redis_url, "SMEMBERS", "processes")
        return any(f":{self.child.pid}:" in name for name in names)


def _pairs(context: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (word.partition("=") for word in context.split())]
