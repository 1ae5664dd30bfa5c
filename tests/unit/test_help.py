"""What help shows, at 80 columns; other names for commands; the catalogue at any width."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import typer.main

from sidekiq_gen import __version__
from sidekiq_gen.cli import commands, console, help  # noqa: A004 - as the option is called
from sidekiq_gen.job.resolve import all_flags
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path


def shown(root: Path, *words: str) -> list[str]:
    done = sidekiq_gen(root, *words)
    assert (done.status, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.parametrize("command", [(), ("job",), ("destroy",)])
def test_help_fits_a_screen_of_80_columns(tmp_path: Path, command: tuple[str, ...]) -> None:
    lines = shown(tmp_path, *command, "--help")

    assert len(lines) < 60
    assert max(map(len, lines)) <= 80
    headings = [line for line in lines if line[:1].isalpha()]
    assert headings[0].startswith("Usage: sidekiq-gen ")
    assert headings.index("Examples") < min(headings.index(one) for one in headings if one in {"What", "Options"})
    assert "..." not in "".join(line for line in lines if "[ARG:TYPE]..." not in line)  # nothing is cut off


def test_every_option_of_job_is_in_its_help(tmp_path: Path) -> None:
    command = typer.main.get_command(commands.build_app(["job"])).commands["job"]  # type: ignore[attr-defined]
    words = set(re.split(r"[\s,;|]+", "\n".join(shown(tmp_path, "job", "--help"))))

    options = {word for param in command.params if isinstance(param, typer.core.TyperOption) for word in param.opts}
    assert options >= {flag.option for flag in all_flags()}
    assert options - words == set()


def test_an_option_that_no_panel_names_is_shown_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panels = {heading: rows for heading, rows in help.PANELS.items() if heading != "Where"}
    monkeypatch.setattr(help, "PANELS", panels)

    lines = shown(tmp_path, "job", "--help")

    assert [line.split()[0] for line in lines[lines.index("Further") :] if line.startswith("  --")] == [
        *("--dir", "--test", "--database", "--without", "--root", "--lockfile", "--sidekiq-version"),
    ]


def test_the_first_screen_says_what_to_type(tmp_path: Path) -> None:
    lines = shown(tmp_path, "--help")

    assert "  sidekiq-gen job                  on a terminal, it asks for everything" in lines
    assert sidekiq_gen(tmp_path).out.splitlines() == lines


@pytest.mark.parametrize("words", [("-V",), ("-v",), ("version",), ("--version",)])
def test_the_version(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert shown(tmp_path, *words) == [f"sidekiq-gen {__version__}"]
    assert json.loads(sidekiq_gen(tmp_path, *words, "--json").out) == {"schema": 1, "version": __version__}


@pytest.mark.parametrize(
    ("words", "same"),
    [
        (("help",), ("--help",)),
        (("help", "job"), ("job", "--help")),
        (("help", "info"), ("info", "--help")),
        (("help", "g", "job"), ("job", "--help")),
        (("g", "job", "--help"), ("job", "--help")),
        (("generate", "install", "--help"), ("install", "--help")),
        (("d", "job", "--help"), ("destroy", "--help")),
    ],
)
def test_other_names(tmp_path: Path, words: tuple[str, ...], same: tuple[str, ...]) -> None:
    assert shown(tmp_path, *words) == shown(tmp_path, *same)


def test_a_job_by_the_name_that_rails_has_for_it(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    assert sidekiq_gen(root, "g", "job", "ProcessOrder", "--quiet").status == 0
    assert (root / "app/jobs/process_order_job.rb").exists()
    assert sidekiq_gen(root, "d", "job", "ProcessOrder").status == 0
    assert not (root / "app/jobs").exists()
    assert sidekiq_gen(root, "g", "model", "Order").status == 2


@pytest.mark.parametrize("command", [(), ("job",), ("info",)])
def test_help_as_a_document(tmp_path: Path, command: tuple[str, ...]) -> None:
    told = json.loads(sidekiq_gen(tmp_path, *command, "--help", "--json").out)

    assert told == {"schema": 1, "help": "\n".join(shown(tmp_path, *command, "--help"))}


# The catalogue


def without_example(lines: list[str]) -> list[str]:
    """What is text, and no Ruby."""
    return lines[: lines.index("In this repo")] if "In this repo" in lines else lines


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
@pytest.mark.parametrize("name", ["", "fan-out", "unique", "throttle"])
def test_the_catalogue_at_any_width(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int, name: str) -> None:
    monkeypatch.setattr(console.Console, "columns", min(columns, 110) - 1)
    root = Repo(adapter="sqlite3").write(tmp_path)

    lines = shown(root, "patterns", *([name] if name else []))

    text = without_example(lines)
    assert max(map(len, text)) < columns
    assert max(map(len, text)) > 0.7 * min(columns, 110)  # and it makes use of it
    plain = " ".join(" ".join(text).split())
    monkeypatch.undo()
    again = shown(root, "patterns", *([name] if name else []))
    assert plain == " ".join(" ".join(without_example(again)).split())


def test_the_database_that_a_refusal_advises_can_be_named(tmp_path: Path) -> None:
    root = Repo(adapter="sidekiq-status").write(tmp_path)

    def advisory(*flags: str) -> dict[str, object]:
        listed = json.loads(sidekiq_gen(root, "patterns", *flags, "--json").out)["patterns"]
        found: dict[str, object] = next(one for one in listed if one["name"] == "advisory-lock")
        return found

    refused = advisory()
    assert "--database postgresql" in str(refused["hint"])
    assert not refused["available"]
    assert advisory("--database", "postgresql")["available"]
    assert "pg_try_advisory" in sidekiq_gen(root, "patterns", "advisory-lock", "--database", "postgresql").out


@pytest.mark.parametrize("command", commands.NAMES)
def test_help_has_no_marks_of_another_printer(tmp_path: Path, command: str) -> None:
    assert "\\[" not in "\n".join(shown(tmp_path, command, "--help"))
