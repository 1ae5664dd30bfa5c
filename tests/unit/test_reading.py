from __future__ import annotations

import ast
import os
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sidekiq_gen
from sidekiq_gen import reading
from sidekiq_gen.rails.files import Repo as Files
from sidekiq_gen.rails.lockfile import find_root, no_lockfile
from sidekiq_gen.reading import Unreadable, read_inside, read_regular
from support.command import sidekiq_gen as command
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(sidekiq_gen.__file__).parent
# What opens a file to read it, however it is imported.
OPENING = frozenset({"open", "fdopen", "read_text", "read_bytes", "load_source", "FileIO", "input", "mmap"})


def _opens(path: Path) -> list[int]:
    """The lines of a module that call anything that opens files."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    named = ((call, getattr(call.func, "attr", getattr(call.func, "id", ""))) for call in calls)
    return [call.lineno for call, name in named if name in OPENING]


def test_no_other_module_opens_files() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if not path.is_relative_to(PACKAGE / "changes") and (lines := _opens(path))
    }
    elsewhere = found.pop("reading.py")
    found.pop("cli/console.py", None)  # /dev/null, in the place of a pipe that is closed
    # `Mark.open` is a method of its own that makes Ruby.
    assert (len(elsewhere), {name: lines for name, lines in found.items() if not name.startswith("job/")}) == (1, {})
    assert all(_is_method_of_ours(PACKAGE / name, lines) for name, lines in found.items())


def _is_method_of_ours(path: Path, lines: list[int]) -> bool:
    return all(".open()" in path.read_text().splitlines()[line - 1] for line in lines)


def _place(kind: str, path: Path) -> None:
    """Put something where a file is expected."""
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "dangling":
        path.symlink_to("nothing-here")
    elif kind == "large":
        with path.open("wb") as file:
            file.truncate(reading.LOCKFILE + 1)
    elif kind == "outside":
        path.symlink_to("/etc/hostname")
    else:
        path.symlink_to("/dev/zero")


REASONS = {
    "fifo": "is not a regular file",
    "socket": "is not a regular file",
    "folder": "is a folder",
    "loop": "is a link that leads nowhere",
    "dangling": "cannot be read: No such file or directory",
    "large": "is larger than 10 MB",
    "device": "is not a regular file",
}


@pytest.mark.parametrize(("kind", "reason"), REASONS.items())
def test_only_regular_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, reason: str) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    _place(kind, Path("it"))
    with pytest.raises(Unreadable) as raised:
        read_regular("it", reading.LOCKFILE)
    assert (raised.value.reason, raised.value.missing) == (reason, kind == "dangling")


def test_what_takes_a_files_place_before_it_is_opened_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "it"
    path.write_text("text")
    look = path.stat()
    path.unlink()
    os.mkfifo(path)  # an opening without O_NONBLOCK would wait for a writer, for ever
    monkeypatch.setattr(os, "stat", lambda *_arguments, **_options: look)
    with pytest.raises(Unreadable, match="is not a regular file"):
        read_regular(path, 100)


@pytest.mark.parametrize("kind", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_has_taken_the_place_of_a_file_that_was_looked_at_is_not_read(
    tmp_path: Path, kind: Callable[[Path], None]
) -> None:
    path = tmp_path / "it"
    kind(path)

    with pytest.raises(Unreadable):
        read_regular(path, 100, follow=False, seen=True)


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    _place("large", tmp_path / "large")
    (tmp_path / "text").write_text("text")
    before = os.dup(0)
    os.close(before)
    assert read_regular(tmp_path / "text", 10) == b"text"
    with pytest.raises(Unreadable):
        read_regular(tmp_path / "large", 10)
    after = os.dup(0)
    os.close(after)
    assert after == before


def test_a_file_that_grows_is_read_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "it"
    path.write_text("ab")
    real = os.fstat

    def smaller(descriptor: int) -> os.stat_result:
        found = list(real(descriptor))
        found[stat.ST_SIZE] = 1
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", smaller)
    assert read_regular(path, 2) == b"ab"
    path.write_text("abcdef")
    monkeypatch.setattr(os, "stat", lambda *_arguments, **_options: smaller(os.open(path, os.O_RDONLY)))
    with pytest.raises(Unreadable, match="larger than"):
        read_regular(path, 2)


@pytest.mark.parametrize("target", ["/etc/hostname", "../other/it", "/dev/zero"])
def test_links_stay_inside(tmp_path: Path, target: str) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    (other / "it").write_text("secret")
    (root / "own").write_text("own")
    (root / "link").symlink_to("own")
    (root / "out").symlink_to(target)
    (root / "folder").symlink_to(other)
    assert read_inside(root, "link", 10) == b"own"
    for path in ("out", "folder/it"):
        with pytest.raises(Unreadable, match="is a link out of the root"):
            read_inside(root, path, 10)
        files = Files(root)
        assert (files.data(path), files.unread) == (None, {path: "is a link out of the root"})
    files = Files(root)
    assert files.data("link") == b"own"
    assert [files.data(path) for path in ("../other/it", str(other / "it"), "x/../../other/it")] == [None, None, None]
    assert files.names("folder") == files.names("../other") == files.files("folder", "") == ()
    # What a repo could only name is nothing that was there and is not read.
    assert files.unread == {"folder": "is a link out of the root"}


@pytest.mark.parametrize("kind", [*sorted(REASONS.keys() - {"dangling", "socket"}), "outside"])
def test_a_lockfile_that_is_none(tmp_path: Path, kind: str) -> None:
    _place(kind, tmp_path / "Gemfile.lock")
    done = command(tmp_path, "info")
    if kind == "outside":  # it may be shared, and is whatever it is
        assert (done.status, "is not a lock file of Bundler" in done.err) == (1, True)
    else:
        assert (done.status, f"Gemfile.lock {REASONS[kind]}." in done.err) == (1, True)
    assert done.out == ""


@pytest.mark.parametrize("kind", ["fifo", "device", "large", "outside", "loop", "folder"])
def test_a_namespace_in_lib_that_is_no_file(tmp_path: Path, kind: str) -> None:
    root = Repo().write(tmp_path)
    (root / "lib").mkdir()
    _place(kind, root / "lib/billing.rb")
    done = command(root, "job", "billing/sync", "--pretend")
    said = {**REASONS, "large": "is larger than 1 MB", "outside": "is a link out of the root"}
    said["device"] = said["outside"]
    assert (done.status, f"lib/billing.rb {said[kind]}: it counts as if it were not there." in done.err) == (0, True)
    assert "billing/sync_job.rb" in done.out


@pytest.mark.parametrize("kind", ["fifo", "device", "large", "outside", "loop", "folder"])
def test_settings_that_are_no_file(tmp_path: Path, kind: str) -> None:
    root = Repo().write(tmp_path)
    _place(kind, root / ".sidekiq-gen.toml")
    done = command(root, "info")
    said = {**REASONS, "large": "is larger than 100 kB", "outside": "is a link out of the root"}
    said["device"] = said["outside"]
    assert (done.status, f".sidekiq-gen.toml {said[kind]}." in done.err) == (1, True)


def test_a_lockfile_of_somebody_else_above_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, own = tmp_path / "shared", tmp_path / "shared/own"
    own.mkdir(parents=True)
    (shared / "Gemfile.lock").write_text("GEM\n")
    owners = {shared / "Gemfile.lock": 4711, own: os.geteuid()}
    monkeypatch.setattr("sidekiq_gen.rails.lockfile._owner", lambda path: owners.get(path, 0))
    assert find_root(own) is None
    assert f"{shared}/Gemfile.lock belongs to somebody else" in no_lockfile(own).hint
    assert find_root(shared) == shared  # there it is what was asked for
    for owner in (0, os.geteuid()):
        owners[shared / "Gemfile.lock"] = owner
        assert find_root(own) == shared
    owners |= {shared / "Gemfile.lock": 4711, own: 4711}  # a repo that is mounted into a container
    assert find_root(own) == shared
