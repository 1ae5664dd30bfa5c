from __future__ import annotations

import dataclasses
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.changes.places import Places, locate
from sidekiq_gen.changes.plan import Plan, PlannedFile, Status, contents, plan_changes
from sidekiq_gen.errors import DecisionNeeded, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

JOB = "app/jobs/process_order_job.rb"
TEXT = "class ProcessOrderJob\nend\n"


def put(root: Path, path: str, content: bytes) -> Path:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def refusal(root: Path, path: str) -> Refused:
    with pytest.raises(Refused) as caught:
        plan_changes(root, [(path, TEXT)], force=True, skip=False)
    assert caught.value.exit_status == 1
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("skip", [False, True])
def test_a_missing_file_is_created_whatever_the_flags(tmp_path: Path, force: bool, skip: bool) -> None:  # noqa: FBT001
    plan = plan_changes(tmp_path, [(JOB, TEXT)], force=force, skip=skip)

    assert plan == Plan(root=tmp_path, files=(PlannedFile(path=JOB, text=TEXT, status="create", before=None),))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("skip", [False, True])
def test_the_same_bytes_are_identical_whatever_the_flags(tmp_path: Path, force: bool, skip: bool) -> None:  # noqa: FBT001
    put(tmp_path, JOB, TEXT.encode())

    plan = plan_changes(tmp_path, [(JOB, TEXT)], force=force, skip=skip)

    assert plan.files == (PlannedFile(path=JOB, text=TEXT, status="identical", before=TEXT.encode()),)


@pytest.mark.parametrize(
    ("force", "skip", "status"),
    [(False, False, "conflict"), (True, False, "force"), (False, True, "skip"), (True, True, "force")],
)
@pytest.mark.parametrize("before", [b"", b"old\n", b"a\nb\r\n", b"\xff\xfe no text\x00"])
def test_other_bytes_are_decided_by_the_flags(
    tmp_path: Path,
    force: bool,  # noqa: FBT001
    skip: bool,  # noqa: FBT001
    status: Status,
    before: bytes,
) -> None:
    target = put(tmp_path, JOB, before)

    plan = plan_changes(tmp_path, [(JOB, TEXT)], force=force, skip=skip)

    assert plan.files == (PlannedFile(path=JOB, text=TEXT, status=status, before=before),)
    assert target.read_bytes() == before


def test_files_keep_their_order_and_text_is_compared_as_utf8(tmp_path: Path) -> None:
    put(tmp_path, "b.rb", "# größer\n".encode())
    put(tmp_path, "c.rb", b"old")

    plan = plan_changes(tmp_path, [("c.rb", "new"), ("b.rb", "# größer\n"), ("a.rb", "")], force=False, skip=False)

    assert [(file.path, file.status) for file in plan.files] == [
        ("c.rb", "conflict"),
        ("b.rb", "identical"),
        ("a.rb", "create"),
    ]
    assert plan.files[1].content == b"# gr\xc3\xb6\xc3\x9fer\n"


def test_the_root_of_a_plan_is_a_real_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "alias").symlink_to("repo")
    monkeypatch.chdir(tmp_path)

    assert plan_changes(Path("alias"), [(JOB, TEXT)], force=False, skip=False).root == tmp_path / "repo"


def test_what_is_to_be_decided_and_what_is_to_be_written(tmp_path: Path) -> None:
    statuses: tuple[Status, ...] = ("create", "identical", "force", "skip", "conflict")
    files = tuple(PlannedFile(path=f"{status}.rb", text="new", status=status, before=b"old") for status in statuses)
    plan = Plan(root=tmp_path, files=files)

    assert plan.conflicts == (files[4],)
    assert plan.writes == (files[0], files[2])

    decided = plan.with_files({"conflict.rb": dataclasses.replace(files[4], status="skip")})
    assert decided == Plan(root=tmp_path, files=(*files[:4], dataclasses.replace(files[4], status="skip")))
    assert plan.files == files
    decided.require_decisions()
    with pytest.raises(KeyError, match=r"other\.rb"):
        plan.with_files({"other.rb": files[0]})


def test_conflicts_need_a_decision(tmp_path: Path) -> None:
    put(tmp_path, "a.rb", b"old")
    put(tmp_path, "b.rb", b"old")
    plan = plan_changes(tmp_path, [("a.rb", TEXT), ("b.rb", TEXT), ("c.rb", TEXT)], force=False, skip=False)

    with pytest.raises(DecisionNeeded) as caught:
        plan.require_decisions()

    assert caught.value.exit_status == 3
    assert caught.value.code == "conflict"
    assert caught.value.message == "Already there with different content: a.rb, b.rb."
    assert caught.value.hint == "Pass --force to overwrite or --skip to keep what is there; nothing was written."
    assert caught.value.files == (("a.rb", "conflict"), ("b.rb", "conflict"))


