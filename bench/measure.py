"""The one harness of all benchmarks: commands side by side, in turns, as ratios with their spread.

Every command is started once per round, so that what else the machine does slows all of them alike. A ratio is taken
within a round; the median and the quartiles are those of the rounds. CPU time and memory are the command's own and its
children's, as the kernel counts them.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

# What would have Python compile all it imports each time, or look elsewhere for it.
NOT_OURS = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONHASHSEED")


@dataclass(frozen=True)
class Command:
    """Something to be started: its words, where, what is said before each start (not measured)."""

    words: Sequence[str]
    folder: Path | None = None
    before: Callable[[], None] | None = None


@dataclass(frozen=True)
class Times:
    """What each round took: seconds on the clock, seconds of CPU, kilobytes at most."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)


def measure(commands: Mapping[str, Command], rounds: int) -> dict[str, Times]:
    """Start each command once per round. A first round warms the caches and does not count.

    Raises:
        subprocess.CalledProcessError: one failed.
    """
    times = {name: Times() for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            wall, cpu, memory = _once(command)
            if number:
                times[name].wall.append(wall)
                times[name].cpu.append(cpu)
                times[name].memory.append(memory)
    return times


def _once(command: Command) -> tuple[float, float, int]:
    if command.before:
        command.before()
    environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    start = perf_counter()
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command.words))
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def ratios(values: Sequence[float], base: Sequence[float]) -> tuple[float, float, float]:
    """The first quartile, the median and the third quartile of the ratios, round by round."""
    each = [value / other for value, other in zip(values, base, strict=True)]
    if len(each) == 1:
        return each[0], each[0], each[0]
    low, _, high = quantiles(each, n=4, method="inclusive")
    return low, median(each), high


def table(times: Mapping[str, Times], base: str, goals: Mapping[str, str] | None = None) -> str:
    """A Markdown table of ratios to one of the commands, with what each took.

    base: the name of that command. goals: by name, what a ratio should be.
    """
    goals = goals or {}
    lines = [
        f"| command | ratio to `{base}` | quartiles | goal | CPU ratio | clock | CPU |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, taken in times.items():
        low, middle, high = ratios(taken.wall, times[base].wall)
        cpu = ratios(taken.cpu, times[base].cpu)[1]
        clock, busy = (f"{median(values) * 1000:.0f} ms" for values in (taken.wall, taken.cpu))
        spread = f"{low:.2f} to {high:.2f}"
        lines.append(f"| `{name}` | {middle:.2f} | {spread} | {goals.get(name, '')} | {cpu:.2f} | {clock} | {busy} |")
    return "\n".join(lines)
