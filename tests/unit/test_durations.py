"""Lengths of time: what is taken, what is refused, and that every flag takes the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.durations import parse_duration, written
from sidekiq_gen.errors import InvalidInput
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/charge_customer_job.rb"
REPO = Repo(unique_jobs="8.0.10", gems={"sidekiq-throttled": "1.5.2"})


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1d", 86_400), (" 5m ", 300), ("031", 31)],
)
def test_seconds_minutes_hours_and_days_are_read(typed: str, seconds: int) -> None:
    assert parse_duration(typed, "--unique-ttl", 86_400) == seconds


@pytest.mark.parametrize(
    "typed", ["", "0", "0m", "-5", "1.5h", "1w", "h", "2H", "1h30m", "soon", "86401", "2d", "9" * 20, "\u0663", "1_000"]
)
def test_anything_else_is_refused_with_one_text(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_duration(typed, "--unique-ttl", 86_400)

    assert caught.value.message.startswith("--unique-ttl ")
    assert caught.value.message.endswith(" is not a length of time.")
    assert caught.value.hint == (
        "Give seconds, or a number of minutes, hours or days, 1d at most: 90, 30m, 2h or 1d, as in --unique-ttl 30m."
    )
    assert (caught.value.code, caught.value.exit_status) == ("invalid-duration", 2)


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1"), (90, "90"), (60, "1m"), (5400, "90m"), (7200, "2h"), (86_400, "1d")]
)
def test_it_is_offered_in_the_largest_unit(seconds: int, text: str) -> None:
    assert written(seconds) == text
    assert parse_duration(text, "--unique-ttl", 86_400) == seconds


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("order:record --retry-for 2h", "order:record --retry-for 7200"),
        (
            "order:record --unique until_executed --unique-ttl 1d",
            "order:record --unique until_executed --unique-ttl 86400",
        ),
        ("order:record --throttle 10/1m", "order:record --throttle 10/60"),
        ("order:record --retry-after Timeout::Error=2m", "order:record --retry-after Timeout::Error=120"),
    ],
)
def test_every_flag_takes_them(tmp_path: Path, short: str, long: str) -> None:
    texts = []
    for name, flags in (("short", short), ("long", long)):
        root = REPO.write(tmp_path / name)
        done = sidekiq_gen(root, "job", "ChargeCustomer", *flags.split(), "--no-input")
        assert done.status == 0, done.err
        texts.append((root / JOB).read_text())

    assert texts[0] == texts[1]


def test_programs_are_told_seconds(tmp_path: Path) -> None:
    done = sidekiq_gen(REPO.write(tmp_path), "job", "ChargeCustomer", "order:record", "--retry-for", "2h", "--json")

    assert "--retry-for 7200 " in json.loads(done.out)["command_line"]
