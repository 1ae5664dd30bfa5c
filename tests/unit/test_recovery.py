"""What a run that was killed has left, as the next run finds it: its own, somebody else's since, and hostile."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.changes import lock, system
from sidekiq_gen.changes.apply import apply
from sidekiq_gen.changes.fingerprints import fingerprint
from sidekiq_gen.changes.journal import decode
from sidekiq_gen.changes.names import JOURNAL, temporary
from sidekiq_gen.changes.plan import plan_changes
from sidekiq_gen.changes.recovery import recover
from sidekiq_gen.cli import run
from sidekiq_gen.errors import Refused
from support.command import in_a_process, sidekiq_gen
from support.faults import Calls, Killed, Tree, dies, tree
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sidekiq_gen.changes.apply import Applied
    from sidekiq_gen.notices import Notice

TOKEN = "0123456789abcdef"  # noqa: S105 - no secret
TITLE = "sidekiq-gen journal 1: hello\n"
TEXTS = [("app/a.rb", "new a\n"), ("config/b.yml", "new b\n"), ("lib/new/c.rb", "new c\n")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    for path, content in {"app/a.rb": "old a\n", "config/b.yml": "old b\n"}.items():
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text(content)
    return root


def write(root: Path) -> Applied:
    return apply(plan_changes(root, TEXTS, force=True, skip=False))


def kill(root: Path, before: str, number: int = 1) -> None:
    """Write, and die before the n-th call of a function."""
    calls, alive = Calls(), shutil.copytree(root, root.parent / "alive")
    with calls.seen():
        write(alive)
    at = [place for place, name in enumerate(calls.names, 1) if name == before][number - 1]
    with pytest.raises(Killed), Calls(at, dies, stays=True).seen():
        write(root)
    assert (root / JOURNAL).exists()


def codes(notices: tuple[Notice, ...]) -> list[str]:
    return [notice.code for notice in notices]


def journal(root: Path, files: list[Any], folders: tuple[str, ...] = (), state: str = "staged\n", **more: Any) -> None:
    """A journal as somebody else has written it."""
    document = json.dumps({"token": TOKEN, "folders": folders, "files": files, **more})
    (root / JOURNAL).write_text(f"{TITLE}{document}\n{state}")


class TestAfterAKill:
    def test_it_is_said(self, root: Path) -> None:
        before = tree(root)
        kill(root, "link")

        notices = recover(root)

        assert [(notice.code, notice.message) for notice in notices] == [
            ("undone", "A run that was killed while it wrote app/a.rb, config/b.yml, lib/new/c.rb was undone.")
        ]
        assert tree(root) == before

    def test_what_was_replaced_is_the_old_file_itself(self, root: Path) -> None:
        inode = (root / "app/a.rb").stat().st_ino
        kill(root, "link")
        assert (root / "app/a.rb").stat().st_ino != inode

        recover(root)

        assert (root / "app/a.rb").stat().st_ino == inode

    def test_what_was_done_stays(self, root: Path) -> None:
        kill(root, "unlink", 2)

        notices = recover(root)

        assert codes(notices) == ["cleared"]
        assert {path: content for path, (_, content) in tree(root).items() if content is not None} == {
            path: text.encode() for path, text in TEXTS
        }

    def test_the_next_run_that_writes_undoes_it_as_well(self, root: Path) -> None:
        plan = plan_changes(root, TEXTS, force=True, skip=False)
        kill(root, "link")

        applied = apply(plan)

        assert codes(applied.notices) == ["undone"]
        assert (root / "app/a.rb").read_text() == "new a\n"
        assert not [path for path in tree(root) if ".sidekiq-gen" in path]

    def test_a_plan_of_what_is_undone_is_not_carried_out(self, root: Path) -> None:
        before = tree(root)
        kill(root, "link")
        plan = plan_changes(root, TEXTS, force=True, skip=False)
        assert [file.status for file in plan.files] == ["identical", "identical", "create"]

        with pytest.raises(Refused) as caught:
            apply(plan)

        assert caught.value.code == "changed-meanwhile"
        assert codes(caught.value.notices) == ["undone"]
        assert tree(root) == before

    @pytest.mark.parametrize("held", [True, False])
    def test_what_was_identical_and_is_undone_is_written(self, root: Path, held: bool) -> None:  # noqa: FBT001
        new = [("app/new.rb", "new")]
        apply(plan_changes(root, new, force=False, skip=False))
        plan = plan_changes(root, new, force=False, skip=False)
        assert [file.status for file in plan.files] == ["identical"]
        (root / "app/new.rb").unlink()
        if held:
            (root / JOURNAL).write_text("")

        applied = apply(plan)

        assert [file.status for file in applied.plan.files] == ["create"]
        assert (root / "app/new.rb").read_text() == "new"

    @pytest.mark.parametrize("path", ["app/a.rb", "config/b.yml"])
    @pytest.mark.parametrize("exchange", [True, False])
    def test_what_was_saved_since_is_kept_and_so_is_the_text_from_before(
        self,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        path: str,
        exchange: bool,  # noqa: FBT001
    ) -> None:
        if not exchange:
            monkeypatch.setattr(system, "rename_with", lambda *_: False)
        before = tree(root)
        kill(root, "link", 1 if exchange else 3)
        (root / path).write_text("theirs")

        notices = recover(root)

        assert codes(notices) == ["undone", "changed-since"]
        assert notices[1].message == f"{path} was changed after that run, and is left as it is."
        assert notices[1].hint == f"Look at it. The text from before is in {path}.orig."
        found = tree(root)
        assert (found.pop(path)[1], found.pop(f"{path}.orig")) == (b"theirs", before.pop(path))
        assert found == before

    def test_a_text_from_before_is_not_written_over(self, root: Path) -> None:
        kill(root, "link")
        (root / "app/a.rb").write_text("theirs")
        (root / "app/a.rb.orig").write_text("theirs too")

        notices = recover(root)

        (kept,) = (path for path in tree(root) if ".sidekiq-gen" in path)
        assert notices[1].hint == f"Look at it. The text from before is in {kept}."
        assert (root / kept).read_text() == "old a\n"
        assert (root / "app/a.rb.orig").read_text() == "theirs too"

    @pytest.mark.parametrize("content", ["theirs", "new c\n"])
    def test_what_was_created_and_saved_anew_since_is_kept(self, root: Path, content: str) -> None:
        kill(root, "fsync", 10)
        assert (root / "lib/new/c.rb").exists()
        (root / "lib/new/c.rb").unlink()
        (root / "lib/new/c.rb").write_text(content)

        notices = recover(root)

        assert codes(notices) == ["undone", "changed-since"]
        assert (root / "lib/new/c.rb").read_text() == content

    def test_a_folder_that_is_gone_is_not_made_again(self, root: Path) -> None:
        kill(root, "link")
        (root / "app").rename(root.parent / "app")

        assert codes(recover(root)) == ["undone"]
        assert not (root / "app").exists()
        assert (root / "config/b.yml").read_text() == "old b\n"

    @pytest.mark.parametrize(
        "content", [b"", b"sidekiq-gen jour", b"\0" * 40, TITLE.encode(), TITLE.encode() + b'{"tok']
    )
    def test_a_journal_that_was_not_finished_is_removed(self, root: Path, content: bytes) -> None:
        before = tree(root)
        (root / JOURNAL).write_bytes(content)

        assert recover(root) == ()
        assert tree(root) == before


class TestHostile:
    """A journal that came with the repo."""

    @pytest.mark.parametrize(
        "path",
        ["../out", "/etc/motd", "app/../../out", ".git/hooks/x", "app/.GIT/config", "", "a//b", "./a", "a\0b", "a/"],
    )
    @pytest.mark.parametrize("place", ["folder", "file", "made"])
    def test_a_path_that_no_run_of_ours_has_makes_it_none(self, root: Path, path: str, place: str) -> None:
        prints = [None, fingerprint(b"theirs")]
        file = {"folder": [path or ".", "x", *prints], "file": ["app", path, *prints], "made": ["app", "x", *prints]}
        journal(root, [file[place]], (path,) if place == "made" else ())
        before = tree(root)

        (notice,) = recover(root)

        assert (notice.code, notice.message) == ("not-recovered", f"{JOURNAL} is no journal of sidekiq-gen.")
        assert tree(root) == before

    @pytest.mark.parametrize(
        "change",
        [
            {"token": "../../../etc/pass"},
            {"token": TOKEN[:-1]},
            {"token": 3},
            {"folders": "app"},
            {"folders": [3]},
            {"files": {}},
            {"files": [[]]},
            {"files": [["app", "x", None, None]]},
            {"files": [["app", "x", None, "3-abc"]]},
            {"files": [["app", "x", None, 3]]},
            {"more": 1},
        ],
        ids=str,
    )
    def test_what_no_run_of_ours_writes_makes_it_none(self, root: Path, change: dict[str, Any]) -> None:
        document: dict[str, Any] = {"token": TOKEN, "folders": [], "files": [], **change}
        (root / JOURNAL).write_text(f"{TITLE}{json.dumps(document)}\n")

        assert codes(recover(root)) == ["not-recovered"]
        with pytest.raises(Refused) as caught:
            write(root)
        assert caught.value.code == "not-a-journal"
        assert (root / "app/a.rb").read_text() == "old a\n"

    @pytest.mark.parametrize("text", ["notes\n", f"{TITLE}[]\n", f"{TITLE}{'[' * 100_000}\n", f"{TITLE}\xff\n"])
    def test_a_file_of_somebody_else_is_left_alone(self, root: Path, text: str) -> None:
        (root / JOURNAL).write_text(text)

        assert codes(recover(root)) == ["not-recovered"]
        assert (root / JOURNAL).read_text() == text

    @pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
    def test_what_is_no_file_is_left_alone(self, root: Path, tmp_path: Path, kind: str) -> None:
        (tmp_path / "out").write_text("")
        make: dict[str, Callable[[], None]] = {
            "folder": (root / JOURNAL).mkdir,
            "link": lambda: (root / JOURNAL).symlink_to(tmp_path / "out"),
            "pipe": lambda: os.mkfifo(root / JOURNAL),
        }
        make[kind]()

        assert codes(recover(root)) == ["not-recovered"]
        with pytest.raises(Refused) as caught:
            write(root)
        assert caught.value.code == "not-a-journal"
        assert (tmp_path / "out").read_text() == ""

    def test_a_file_with_another_content_is_not_removed(self, root: Path) -> None:
        journal(root, [["app", "a.rb", None, fingerprint(b"something else")]])

        assert codes(recover(root)) == ["undone", "changed-since"]
        assert (root / "app/a.rb").read_text() == "old a\n"

    def test_a_folder_that_is_a_link_is_not_followed(self, root: Path, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "a.rb").write_text("a")
        (outside / temporary(TOKEN, 0, "new")).write_text("a")
        (root / "linked").symlink_to(outside)
        journal(root, [["linked", "a.rb", None, fingerprint(b"a")]])
        before = tree(outside)

        recover(root)

        assert tree(outside) == before

    def test_a_temporary_file_that_is_a_link_is_not_followed(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("new a\n")
        (root / "app" / temporary(TOKEN, 0, "new")).symlink_to(tmp_path / "secret")
        journal(root, [["app", "a.rb", fingerprint(b"old a\n"), fingerprint(b"new a\n")]])

        recover(root)

        assert (tmp_path / "secret").read_text() == "new a\n"
        assert (root / "app/a.rb").read_text() == "old a\n"

    def test_one_that_is_too_large_is_not_read(self, root: Path) -> None:
        with (root / JOURNAL).open("wb") as file:
            file.truncate(1 << 40)

        assert codes(recover(root)) == ["not-recovered"]


class TestTheCommand:
    REPO = Repo()

    def dirty(self, tmp_path: Path) -> tuple[Path, Tree]:
        """A repo where a job was being written, and the repo as it was before."""
        root = self.REPO.write(tmp_path / "storefront")
        (root / "app/jobs").mkdir(parents=True, exist_ok=True)
        before = tree(root)
        (root / "app/jobs/x_job.rb").write_text("half")
        journal(root, [["app/jobs", "x_job.rb", None, fingerprint(b"half")]])
        return root, before

    @pytest.mark.parametrize("arguments", ["info", "patterns", "job ProcessOrder --pretend", "install --pretend"])
    def test_every_command_begins_with_it(self, tmp_path: Path, arguments: str) -> None:
        root, before = self.dirty(tmp_path)

        done = sidekiq_gen(root, *arguments.split())

        assert done.status == 0, done.err
        assert "notice  A run that was killed while it wrote app/jobs/x_job.rb was undone." in done.err
        assert tree(root) == before

    @pytest.mark.parametrize("arguments", ["job ProcessOrder", "install"])
    def test_the_document_has_it(self, tmp_path: Path, arguments: str) -> None:
        root, _ = self.dirty(tmp_path)

        done = sidekiq_gen(root, *arguments.split(), "--json")

        assert next(notice["code"] for notice in json.loads(done.out)["notices"]) == "undone"
        assert not (root / "app/jobs/x_job.rb").exists()

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ("job ProcessOrder", "conflict"),
            ("job --from jobs.toml", "conflict"),
            ("job Other --queue a!b", "invalid-queue"),
            ("destroy job ProcessOrder", "conflict"),
        ],
    )
    def test_the_document_of_an_error_has_it(self, tmp_path: Path, arguments: str, code: str) -> None:
        root, _ = self.dirty(tmp_path)
        (root / "app/jobs/process_order_job.rb").write_text("theirs")
        (root / "jobs.toml").write_text('[[job]]\nname = "ProcessOrder"\n')

        done = sidekiq_gen(root, *arguments.split(), "--json", "--no-input")
        told = json.loads(done.out)

        assert (told["error"]["code"], [one["code"] for one in told["notices"]].count("undone")) == (code, 1)
        assert done.err.count("A run that was killed") == 1

    def test_a_refusal_while_somebody_is_asked_has_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        root, before = self.dirty(tmp_path)
        monkeypatch.setattr(run, "_somebody_is_there", lambda: True)

        done = sidekiq_gen(root, "job", "ProcessOrder", "--queue", "a!b")

        assert (done.status, done.err.count("A run that was killed")) == (2, 1)
        assert tree(root) == before

    def test_without_a_home_and_from_a_folder_below(self, tmp_path: Path) -> None:
        root, before = self.dirty(tmp_path)

        done = in_a_process(root / "app", ["info"], HOME="")

        assert done.status == 0
        assert tree(root) == before

    def test_a_repo_that_may_not_be_written_is_still_looked_at(self, tmp_path: Path, monkeypatch: Any) -> None:
        root, _ = self.dirty(tmp_path)

        def refused(*_: object, **__: object) -> None:
            raise OSError(30, "Read-only file system")

        for name in ("rename", "unlink"):
            monkeypatch.setattr(os, name, refused)

        done = sidekiq_gen(root, "info")

        assert done.status == 0
        assert "cannot be undone: Read-only file system (app/jobs/x_job.rb)." in done.err

    def test_a_run_that_cannot_undo_does_not_write(self, tmp_path: Path) -> None:
        root, _ = self.dirty(tmp_path)
        (root / JOURNAL).write_text("mine\n")

        done = sidekiq_gen(root, "job", "ProcessOrder")

        assert done.status == 1
        assert f"error  {JOURNAL} is no journal of sidekiq-gen." in done.err
        assert not (root / "app/jobs/process_order_job.rb").exists()


class TestTheLock:
    def test_a_run_that_writes_is_not_undone(self, root: Path) -> None:
        kill(root, "link")
        before = tree(root)
        with (root / JOURNAL).open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)

            assert recover(root) == ()
            assert tree(root) == before

        assert codes(recover(root)) == ["undone"]

    def test_who_waits_too_long_is_told(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lock, "PATIENCE", 0.1)
        before = tree(root)
        with (root / JOURNAL).open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)

            with pytest.raises(Refused) as caught:
                write(root)

        assert caught.value.code == "locked"
        assert caught.value.message.startswith(f"Another run of sidekiq-gen is writing in {root}, and has not ended")
        assert {path: held for path, held in tree(root).items() if path != JOURNAL} == before

    def test_a_journal_that_is_removed_while_somebody_waits_is_not_the_lock(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flock = fcntl.flock
        seen: list[int] = []

        def replaced(descriptor: int, operation: int) -> None:
            if not seen:
                (root / JOURNAL).unlink()
            seen.append(operation)
            flock(descriptor, operation)

        monkeypatch.setattr(fcntl, "flock", replaced)

        write(root)

        assert len(seen) == 2
        assert (root / "app/a.rb").read_text() == "new a\n"
        assert not (root / JOURNAL).exists()

    def test_a_file_system_without_locks_is_written_all_the_same(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def none(*_: object) -> None:
            raise OSError(38, "Function not implemented")

        monkeypatch.setattr(fcntl, "flock", none)

        write(root)

        assert (root / "app/a.rb").read_text() == "new a\n"


def test_a_journal_comes_back_as_it_was_written(root: Path) -> None:
    (root / "b\udcff").mkdir()
    seen = []
    original = os.write

    def write_and_look(descriptor: int, content: bytes) -> int:
        seen.append(bytes(content))
        return original(descriptor, content)

    plan = plan_changes(root, [("b\udcff/ü.rb", "x"), ("app/a.rb", "y")], force=True, skip=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", write_and_look)
        apply(plan)

    read = decode(seen[0])
    assert read is not None
    assert [(entry.folder, entry.name, entry.before, entry.after) for entry in read.entries] == [
        ("b\udcff", "ü.rb", None, fingerprint(b"x")),
        ("app", "a.rb", fingerprint(b"old a\n"), fingerprint(b"y\n"[:1])),
    ]
