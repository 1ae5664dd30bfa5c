from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.changes import system
from sidekiq_gen.changes.apply import apply
from sidekiq_gen.changes.plan import Plan, PlannedFile, plan_changes
from sidekiq_gen.changes.recovery import recover
from sidekiq_gen.errors import DecisionNeeded, Refused
from support.faults import Calls, Tree, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NEW = [
    ("app/jobs/billing/charge_job.rb", "charge\n"),
    ("config/sidekiq.yml", "new: true\n"),
    ("spec/jobs/billing/charge_job_spec.rb", "größer\n"),
    ("lib/linked.rb", "linked, new\n"),
    ("config/same.yml", "same\n"),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("app/jobs", "config", "lib"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/sidekiq.yml").write_bytes(b"old: \xff\r\n")
    (tmp_path / "config/sidekiq.yml").chmod(0o640)
    (tmp_path / "config/same.yml").write_text("same\n")
    (tmp_path / "lib/real.rb").write_text("linked, old\n")
    (tmp_path / "lib/linked.rb").symlink_to("real.rb")
    return tmp_path


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def forced(root: Path) -> Plan:
    return plan_changes(root, NEW, force=True, skip=False)


def written(before: Tree) -> Tree:
    """What `before` looks like when all of NEW has been written."""
    return {
        **before,
        "app/jobs/billing": (0o755, None),
        "app/jobs/billing/charge_job.rb": (0o644, b"charge\n"),
        "config/sidekiq.yml": (0o640, b"new: true\r\n"),
        "lib/real.rb": (0o644, b"linked, new\n"),
        "spec": (0o755, None),
        "spec/jobs": (0o755, None),
        "spec/jobs/billing": (0o755, None),
        "spec/jobs/billing/charge_job_spec.rb": (0o644, b"gr\xc3\xb6\xc3\x9fer\n"),
    }


def test_writes_all_that_is_to_be_written(root: Path) -> None:
    before = tree(root)

    apply(forced(root))

    assert tree(root) == written(before)
    assert (root / "lib/linked.rb").is_symlink()


def test_skipped_and_identical_files_are_left_alone(root: Path) -> None:
    before = tree(root)
    stamps = {path: path.stat().st_mtime_ns for path in root.rglob("*.yml")}

    apply(plan_changes(root, NEW, force=False, skip=True))

    kept = {path: before[path] for path in ("config/sidekiq.yml", "lib/real.rb")}
    assert tree(root) == {**written(before), **kept}
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere sync(2) does not wait")
@pytest.mark.parametrize(("files", "together"), [(100, 0), (101, 1)])
def test_many_files_are_synced_at_once_before_the_first_is_put_in_place(
    root: Path, monkeypatch: pytest.MonkeyPatch, files: int, together: int
) -> None:
    texts = [(f"app/jobs/n{number % 7}/j{number}.rb", f"{number}\n") for number in range(files)]
    synced, calls = [], Calls()
    monkeypatch.setattr(os, "sync", lambda: synced.append(tree(root)))

    with calls.seen():
        apply(plan_changes(root, texts, force=False, skip=False))

    assert [sum(path.endswith(".new") for path in seen) for seen in synced] == [files] * together
    assert not [path for seen in synced for path, _ in texts if path in seen]
    assert (calls.names.count("fsync") > files) == (not together)
    assert [(root / path).read_text() for path, _ in texts] == [text for _, text in texts]


def test_a_second_run_changes_nothing(root: Path) -> None:
    apply(forced(root))
    after = tree(root)
    again = forced(root)

    assert [file.status for file in again.files] == ["identical"] * 5
    apply(again)
    assert tree(root) == after


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o000, 0o666), (0o002, 0o664)])
def test_a_new_file_follows_the_umask(root: Path, umask: int, mode: int) -> None:
    os.umask(umask)

    apply(plan_changes(root, [("new.rb", "")], force=False, skip=False))

    assert stat.S_IMODE((root / "new.rb").stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o755, 0o600, 0o666])
