"""Ruby programs of an app, each in a process of its own, most of them forked from one that has loaded the gems.

Starting Ruby, finding and compiling Rails and Sidekiq is more than half of what booting a small app costs. So for each
variant, environment and list of features a process is kept that has required these and nothing of any app, and forks
for each program (bin/warm.rb); the app itself is booted by each anew. A program whose environment changes
Ruby itself (RUBYOPT) is started from the beginning, and with `--cold` every program is.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from live.app import TEMPLATE
from live.processes import Forked
from live.roots import kept_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from live.app import App
    from live.processes import Child, Processes
    from live.roots import Variant

RUBY = ["/usr/bin/ruby", "-w", "-r/app/lib/strict_warnings"]
RAILS = ("logger", "rails", "active_record/railtie", "active_job/railtie")  # as config/application.rb has it
BIN = Path(__file__).with_name("bin")
START = 60.0  # seconds, on a busy machine
MOST = 12  # processes kept by each test process

Key = tuple["Variant", str, tuple[str, ...]]
"""What a process is kept for: a variant, an environment of Rails, and the features it has required."""


class NotForkedError(RuntimeError):
    """The process that forks is gone or hangs; the message is the end of what it printed."""


@dataclass(frozen=True)
class Program:
    """What Ruby is to run.

    argv: as `-e CODE -- WORD...`, `-S NAME WORD...` or `[-IFOLDER] FILE WORD...`, files relative to the app. first: the
    features that it requires first, before anything of the app, in this order.
    """

    argv: tuple[str, ...]
    first: tuple[str, ...]
    rails_env: str = "production"


def start_program(
    processes: Processes, variant: Variant, app: App, program: Program, log: IO[str] | None = None
) -> Child:
    """Start it with the app at /app; `processes.stop` ends it.

    What it prints goes to the log; without one, `communicate` returns it, output and errors apart.
    """
    env = app.env(program.rails_env)
    if processes.cold or "RUBYOPT" in env:
        command = variant.command([*RUBY, *program.argv], app=app.folder, env=env)
        if log:
            return processes.start(command, output=log)
        return processes.start(command, output=subprocess.PIPE, errors=subprocess.PIPE)
    kept = processes.kept
    key = (variant, program.rails_env, program.first)
    if key not in kept or kept[key].poll() is not None:
        _make_room(processes)
        kept[key] = Warm(processes, variant, program)
    return kept[key].start(app, variant.env(env), program.argv, log)


def _make_room(processes: Processes) -> None:
    """Let go of those kept longest, of which nothing runs any more."""
    for key, warm in list(processes.kept.items()):
        if len(processes.kept) < MOST:
            break
        if warm.poll() is not None or not warm.is_busy:
            processes.kept.pop(key).stop()


class Warm:
    """The process that forks, and the socket to it."""

    def __init__(self, processes: Processes, variant: Variant, program: Program) -> None:
        self._processes = processes
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        processes.closing.enter_context(self._socket)
        # rspec leaves what is in a folder called bin out of backtraces.
        folders = {"data": processes.data, "compiled": kept_folder("compiled", variant), "bin": BIN}
        argv = [*RUBY, "/overlay/bin/warm.rb", str(theirs.fileno()), *program.first]
        env = {"RAILS_ENV": program.rails_env}
        command = variant.command(argv, app=TEMPLATE, env=env, folders=folders)
        self._log = processes.folder("warm") / "log"
        with theirs, self._log.open("w", encoding="utf-8") as log:
            self._child = processes.start(command, output=log, pass_fds=[theirs.fileno()])
        self.pid = self._child.pid
        self._forked: list[Forked] = []

    def poll(self) -> int | None:
        """Its exit code, None while it is there."""
        return self._child.poll()

    @property
    def is_busy(self) -> bool:
        """Whether something that it has forked still runs: nobody else can tell how that ends."""
        self._forked = [child for child in self._forked if child.poll() is None]
        return bool(self._forked)

    def stop(self) -> None:
        """End it; what it has forked goes on."""
        self._socket.close()
        self._processes.stop(self._child)

    def start(self, app: App, env: Mapping[str, str], argv: Sequence[str], log: IO[str] | None) -> Forked:
        """Fork; raises NotForkedError when the process dies or does not answer."""
        place = f"/overlay/data/{app.folder.relative_to(self._processes.data)}"
        message = json.dumps({"app": place, "env": env, "argv": argv}).encode()
        printed = None if log else (_file(), _file())
        targets = [file.fileno() for file in printed or (log, log) if file]
        reader, writer = os.pipe()
        child = Forked(reader, printed)
        try:
            with contextlib.suppress(BrokenPipeError):
                socket.send_fds(self._socket, [message], [*targets, writer])
        finally:
            os.close(writer)
        if not child.begins(START):
            child.close()
            raise NotForkedError(self._log.read_text(encoding="utf-8", errors="replace")[-2000:])
        self._forked.append(child)
        self._processes.note(child)
        return child


def _file() -> IO[bytes]:
    return tempfile.TemporaryFile()
