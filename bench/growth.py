"""What a repo costs that is two times, four times as large: by Ruby files, jobs, lines of the lockfile and tables.

    .venv/bin/python bench/growth.py [--runs N] [--quick]

Each command is run in repos that differ in one thing alone, in turns, beside the same command in a repo that has
nothing of it. What is printed is the CPU time beyond that, for each unit. Where the growth is linear the three figures
of a row are about the same, and the last one is about four; it is left out where there is too little to measure.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from measure import Command, measure
from synthetic import Size, write_repo

COMMAND = str(Path(sys.executable).with_name("sidekiq-gen"))
COMMANDS = {
    "info": ["info"],
    "job": ["job", "ChargeCustomer", "order:record", "--idempotency-key", "--pretend", "--no-input"],
    "job --model": ["job", "ChargeCustomer", "--model", "Thing0", "--check-then-act", "charged_at", "--pretend"],
    "install": ["install", "--pretend", "--no-input"],
}
# What is less than this, in seconds, is not told from the noise.
NOISE = 0.01
STEPS = (1, 2, 4)
# The largest of each, and what the cost of one should be, in microseconds.
LARGEST = {"Ruby files": 10_000, "jobs": 2_000, "lines of the lockfile": 20_000, "tables": 1_000}
GOALS = {"Ruby files": 100, "jobs": 100, "lines of the lockfile": 5, "tables": 100}


def size_of(what: str, count: int) -> Size:
    """A repo with so much of one thing."""
    return {
        "Ruby files": Size(files=count),
        "jobs": Size(files=count, jobs=count),
        "lines of the lockfile": Size(lines=count),
        "tables": Size(files=count, tables=count),
    }[what]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a repo costs that is two times, four times as large.")
    parser.add_argument("--runs", type=int, default=5, help="rounds that count (default: 5)")
    parser.add_argument("--quick", action="store_true", help="a tenth of each size")
    arguments = parser.parse_args()
    print("| one more | command | " + " | ".join(f"{step}x" for step in STEPS) + " | goal | 4x to 1x |")
    print("| --- | --- |" + " ---: |" * (len(STEPS) + 2))
    with tempfile.TemporaryDirectory(prefix="sidekiq-gen-growth-") as name:
        folder = Path(name)
        for what, largest in LARGEST.items():
            counts = [largest * step // STEPS[-1] // (10 if arguments.quick else 1) for step in STEPS]
            roots = {0: write_repo(folder / f"{what}-none", Size(tables=1))}
            roots |= {count: write_repo(folder / f"{what}-{count}", size_of(what, count)) for count in counts}
            for command, words in COMMANDS.items():
                if command == "job --model" and what != "tables":
                    continue
                commands = {str(count): Command([COMMAND, *words], root) for count, root in roots.items()}
                print(row(what, command, measure_cpu(commands, arguments.runs), counts), flush=True)


def measure_cpu(commands: dict[str, Command], runs: int) -> dict[str, float]:
    """The median of the CPU seconds of each."""
    return {name: median(times.cpu) for name, times in measure(commands, runs).items()}


def row(what: str, command: str, cpu: dict[str, float], counts: list[int]) -> str:
    """One line of the table: microseconds for each unit beyond the repo that has none."""
    beyond = [max(cpu[str(count)] - cpu["0"], 0) for count in counts]
    each = [one / count * 1_000_000 for one, count in zip(beyond, counts, strict=True)]
    cells = " | ".join(f"{one:.1f} µs of {count:,}" for one, count in zip(each, counts, strict=True))
    grown = f"{beyond[-1] / beyond[0]:.1f}" if beyond[0] > NOISE else "-"
    return f"| {what} | `{command}` | {cells} | {GOALS[what]} µs | {grown} |"


if __name__ == "__main__":
    main()
