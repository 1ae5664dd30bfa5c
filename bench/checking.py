"""The cost of `check` in a repo, without and with a full cache, in alternation.

    .venv/bin/python bench/checking.py ROOT [--runs N]

ROOT is a repo with a lockfile that names Sidekiq; put several public ones into folders of one root for 10,000 files.
Nothing is written there: the cache is in a folder of its own. CPU is the sum over all processes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from measure import Command, measure, table

# A run with findings is a run like any other.
RUN = "import sys; from sidekiq_gen.cli.app import run; sys.exit(0 if run(sys.argv[1:]) in {0, 4} else 1)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    options = parser.parse_args()
    words = [sys.executable, "-c", RUN, "check", "--root", str(options.root), "--quiet"]
    with tempfile.TemporaryDirectory(prefix="sidekiq-gen-bench-") as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        commands = {"check --no-cache": Command([*words, "--no-cache"]), "check, full cache": Command(words)}
        times = measure(commands, options.runs)
    count = sum(1 for _ in options.root.rglob("*.rb"))
    print(table(times, "check --no-cache"))
    cold = median(times["check --no-cache"].cpu)
    print(f"\n{count:,} Ruby files; {cold / count * 1000:.2f} ms of CPU per file, without the cache")


if __name__ == "__main__":
    main()
