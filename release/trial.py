"""Installs the wheel into a new environment for each supported Python that is here, and uses it as somebody would.

    python release/trial.py [FOLDER]

FOLDER (dist/ unless said otherwise) holds the wheel. Each environment gets the wheel and what it needs, nothing else.
The same command lines then run in copies of examples/storefront, with the installed command and with that of the
checkout: status, output and every file afterwards have to be the same. So have the files that examples/pack-forge
gives as an installed package and, to the checkout, as a folder. In the end nothing is left of an uninstalled wheel.
There is no terminal, no setting of whoever runs it, and nothing is fetched but what pip installs.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.cli.commands import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[1]
STOREFRONT = ROOT / "examples" / "storefront"
PACK = ROOT / "examples" / "pack-forge"
JOB = "app/jobs/charge_customer_job.rb"
CHARGE = (
    "job ChargeCustomer --model Order --advisory-lock --check-then-act charged_at --idempotency-key"
    " --calls PaymentGateway.charge --discard-on PaymentGateway::CardDeclined --queue payments"
)
# A command line and its exit status. A line that begins with a plus sign is added to the job.
STEPS = (
    ("--version", 0),
    ("info", 0),
    ("info --json", 0),
    ("patterns", 0),
    ("patterns advisory-lock", 0),
    ("templates", 0),
    (f"{CHARGE} --pretend", 0),
    (CHARGE, 0),
    (CHARGE, 0),
    ("check", 0),
    ("upgrade --check", 0),
    ("install --pretend", 0),
    ("+# changed by hand", 0),
    (f"{CHARGE} --retry 7", 3),
    (f"{CHARGE} --retry 7 --pretend --json", 0),
    ("destroy job ChargeCustomer", 3),
    ("destroy job ChargeCustomer --force", 0),
    (CHARGE, 0),
    ("argument add ChargeCustomer note:string", 0),
    ("rename ChargeCustomer CollectPayment", 0),
    ("upgrade", 0),
    ("upgrade --to 8", 4),
    ("templates copy common/job.rb.j2", 0),
    ("templates check --no-rubocop", 0),
    ("upgrade --check", 4),
    ("check --against HEAD", 1),
    ("job ChargeCustomer --queue", 2),
    ("--help", 0),
    *((f"{name} --help", 0) for name in NAMES),
)
# One that reads a pack, by its folder or by the name under which it is installed.
WITH_PACK = "job ExpireCache --templates {} --feature-category source_code --deduplicate until_executed"
# A package that a pack is in: docs/packs.md.
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "forge-pack"
version = "1"
[project.entry-points."sidekiq_gen.packs"]
forge = "forge_pack"
"""


def main(folder: Path) -> None:
    """Try the wheel of a folder with every Python that is here.

    Raises:
        SystemExit: there is none, or with one of them the wheel does something else than the checkout.
    """
    (wheel,) = folder.glob("*.whl")
    pythons = {minor: interpreter(minor) for minor in supported()}
    here = {minor: python for minor, python in pythons.items() if python}
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(os.cpu_count()) as pool:
        wheels = [wheel, pack(Path(home, "forge"))]
        checkout = Path(sys.executable).with_name("sidekiq-gen")
        expected = told(checkout, Path(home, "checkout"), STEPS)
        expected += written(checkout, Path(home, "with-pack"), str(PACK))
        trials = pool.map(lambda minor: tried(wheels, minor, here[minor], Path(home), expected), here)
        differences = dict(zip(here, trials, strict=True))
    for minor in pythons:
        said = "the same as the checkout" if minor in here else "not on this machine"
        sys.stdout.write(f"Python {minor}: {differences.get(minor) or said}\n")
    if not here or any(differences.values()):
        sys.exit("The wheel has not passed its trial.")


def supported() -> list[str]:
    """The minor versions that the classifiers name: ``3.10`` and so on."""
    classifiers = metadata("sidekiq-gen").get_all("Classifier") or []
    return [found[1] for one in classifiers if (found := re.search(r":: (3\.\d+)$", one))]


