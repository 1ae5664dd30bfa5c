"""Start-up times, side by side in one run and as ratios: of typer's releases, and of the commands of sidekiq-gen.

    .venv/bin/python bench/startup.py [--runs N] [TYPER-VERSION ...]

Every command is started once per round, so that what else the machine does slows all of them alike. The figures are
medians; only their ratios mean anything on another machine.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import venv
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TYPER_VERSIONS = ("0.17.5", "0.20.1", "0.25.1", "0.28.0", "0.29.2")
STOREFRONT = Path(__file__).resolve().parent.parent / "examples" / "storefront"
COMMAND = Path(sys.executable).with_name("sidekiq-gen")
LIBRARIES = 'python -c "import typer, jinja2"'

SMALL_APP = '''
from enum import Enum
from typing import Annotated, Optional

import typer

app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)


class Colour(str, Enum):
    red = "red"
    green = "green"


@app.command()
def paint(
    name: str,
    colours: Annotated[Optional[list[Colour]], typer.Option("--colour")] = None,
    coats: Annotated[int, typer.Option(help="How often.")] = 1,
    dry: Annotated[bool, typer.Option("--dry")] = False,
) -> None:
    """Paint something."""
    typer.echo(f"{name} {colours} {coats} {dry}")


@app.command()
def strip(name: str) -> None:
    """Take the paint off."""
    typer.echo(name)


app()
'''


def small_apps(versions: Sequence[str], folder: Path) -> dict[str, list[str]]:
    """A command for each release of typer, installed with whatever else pip finds for it today."""
    script = folder / "small_app.py"
    script.write_text(SMALL_APP, encoding="utf-8")
    commands = {}
    for version in versions:
        home = folder / f"typer-{version}"
        venv.create(home, with_pip=True)
        python = home / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"typer=={version}"], check=True)
        commands[f"typer {version}"] = [str(python), str(script), "paint", "wall", "--colour", "red"]
    return commands


def own_commands(folder: Path) -> dict[str, list[str]]:
    """Commands of sidekiq-gen in a copy of the example, and what importing its libraries alone takes."""
    root = folder / "storefront"
    shutil.copytree(STOREFRONT, root)
    job = ["job", "ChargeCustomer", "--model", "Order", "--advisory-lock", "--check-then-act", "charged_at"]
    return {
        LIBRARIES: [sys.executable, "-c", "import typer, jinja2"],
        "sidekiq-gen --version": [str(COMMAND), "--version"],
        "sidekiq-gen job --pretend": [str(COMMAND), *job, "--pretend", "--no-input", "--root", str(root)],
    }


def measure(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, float]:
    """The median of each command in milliseconds. The first round warms the caches and does not count."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            start = perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[name].append((perf_counter() - start) * 1000)
    return {name: median(values[1:]) for name, values in times.items()}


def table(medians: Mapping[str, float]) -> str:
    """The medians as a Markdown table, in relation to the first of them."""
    first = next(iter(medians))
    lines = [f"| command | ratio to {first} | median |", "| --- | ---: | ---: |"]
    lines += [f"| `{name}` | {value / medians[first]:.2f} | {value:.0f} ms |" for name, value in medians.items()]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Start-up times of typer's releases and of sidekiq-gen, as ratios.")
    parser.add_argument("versions", nargs="*", default=TYPER_VERSIONS, metavar="TYPER-VERSION")
    parser.add_argument("--runs", type=int, default=30, help="rounds that count (default: 30)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sidekiq-gen-bench-") as name:
        folder = Path(name)
        releases = measure(small_apps(arguments.versions, folder), arguments.runs)
        own = measure(own_commands(folder), arguments.runs)
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"{datetime.now(timezone.utc):%Y-%m-%d}, Python {python}, {arguments.runs} rounds\n")
    print(table(releases), table(own), sep="\n\n")


if __name__ == "__main__":
    main()