def test_a_replaced_file_keeps_its_mode_whatever_the_umask(root: Path, mode: int) -> None:
    (root / "config/sidekiq.yml").chmod(mode)
    os.umask(0o077)

    apply(forced(root))

    assert tree(root)["config/sidekiq.yml"] == (mode, b"new: true\r\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_replaced_file_keeps_its_owner(root: Path) -> None:
    os.chown(root / "config/sidekiq.yml", NOBODY, 12)

    apply(forced(root))

    after = (root / "config/sidekiq.yml").stat()
    assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (NOBODY, 12, 0o640)


def test_a_replaced_file_loses_what_would_run_it_as_another_user(root: Path) -> None:
    (root / "config/sidekiq.yml").chmod(0o6755)

    apply(forced(root))

    assert tree(root)["config/sidekiq.yml"][0] == 0o755


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes")
def test_a_replaced_file_keeps_its_extended_attributes(root: Path) -> None:
    try:
        os.setxattr(root / "config/sidekiq.yml", "user.note", b"mine")
    except OSError as error:
        pytest.skip(f"nor has this file system: {error}")

    apply(forced(root))

    assert os.getxattr(root / "config/sidekiq.yml", "user.note") == b"mine"


def test_a_file_is_removed(root: Path) -> None:
    before = tree(root)
    old = (root / "config/same.yml").read_bytes()
    plan = Plan(root, (PlannedFile("config/same.yml", "", "remove", old), PlannedFile("new.rb", "new", "create")))
    assert [file.path for file in plan.writes] == ["new.rb"]

    apply(plan)

    assert tree(root) == {
        **{path: held for path, held in before.items() if path != "config/same.yml"},
        "new.rb": (0o644, b"new"),
    }


def test_a_file_that_was_changed_is_not_removed(root: Path) -> None:
    before = tree(root)

    with pytest.raises(Refused) as caught:
        apply(Plan(root, (PlannedFile("config/same.yml", "", "remove", b"other"),)))

    assert caught.value.code == "changed-meanwhile"
    assert tree(root) == before


def test_a_dangling_link_inside_the_root_is_filled(root: Path) -> None:
    (root / "lib/later.rb").symlink_to("../engine/later.rb")

    apply(plan_changes(root, [("lib/later.rb", "later\n")], force=False, skip=False))

    assert str((root / "lib/later.rb").readlink()) == "../engine/later.rb"
    assert (root / "engine/later.rb").read_text() == "later\n"


def test_an_undecided_plan_is_not_begun(root: Path) -> None:
    before = tree(root)

    with pytest.raises(DecisionNeeded) as caught:
        apply(plan_changes(root, NEW, force=False, skip=False))

    assert caught.value.message == "Already there with different content: config/sidekiq.yml, lib/linked.rb."
    assert tree(root) == before


def during(monkeypatch: pytest.MonkeyPatch, name: str, number: int, happening: Callable[[], object]) -> None:
    """Let something happen just before the n-th call of an `os` function."""
    original: Callable[..., Any] = getattr(os, name)
    calls = 0

    def stand_in(*arguments: Any, **options: Any) -> Any:  # stands in for anything
        nonlocal calls
        calls += 1
        if calls == number:
            happening()
        return original(*arguments, **options)

    monkeypatch.setattr(os, name, stand_in)


@pytest.mark.parametrize("path", ["config/sidekiq.yml", "lib/real.rb"])
def test_a_file_changed_since_the_plan_is_kept(root: Path, path: str) -> None:
    plan = forced(root)
    (root / path).write_text("theirs")
    before = tree(root)

    with pytest.raises(Refused) as caught:
        apply(plan)

    assert caught.value.code == "changed-meanwhile"
    called = {"lib/real.rb": "lib/linked.rb"}.get(path, path)
    assert caught.value.message == f"{called} was changed by another process in the meantime."
    assert caught.value.hint == "Look at it and run the command again; nothing was written."
    assert tree(root) == before


def test_a_file_removed_since_the_plan_is_not_brought_back(root: Path) -> None:
    plan = forced(root)
    (root / "config/sidekiq.yml").unlink()
    before = tree(root)

    with pytest.raises(Refused) as caught:
        apply(plan)

    assert caught.value.code == "changed-meanwhile"
    assert tree(root) == before


def test_a_file_that_appeared_since_the_plan_is_a_conflict(root: Path) -> None:
    plan = plan_changes(root, [("a.rb", "a"), ("b.rb", "b")], force=True, skip=False)
    (root / "b.rb").write_text("theirs")
    before = tree(root)

    with pytest.raises(DecisionNeeded) as caught:
        apply(plan)

    assert caught.value.message == "Already there with different content: b.rb."
    assert tree(root) == before


def test_a_file_that_another_run_has_written_is_identical(root: Path) -> None:
    plan = plan_changes(root, [("a.rb", "a"), ("b.rb", "b")], force=False, skip=False)
    (root / "b.rb").write_text("b")
    stamp = (root / "b.rb").stat().st_ino

    applied = apply(plan)

    assert [file.status for file in applied.plan.files] == ["create", "identical"]
    assert ((root / "a.rb").read_text(), (root / "b.rb").stat().st_ino) == ("a", stamp)


@pytest.mark.parametrize("way", ["in place", "by rename", "removed"])
@pytest.mark.parametrize("moment", [("fsync", 7), ("link", 1), ("link", 2)])
def test_a_file_changed_while_writing_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, way: str, moment: tuple[str, int]
) -> None:
    before = tree(root)
    target = root / "lib/real.rb"

    def change() -> None:
        if way == "in place":
            target.write_text("theirs")
        elif way == "by rename":
            (root / "theirs").write_text("theirs")
            (root / "theirs").rename(target)
        else:
            target.unlink()

    during(monkeypatch, *moment, change)

    with pytest.raises(Refused) as caught:
        apply(forced(root))

    expected = {path: entry for path, entry in before.items() if path != "lib/real.rb"}
    if way != "removed":
        expected["lib/real.rb"] = (0o644, b"theirs")
    assert tree(root) == expected
    assert caught.value.code == "changed-meanwhile"
    assert caught.value.message == "lib/linked.rb was changed by another process in the meantime."


