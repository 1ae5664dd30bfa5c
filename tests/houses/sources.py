"""Which houses there are, and the jobs that are asked for in each."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("houses.yml")


@dataclass(frozen=True)
class Run:
    """One job to ask for: a word for it, and the arguments of `sidekiq-gen job`."""

    label: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class House:
    """A public repo: `owner/name`, the folder of its app, the jobs to ask for; what is accepted by column."""

    name: str
    repo: str
    at: str
    runs: tuple[Run, ...]
    accepted: dict[str, str]


def read_houses(file: Path = FILE) -> list[House]:
    """All of them, in the order of the file."""
    houses = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        House(name, entry["repo"], entry.get("at", "."), tuple(_runs(entry)), entry.get("accepted", {}))
        for name, entry in houses.items()
    ]


def _runs(entry: dict[str, Any]) -> list[Run]:
    """The jobs that every house is asked for, and those of its own."""
    first, last = entry["models"][0], entry["models"][-1]
    lines = {
        "record": f"RefreshDetails --model {first}",
        "plain": "ImportRates since:date",
        "no-arguments": "SweepLeftovers",
        "arguments": "ResizePicture picture_id:integer width:integer",
        "exhausted": f"AnnounceChange --model {first} --on-exhausted",
        "lock": f"MergeDuplicates --model {last} --advisory-lock",
        "backfill": f"FillChecksums --kind backfill --model {last}",
    }
    if mark := entry.get("mark"):
        model, _, column = mark.partition(".")
        lines["check"] = f"ConfirmReceipt --model {model} --check-then-act {column}"
    if namespace := entry.get("namespace"):
        lines["namespace"] = f"{namespace}::RenewSummary --model {first}"
    lines |= {f"own-{number}": line for number, line in enumerate(entry.get("runs", []), 1)}
    database = ["--database", entry["databases"]] if "databases" in entry else []
    return [Run(label, (*shlex.split(line), *database)) for label, line in lines.items()]
