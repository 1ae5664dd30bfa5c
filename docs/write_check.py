"""Writes docs/check.md from check.in.md, the rules, and what was measured of them: `make docs`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.check.rules.catalogue import RULES
from sidekiq_gen.deploys.rules.catalogue import RULES as OF_CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.check.rule import Example, Rule

PAGE = Path(__file__).with_name("check.md")
FRAME = Path(__file__).with_name("check.in.md")
MEASURED = Path(__file__).with_name("check-measured.tsv")
HEAD = "| rule | repos | hits | read | right | planted | found |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |"


def page() -> str:
    """The page as it should be."""
    rules = [
        "## The rules",
        *(part for rule in _sorted(RULES) for part in _section(rule)),
        "## Rules of `--against`",
        *(part for rule in _sorted(OF_CHANGES) for part in _section(rule)),
    ]
    frame = FRAME.read_text(encoding="utf-8").rstrip("\n")
    return frame.replace("<!-- measured -->", _table()).replace("<!-- rules -->", "\n\n".join(rules)) + "\n"


def _sorted(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: rule.code)


def _table() -> str:
    with MEASURED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return "\n".join([HEAD, *(_row(row) for row in rows)])


def _row(row: dict[str, str]) -> str:
    cells = [f"`{row['code']}`", row["repos"], row["hits"], row["read"], _share(row["true"], row["read"])]
    return f"| {' | '.join([*cells, row['planted'], _share(row['found'], row['planted'])])} |"


def _share(part: str, whole: str) -> str:
    """A number with its share in percent; empty where nothing was measured."""
    return f"{part} ({100 * int(part) // int(whole)} %)" if part and whole and int(whole) else part


def _section(rule: Rule) -> Iterator[str]:
    yield f"### `{rule.code}`"
    told = [rule.severity, *([f"Sidekiq {rule.releases}"] if rule.releases else [])]
    told += [] if rule.on else [f"off: `--also {rule.code}`"]
    yield f"{rule.title} ({', '.join(told)}). {rule.why}"
    yield f"{rule.way_out} Source: {rule.source}."
    yield f"<details><summary>Wrong, and right</summary>\n\n{_shown(rule.bad)}\n\n{_shown(rule.good)}\n\n</details>"


def _shown(example: Example) -> str:
    """The files of an example; those of a deploy with what runs before it."""
    before = getattr(example, "before", {})
    texts = {f"{path}, before": text for path, text in before.items()} | dict(example.files)
    named = len(texts) > 1
    return "\n\n".join(
        f"```{'ruby' if path.partition(',')[0].endswith('.rb') else ''}\n{f'# {path}' + chr(10) if named else ''}"
        f"{text.rstrip()}\n```"
        for path, text in texts.items()
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
