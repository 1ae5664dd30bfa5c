"""Three texts made one, held against git and against chance: no line of anybody's is lost."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.upgrade.history import texts_of
from sidekiq_gen.upgrade.merging import has_markers, merge
from support.tools import require

if TYPE_CHECKING:
    from pathlib import Path

BASE = "a\nb\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("base", "mine", "new", "text", "conflicts"),
    [
        (BASE, BASE, "a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n", 0),
        (BASE, "a\nB\nc\nd\ne\n", BASE, "a\nB\nc\nd\ne\n", 0),
        (BASE, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "A\nb\nc\nd\nE\n", 0),
        (BASE, "a\nX\nc\nd\ne\n", "a\nX\nc\nd\ne\n", "a\nX\nc\nd\ne\n", 0),
        (BASE, "a\nc\nd\ne\n", "a\nb\nc\nd\ne\nf\n", "a\nc\nd\ne\nf\n", 0),
        (BASE, "a\nX\nc\nd\ne\n", "a\nY\nc\nd\ne\n", "a\n<<<<<<< yours\nX\n=======\nY\n>>>>>>> it\nc\nd\ne\n", 1),
        (BASE, "a\nc\nd\ne\n", "a\nY\nc\nd\ne\n", "a\n<<<<<<< yours\n=======\nY\n>>>>>>> it\nc\nd\ne\n", 1),
        (BASE, "a\nX\nc\nd\ne\n", "a\nb\nY\nd\ne\n", "a\n<<<<<<< yours\nX\nc\n=======\nb\nY\n>>>>>>> it\nd\ne\n", 1),
        ("a\n", "a\nmine", "a\nnew", "a\n<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> it\n", 1),
        (
            None,
            "a\nX\nc\nmore\n",
            "a\nY\nc\n",
            "a\n<<<<<<< yours\nX\n=======\nY\n>>>>>>> it\nc\n<<<<<<< yours\nmore\n=======\n>>>>>>> it\n",
            2,
        ),
        (None, BASE, BASE, BASE, 0),
        ("", "", "a\n", "a\n", 0),
        ("a\rb\n", "a\rb\nc\n", "a\rB\n", "<<<<<<< yours\na\rb\nc\n=======\na\rB\n>>>>>>> it\n", 1),
    ],
)
def test_what_becomes_of_three(base: str | None, mine: str, new: str, text: str, conflicts: int) -> None:
    merged = merge(base, mine, new, "it")
    assert (merged.text, merged.conflicts) == (text, conflicts)
    assert has_markers(text) == (conflicts > 0)


@pytest.mark.parametrize("text", ["", "a <<<<<<< b\n", "<<<<<<<<\n", "# =======\n", "  >>>>>>> x\n", "<<<<<<<x\n"])
def test_what_is_no_marker(text: str) -> None:
    assert not has_markers(text)


def edited(lines: list[str], chance: random.Random, sign: str, most: int) -> list[str]:
    """Lines with some changed, some removed and some added, which are told by their sign."""
    found = list(lines)
    for number in range(chance.randint(0, most)):
        at = chance.randrange(len(found) + 1)
        what = chance.choice(("add", "change", "remove"))
        if what == "add" or at == len(found):
            found.insert(at, f"{sign} {number}\n")
        elif what == "change":
            found[at] = f"{sign} {number}\n"
        else:
            del found[at]
    return found


@pytest.mark.parametrize("seed", range(200))
def test_nobody_loses_a_line(seed: int) -> None:
    """Every line that only one side has is there as often as that side has it."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    base = [f"{chance.choice('abcdefg')}\n" for _ in range(chance.randint(0, 20))]
    mine, new = edited(base, chance, "mine", 5), edited(base, chance, "new", 5)

    merged = merge("".join(base), "".join(mine), "".join(new), "it")

    there = merged.text.splitlines(keepends=True)
    for line in (line for line in (*mine, *new) if line not in base):
        assert there.count(line) == mine.count(line) + new.count(line)
    assert merged.text.count("<<<<<<< yours\n") == merged.text.count(">>>>>>> it\n") == merged.conflicts
    assert merge("".join(base), "".join(mine), "".join(base), "it").text == "".join(mine)
    assert merge("".join(base), "".join(base), "".join(new), "it").text == "".join(new)
    either = merge(None, "".join(mine), "".join(new), "it").text.splitlines(keepends=True)
    assert all(either.count(line) >= max(mine.count(line), new.count(line)) for line in {*mine, *new})


def test_git_merges_to_the_same_where_it_finds_no_conflict(tmp_path: Path) -> None:
    """Lines that differ from each other, so that there is one way to align them."""
    git, differ, clean = require("git", "apt-get install git"), [], 0
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - no secret
        base = [f"line {number}\n" for number in range(40)]
        texts = {"base": base, "mine": edited(base, chance, "mine", 3), "new": edited(base, chance, "new", 3)}
        for name, lines in texts.items():
            (tmp_path / name).write_text("".join(lines), encoding="utf-8")
        words = [git, "merge-file", "-p", "mine", "base", "new"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        merged = merge("".join(base), "".join(texts["mine"]), "".join(texts["new"]), "it")
        if done.returncode == 0 and merged.conflicts == 0:
            clean += 1
            differ += [seed] if merged.text != done.stdout else []
        elif (done.returncode == 0) != (merged.conflicts == 0):
            differ.append(seed)
    assert (differ, clean > 20) == ([], True)


def test_git_is_asked_for_what_it_has(tmp_path: Path) -> None:
    git = require("git", "apt-get install git")

    def run(*words: str, **more: bytes) -> str:
        done = subprocess.run([git, *words], cwd=tmp_path, capture_output=True, check=True, input=more.get("input"))
        return done.stdout.decode().strip()

    assert texts_of(tmp_path, ["a" * 40]) == {}  # there is no repository
    run("init", "-q")
    ids = [run("hash-object", "-w", "--stdin", input=content) for content in (b"one\n", b"", b"two\0\nthree")]
    tree = run("write-tree")

    found = texts_of(tmp_path, [*ids, "a" * 40, tree, ids[0]])

    assert found == dict(zip(ids, (b"one\n", b"", b"two\0\nthree"), strict=True))
    assert texts_of(tmp_path, []) == {}
    assert texts_of(tmp_path / "missing", ids) == {}
