"""docs/errors.md has every code that a user can meet, once, with the exit code that it gives."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from sidekiq_gen.testing.report import Code
from support.codes import PACKAGE, found

PAGE = (Path(__file__).parents[2] / "docs/errors.md").read_text(encoding="utf-8")
UPGRADE = (Path(__file__).parents[2] / "docs/upgrade.md").read_text(encoding="utf-8")
_, ERRORS, NOTICES, FINDINGS = re.split(
    r"^## (?:Errors|Notices|Findings of `templates check`)$", PAGE, flags=re.MULTILINE
)


def rows(text: str) -> list[list[str]]:
    """The cells of each row that begins with a code."""
    return [re.split(r" ?(?<!\\)\| ?", line)[1:-1] for line in text.splitlines() if line.startswith("| `")]


def test_each_error_is_there_with_its_exit_code() -> None:
    statuses, notices = found()
    told = {code.strip("`"): status for code, status, *_ in rows(ERRORS)}

    # what a notice has said that becomes an error has the code of the notice
    assert told.keys() - notices == statuses.keys() - notices
    assert {code for code, of_code in statuses.items() if told[code] != " or ".join(map(str, sorted(of_code)))} == set()
    assert len(statuses) > 100


def test_each_notice_is_there() -> None:
    assert {code.strip("`") for code, *_ in rows(NOTICES)} == found()[1]


def test_each_finding_of_templates_is_there() -> None:
    assert {code.strip("`") for code, *_ in rows(FINDINGS)} == {*get_args(Code)}


@pytest.mark.parametrize("part", [ERRORS, NOTICES, FINDINGS], ids=["errors", "notices", "findings"])
def test_each_is_there_once_and_says_something(part: str) -> None:
    cells = rows(part)

    assert [code for code, times in Counter(row[0] for row in cells).items() if times > 1] == []
    assert [row for row in cells if not all(cell.strip() for cell in row)] == []
    assert {len(row) for row in cells} == {len(cells[0])}


def test_what_makes_an_error_in_a_roundabout_way_is_seen() -> None:
    """A code that is handed to a function, that a class says for itself, and one that a notice has as well."""
    statuses, notices = found()

    assert statuses["needs-database"] == {1}
    assert statuses["interrupted"] == {130}
    assert statuses["invalid-model"] == {1, 2}
    assert {"rubocop-not-run", "still-named"} <= notices
    assert "still-named" in statuses


def test_each_code_of_a_move_is_in_its_page() -> None:
    nodes = [
        one for path in (PACKAGE / "upgrade").rglob("*.py") for one in ast.walk(ast.parse(path.read_text("utf-8")))
    ]
    words = {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    places = {"Matter": 0, "_matter": 1}
    calls = [(one, getattr(one.func, "id", "")) for one in nodes if isinstance(one, ast.Call)]
    codes = [one.args[places[name]] for one, name in calls if name in places]
    codes += [one.value for one in nodes if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "code"]
    made = {one.value for one in codes if isinstance(one, ast.Constant)}
    table = UPGRADE.partition("| code | finding |")[2].partition("\n\n")[0]
    told = {code.strip("`") for code, *_ in rows(table)}

    assert len(made) > 10
    assert made - told == set()
    assert told - words == set()