def test_a_file_that_appears_while_writing_is_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)
    spec = root / "spec/jobs/billing/charge_job_spec.rb"
    during(monkeypatch, "link", 2, lambda: spec.write_text("theirs"))

    with pytest.raises(Refused) as caught:
        apply(forced(root))

    assert caught.value.code == "changed-meanwhile"
    assert caught.value.message == (
        "spec/jobs/billing/charge_job_spec.rb was changed by another process in the meantime."
    )
    folders: Tree = dict.fromkeys(("spec", "spec/jobs", "spec/jobs/billing"), (0o755, None))
    assert tree(root) == {**before, **folders, "spec/jobs/billing/charge_job_spec.rb": (0o644, b"theirs")}


def test_a_folder_swapped_for_a_link_that_leads_out_is_refused(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    plan = forced(root)
    (root / "app/jobs").rmdir()
    (root / "app/jobs").symlink_to(outside)
    before = tree(root)

    with pytest.raises(Refused) as caught:
        apply(plan)

    assert caught.value.code == "outside-root"
    assert tree(root) == before
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("moment", [("fsync", 1), ("fsync", 3), ("link", 1), ("link", 2)])
def test_a_folder_swapped_while_writing_is_not_followed(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, moment: tuple[str, int]
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "billing").mkdir()

    def swap() -> None:
        (root / "app/jobs").rename(root / "app/elsewhere")
        (root / "app/jobs").symlink_to(outside)

    during(monkeypatch, *moment, swap)

    with pytest.raises(Refused):
        apply(forced(root))

    assert list(tree(outside)) == ["billing"]
    assert tree(root)["config/sidekiq.yml"] == (0o640, b"old: \xff\r\n")


def test_what_cannot_be_put_back_is_named_and_the_next_run_does_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)

    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    breaking: tuple[tuple[Any, str], ...] = ((os, "rename"), (os, "unlink"), (os, "link"), (system, "rename_with"))
    with monkeypatch.context() as patch:

        def break_it() -> None:
            for owner, name in breaking:
                patch.setattr(owner, name, broken)
            broken()

        during(patch, "link", 2, break_it)
        with pytest.raises(Refused) as caught:
            apply(plan_changes(root, [NEW[1], NEW[0], NEW[2]], force=True, skip=False))

    assert caught.value.code == "cannot-undo"
    assert caught.value.message.endswith(" cannot be put back now: Read-only file system.")
    assert caught.value.hint == (
        ".sidekiq-gen-journal says what is to be undone; the next run of sidekiq-gen in this repo does it."
    )
    (notice,) = recover(root)
    assert notice.code == "undone"
    assert tree(root) == before


