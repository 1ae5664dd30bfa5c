"""What is read without typer is what typer reads."""

from __future__ import annotations

import contextlib
import io
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest
import typer.main

from sidekiq_gen import __version__
from sidekiq_gen.cli import commands, job
from sidekiq_gen.cli.plain import PATHS, SWITCHES, TEXTS, read_job
from sidekiq_gen.errors import SidekiqGenError
from sidekiq_gen.job.resolve import all_flags
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    "Order",
    "process_order",
    "order:record",
    "5",
    "0",
    "30m",
    "10/60",
    "rspec",
    "plain",
    "Billing::Gone",
    "a=b",
    "",
)
ODD = ("--", "-", "--no-such", "-fs", "-x", "--help", "--version", "--force=1", "--retry=5", "--model=Order", "--mo")
SEED = 7


@pytest.fixture(scope="module")
def command() -> click.Command:
    return typer.main.get_command(commands.build_app(["job"]))


def by_typer(command: click.Command, words: list[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any] | None:
    """What typer calls the function of the command with; None where it does not get so far."""
    seen: list[dict[str, Any]] = []

    def take(**values: Any) -> int:
        seen.append(values)
        return 0

    monkeypatch.setattr(job, "write_job", take)
    with contextlib.suppress(click.ClickException, SidekiqGenError), contextlib.redirect_stdout(io.StringIO()):
        command.main(["job", *words], standalone_mode=False)
    return seen[0] if seen else None


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Without the ways to say that nothing was said."""
    return (
        values
        | {"arguments": values["arguments"] or None}
        | {"flags": {name: None if value == [] else value for name, value in values["flags"].items()}}
    )


def lines(count: int) -> list[list[str]]:
    """Random command lines, most of which make sense."""
    chance = random.Random(SEED)  # noqa: S311 - the same lines each time
    options = [flag.option for flag in all_flags()]
    options += [*(name for names in SWITCHES.values() for name in names), *TEXTS.values(), *PATHS.values(), *ODD]
    by_option = {flag.option: flag for flag in all_flags()}

    def part() -> list[str]:
        option = chance.choice(options)
        flag = by_option.get(option)
        if flag and flag.type != "switch" and chance.random() < 0.8:
            value = {"number": "5", "duration": "30m"}.get(flag.type, "Order")
            value = chance.choice(flag.choices) if flag.choices else value
            return [option, value] if chance.random() < 0.8 else [f"{option}={value}"]
        return [option, *([chance.choice(WORDS)] if chance.random() < 0.4 else [])]

    return [
        [*chance.sample(WORDS, chance.randrange(3)), *(word for _ in range(chance.randrange(5)) for word in part())]
        for _ in range(count)
    ]


def test_what_is_read_is_what_typer_reads(command: click.Command, monkeypatch: pytest.MonkeyPatch) -> None:
    flags, read = all_flags(), 0
    for words in lines(1_000):
        values = read_job(words, flags)
        if values is not None:
            told = by_typer(command, words, monkeypatch)
            assert told is not None, words
            assert plain(values) == plain(told), words
            read += 1
    assert read > 300


def test_every_option_in_its_usual_form_is_read(command: click.Command, monkeypatch: pytest.MonkeyPatch) -> None:
    flags = all_flags()
    said: list[list[str]] = [[name] for names in SWITCHES.values() for name in names]
    said += [[option, "."] for option in (*TEXTS.values(), *PATHS.values())]
    for flag in flags:
        value = {"switch": [], "number": ["5"], "duration": ["30m"]}.get(flag.type, ["Order"])
        said.append([flag.option, *([flag.choices[0]] if flag.choices else value)])
    for words in said:
        values = read_job(["ProcessOrder", *words], flags)
        assert values is not None, words
        told = by_typer(command, ["ProcessOrder", *words], monkeypatch)
        assert told is not None
        assert plain(values) == plain(told)


@pytest.mark.parametrize(
    "words",
    [
        ["A", "--help"],
        ["A", "--no-such"],
        ["A", "--queue"],
        ["A", "--queue", "--force"],
        ["A", "--queue", "a", "--queue", "b"],
        ["A", "--test", "cucumber"],
        ["A", "--retry-for", "soon"],
        ["A", "--batch-size", "many"],
        ["A", "--force=1"],
        ["A", "--force", "-f"],
        ["A", "--root", "/no/such/folder"],
        ["--", "A"],
        ["A", ""],
        ["-fs", "A"],
    ],
)
def test_what_is_not_certain_is_left_to_typer(words: list[str]) -> None:
    assert read_job(words, all_flags()) is None


def test_a_job_is_written_without_typer(tmp_path: Path) -> None:
    root = Repo(sidekiq="7.3.2").write(tmp_path)
    script = (
        "import sys\n"
        "sys.modules['typer'] = sys.modules['click'] = None\n"
        "from sidekiq_gen.cli.app import run\n"
        f"print(run(['--version']), run(['job', 'ProcessOrder', '--retry', '5', '--root', {str(root)!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[0] == f"sidekiq-gen {__version__}"
    assert done.stdout.splitlines()[-1] == "0 0"


def test_version_is_said_in_any_place_of_it(tmp_path: Path) -> None:
    told = {sidekiq_gen(tmp_path, *words).out for words in (["--version"], ["--version", "job"])}
    assert told == {f"sidekiq-gen {__version__}\n"}
