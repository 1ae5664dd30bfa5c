"""What gets into the way of jobs that work through rows: clients that hold rows, processes that die."""

from __future__ import annotations

import contextlib
import random
import time
from typing import TYPE_CHECKING

from live.ruby import program_of
from live.warm import start_program

if TYPE_CHECKING:
    from live.app import App
    from live.processes import Processes
    from live.roots import Variant
    from live.server import SidekiqServer

HOLD = """
settings = ActiveRecord::Base.connection_db_config.configuration_hash
ActiveRecord::Base.establish_connection(**settings, pool: 10)
model = Object.const_get(ARGV.first)
ids = model.reorder(:id).ids
3.times do
  Thread.new do
    loop do
      model.transaction { model.lock.find(ids.sample) && sleep(0.02) }
    end
  end
end
model.transaction do
  model.lock.find(ids.last)
  File.write("/app/log/held", "")
  sleep(0.02) until File.exist?("/app/log/let-go")
end
sleep
"""


class Client(contextlib.AbstractContextManager["Client"]):
    """A process that goes on locking single rows of a model for 20 ms, and holds the last one until told to let go."""

    def __init__(self, processes: Processes, variant: Variant, app: App, model: str) -> None:
        self.processes, self.app = processes, app
        self._held, self._let_go = app.folder / "log" / "held", app.folder / "log" / "let-go"
        with (app.folder / "log" / "client.log").open("w", encoding="utf-8") as log:
            self._child = start_program(processes, variant, app, program_of(HOLD, model), log)
        deadline = time.monotonic() + 60
        while not self._held.exists():
            assert self._child.poll() is None, (app.folder / "log" / "client.log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def let_go(self) -> None:
        """Give the last row back, and go on locking single ones."""
        self._let_go.touch()

    def __exit__(self, *_: object) -> None:
        self.processes.stop(self._child, grace=0)


def kill_at_a_random_moment(server: SidekiqServer, seconds: float) -> None:
    """Kill it with SIGKILL within so many seconds."""
    time.sleep(random.uniform(0, seconds))  # noqa: S311 - no secret
    server.kill()


def settle(server: SidekiqServer, deadline: float = 60.0) -> None:
    """Let everything that is scheduled be due until neither a queue nor the schedule holds a job."""
    finish = time.monotonic() + deadline
    server.drain(deadline=deadline)
    while server.redis.call(server.app.redis_url, "ZCARD", "schedule"):
        assert time.monotonic() < finish, "jobs go on enqueueing each other"
        server.make_due("schedule")
        time.sleep(0.5)
        server.drain(deadline=deadline)
