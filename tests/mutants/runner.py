"""Make one wrong change after another in a copy of the checkout, and see whether its tests notice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Outcome = Literal["killed", "survived", "broken"]

SECONDS = 180  # a change that makes a loop endless has been noticed
PACKAGE = "generator/sidekiq_gen"
COPIED = ("generator", "templates", "tests", "examples", "docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md")
SETTINGS = ("pyproject.toml", "constraints.txt", "Makefile", "hatch_build.py")
NOT_COPIED = ("__pycache__", "*.pyc", "live", "terminal")
_FAILED, _PASSED = 1, 0  # exit statuses of pytest; any other says that it could not even begin


@dataclass(frozen=True)
class Mutation:
    """One wrong change.

    name: what it does to the user, in a few words.
    file: below generator/sidekiq_gen.
    old, new: its text, which stands there exactly once, and what it becomes.
    tests: the words that pytest is given; one of the tests that it then runs must fail.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def misfit(self, root: Path) -> str | None:
        """Why it can no longer be made, or None where it can."""
        path = root / PACKAGE / self.file
        if not path.is_file():
            return f"{self.file} is gone"
        found = path.read_text(encoding="utf-8").count(self.old)
        if found != 1:
            return f"{self.file} holds {self.old!r} {'no more' if found == 0 else f'{found} times'}"
        paths = [word.partition("::")[0] for word in self.tests if word.startswith("tests/")]
        gone = [path for path in paths if not (root / path).exists()]
        return f"{gone[0]} is gone" if gone else None

    def changed(self, text: str) -> str:
        """The text of its file with the change in it."""
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Result:
    """What became of one; shown: what pytest printed."""

    mutation: Mutation
    outcome: Outcome
    shown: str


def copy_of(root: Path, folder: Path) -> Path:
    """A copy of all that its tests need, to be changed at will."""
    folder.mkdir(parents=True)
    for name in (*COPIED, *SETTINGS):
        source = root / name
        if source.is_dir():
            ignored = shutil.ignore_patterns(*NOT_COPIED)
            shutil.copytree(source, folder / name, symlinks=True, ignore=ignored)
        elif source.exists():
            shutil.copy2(source, folder / name)
    return folder


def run_tests(copy: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests against the package in a copy; the exit status of pytest, and what it printed."""
    paths = os.pathsep.join(str(copy / folder) for folder in ("generator", "tests"))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _FAILED, f"not done after {SECONDS} seconds"
    return done.returncode, done.stdout


def try_one(mutation: Mutation, copy: Path) -> Result:
    """Make the change in a copy, run its tests, and take it back."""
    path = copy / PACKAGE / mutation.file
    text = path.read_text(encoding="utf-8")
    path.write_text(mutation.changed(text), encoding="utf-8")
    try:
        status, shown = run_tests(copy, mutation.tests)
    finally:
        path.write_text(text, encoding="utf-8")
    outcome: Outcome = {_PASSED: "survived", _FAILED: "killed"}.get(status, "broken")  # type: ignore[assignment]
    return Result(mutation, outcome, shown)


def try_all(mutations: Sequence[Mutation], root: Path, scratch: Path, workers: int) -> Iterator[Result]:
    """Try each in one of several copies below the scratch folder; results in the order of the mutations."""
    free: SimpleQueue[Path] = SimpleQueue()
    for number in range(workers):
        free.put(copy_of(root, scratch / str(number)))

    def in_a_copy(mutation: Mutation) -> Result:
        copy = free.get()
        try:
            return try_one(mutation, copy)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(in_a_copy, mutations)
