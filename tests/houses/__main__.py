"""``make houses HOUSES="--at DIR ..."``: what would maintainers of public repos change in generated jobs?"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from houses.measure import measure
from houses.offenses import Linter
from houses.report import details, keep, numbers_of, table
from houses.sources import read_houses
from live.processes import Processes
from live.roots import MISSING, Variant, find_roots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from houses.measure import Measured
    from houses.sources import House


def main(arguments: Sequence[str]) -> int:
    """Measure the houses that are at hand; 0 when nothing is left to change but what is accepted."""
    parser = argparse.ArgumentParser(prog="make houses", description=__doc__)
    parser.add_argument("--at", type=Path, action="append", default=[], metavar="DIR", help="holds repos, by name")
    parser.add_argument(
        "--gem", action="append", default=[], metavar="NAME=DIR", help="a gem of cops, with its gemspec"
    )
    parser.add_argument("--gems", type=Path, metavar="DIR", help="holds such gems, by name")
    parser.add_argument("--house", action="append", default=[], metavar="NAME", help="only this one")
    parser.add_argument("--no-lint", action="store_true", help="without RuboCop")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the generated files are to be kept")
    parser.add_argument("--write", action="store_true", help="keep what was measured: docs/houses.md")
    options = parser.parse_args(arguments)
    gems = dict(pair.partition("=")[::2] for pair in options.gem)
    folders = {path.name: path for path in sorted(options.gems.iterdir())} if options.gems else {}
    folders |= {name: Path(folder) for name, folder in gems.items()}
    chosen = [house for house in read_houses() if not options.house or house.name in options.house]
    places = {house.name: place for house in chosen if (place := _place(house, options.at))}
    with Processes() as processes:
        linter = None if options.no_lint else _linter(processes, folders)
        found = []
        for house in chosen:
            if house.name in places:
                with tempfile.TemporaryDirectory(prefix="sidekiq-gen-house-") as folder:
                    found.append(measure(house, places[house.name], Path(folder, "house"), linter))
                print(details(found[-1]), flush=True)
                _lay_down(found[-1], options.keep)
    print(table({one.house.name: numbers_of(one) for one in found}))
    for house in chosen:
        if house.name not in places:
            print(f"not at hand: {house.name} ({house.repo})", file=sys.stderr)
    if options.write:
        keep(found, read_houses())
    return 1 if any(one.open_lines() for one in found) else 0


def _place(house: House, folders: Sequence[Path]) -> Path | None:
    return next((place for folder in folders if (place := folder / house.name / house.at).is_dir()), None)


def _linter(processes: Processes, gems: dict[str, Path]) -> Linter:
    """RuboCop of the root that has it."""
    root = find_roots().get("forky")
    if root is None:
        raise SystemExit(MISSING)
    return Linter(processes, Variant(root, root.version("ruby-sidekiq")), gems)


def _lay_down(measured: Measured, folder: Path | None) -> None:
    """Keep what was generated, to be read."""
    if folder is None:
        return
    for written in measured.written:
        target = folder / measured.house.name / written.file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(written.file.text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
