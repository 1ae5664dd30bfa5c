"""``make fuzz FUZZ="TARGET ... --seconds N"``: fuzz targets, guided by coverage, one by one; say what was found.

Every defect is kept below the folder ``--at`` with the smallest input that shows it, and inputs that reach something
new are where the next run begins. ``--record`` adds the counts to a file, and writes the table of docs/fuzzing.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.catalogue import TARGETS
from fuzz.record import FILE, Count, Record, counted, write_page

if TYPE_CHECKING:
    from collections.abc import Sequence

TESTS = Path(__file__).parents[1]


def main(arguments: Sequence[str]) -> int:
    """Fuzz what was asked for; 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--at", type=Path, default=Path(tempfile.gettempdir()) / "sidekiq-gen-fuzz", metavar="DIR")
    parser.add_argument("--record", action="store_true", help="add the counts to tests/fuzz/record.json")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.targets if name not in TARGETS]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    wrong = 0
    for name in given.targets or TARGETS:
        count, log = _fuzz(name, given.seconds, given.at)
        defects = sorted((given.at / name / "findings").glob("*.told"))
        wrong += len(defects) + (count is None)
        print(f"{name:14} {count or 'has failed:'}")
        print("".join(log.splitlines(keepends=True)[-20:]) if count is None else "", end="")
        for told in defects:
            print(f"  {told.with_suffix('')}\n    {told.read_text('utf-8').splitlines()[-1]}")
        if given.record and count:
            write_page(Record.read(FILE).with_count(name, count).write(FILE))
    return 1 if wrong else 0


def _fuzz(name: str, seconds: int, at: Path) -> tuple[Count | None, str]:
    """Run one target in a process of its own: what it did, and what it said; None where it did not come to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.guided", name, "--seconds", str(seconds), "--at", str(at)],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return counted(done.stderr) if done.returncode == 0 else None, done.stderr


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
