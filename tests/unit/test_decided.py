"""What is decided about files that are there already, and the options that say it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.changes.plan import Plan, PlannedFile, Status
from sidekiq_gen.cli.decided import Decided, merged
from sidekiq_gen.notices import Notice
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Sequence

JOB, SPEC = "app/jobs/process_order_job.rb", "spec/jobs/process_order_job_spec.rb"
CHILD = (Notice("child-exists", "", ""),)


def planned(**statuses: Status) -> Plan:
    return Plan(Path("/"), tuple(PlannedFile(path, "new", status, b"old") for path, status in statuses.items()))


def answered(asked: Plan, **files: Status | str) -> Plan:
    """With a status in place of each conflict; any other word is what the merge tool has made of it."""
    given = {file.path: file for file in asked.files}
    found = {}
    for path, word in files.items():
        if word in {"force", "skip", "remove"}:
            found[path] = replace(given[path], status=word)
        else:
            found[path] = replace(given[path], status="force", text=word)
    return asked.with_files(found)


BOTH = planned(a="conflict", b="conflict", c="create")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"a": "force", "b": "force"}, "--force"),
        ({"a": "skip", "b": "skip"}, "--skip"),
        ({"a": "force", "b": "skip"}, "--overwrite a --keep b"),
        ({"a": "by hand", "b": "force"}, "--keep a --overwrite b"),
        ({"a": "by hand", "b": "skip"}, "--skip"),
    ],
)
def test_the_words_for_what_was_answered(answers: dict[str, str], words: str) -> None:
    assert " ".join(Decided().words(BOTH, answered(BOTH, **answers), ())) == words


def test_what_more_would_follow_from_one_word_is_said_file_by_file() -> None:
    yes, no = answered(BOTH, a="force", b="force"), answered(BOTH, a="skip", b="skip")
    assert Decided().words(BOTH, yes, CHILD) == ["--overwrite", "a", "--overwrite", "b"]
    assert Decided().words(BOTH, no, CHILD) == ["--skip"]

    inserting = planned(a="conflict", b="insert")
    assert Decided().words(inserting, answered(inserting, a="skip"), ()) == ["--keep", "a"]
    assert Decided().words(inserting, answered(inserting, a="force"), ()) == ["--force"]


def test_what_was_given_is_said_again() -> None:
    given = Decided.of(force=True, skip=False, overwrite=None, keep=["a", "a"])
    asked = given.settle(planned(a="force", b="force"))
    assert [file.status for file in asked.files] == ["skip", "force"]
    assert given.words(asked, asked, ()) == ["--force", "--keep", "a"]


def test_what_went_through_the_merge_tool() -> None:
    assert merged(BOTH, answered(BOTH, a="by hand", b="force")) == ["a"]


@pytest.mark.parametrize(
    ("flags", "texts"),
    [
        (("--overwrite", JOB, "--keep", SPEC), ("new", "mine")),
        (("--force", f"--keep={SPEC}"), ("new", "mine")),
        (("--keep", JOB, "--overwrite", SPEC, "--no-input"), ("mine", "new")),
        (("--skip",), ("mine", "mine")),
    ],
)
def test_single_files(tmp_path: Path, flags: Sequence[str], texts: tuple[str, ...]) -> None:
    root = Repo(files={JOB: "# mine\n", SPEC: "# mine\n"}).write(tmp_path)

    done = sidekiq_gen(root, "job", "ProcessOrder", *flags)

    assert done.status == 0
    found = tuple("mine" if (root / path).read_text() == "# mine\n" else "new" for path in (JOB, SPEC))
    assert found == texts
    assert [line.split()[0] for line in done.out.splitlines()] == [
        {"mine": "skip", "new": "force"}[text] for text in texts
    ]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--force", "--skip"), "--force and --skip contradict each other."),
        (("--skip", "--overwrite", JOB), "--skip and --overwrite contradict each other."),
        (("--keep", JOB, "--overwrite", JOB), f"--overwrite and --keep contradict each other: {JOB}."),
        (("--keep", "nope.rb"), "--keep 'nope.rb': this run has no such file."),
    ],
)
def test_what_makes_no_sense(tmp_path: Path, flags: Sequence[str], message: str) -> None:
    root = Repo(files={JOB: "# mine\n"}).write(tmp_path)

    done = sidekiq_gen(root, "job", "ProcessOrder", *flags)

    assert (done.status, done.out) == (2, "")
    assert f"error  {message}\n" in done.err
    assert (root / JOB).read_text() == "# mine\n"


def test_one_file_left_is_still_a_conflict(tmp_path: Path) -> None:
    root = Repo(files={JOB: "# mine\n", SPEC: "# mine\n"}).write(tmp_path)

    done = sidekiq_gen(root, "job", "ProcessOrder", "--overwrite", JOB)

    assert done.status == 3
    assert done.err.startswith(f"error  Already there with different content: {SPEC}.\n")
    assert (root / JOB).read_text() == "# mine\n"
