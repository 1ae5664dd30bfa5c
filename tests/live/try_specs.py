"""Runs specs by hand on a real Rails app in one of the roots, and prints what rspec or Minitest prints.

    python tests/live/try_specs.py DIR [--root trixie] [--sidekiq-lib 6.5.12=/src/sidekiq/lib]
                                   [--unique-jobs-lib 8.1.0=/src/unique/lib:/src/other/lib]

DIR is laid out as a Rails repo: app/jobs with spec/jobs or test/jobs, and anything else to lay over the app
(config/initializers, db/schema/more.rb, app/models ...). What is there is in tests/live/rails_app. Without --root,
every root is tried. Exit code 0: every example green, no warnings.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

# ruff: noqa: T201 - this one prints

sys.path.insert(0, str(Path(__file__).parents[1]))

from live.app import App
from live.databases import MariaDB, PostgreSQL
from live.processes import Processes
from live.roots import MISSING, Variant, find_roots, variants
from live.services import Redis
from live.specs import Framework, NotRunError, run_specs

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the command line, run, print; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--root", action="append", help="bookworm, trixie or forky (default: all)")
    parser.add_argument("--sidekiq-lib", action="append", default=[], metavar="VERSION=DIR")
    parser.add_argument("--unique-jobs-lib", action="append", default=[], metavar="VERSION=DIR[:DIR]")
    parser.add_argument("--mysql", action="store_true", help="on MariaDB instead of PostgreSQL")
    options = parser.parse_args(argv)
    roots = {name: root for name, root in find_roots().items() if not options.root or name in options.root}
    chosen = variants(roots, options.sidekiq_lib, options.unique_jobs_lib)
    if options.sidekiq_lib or options.unique_jobs_lib:
        chosen = [variant for variant in chosen if variant.overlays]
    if not chosen:
        print(MISSING, file=sys.stderr)
        return 1
    with Processes() as processes:
        database = MariaDB.start(processes) if options.mysql else PostgreSQL.start(processes)
        redis = Redis.start(processes)
        return max(try_specs(processes, variant, options.folder, database, redis) for variant in chosen)


def try_specs(
    processes: Processes, variant: Variant, folder: Path, database: PostgreSQL | MariaDB, redis: Redis
) -> int:
    """Run what is in the folder, with rspec and with Minitest where there is something for it."""
    code = 0
    app = App.create(processes, database, redis)
    app.copy(folder)
    frameworks: list[Framework] = []
    if list((app.folder / "spec").rglob("*_spec.rb")):
        frameworks.append("rspec")
    if list((app.folder / "test").rglob("*_test.rb")):
        frameworks.append("minitest")
    for framework in frameworks:
        start = time.monotonic()
        print(f"== {variant}: Rails {variant.rails}, {framework}")
        try:
            report = run_specs(processes, variant, app, framework)
        except NotRunError as error:
            print(error)
            code = 1
            continue
        print(report.output)
        warnings = [example for examples in report.files.values() for example in examples if "warning" in example.name]
        for example in warnings:
            print(f"{example.name}: {example.message}")
        print(f"{report.passed} passed, {len(report.failures)} failed, {time.monotonic() - start:.1f} s")
        code = max(code, int(bool(report.failures)))
    return code if frameworks else 1


if __name__ == "__main__":
    sys.exit(main())
