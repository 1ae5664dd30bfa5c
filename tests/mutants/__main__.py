"""Try all mutations, or those whose name or file holds one of the words given; exit 1 unless every one is noticed."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from mutants.mutations import MUTATIONS
from mutants.runner import Mutation, copy_of, run_tests, try_all

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2


def main(words: Sequence[str]) -> int:
    wanted = [one for one in MUTATIONS if not words or any(word in f"{one.file} {one.name}" for word in words)]
    if not wanted:
        return tell("No mutation has such a name or file.")
    misfits = [f"no longer applies: {one.name}: {why}" for one in wanted if (why := one.misfit(ROOT))]
    if misfits:
        return tell(*misfits, "Bring tests/mutants/mutations.py in step with the package.")
    with tempfile.TemporaryDirectory() as scratch:
        return try_them(wanted, Path(scratch))


def try_them(wanted: Sequence[Mutation], scratch: Path) -> int:
    unchanged = copy_of(ROOT, scratch / "unchanged")
    with ThreadPoolExecutor(WORKERS) as pool:
        for status, shown in pool.map(lambda tests: run_tests(unchanged, tests), {one.tests: 0 for one in wanted}):
            if status != 0:
                return tell(shown, "These tests do not pass without any mutation.")
    killed = 0
    for result in try_all(wanted, ROOT, scratch, WORKERS):
        tell(f"{result.outcome:8}  {result.mutation.file}: {result.mutation.name}")
        if result.outcome == "broken":
            tell(result.shown)
        killed += result.outcome == "killed"
    tell(f"{killed} of {len(wanted)} mutations were noticed ({100 * killed // len(wanted)} %).")
    return 0 if killed == len(wanted) else 1


def tell(*lines: str) -> int:
    """Print some lines; 1, the exit status of a run that says no more."""
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
