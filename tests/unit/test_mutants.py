"""The mutation run itself: what it finds is true, and a list that is out of step with the package is no silent pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutants.mutations import MUTATIONS
from mutants.runner import Mutation, try_all

ROOT = Path(__file__).parents[2]
TEST = "from sidekiq_gen.sums import plus\n\n\ndef test_plus() -> None:\n    assert plus(2, 1) == 3\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A package that adds, and a test of it."""
    package, tests = tmp_path / "root/generator/sidekiq_gen", tmp_path / "root/tests"
    package.mkdir(parents=True)
    tests.mkdir()
    (package / "__init__.py").write_text("")
    (package / "sums.py").write_text("def plus(a, b):\n    return a + b\n\n\ndef minus(a, b):\n    return a - b\n")
    (tests / "test_sums.py").write_text(TEST)
    return tmp_path / "root"


def mutation(old: str, new: str, *tests: str) -> Mutation:
    return Mutation("sums are wrong", "sums.py", old, new, tests or ("tests/test_sums.py",))


def test_what_a_test_notices_is_killed_and_what_none_does_survives(root: Path, tmp_path: Path) -> None:
    before = (root / "generator/sidekiq_gen/sums.py").read_text()
    wrong = [
        mutation("a + b", "a * b"),
        mutation("a - b", "b - a"),
        mutation("a + b", "a +"),
        mutation("a + b", "a - b", "tests/test_sums.py", "-k", "nothing_of_that_name"),
        mutation("a + b", "a - b"),
    ]

    results = list(try_all(wrong, root, tmp_path / "scratch", workers=2))

    assert [result.outcome for result in results] == ["killed", "survived", "broken", "broken", "killed"]
    assert [result.mutation for result in results] == wrong
    assert (root / "generator/sidekiq_gen/sums.py").read_text() == before


@pytest.mark.parametrize(
    ("wrong", "misfit"),
    [
        (mutation("a + b", "b"), None),
        (mutation("a / b", "b"), "sums.py holds 'a / b' no more"),
        (mutation("return", ""), "sums.py holds 'return' 2 times"),
        (Mutation("x", "gone.py", "a", "b", ()), "gone.py is gone"),
        (mutation("a + b", "b", "tests/test_gone.py::test_it"), "tests/test_gone.py is gone"),
    ],
)
def test_what_can_no_longer_be_made_is_said(root: Path, wrong: Mutation, misfit: str | None) -> None:
    assert wrong.misfit(root) == misfit


def test_the_list_is_in_step_with_the_package() -> None:
    assert [f"{one.name}: {why}" for one in MUTATIONS if (why := one.misfit(ROOT))] == []


def test_no_two_mutations_are_the_same() -> None:
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)
    assert len({(one.file, one.old, one.new) for one in MUTATIONS}) == len(MUTATIONS)
