"""Random command lines: never a traceback, never a strange exit, never a byte outside the root, and always Ruby."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from fuzz.target import HANG, within
from fuzz.texts import CONTROLS
from sidekiq_gen.flags import Flag
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.resolve import all_flags
from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.sidekiq.versions import Version
from support.command import Finished, sidekiq_gen, tree
from support.fuzzing import RELEASES, Fuzzer, values_of
from support.tools import require

SEED = int(os.environ.get("FUZZ_SEED", "20260101"))
RUNS = int(os.environ.get("FUZZ_RUNS", "300"))
PARTS = 2  # for two processes
DECIDED = {0: "done", 1: "refused", 2: "usage", 3: "a decision was needed"}
# What `ruby -wc` does, for many files in one process.
COMPILE = """
ARGF.each_line(chomp: true) do |path|
  RubyVM::InstructionSequence.compile_file(path)
rescue SyntaxError => e
  warn e.message
end
puts $.
"""
WIDTH = 120
LONG = 60
DIRECTIVE = re.compile(r" # rubocop:disable [\w/]+$")  # which RuboCop does not count
UNBREAKABLE = re.compile(r"\"[^\"]*\"|'[^']*'|[\w:]+")


def of_run(number: int) -> Fuzzer:
    """The fuzzer of one run, which does not depend on the runs before it."""
    return Fuzzer(random.Random(f"{SEED} {number}"))  # noqa: S311 - no secret


def without_surrogates(words: list[str]) -> str:
    return " ".join(ascii(word) if word != shlex.quote(word) else word for word in words)


def untimed(path: str) -> str:
    """The path without the time at which a migration was made."""
    return re.sub(r"(?<=db/migrate/)[0-9]{14}(?=_)", "", path)


@pytest.mark.parametrize("part", range(PARTS))
def test_random_command_lines(tmp_path: Path, part: int) -> None:
    statuses, kinds, written = Counter[int](), Counter[str](), list[str]()
    for number in range(part, RUNS, PARTS):
        fuzzer = of_run(number)
        place = tmp_path / str(number)
        repo, words, hostile = fuzzer.repo(), fuzzer.command(), fuzzer.hostile()
        repo = replace(repo, files=repo.files | hostile)
        root = repo.write(place / "repo")
        (root / "app/out").symlink_to(tmp_path)
        before = tree(place)
        shown = f"FUZZ_SEED={SEED} run {number}, Sidekiq {repo.sidekiq}: {without_surrogates(words)} {[*hostile]}"

        with within(HANG):
            done = sidekiq_gen(root, *words)

        _require_an_answer(done, shown)
        statuses[done.status] += 1
        after = tree(place)
        new = [path for path in after if path not in before]
        assert all(path.startswith("repo/") for path in new), shown
        assert {path: after.get(path) for path in before} == before, shown
        if "--json" in words:
            assert next(iter(json.loads(done.out))) == "schema", shown
        if done.status:
            assert new == [], shown
            continue
        assert bool(new) == ("--pretend" not in words), shown
        kinds[words[words.index("--kind") + 1] if "--kind" in words else ""] += 1
        written += [str(place / path) for path in new]

        again = sidekiq_gen(root, *(word for word in words if word != "--json"), "--json", "--no-input")

        assert again.status == 0, shown
        assert tree(place) == after, f"{shown}: another text the second time"
        document = json.loads(again.out)
        if new:
            assert {file["status"] for file in document["files"]} == {"identical"}, shown

            fresh = repo.write(place / "fresh")
            told = sidekiq_gen(fresh, *shlex.split(document["command_line"])[1:])

            assert told.status == 0, f"{shown}\ntold {document['command_line']}\n{told.err}"
            texts = {untimed(path.removeprefix("repo/")): text for path, text in after.items()}
            again_texts = {untimed(path): text for path, text in tree(fresh).items()}
            assert again_texts == texts, f"{shown}\ntold {document['command_line']}"
            assert len(texts) == len(after), shown
    # Neither side of the border is left out, and no kind.
    assert min(statuses[0], statuses[1], statuses[2]) > RUNS // PARTS // 20, statuses
    assert min(kinds[name] for name in ("", *(kind.name for kind in KINDS))) > RUNS // PARTS // 50, kinds
    listing = tmp_path / "written.txt"
    listing.write_text("".join(f"{path}\n" for path in written))
    _require_ruby_to_accept(listing, len(written))
    _require_lines_to_fit(written)


def _require_an_answer(done: Finished, shown: str) -> None:
    assert done.status in DECIDED, shown
    assert "Traceback" not in done.err, shown
    assert "Unexpected error" not in done.err, f"{shown}\n{done.err}"
    assert not CONTROLS.search(re.sub(r"[\n\t]", "", done.out + done.err)), shown
    if done.status:
        assert done.err.startswith(("error  ", "notice  ")), shown
        assert "\n hint  " in done.err, shown


def _require_ruby_to_accept(listing: Path, count: int) -> None:
    ruby = require("ruby", "apt-get install ruby")
    checked = subprocess.run(
        [ruby, "-w", "-e", COMPILE, str(listing)], capture_output=True, text=True, timeout=600, check=False
    )

    assert checked.stderr == ""
    assert (checked.returncode, checked.stdout) == (0, f"{count}\n")


def _require_lines_to_fit(paths: list[str]) -> None:
    """No line is longer than RuboCop allows, but for what has no place to break, such as a long description."""
    long = [
        f"{path}: {line.strip()}"
        for path in paths
        for line in Path(path).read_text(encoding="utf-8").split("\n")
        if len(DIRECTIVE.sub("", line)) > WIDTH and max(map(len, UNBREAKABLE.findall(line))) < LONG
    ]
    assert long == []


def test_every_flag_every_value_of_a_choice_and_every_kind_is_drawn() -> None:
    drawn = [of_run(number).command() for number in range(6000)]
    words = Counter(word for command in drawn for word in set(command))
    kinds = Counter(command[command.index("--kind") + 1] if "--kind" in command else "" for command in drawn)

    assert [flag.option for flag in all_flags() if words[flag.option] < 60] == []
    wanted = {value for flag in all_flags() for value in flag.choices}
    assert [value for value in wanted if words[value] < 2] == []
    assert max(kinds[name] for name in ("", *(kind.name for kind in KINDS))) < 2 * min(
        kinds[kind.name] for kind in KINDS
    )


def test_a_flag_without_values_is_an_error() -> None:
    with pytest.raises(LookupError, match="--shape has no entry"):
        values_of(Flag("--shape", "", "text"))
    for flag in all_flags():
        if flag.type != "switch":
            assert all(map(len, values_of(flag).likely)), flag.option


def test_the_releases_that_are_drawn_lie_on_both_sides_of_every_gate() -> None:
    releases = [Version(release) for release in RELEASES]
    within = [
        row.name
        for row in TABLE
        if row.gem == "sidekiq"
        and any(
            releases[0] < Version(one.version) <= releases[-1] for text in row.versions for one in SpecifierSet(text)
        )
        and len({row.holds_for(release) for release in releases}) == 1
    ]

    assert within == []