def test_a_folder_that_something_else_has_moved_into_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)

    def move_in() -> None:
        (root / "app/jobs/billing/theirs.rb").write_text("theirs")
        signal.raise_signal(signal.SIGINT)

    during(monkeypatch, "link", 1, move_in)

    with pytest.raises(KeyboardInterrupt):
        apply(forced(root))

    theirs: Tree = {"app/jobs/billing": (0o755, None), "app/jobs/billing/theirs.rb": (0o644, b"theirs")}
    assert tree(root) == {**before, **theirs}


@pytest.mark.parametrize("fails", [False, True])
def test_a_folder_that_appears_meanwhile_is_used_and_not_removed(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    fails: bool,  # noqa: FBT001
) -> None:
    original = os.mkdir

    def mkdir(name: str, *, dir_fd: int) -> None:
        if name == "spec":
            original(root / "spec")
        original(name, dir_fd=dir_fd)

    before = tree(root)
    plan = forced(root)
    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", mkdir)
        if fails:
            during(patch, "link", 2, lambda: signal.raise_signal(signal.SIGINT))
            with pytest.raises(KeyboardInterrupt):
                apply(plan)
        else:
            apply(plan)

    assert tree(root) == ({**before, "spec": (0o755, None)} if fails else written(before))


def as_nobody(action: Callable[[], object]) -> str:
    """Run `action` in a child without root's rights; what it raised, as ``code: message``."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the threads of pytest-xdist are no matter here
        child = os.fork()
    if child == 0:  # pragma: no cover  # leaves by _exit
        outcome = "nothing raised"
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            action()
        except Refused as error:
            outcome = f"{error.code}: {error.message}"
        except BaseException as error:  # noqa: BLE001  # nothing may get out of the child
            outcome = repr(error)
        finally:
            os.write(writing, outcome.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        outcome = stream.read()
    os.waitpid(child, 0)
    return outcome


@pytest.fixture
def open_root() -> Iterator[Path]:
    """A tree whose root others may write to."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.path.realpath(folder))
        root.chmod(0o777)
        (root / "free").mkdir()
        (root / "free").chmod(0o777)
        (root / "closed").mkdir()
        (root / "closed/old.rb").write_text("old")
        (root / "closed").chmod(0o555)
        yield root
        (root / "closed").chmod(0o755)


@pytest.mark.parametrize("path", ["closed/new.rb", "closed/below/new.rb"])
def test_a_folder_that_may_not_be_written_to_is_refused(open_root: Path, path: str) -> None:
    before = tree(open_root)
    plan = plan_changes(open_root, [("free/a.rb", "a"), (path, "b")], force=True, skip=False)

    assert as_nobody(lambda: apply(plan)) == f"cannot-write: {path} cannot be written: Permission denied."
    assert tree(open_root) == before


def test_a_file_that_may_not_be_written_to_is_refused_although_its_folder_would_allow_it(open_root: Path) -> None:
    (open_root / "free/old.rb").write_text("old")
    (open_root / "free/old.rb").chmod(0o444)
    before = tree(open_root)
    plan = plan_changes(open_root, [("free/a.rb", "a"), ("free/old.rb", "new")], force=True, skip=False)

    assert as_nobody(lambda: apply(plan)) == "cannot-write: free/old.rb cannot be written: Permission denied."
    assert tree(open_root) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a second user at hand")
def test_a_file_of_somebody_else_is_replaced_where_that_is_allowed(open_root: Path) -> None:
    (open_root / "free/old.rb").write_text("old")
    (open_root / "free/old.rb").chmod(0o666)
    plan = plan_changes(open_root, [("free/old.rb", "new")], force=True, skip=False)

    assert as_nobody(lambda: apply(plan)) == "nothing raised"
    assert tree(open_root)["free/old.rb"] == (0o666, b"new")
    assert (open_root / "free/old.rb").stat().st_uid == NOBODY


def test_a_file_that_may_not_be_read_is_refused(open_root: Path) -> None:
    (open_root / "free/old.rb").write_text("old")
    (open_root / "free/old.rb").chmod(0o000)

    def plan() -> None:
        plan_changes(open_root, [("free/old.rb", "new")], force=True, skip=False)

    assert as_nobody(plan) == "unreadable: free/old.rb cannot be read: Permission denied."


def test_the_check_itself_works(open_root: Path) -> None:
    plan = plan_changes(open_root, [("free/a.rb", "a")], force=True, skip=False)

    assert as_nobody(lambda: apply(plan)) == "nothing raised"
    assert (open_root / "free/a.rb").read_text() == "a"


