"""Start-up times, side by side in one run and as ratios: sidekiq-gen, the libraries that it loads, other generators.

    .venv/bin/python bench/startup.py [--runs N] [TYPER-VERSION ...]

What is measured of sidekiq-gen is the wheel, in an environment of its own; what is missing on a machine is said and
left out. With releases of typer on the command line, the same small app is measured on each of them.
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
from typing import TYPE_CHECKING

from measure import Command, Times, measure, table
from peers import hygen, python_peers, rails

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROJECT = Path(__file__).resolve().parent.parent
STOREFRONT = PROJECT / "examples" / "storefront"
TYPER = 'python -c "import typer"'
JOB = "sidekiq-gen job --pretend"
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


def small_apps(versions: Sequence[str], folder: Path) -> dict[str, Command]:
    """A command for each release of typer, installed with whatever else pip finds for it today."""
    script = folder / "small_app.py"
    script.write_text(SMALL_APP, encoding="utf-8")
    commands = {}
    for version in versions:
        home = folder / f"typer-{version}"
        venv.create(home, with_pip=True)
        python = home / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"typer=={version}"], check=True)
        commands[f"typer {version}"] = Command([str(python), str(script), "paint", "wall", "--colour", "red"])
    return commands


def own_commands(folder: Path) -> dict[str, Command]:
    """The installed wheel in a copy of the example, and what importing its libraries alone takes."""
    home, root = folder / "installed", folder / "storefront"
    shutil.copytree(STOREFRONT, root)
    venv.create(home, with_pip=True)
    python, command = str(home / "bin" / "python"), str(home / "bin" / "sidekiq-gen")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-c", PROJECT / "constraints.txt", PROJECT], check=True)
    job = ["job", "ChargeCustomer", "--model", "Order", "--advisory-lock", "--check-then-act", "charged_at"]
    return {
        TYPER: Command([python, "-c", "import typer"]),
        LIBRARIES: Command([python, "-c", "import typer, jinja2"]),
        "sidekiq-gen --version": Command([command, "--version"]),
        "sidekiq-gen <Tab>": Command(["env", *_tab("sidekiq-gen ", 1), command]),
        "sidekiq-gen job --<Tab>": Command(["env", *_tab("sidekiq-gen job --", 2), command]),
        "sidekiq-gen job --pretend": Command([command, *job, "--pretend", "--no-input", "--root", str(root)]),
    }


def _tab(words: str, at: int) -> list[str]:
    return [f"COMP_WORDS={words}", f"COMP_CWORD={at}", "_SIDEKIQ_GEN_COMPLETE=complete_bash"]


def _part(times: Mapping[str, Times], names: Sequence[str], goal: str) -> str:
    """The table of some commands, in relation to the first of them; the goal is that of all others."""
    return table({name: times[name] for name in names}, names[0], dict.fromkeys(names[1:], goal))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Start-up times of sidekiq-gen and of its peers, as ratios.")
    parser.add_argument("versions", nargs="*", metavar="TYPER-VERSION", help="compare these releases of typer as well")
    parser.add_argument("--runs", type=int, default=30, help="rounds that count (default: 30)")
    arguments = parser.parse_args()
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"{datetime.now(timezone.utc):%Y-%m-%d}, Python {python}, {arguments.runs} rounds\n")
    with tempfile.TemporaryDirectory(prefix="sidekiq-gen-bench-") as name:
        folder = Path(name)
        own = own_commands(folder)
        peers = dict([*python_peers(folder), *hygen(folder), *rails(folder)])
        times = measure(own | peers, arguments.runs)
        quick = [name for name in own if name not in {LIBRARIES, JOB}]
        print(_part(times, quick, "<= 1.10"), _part(times, [LIBRARIES, JOB], "<= 1.25"), sep="\n\n", end="\n\n")
        goals = {"hygen job new --dry": ">= 1.67", "rails g sidekiq:job --pretend": ">= 8"}
        print(table({name: times[name] for name in (JOB, *peers)}, JOB, goals))
        if arguments.versions:
            apps = small_apps(arguments.versions, folder)
            print("\n" + table(measure(apps, arguments.runs), next(iter(apps))))


if __name__ == "__main__":
    main()
