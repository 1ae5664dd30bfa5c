"""Ruby code with the app loaded, in processes of its own: what puts jobs into Redis from outside."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from live.specs import RUBY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live.app import App
    from live.processes import Processes
    from live.roots import Variant

DEADLINE = 60.0  # seconds


class RubyError(RuntimeError):
    """A Ruby process ended with an error; the message is what it printed."""


def start_ruby(processes: Processes, variant: Variant, app: App, code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start Ruby code with the app loaded and ARGV set; `finish_ruby` waits for it. Many may run side by side."""
    argv = [*RUBY, "-e", f'require "/app/config/environment"\n{code}', "--", *arguments]
    command = variant.command(argv, app=app.folder, env=app.env("production"))
    return processes.start(command, output=subprocess.PIPE, errors=subprocess.PIPE)


def finish_ruby(processes: Processes, child: subprocess.Popen[str], *, timeout: float = DEADLINE) -> str:
    """What the code printed; raises RubyError when it failed, subprocess.TimeoutExpired when it took too long."""
    try:
        out, err = child.communicate(timeout=timeout)
    finally:
        processes.stop(child, grace=0)
    if child.returncode:
        raise RubyError(f"exit {child.returncode}\n{out}{err}")
    return out


def run_ruby(processes: Processes, variant: Variant, app: App, code: str, *arguments: str) -> str:
    """Run Ruby code in a process of its own with the app loaded and ARGV set; returns what it printed."""
    return finish_ruby(processes, start_ruby(processes, variant, app, code, *arguments))


def enqueue(processes: Processes, variant: Variant, app: App, job: str, *calls: Sequence[object]) -> list[str | None]:
    """`perform_async` of a job class for each list of arguments, in another process; the jids, None for refused."""
    code = f"puts JSON.generate(JSON.parse(ARGV.first).map {{ |args| {job}.perform_async(*args) }})"
    jids: list[str | None] = json.loads(run_ruby(processes, variant, app, code, json.dumps(calls)).splitlines()[-1])
    return jids