@pytest.mark.parametrize("path", ["/etc/motd", "../motd", "app/../../motd", "app/../app/motd", ".."])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    error = refusal(tmp_path, path)

    assert error.code == "outside-root"
    assert error.message == f"{path} leads out of {tmp_path}."


def test_an_absolute_path_below_the_root_is_refused_too(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"{tmp_path}/a.rb").code == "outside-root"


@pytest.mark.parametrize("path", ["", ".", "a\0b"])
def test_what_names_nothing_is_refused(tmp_path: Path, path: str) -> None:
    error = refusal(tmp_path, path)

    assert error.code == "not-a-file"
    assert error.message == f"{path!r} is not the name of a file."


@pytest.mark.parametrize("kind", ["folder", "file", "dangling folder", "dangling file", "two hops", "root itself"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, kind: str) -> None:
    root, outside = tmp_path / "repo", tmp_path / "outside"
    (root / "app").mkdir(parents=True)
    outside.mkdir()
    if kind == "folder":
        (root / "app/jobs").symlink_to(outside)
    elif kind == "file":
        (root / "app/jobs").mkdir()
        (root / JOB).symlink_to(put(outside, "job.rb", TEXT.encode()))
    elif kind == "dangling folder":
        (root / "app/jobs").symlink_to("../../nowhere/jobs")
    elif kind == "dangling file":
        (root / "app/jobs").mkdir()
        (root / JOB).symlink_to(outside / "missing.rb")
    elif kind == "two hops":
        (root / "hop").symlink_to(outside)
        (root / "app/jobs").symlink_to("../hop")
    else:
        (root / "app/jobs").mkdir()
        (root / JOB).symlink_to(root)

    error = refusal(root, JOB)

    assert error.code == "outside-root"
    assert error.message == f"{JOB} leads out of {root}."
    assert sorted(path.name for path in outside.iterdir()) == (["job.rb"] if kind == "file" else [])


def test_a_neighbour_whose_name_begins_alike_is_outside(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo-2").mkdir()
    (tmp_path / "repo/app").symlink_to("../repo-2")

    assert refusal(tmp_path / "repo", "app/a.rb").code == "outside-root"


def test_links_that_stay_inside_are_followed(tmp_path: Path) -> None:
    put(tmp_path, "engine/jobs/a.rb", b"old")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/jobs").symlink_to("../engine/jobs")
    (tmp_path / "app/dangling.rb").symlink_to("jobs/later.rb")

    plan = plan_changes(tmp_path, [("app/jobs/a.rb", TEXT), ("app/dangling.rb", TEXT)], force=False, skip=False)

    assert [(file.status, file.before) for file in plan.files] == [("conflict", b"old"), ("create", None)]
    assert locate(tmp_path, "app/jobs/a.rb") == tmp_path / "engine/jobs/a.rb"
    assert locate(tmp_path, "app/dangling.rb") == tmp_path / "engine/jobs/later.rb"


PATHS = (
    *("app/jobs/a.rb", "app/jobs/b.rb", "app/jobs/linked.rb", "app/jobs/out.rb", "app/jobs/.git", "app/jobs/.."),
    *("app/jobs/.", "app/jobs/", "app//jobs/a.rb", "app/jobs/a\0.rb", "app/other/a.rb", "app/other/b.rb", "gone/a.rb"),
    *("a.rb", "away/a.rb", "away/b.rb", "app/../a.rb", "app/jobs", "app/jobs/same.rb", "", "/a.rb", "app/jobs/a.rb"),
)


def test_a_folder_that_is_known_leads_where_it_leads_when_it_is_not(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    put(root, "engine/jobs/same.rb", b"old")
    (root / "app/jobs").mkdir(parents=True)
    (root / "app/other").symlink_to("jobs")
    (root / "app/jobs/same.rb").symlink_to("../../engine/jobs/same.rb")
    (root / "app/jobs/linked.rb").symlink_to("../../engine/jobs/same.rb")
    (root / "app/jobs/out.rb").symlink_to("../../../out.rb")
    (root / "away").symlink_to("..")

    def outcome(place: Callable[[str], Path], path: str) -> object:
        try:
            return place(path)
        except Refused as error:
            return error.code, error.message

    fresh = [outcome(partial(locate, root), path) for path in PATHS]
    for order in (PATHS, PATHS[::-1], sorted(PATHS)):
        places = Places(root)
        assert {path: outcome(places.find, path) for path in order} == dict(zip(PATHS, fresh, strict=True))


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_in_the_way(tmp_path: Path, kind: str) -> None:
    (tmp_path / "app/jobs").mkdir(parents=True)
    if kind == "folder":
        (tmp_path / JOB).mkdir()
    else:
        os.mkfifo(tmp_path / JOB)

    error = refusal(tmp_path, JOB)

    assert error.code == "not-a-file"
    what = {"folder": "a folder", "pipe": "no regular file"}[kind]
    assert error.message == f"{JOB} cannot be written: what is there is {what}."


def test_a_file_where_a_folder_is_needed_is_in_the_way(tmp_path: Path) -> None:
    put(tmp_path, "app", b"")

    error = refusal(tmp_path, JOB)

    assert error.code == "not-a-file"
    assert error.message == f"{JOB} cannot be written: a folder on the way to it is a file."


def test_what_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.rb").symlink_to("loop.rb")

    error = refusal(tmp_path, "loop.rb")

    assert (error.code, error.message) == ("unreadable", "loop.rb cannot be read: Too many levels of symbolic links.")


def test_a_name_that_is_too_long_is_refused_without_being_repeated(tmp_path: Path) -> None:
    error = refusal(tmp_path, f"{'x' * 300}.rb")

    assert (error.code, error.message) == ("unreadable", f"{'x' * 60}... cannot be read: File name too long.")
    assert error.hint == "Choose a shorter name."


@pytest.mark.parametrize(
    "path", [".git/hooks/post-checkout", ".GIT/config", "app/.git", ".git. /config", "GIT~1/config", ".hg/hgrc"]
)
def test_what_belongs_to_version_control_is_refused(tmp_path: Path, path: str) -> None:
    error = refusal(tmp_path, path)

    assert (error.code, error.message) == (
        "version-control",
        f"{path} leads into what belongs to version control.",
    )


@pytest.mark.parametrize("path", [".github/jobs/a.rb", "app/git/a.rb", ".gitignore", "x.git/a.rb"])
def test_what_only_sounds_alike_may_be_written(tmp_path: Path, path: str) -> None:
    assert plan_changes(tmp_path, [(path, TEXT)], force=False, skip=False).files[0].status == "create"


def test_a_link_that_leads_into_version_control_is_refused(tmp_path: Path) -> None:
    put(tmp_path, ".git/config", b"[core]\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/sidekiq.rb").symlink_to("../.git/config")

    assert refusal(tmp_path, "config/sidekiq.rb").code == "version-control"
    assert (tmp_path / ".git/config").read_bytes() == b"[core]\n"


def test_two_names_of_one_file_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "spec.rb", b"old")
    (tmp_path / "job.rb").symlink_to("spec.rb")

    with pytest.raises(Refused) as caught:
        plan_changes(tmp_path, [("job.rb", "job"), ("spec.rb", "spec")], force=True, skip=False)

    assert (caught.value.code, caught.value.message) == ("same-file", "job.rb and spec.rb are one file.")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"old\r\nold\r\n", b"new\r\nnew\r\n"),
        (b"\xef\xbb\xbfold\n", b"\xef\xbb\xbfnew\nnew\n"),
        (b"\xef\xbb\xbfold\r\n", b"\xef\xbb\xbfnew\r\nnew\r\n"),
        (b"old\r\nold\n", b"new\nnew\n"),
        (b"old", b"new\nnew\n"),
    ],
)
def test_line_ends_and_the_byte_order_mark_are_kept(tmp_path: Path, before: bytes, after: bytes) -> None:
    put(tmp_path, JOB, before)

    (file,) = plan_changes(tmp_path, [(JOB, "new\nnew\n")], force=True, skip=False).files

    assert (file.status, file.content) == ("force", after)
    put(tmp_path, JOB, after)
    assert plan_changes(tmp_path, [(JOB, "new\nnew\n")], force=True, skip=False).files[0].status == "identical"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, JOB, b"old")

    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)

    error = refusal(tmp_path, JOB)

    assert error.code == "unreadable"
    assert error.message == f"{JOB} cannot be read: Permission denied."
    assert error.hint == "Make it readable for this user, or move it out of the way."


def test_contents_tells_an_empty_file_from_none(tmp_path: Path) -> None:
    put(tmp_path, "empty", b"")

    assert contents("empty", tmp_path / "empty") == b""
    assert contents("none", tmp_path / "none") is None
