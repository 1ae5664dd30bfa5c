"""What a command does not use, it does not load: each of these rules has cost milliseconds at every start."""

from __future__ import annotations

import os
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest

from sidekiq_gen.cli import commands
from support import compiled
from support.command import sidekiq_gen
from support.repos import Repo

STOREFRONT = Path(__file__).resolve().parents[2] / "examples" / "storefront"
LOADED = """
import os, sys
before = set(sys.modules)
import sidekiq_gen
if "COMPILED" in os.environ:
    sidekiq_gen.__path__.append(os.environ["COMPILED"])
from sidekiq_gen.cli.app import run
try:
    run(sys.argv[1:])
except SystemExit:
    pass
print("\\n" + repr(sorted(set(sys.modules) - before)))
"""

TYPER = {"typer", "click", "shellingham"}
READING = {"inflection"}
READING_MORE = {*READING, "yaml"}  # where a file of YAML is not plain (rails/yaml_plain.py)
# In a checkout; a wheel has its templates compiled, and runs without (test_packaging.py).
RENDERING = {"jinja2", "markupsafe"}
# Loaded by no command that asks nothing: terminals, other processes, the network, tables of wheels, comparing texts.
NEVER = {
    *"rich questionary prompt_toolkit pygments asyncio email http unittest argparse logging multiprocessing".split(),
    *"importlib.metadata packaging.specifiers packaging.tags packaging.utils".split(),
    *"sidekiq_gen.cli.prompts sidekiq_gen.cli.questions sidekiq_gen.cli.widgets sidekiq_gen.changes.lint".split(),
}
# What a plain run of `job` takes from the standard library beside what the interpreter itself has loaded. Dataclasses,
# inspect, json, textwrap, tempfile, hashlib, tomllib and datetime are not among it; pathlib brings the parser of URLs
# with ipaddress. Jinja, in a checkout, brings much more; a wheel runs without.
OF_PYTHON = {
    *"collections contextlib enum errno fnmatch functools heapq importlib ipaddress".split(),
    *"keyword math ntpath nt operator pathlib re reprlib shlex struct types typing unicodedata urllib warnings".split(),
    *"bisect copyreg encodings gc itertools time stat".split(),
}
if sys.version_info < (3, 11):  # where re is four modules
    OF_PYTHON |= {"sre_compile", "sre_constants", "sre_parse"}
if sys.version_info >= (3, 13):  # where pathlib brings no parser of URLs
    OF_PYTHON |= {"glob", "grp", "pwd"}
# So many modules of its own, at most: each takes a tenth of a millisecond.
MOST = 220
OTHERS = {
    "sidekiq_gen.job.calls",
    "sidekiq_gen.job.catalogue",
    "sidekiq_gen.job.migrations",
    "sidekiq_gen.job.many",
    "sidekiq_gen.rails.signatures",
    "sidekiq_gen.install.pipeline",
}


def loaded(*words: str, **environment: str) -> set[str]:
    """The modules that a run has loaded, by their full names."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            LOADED,
            *words,
            *(() if {"--version", "--root"} & {*words} or environment else ("--root", ".")),
        ],
        cwd=STOREFRONT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = literal_eval(done.stdout.splitlines()[-1])
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


def test_yaml_that_is_not_plain_is_left_to_pyyaml(tmp_path: Path) -> None:
    root = Repo(files={"config/database.yml": "production: {adapter: mysql2}\n"}).write(tmp_path)
    assert packages(loaded("info", "--root", str(root))) == TYPER | READING_MORE


def test_a_job_loads_no_other_command() -> None:
    modules = loaded(*JOB)
    assert modules & {*(f"sidekiq_gen.cli.{name}" for name in commands.NAMES), *OTHERS} == set()
    assert modules & {"subprocess", "difflib", "sidekiq_gen.cli.commands", "sidekiq_gen.cli.options"} == set()


def test_a_job_of_a_wheel_loads_no_more_than_this(tmp_path: Path) -> None:
    compiled.compile_templates(tmp_path)
    modules = loaded(*JOB, COMPILED=str(tmp_path))
    tops = {name.partition(".")[0] for name in modules}
    assert packages(modules) == READING
    assert {name for name in tops if name in sys.stdlib_module_names and not name.startswith("_")} - OF_PYTHON == set()
    own = [name for name in modules if name.startswith("sidekiq_gen.") and ".compiled" not in name]
    assert 100 < len(own) <= MOST


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
    assert packages(modules) <= READING
    assert (
        modules & {"jinja2", "sidekiq_gen.job.resolve", "sidekiq_gen.job.patterns.base", "sidekiq_gen.cli.commands"}
        == set()
    )


@pytest.mark.parametrize("name", commands.NAMES)
def test_what_stands_for_a_command_that_is_not_loaded_is_said_of_it(name: str, tmp_path: Path) -> None:
    summary = commands.SUMMARIES[name]
    assert f" {summary} " in " ".join(sidekiq_gen(tmp_path, name, "--help").out.split())
    assert summary[:40] in sidekiq_gen(tmp_path, "--help").out
