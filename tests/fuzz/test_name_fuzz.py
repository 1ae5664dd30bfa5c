"""Names that the templates' own Ruby has, given to arguments and models: none meets the other."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import inflection
import pytest

from sidekiq_gen.job.kinds.catalogue import KINDS
from support.command import sidekiq_gen
from support.fuzzing import Fuzzer
from support.identifiers import ORDINARY, identifiers, neutral, renamed, variables
from support.tools import require

if TYPE_CHECKING:
    from support.repos import Repo

SEED = int(os.environ.get("FUZZ_SEED", "20260101"))
RUNS = int(os.environ.get("FUZZ_RUNS", "200"))
PARTS = 2  # for two processes
COMPARE = Path(__file__).parents[1] / "support/same_names.rb"
TYPES = ("string", "integer", "date", "array", "decimal")


@dataclass(frozen=True)
class Line:
    """One command line with names that templates have, and the same with names that none has.

    names: neutral name -> name.
    """

    words: list[str]
    plain: list[str]
    names: dict[str, str]


def line(fuzzer: Fuzzer, kind: str) -> Line:
    """A sensible command line of a kind."""
    pick = fuzzer.random.choice
    about = next(known.about for known in KINDS if known.name == kind)
    pools = (variables(), variables(), identifiers())
    chosen = [pick(pick(pools)), *(pick(pick((*pools, ORDINARY))) for _ in range(pick((0, 0, 1, 2))))]
    fuzzer.random.shuffle(chosen)
    taken: set[str] = set()
    names = {neutral(name, taken, fuzzer.random): name for name in dict.fromkeys(chosen)}
    flags = [word for pattern in fuzzer.patterns(kind) for word in fuzzer.given(pattern.flags[0])]
    first = next(iter(names)) if about != "nothing" and fuzzer.rarely(2) else None
    if first and about == "rows" and inflection.pluralize(names[first]) == names[first]:
        first = None  # one row and several would have one name, until one of them is called otherwise
    arguments = [(name, pick(TYPES)) for name in names if name != first]
    if first and about == "record":
        arguments.insert(pick((0, len(arguments))), (first, "record"))
    if kind == "backfill" and arguments and "--check-then-act" not in flags:
        flags += ["--check-then-act", "charged_at"]  # without a column it takes no arguments
    model = first if first and about == "rows" else None if first or about == "nothing" else "order"
    flags += ["--kind", kind, "--no-input", *(["--model", model] if model else [])]

    def words(call: dict[str, str]) -> list[str]:
        said = [f"{call.get(name, name)}:{kind}" for name, kind in arguments]
        return ["job", "ChargeCustomers", *said, *(call.get(flag, flag) for flag in flags)]

    return Line(words(names), words({}), names)


def render(repo: Repo, folder: Path, words: list[str]) -> tuple[int, dict[str, Path], str]:
    """Run the command in a fresh repo; returns its status, the new files by name, and what went wrong."""
    root = repo.write(folder)
    before = {path for path in root.rglob("*") if path.is_file()}
    done = sidekiq_gen(root, *words)
    new = (path for path in root.rglob("*") if path.is_file() and path not in before)
    return done.status, {path.relative_to(root).as_posix(): path for path in new}, done.err


def complaints(pairs: list[tuple[str, str, dict[str, str]]]) -> list[list[str]]:
    """What is wrong with the second of each two files: it differs from the first in more than names."""
    ruby = require("ruby", "apt-get install ruby")
    done = subprocess.run(
        [ruby, str(COMPARE)], input=json.dumps(pairs), capture_output=True, text=True, timeout=600, check=True
    )
    assert done.stderr == ""
    found: list[list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_names_never_collide(tmp_path: Path, part: int) -> None:
    shown: list[str] = []
    pairs: list[tuple[str, str, dict[str, str]]] = []
    wrong: list[str] = []
    written = Counter[str]()
    for number in range(part, RUNS, PARTS):
        fuzzer = Fuzzer(random.Random(f"{SEED} {number}"))  # noqa: S311 - no secret
        kind = KINDS[number // PARTS % len(KINDS)].name
        repo, one = fuzzer.repo(), line(fuzzer, kind)
        status, files, told = render(repo, tmp_path / f"{number}-b", one.words)
        assert status in {0, 1, 2}, told
        if status:
            assert not files, one.words
            continue
        status, plain, told = render(repo, tmp_path / f"{number}-a", one.plain)
        assert status == 0, f"{one.plain}\n{told}"
        written[kind] += 1
        told = f"FUZZ_SEED={SEED} run {number}, Sidekiq {repo.sidekiq}: {' '.join(one.words)}"
        if set(files) != set(plain):
            wrong.append(f"{told}\n    other files: {sorted(files)}")
        for name in sorted(set(files) & set(plain)):
            pairs.append((str(plain[name]), str(files[name]), renamed(one.names)))
            shown.append(f"{told}\n    {name}")

    for what, found in zip(shown, complaints(pairs), strict=True):
        wrong += [f"{what}: {found[0]}"] if found else []

    assert not wrong, f"{len(wrong)} of {len(pairs)} files:\n" + "\n".join(wrong)
    assert min(written[kind.name] for kind in KINDS) > RUNS // PARTS // 20, written


FIRST = """class ChargeJob
  def perform(qzxw)
    deadline = clock + 1
    charge(qzxw, deadline)
  end

  def clock
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
"""


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (FIRST.replace("qzxw", "amount"), None),
        (FIRST.replace("qzxw", "deadline").replace("deadline = clock", "until_then = clock"), "deadline stands for"),
        (FIRST.replace("deadline", "until_then").replace("qzxw", "deadline"), None),
        (FIRST.replace("qzxw", "deadline"), "line 3: deadline stands for qzxw and deadline"),
        (FIRST.replace("qzxw", "clock"), "line 3: clock is a vcall, clock a local"),
        (FIRST.replace("perform(qzxw)", "perform(last, last)").replace("qzxw", "last"), "does not parse"),
        (FIRST.replace("  def clock", "  def clock = 1\n\n  def clock"), "clock is defined twice"),
        (FIRST.replace("(qzxw)", "(amount, more)"), "line 3: clock is a vcall, deadline a local"),
    ],
)
def test_a_collision_is_seen(tmp_path: Path, second: str, said: str | None) -> None:
    (tmp_path / "first.rb").write_text(FIRST, encoding="utf-8")
    (tmp_path / "second.rb").write_text(second, encoding="utf-8")

    [found] = complaints([(str(tmp_path / "first.rb"), str(tmp_path / "second.rb"), {})])

    assert any(said in complaint for complaint in found) if said else found == []
