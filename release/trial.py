"""Installs the wheel into a new environment for each supported Python that is here, and uses it as somebody would.

    python release/trial.py [FOLDER]

FOLDER (dist/ unless said otherwise) holds the wheel. Each environment gets the wheel and what it needs, nothing else.
The same command lines then run in copies of examples/storefront, with the installed command and with that of the
checkout: status, output and every file afterwards have to be the same. There is no terminal, no setting of whoever
runs it, and nothing is fetched but what pip installs.
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

from sidekiq_gen.cli.commands import NAMES

ROOT = Path(__file__).resolve().parents[1]
STOREFRONT = ROOT / "examples" / "storefront"
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
    ("job ChargeCustomer --queue", 2),
    ("--help", 0),
    *((f"{name} --help", 0) for name in NAMES),
)


def main(folder: Path) -> None:
    """Try the wheel of a folder with every Python that is here.

    Raises:
        SystemExit: there is none, or with one of them the wheel does something else than the checkout.
    """
    (wheel,) = folder.glob("*.whl")
    pythons = {minor: interpreter(minor) for minor in supported()}
    here = {minor: python for minor, python in pythons.items() if python}
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(os.cpu_count()) as pool:
        expected = told(Path(sys.executable).with_name("sidekiq-gen"), Path(home, "checkout"))
        trials = pool.map(lambda minor: tried(wheel, minor, here[minor], Path(home), expected), here)
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


def tried(wheel: Path, minor: str, python: Path, home: Path, expected: list[str]) -> str:
    """Install the wheel and use it; where it does something else than expected, the difference."""
    environment = home / f"environment-{minor}"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", environment / "bin/python", "install", "--quiet"]
    run([python, "-m", "venv", "--without-pip", environment])
    run([*pip, "--disable-pip-version-check", "-c", ROOT / "constraints.txt", wheel])
    found = told(environment / "bin/sidekiq-gen", home / f"with-{minor}")
    return "\n".join(difflib.unified_diff(expected, found, "checkout", f"wheel on {minor}", lineterm=""))


def run(command: list[str | Path]) -> None:
    """Run a command; one that fails ends the program with what it has said."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}{command[0]} ended with status {done.returncode}")


def told(command: Path, home: Path) -> list[str]:
    """What a command says and leaves behind in a new copy of the storefront, by lines.

    Raises:
        SystemExit: one of the command lines ended with another status than it should.
    """
    root = home / "storefront"
    shutil.copytree(STOREFRONT, root)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    lines: list[str] = []
    before: dict[str, str] = {}
    for words, status in STEPS:
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
