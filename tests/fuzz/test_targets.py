"""Every reader with inputs by chance: it reads or refuses, in time, always alike, and gives what its types say."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from typing import TYPE_CHECKING

import pytest

from fuzz import target as fuzzing
from fuzz.catalogue import TARGETS
from fuzz.chance import mutant
from fuzz.conforming import fault
from fuzz.record import FILE, PAGE, Count, Record, counted
from fuzz.target import Target, attempt, require, within
from sidekiq_gen.rails.table import Column, Table

if TYPE_CHECKING:
    from pathlib import Path

SEED = os.environ.get("FUZZ_SEED", "20260101")
RUNS = int(os.environ.get("FUZZ_RUNS", "300"))


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_reader_stands_what_it_is_given(target: Target) -> None:
    chance = random.Random(f"{SEED} {target.name}")  # noqa: S311 - no secret
    inputs = [mutant(chance, target.seeds, target.words, target.longest) for _ in range(RUNS // target.cost)]

    found = {data: defect for data in (*target.seeds, *inputs) if (defect := attempt(target, data))}

    assert [f"{data!r}\n{defect.told}" for data, defect in found.items()][:3] == []
    assert len({*inputs}) > RUNS // target.cost // 2


def test_the_page_shows_the_record() -> None:
    record = Record.read(FILE)

    assert record.targets.keys() == TARGETS.keys()
    assert record.table in PAGE.read_text("utf-8")
    assert f"until {record.day}" in PAGE.read_text("utf-8")


def test_runs_are_added_up(tmp_path: Path) -> None:
    log = "#2\tINITED cov: 7 ft: 9\n#90\tDONE   cov: 8 ft: 12\nDone 90 runs in 3 second(s)\n"
    path = tmp_path / "record.json"

    for text in (log, log.replace("cov: 8", "cov: 6")):
        count = counted(text)
        assert count
        Record.read(path).with_count("yaml", count).write(path)

    assert Record.read(path).targets == {"yaml": Count(180, 6, 8)}
    assert counted("#90\tNEW cov: 8\nkilled") is None


def _target(run: object) -> Target:
    return Target("x", "", (b"",), (), run)  # type: ignore[arg-type]


def test_what_is_wrong_is_seen() -> None:
    def broken(_: bytes) -> None:
        require(holds=False, told="no")

    def failing(data: bytes) -> int:
        return int(data)

    def endless(data: bytes) -> None:
        with contextlib.suppress(Exception):
            endless(data)
        while True:
            data = data[::-1]

    signs = [attempt(_target(run), b"x") for run in (broken, failing, len)]

    assert [one and one.sign for one in signs] == [
        "Broken fuzz/test_targets.py:broken",
        "ValueError fuzz/test_targets.py:failing",
        None,
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fuzzing, "HANG", 0.05)
        hung = attempt(_target(endless), b"")
    assert hung
    assert hung.sign == "hang"


def test_an_alarm_is_put_away() -> None:
    before = signal.getsignal(signal.SIGVTALRM)

    with within(60):
        assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0

    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


@pytest.mark.parametrize(
    ("value", "hint", "wrong"),
    [
        (Column("string", limit=3), Column, ""),
        (Column("string", limit="3"), Column, "it.limit is '3'"),  # type: ignore[arg-type]
        (Column("string", insists=1), Column, "it.insists is 1"),  # type: ignore[arg-type]
        (Column("string", limit=True), Column, "it.limit is True"),
        (Column("string", values=("a", 1)), Column, "it.values[] is 1"),  # type: ignore[arg-type]
        (Table({"a": Column(None)}), Table, "it.columns['a'].type is None"),  # type: ignore[arg-type]
        (Table({1: Column("string")}), Table, "it.columns's key 1 is 1"),  # type: ignore[dict-item]
        (None, Table | None, ""),
        (("a", 1), tuple[str, int], ""),
        (("a",), tuple[str, int], "it's length is 1"),
        ({"a": [1, "b"]}, dict[str, list[int]], "it['a'][] is 'b'"),
    ],
)
def test_a_value_of_another_type_is_seen(value: object, hint: object, wrong: str) -> None:
    assert fault(value, hint).startswith(wrong)
    assert bool(fault(value, hint)) == bool(wrong)