def interpreter(minor: str) -> Path | None:
    """A Python of that minor version, from the PATH or from pyenv, whose shims may hide it; None: there is none."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser().glob(f"versions/{minor}.*/bin")
    for path in (folder / f"python{minor}" for folder in folders):
        if os.access(path, os.X_OK) and is_python(path, minor):
            return path
    return None


def is_python(path: Path, minor: str) -> bool:
    """Whether it starts, is of that version and can make environments."""
    code = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode == 0 and done.stdout.strip() == minor


def pack(folder: Path) -> Path:
    """A wheel that has examples/pack-forge in it."""
    (folder / "forge_pack").mkdir(parents=True)
    shutil.copytree(PACK, folder / "forge_pack", dirs_exist_ok=True)
    (folder / "forge_pack/__init__.py").touch()
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    run([sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, folder])
    (wheel,) = folder.glob("*.whl")
    return wheel


def tried(wheels: list[Path], minor: str, python: Path, home: Path, expected: list[str]) -> str:
    """Install the wheels, use them and uninstall them; what is not as expected, or nothing."""
    environment = home / f"environment-{minor}"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", environment / "bin/python"]
    run([python, "-m", "venv", "--without-pip", environment])
    run([*pip, "install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt", *wheels])
    command = environment / "bin/sidekiq-gen"
    found = told(command, home / f"with-{minor}", STEPS) + written(command, home / f"with-pack-{minor}", "forge")
    run([*pip, "uninstall", "--quiet", "--yes", "sidekiq-gen"])
    found += [f"left behind: {path}" for path in environment.rglob("*sidekiq*gen*")]
    return "\n".join(difflib.unified_diff(expected, found, "checkout", f"wheel on {minor}", lineterm=""))


def written(command: Path, home: Path, templates: str) -> list[str]:
    """The files that a command writes with a pack, by lines; without the record, which names the pack."""
    told(command, home, ((WITH_PACK.format(templates), 0),))
    files = left(home / "storefront")
    return [
        line for path, text in files.items() if path != ".sidekiq-gen.record" for line in (path, *text.splitlines())
    ]


def run(command: list[str | Path]) -> None:
    """Run a command; one that fails ends the program with what it has said."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}{command[0]} ended with status {done.returncode}")


def told(command: Path, home: Path, steps: Iterable[tuple[str, int]]) -> list[str]:
    """What a command says and leaves behind in a new copy of the storefront, by lines.

    steps: command lines and their exit status, as STEPS.

    Raises:
        SystemExit: one of the command lines ended with another status than it should.
    """
    root = home / "storefront"
    shutil.copytree(STOREFRONT, root)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    lines: list[str] = []
    before: dict[str, str] = {}
    for words, status in steps:
        if words.startswith("+"):
            with (root / JOB).open("a", encoding="utf-8") as job:
                job.write(f"{words[1:]}\n")
            continue
        done = subprocess.run(
            [command, *words.split()],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        said = f"$ sidekiq-gen {words}\n{done.stdout}{done.stderr}[status {done.returncode}]\n"
        if done.returncode != status:
            sys.exit(f"{command} should have ended with status {status}:\n{said}")
        lines += re.sub(r"\b\d+ ms\b", "... ms", said.replace(str(root), "storefront")).splitlines()
        after = left(root)
        lines += [json.dumps(one) for one in sorted(after.items() ^ before.items())]
        before = after
    return lines


def left(root: Path) -> dict[str, str]:
    """The files that are not as the storefront has them, by their paths, with their text."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*"))
        if path.is_file() and not same(path, STOREFRONT / path.relative_to(root))
    }


def same(path: Path, original: Path) -> bool:
    """Whether both are there, with the same bytes."""
    return original.is_file() and path.read_bytes() == original.read_bytes()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
