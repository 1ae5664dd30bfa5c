"""What was found when `check` was adopted, and what the file of the repo sets for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.rules.catalogue import BY_CODE
from support.command import sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

FILE = ".sidekiq-gen-baseline.json"
SETTINGS = ".sidekiq-gen.toml"
WRONG = "app/jobs/wrong_job.rb"
TEXT = """\
class WrongJob
  include Sidekiq::Job
  discard_on ArgumentError

  def perform(order_id)
    WrongJob.perform_async(:a)
  end
end
"""


@pytest.fixture(autouse=True)
def some_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    some = ("active-job-macro", "argument-count", "symbol-argument", "unused-ignore")
    monkeypatch.setattr("sidekiq_gen.cli.checked.RULES", [BY_CODE[code] for code in some])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Repo(files={WRONG: TEXT}).write(tmp_path)


def codes(root: Path, *words: str) -> list[str]:
    return [one["code"] for one in json.loads(sidekiq_gen(root, "check", "--json", *words).out)["findings"]]


def test_what_is_in_the_baseline_is_not_told_again(root: Path) -> None:
    before = tree(root)

    done = sidekiq_gen(root, "check", "--write-baseline")

    assert done.status == 0
    assert done.out == f"      create  {FILE}\n"
    assert "2 findings will not be told again." in done.err
    assert tree(root).keys() - before.keys() == {FILE}
    told = sidekiq_gen(root, "check")
    assert (told.status, told.out.partition(";")[0]) == (0, "Nothing found (2 in the baseline)")
    assert codes(root, "--no-baseline") == ["active-job-macro", "symbol-argument"]
    assert sidekiq_gen(root, "check", "--write-baseline").out == f"   identical  {FILE}\n"


def test_lines_may_move_and_one_more_of_the_same_is_told(root: Path) -> None:
    sidekiq_gen(root, "check", "--write-baseline")
    push = "    WrongJob.perform_async(:a)\n"
    (root / WRONG).write_text("# A line.\n" + TEXT.replace("  include", "    include").replace(push, push * 3))

    document = json.loads(sidekiq_gen(root, "check", "--json").out)

    assert document["baseline"] == 2
    assert [(one["code"], one["line"]) for one in document["findings"]] == [
        ("symbol-argument", 8),
        ("symbol-argument", 9),
    ]


def test_what_is_gone_is_said_and_forgotten(root: Path) -> None:
    sidekiq_gen(root, "check", "--write-baseline")
    (root / WRONG).write_text(TEXT.replace("  discard_on ArgumentError\n", ""))

    done = sidekiq_gen(root, "check")

    assert done.status == 0
    assert f"1 of the findings in {FILE} is gone." in done.err
    assert "is gone" not in sidekiq_gen(root, "check", "--only", "symbol-argument").err
    assert "is gone" not in sidekiq_gen(root, "check", WRONG).err
    assert sidekiq_gen(root, "check", "--write-baseline").out == f"       force  {FILE}\n"
    assert sidekiq_gen(root, "check").err == ""


def test_pretending_writes_nothing(root: Path) -> None:
    before = tree(root)

    done = sidekiq_gen(root, "check", "--write-baseline", "--pretend")

    assert "Nothing was written" in done.out
    assert f"+++ {FILE} (new)" in done.out
    assert tree(root) == before


@pytest.mark.parametrize("words", [(WRONG,), ("--only", "argument-count"), ("--severity", "error"), ("--fix",)])
def test_a_baseline_of_a_part_is_refused(root: Path, words: tuple[str, ...]) -> None:
    assert sidekiq_gen(root, "check", "--write-baseline", *words).status == 2
    assert not (root / FILE).exists()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "[" * 100_000, '{"schema": 2, "findings": []}', '{"schema": 1, "findings": [{"code": "x"}]}'],
)
def test_a_baseline_that_is_none_is_an_error(root: Path, text: str) -> None:
    (root / FILE).write_text(text)

    done = sidekiq_gen(root, "check")

    assert done.status == 2
    assert f"{FILE} is not what check writes." in done.err
    assert sidekiq_gen(root, "check", "--write-baseline").status == 0


def test_a_baseline_that_cannot_be_read_is_an_error(root: Path) -> None:
    (root / FILE).mkdir()

    done = sidekiq_gen(root, "check", "--json")

    assert (done.status, json.loads(done.out)["error"]["code"]) == (1, "baseline-unreadable")


def test_the_file_of_the_repo_chooses_and_flags_go_before_it(root: Path) -> None:
    (root / SETTINGS).write_text('[check]\nonly = ["symbol-argument"]\nbaseline = "config/known.json"\n')

    assert codes(root) == ["symbol-argument"]
    assert codes(root, "--only", "active-job-macro") == ["active-job-macro"]
    (root / SETTINGS).write_text('[check]\nexcept = ["symbol-argument"]\nbaseline = "config/known.json"\n')
    assert codes(root) == ["active-job-macro"]
    assert codes(root, "--except", "active-job-macro") == ["symbol-argument"]
    assert sidekiq_gen(root, "check", "--write-baseline").out.split() == ["create", "config/known.json"]
    assert codes(root) == []


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ("app/jobs", []),
        ("app/jobs/", []),
        ("app/**", []),
        ("*/wrong_job.rb", []),
        ("app/jobs/wrong_job.rb: symbol-argument", ["active-job-macro"]),
        ("app: symbol-argument, active-job-macro", []),
        ("app/job", ["active-job-macro", "symbol-argument"]),
        ("lib", ["active-job-macro", "symbol-argument"]),
    ],
)
def test_paths_can_be_excluded(root: Path, exclude: str, left: list[str]) -> None:
    (root / SETTINGS).write_text(f'[check]\nexclude = ["{exclude}"]\n')

    assert codes(root) == left


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('only = ["symbol-argumnet"]', "Did you mean symbol-argument"),
        ('exclude = ["lib: symbol-argumnet"]', "Did you mean symbol-argument"),
        ('onyl = ["symbol-argument"]', "Did you mean only?"),
        ('severity = "fatal"', '"error" or "warning" or "note"'),
        ('baseline = "/etc/known"', "a path below the root"),
    ],
)
def test_what_makes_no_sense_in_the_file_is_an_error(root: Path, line: str, said: str) -> None:
    (root / SETTINGS).write_text(f"[check]\n{line}\n")

    done = sidekiq_gen(root, "check")

    assert done.status == 2
    assert f"{SETTINGS}, line 2: [check] " in done.err
    assert said in done.err


def test_other_commands_look_at_the_keys_as_well(root: Path) -> None:
    (root / SETTINGS).write_text('[check]\nonyl = ["symbol-argument"]\n')

    assert sidekiq_gen(root, "info").status == 2
    (root / SETTINGS).write_text('[check]\nonly = ["symbol-argument"]\n')
    assert sidekiq_gen(root, "info").status == 0
