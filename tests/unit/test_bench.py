"""The harness of the benchmarks tells what it has seen; how fast anything is, is not tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[2] / "bench")
    import measure

    return measure


def test_commands_take_turns_and_the_first_round_does_not_count(measure: ModuleType, tmp_path: Path) -> None:
    said = tmp_path / "said"
    commands = {
        name: measure.Command([sys.executable, "-c", f"open({str(said)!r}, 'a').write({name!r})"]) for name in "ab"
    }
    times = measure.measure(commands, 2)
    assert said.read_text() == "ababab"
    assert [len(taken) for name in "ab" for taken in (times[name].wall, times[name].cpu, times[name].memory)] == [2] * 6


def test_a_command_that_fails_ends_the_measuring(measure: ModuleType) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure.measure({"a": measure.Command([sys.executable, "-c", "raise SystemExit(3)"])}, 1)


def test_ratios_are_taken_round_by_round(measure: ModuleType) -> None:
    assert measure.ratios([2, 40, 6], [1, 10, 2]) == (2.5, 3.0, 3.5)
    assert measure.ratios([2], [1]) == (2, 2, 2)


def test_the_table_shows_ratio_spread_and_goal(measure: ModuleType) -> None:
    times = {"a": measure.Times([0.1, 0.1], [0.05, 0.05], [1, 1]), "b": measure.Times([0.2, 0.4], [0.1, 0.1], [1, 1])}
    assert measure.table(times, "a", {"b": "≤ 4"}).splitlines()[2:] == [
        "| `a` | 1.00 | 1.00 to 1.00 |  | 1.00 | 100 ms | 50 ms |",
        "| `b` | 3.00 | 2.50 to 3.50 | ≤ 4 | 2.00 | 300 ms | 100 ms |",
    ]
