"""Ruby code with the app loaded, in processes of its own: what puts jobs into Redis from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from live.warm import RAILS, Program, start_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live.app import App
    from live.processes import Child, Processes
    from live.roots import Variant

DEADLINE = 60.0  # seconds


class RubyError(RuntimeError):
    """A Ruby process ended with an error; the message is what it printed."""


def start_ruby(processes: Processes, variant: Variant, app: App, code: str, *arguments: str) -> Child:
    """Start Ruby code with the app loaded and ARGV set; `finish_ruby` waits for it. Many may run side by side."""
    return start_program(processes, variant, app, program_of(code, *arguments))


def program_of(code: str, *arguments: str) -> Program:
    """Ruby code that runs with the app loaded."""
    return Program(("-e", f'require "/app/config/environment"\n{code}', "--", *arguments), (*RAILS, "sidekiq"))


def finish_ruby(processes: Processes, child: Child, *, timeout: float = DEADLINE) -> str:
    """What the code printed; raises RubyError when it failed, subprocess.TimeoutExpired when it took too long."""
    done = processes.finish(child, [], timeout=timeout)
    if done.returncode:
        raise RubyError(f"exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def run_ruby(processes: Processes, variant: Variant, app: App, code: str, *arguments: str) -> str:
    """Run Ruby code in a process of its own with the app loaded and ARGV set; returns what it printed."""
    return finish_ruby(processes, start_ruby(processes, variant, app, code, *arguments))


def enqueue(processes: Processes, variant: Variant, app: App, job: str, *calls: Sequence[object]) -> list[str | None]:
    """`perform_async` of a job class for each list of arguments, in another process; the jids, None for refused."""
    code = f"puts JSON.generate(JSON.parse(ARGV.first).map {{ |args| {job}.perform_async(*args) }})"
    jids: list[str | None] = json.loads(run_ruby(processes, variant, app, code, json.dumps(calls)).splitlines()[-1])
    return jids
