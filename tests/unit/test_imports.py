"""What a command does not use, it does not load: each of these rules has cost milliseconds at every start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sidekiq_gen.cli import commands
from support.command import sidekiq_gen

STOREFRONT = Path(__file__).resolve().parents[2] / "examples" / "storefront"
LOADED = """
import json, sys
before = set(sys.modules)
from sidekiq_gen.cli.app import run
try:
    run(sys.argv[1:])
except SystemExit:
    pass
print("\\n" + json.dumps(sorted(set(sys.modules) - before)))
"""

TYPER = {"typer", "click", "shellingham"}
READING = {"inflection", "packaging", "yaml"}
# In a checkout; a wheel has its templates compiled, and runs without (test_packaging.py).
RENDERING = {"jinja2", "markupsafe"}
# Loaded by no command that asks nothing: terminals, other processes, the network, tables of wheels, comparing texts.
NEVER = {
    *(
        "rich",
        "questionary",
        "prompt_toolkit",
        "pygments",
        "asyncio",
        "email",
        "http",
        "unittest",
        "argparse",
        "logging",
    ),
    *("importlib.metadata", "packaging.specifiers", "packaging.tags", "packaging.utils", "multiprocessing"),
    *("sidekiq_gen.cli.prompts", "sidekiq_gen.cli.questions", "sidekiq_gen.cli.widgets", "sidekiq_gen.changes.lint"),
}
OTHERS = {
    "sidekiq_gen.job.catalogue",
    "sidekiq_gen.job.migrations",
    "sidekiq_gen.job.many",
    "sidekiq_gen.install.pipeline",
}


def loaded(*words: str, **environment: str) -> set[str]:
    """The modules that a run has loaded, by their full names."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words, *(() if words == ("--version",) or environment else ("--root", "."))],
        cwd=STOREFRONT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return set(found)


# What the interpreter itself names, or a compiled module brings along.
NOT_PACKAGES = {"sidekiq_gen", "org", "cython_runtime"}


def packages(modules: set[str]) -> set[str]:
    """The packages that are not Python's own."""
    tops = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names) - NOT_PACKAGES
    return {name for name in tops if not name.startswith("_")}


def test_the_version_is_told_with_next_to_nothing() -> None:
    modules = loaded("--version")
    assert packages(modules) == set()
    assert len([name for name in modules if name.startswith("sidekiq_gen")]) < 12


JOB = ("job", "ChargeCustomer", "--model", "Order", "--advisory-lock", "--pretend")


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (JOB, READING | RENDERING),
        ((*JOB, "--retry=5", "--json"), READING | RENDERING),
        (("install", "--pretend"), TYPER | READING | RENDERING),
        (("info",), TYPER | READING),
        (("patterns",), TYPER | READING | RENDERING),
    ],
)
def test_a_command_loads_what_it_uses(words: tuple[str, ...], needed: set[str]) -> None:
    modules = loaded(*words)
    assert packages(modules) == needed
    assert modules & NEVER == set()


def test_a_job_loads_no_other_command() -> None:
    modules = loaded(*JOB)
    assert modules & {*(f"sidekiq_gen.cli.{name}" for name in commands.NAMES), *OTHERS} == set()
    assert modules & {"subprocess", "difflib", "sidekiq_gen.cli.commands", "sidekiq_gen.cli.options"} == set()


@pytest.mark.parametrize(
    "line", ["sidekiq-gen in", "sidekiq-gen job --re", "sidekiq-gen job --kind ", "sidekiq-gen job X order:r"]
)
def test_what_is_known_beforehand_is_completed_with_next_to_nothing(line: str) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_SIDEKIQ_GEN_COMPLETE": "complete_bash"}
    modules = loaded(**words)
    assert packages(modules) == set()
    assert modules & NEVER == set()
    assert len([name for name in modules if name.startswith("sidekiq_gen")]) < 15


def test_completing_what_the_repo_has_loads_neither_typer_nor_a_pattern() -> None:
    line = "sidekiq-gen job --model Order --check-then-act "
    words = {"COMP_WORDS": line, "COMP_CWORD": "5", "_SIDEKIQ_GEN_COMPLETE": "complete_bash"}
    modules = loaded(**words)
    assert packages(modules) <= {"inflection", "packaging", "yaml"}
    assert (
        modules & {"jinja2", "sidekiq_gen.job.resolve", "sidekiq_gen.job.patterns.base", "sidekiq_gen.cli.commands"}
        == set()
    )


@pytest.mark.parametrize("name", commands.NAMES)
def test_what_stands_for_a_command_that_is_not_loaded_is_said_of_it(name: str, tmp_path: Path) -> None:
    summary = commands.SUMMARIES[name]
    assert f" {summary} " in " ".join(sidekiq_gen(tmp_path, name, "--help").out.split())
    assert summary[:40] in sidekiq_gen(tmp_path, "--help").out