@pytest.mark.parametrize("moment", [("fsync", number) for number in range(1, 16)] + [("link", 1), ("link", 2)])
def test_ctrl_c_at_any_moment_before_the_commit_undoes_everything(
    root: Path, monkeypatch: pytest.MonkeyPatch, moment: tuple[str, int]
) -> None:
    before, handlers = tree(root), [signal.getsignal(number) for number in STOPPING]
    during(monkeypatch, *moment, lambda: signal.raise_signal(signal.SIGINT))

    with pytest.raises(KeyboardInterrupt):
        apply(forced(root))

    assert tree(root) == before
    assert [signal.getsignal(number) for number in STOPPING] == handlers


@pytest.mark.parametrize("moment", [("fsync", 16), ("unlink", 1), ("unlink", 4)])
def test_ctrl_c_after_the_commit_comes_too_late(
    root: Path, monkeypatch: pytest.MonkeyPatch, moment: tuple[str, int]
) -> None:
    before, handlers = tree(root), [signal.getsignal(number) for number in STOPPING]
    come: list[Tree] = []

    def interrupt() -> None:
        come.append(tree(root))
        signal.raise_signal(signal.SIGINT)

    during(monkeypatch, *moment, interrupt)

    try:
        apply(forced(root))
    except KeyboardInterrupt:
        pytest.fail("it is heard")

    assert len(come) == 1
    assert tree(root) == written(before)
    assert [signal.getsignal(number) for number in STOPPING] == handlers


def test_ctrl_c_is_heeded_before_the_next_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def interrupted() -> None:
        begun.extend(path for path in tree(root) if path.endswith(".new"))
        signal.raise_signal(signal.SIGINT)

    during(monkeypatch, "fsync", 3, interrupted)  # after the journal and the root: the first new text

    with pytest.raises(KeyboardInterrupt):
        apply(forced(root))

    assert len(begun) == 1


def test_two_signals_are_one_interruption(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)

    def twice() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    during(monkeypatch, "link", 2, twice)

    with pytest.raises(KeyboardInterrupt):
        apply(forced(root))

    assert tree(root) == before


def test_a_handler_of_the_callers_gets_its_signal_afterwards(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)
    seen = []
    during(monkeypatch, "link", 2, lambda: signal.raise_signal(signal.SIGHUP))
    handler = signal.signal(signal.SIGHUP, lambda number, _: seen.append((number, tree(root))))
    try:
        with pytest.raises(KeyboardInterrupt):
            apply(forced(root))
    finally:
        signal.signal(signal.SIGHUP, handler)

    assert seen == [(signal.SIGHUP, before)]


def test_any_thread_may_write(root: Path) -> None:
    before = tree(root)

    with ThreadPoolExecutor() as pool:
        pool.submit(apply, forced(root)).result()

    assert tree(root) == written(before)


def test_an_ignored_signal_stays_ignored(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)
    during(monkeypatch, "fsync", 2, lambda: signal.raise_signal(signal.SIGHUP))
    handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        apply(forced(root))
    finally:
        signal.signal(signal.SIGHUP, handler)

    assert tree(root) == written(before)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_that_kills_does_so_after_everything_is_undone(root: Path, name: str) -> None:
    before = tree(root)
    script = f"""
import os, signal
from pathlib import Path
from sidekiq_gen.changes import system
from sidekiq_gen.changes.apply import apply
from sidekiq_gen.changes.plan import plan_changes
signal.signal(signal.{name}, signal.SIG_DFL)  # whoever started the tests may ignore it
signal.signal(signal.{name}, signal.SIG_DFL)  # whoever started the tests may have it ignored
link = os.link
def killed(*arguments, **options):
    link(*arguments, **options)
    os.kill(os.getpid(), signal.{name})
os.link = killed
apply(plan_changes(Path({str(root)!r}), {NEW!a}, force=True, skip=False))
print("survived")
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout, run.stderr) == (-getattr(signal, name), "", "")
    assert tree(root) == before


def test_the_longest_name_of_a_file_leaves_room_for_a_temporary_one(root: Path) -> None:
    path = f"{'x' * 252}.rb"

    apply(plan_changes(root, [(path, "long name")], force=False, skip=False))

    assert (root / path).read_text() == "long name"
