"""What one job more costs in a list of jobs: `job --from` with n, 2n and 4n jobs in one process.

    .venv/bin/python bench/many.py [--runs N] [--jobs N] [--write]

All lists are run in turns, in a fresh copy of the example app, beside a list with one job. What is printed is the CPU
time and the memory beyond that one, for each further job. Without --write it is --pretend: no file is written, so that
the disk has no part in it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measure import Command, measure

if TYPE_CHECKING:
    from measure import Times

COMMAND = str(Path(sys.executable).with_name("sidekiq-gen"))
STOREFRONT = Path(__file__).resolve().parent.parent / "examples" / "storefront"
STEPS = (1, 2, 4)
# What one job may cost: milliseconds and kilobytes.
GOALS = "1 ms, 20 kB"
# What the jobs of a list are, in turns: with a model and safeguards, with arguments, over all rows.
KINDS = (
    'model = "Order"\ncheck-then-act = "charged_at"\nadvisory-lock = true',
    'model = "Order"\nidempotency-key = true\ndiscard-on = ["ActiveRecord::RecordInvalid"]',
    'arguments = ["amount:decimal"]',
    'model = "Order"\nkind = "backfill"',
)


def list_of(count: int) -> str:
    """A list of so many jobs."""
    return "".join(f'[[job]]\nname = "ProcessThing{number}"\n{KINDS[number % len(KINDS)]}\n' for number in range(count))


def fresh(root: Path) -> None:
    """The example app as it is."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(STOREFRONT, root)


def row(count: int, times: Times, one: Times) -> str:
    """One line of the table."""
    further = count - 1
    cpu = (median(times.cpu) - median(one.cpu)) / further * 1000
    clock = (median(times.wall) - median(one.wall)) / further * 1000
    memory = (median(times.memory) - median(one.memory)) / further
    return f"| {count:,} | {cpu:.2f} ms | {clock:.2f} ms | {memory:.1f} kB | {GOALS} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What one job more costs in a list of jobs.")
    parser.add_argument("--runs", type=int, default=3, help="rounds that count (default: 3)")
    parser.add_argument("--jobs", type=int, default=10_000, help="in the longest list (default: 10,000)")
    parser.add_argument("--write", action="store_true", help="write the files as well")
    arguments = parser.parse_args()
    counts = [1, *(arguments.jobs * step // STEPS[-1] for step in STEPS)]
    with tempfile.TemporaryDirectory(prefix="sidekiq-gen-many-") as name:
        folder, root = Path(name), Path(name, "app")
        words = [COMMAND, "job", "--root", str(root), "--quiet", *([] if arguments.write else ["--pretend"]), "--from"]
        commands = {}
        for count in counts:
            file = folder / f"{count}.toml"
            file.write_text(list_of(count), encoding="utf-8")
            commands[str(count)] = Command([*words, str(file)], before=partial(fresh, root))
        times = measure(commands, arguments.runs)
    print(
        "| jobs in the list | CPU, each further one | clock | memory | goal |",
        "| ---: | ---: | ---: | ---: | ---: |",
        sep="\n",
    )
    for count in counts[1:]:
        print(row(count, times[str(count)], times["1"]))


if __name__ == "__main__":
    main()
