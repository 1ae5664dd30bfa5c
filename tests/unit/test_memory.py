"""What is remembered is found out once, and by nobody else's copy."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from sidekiq_gen.memory import remembered
from sidekiq_gen.rails.files import KEPT, Repo
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Counted:
    base: int
    asked: list[tuple[int, int]]

    @remembered
    def added(self, one: int, *, other: int = 0) -> int:
        """The sum."""
        self.asked.append((one, other))
        if one < 0:
            raise ValueError(one)
        return self.base + one + other


def test_each_choice_of_arguments_is_asked_for_once() -> None:
    counted = Counted(1, [])

    assert [counted.added(1), counted.added(1), counted.added(1, other=2), counted.added(1, other=2)] == [2, 2, 4, 4]
    assert counted.asked == [(1, 0), (1, 2)]
    assert Counted.added.__doc__ == "The sum."


def test_what_raises_is_asked_for_again() -> None:
    counted = Counted(1, [])

    for _ in range(2):
        try:
            counted.added(-1)
        except ValueError:
            continue
        raise AssertionError(counted)

    assert counted.asked == [(-1, 0), (-1, 0)]


def test_a_copy_with_another_value_begins_anew() -> None:
    counted = Counted(1, [])
    counted.added(1)

    assert replace(counted, base=5).added(1) == 6
    assert copy.copy(counted).added(1) == 2
    assert counted == Counted(1, counted.asked)


def test_a_small_text_is_read_once_and_a_large_one_is_not_kept(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    for name, text in (("small", "a"), ("large", "a" * (KEPT + 1))):
        (tmp_path / name).write_text(text)
        repo.read(name)
        (tmp_path / name).write_text("b")

    assert (repo.read("small"), repo.read("large"), repo.read("missing")) == ("a", "b", None)
