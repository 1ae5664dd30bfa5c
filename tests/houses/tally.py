"""docs/check-measured.tsv: what was measured of the rules of `check` in public repos, a line for each rule."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "check-measured.tsv"


@dataclass
class Row:
    """One rule: in how many repos it found something, how often, of these read and right; planted and found again.

    None stands for what was not measured.
    """

    code: str
    repos: int | None = None
    hits: int | None = None
    read: int | None = None
    true: int | None = None
    planted: int | None = None
    found: int | None = None


COLUMNS = tuple(one.name for one in fields(Row))


def read_rows(file: Path = FILE) -> dict[str, Row]:
    """Every row by code."""
    lines = file.read_text(encoding="utf-8").splitlines()[1:] if file.exists() else []
    rows = {}
    for line in lines:
        code, *numbers = line.split("\t")
        rows[code] = Row(code, *(int(one) if one else None for one in numbers))
    return rows


def write_rows(rows: dict[str, Row], file: Path = FILE) -> None:
    """Write them in the order of their codes."""
    lines = ["\t".join(COLUMNS)]
    lines += ["\t".join("" if one is None else str(one) for one in astuple(rows[code])) for code in sorted(rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
