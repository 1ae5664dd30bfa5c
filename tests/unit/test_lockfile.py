from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.errors import Refused
from sidekiq_gen.rails.lockfile import (
    LockedGem,
    Lockfile,
    find_lockfile,
    find_root,
    no_lockfile,
    parse_lockfile,
    read_lockfile,
)
from sidekiq_gen.sidekiq.gems import gem_version
from sidekiq_gen.sidekiq.versions import Version

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = Path("Gemfile.lock")
SMALL = """\
GEM
  remote: https://gems.example/
  specs:
    sidekiq (7.3.2)

DEPENDENCIES
  sidekiq
"""
EVERYTHING = """\
GIT
  remote: https://gems.example/unique.git
  revision: 0123456789abcdef
  specs:
    sidekiq-unique-jobs (8.0.10)
      sidekiq (>= 7.0.0, < 9.0.0)

PATH
  remote: vendor/gems/house
  specs:
    house_jobs (0.1.0)
      sidekiq (~> 7.0)

PLUGIN SOURCE
  remote: https://user:secret@gems.example/
  type: example
  specs:
    plugged (1.0.0)

GEM
  remote: https://user:secret@gems.example/
  specs:
    sidekiq-pro (7.3.1)
      sidekiq (>= 7.3.0, < 8)

GEM
  remote: https://gems.example/
  specs:
    pg (1.6.3)
    pg (1.6.3-aarch64-linux-musl)
    pg (1.6.3-x86_64-linux)
    rack (3.1.8)
    sidekiq (7.3.2)
      connection_pool (>= 2.3.0)
      rack (>= 2.2.4)

PLATFORMS
  aarch64-linux-musl
  ruby
  x86_64-linux

DEPENDENCIES
  house_jobs!
  pg (~> 1.6)
  sidekiq-pro (~> 7.2)!
  sidekiq-unique-jobs!

CHECKSUMS
  sidekiq (9.9.9) sha256=00
    sidekiq (9.9.8)

RUBY VERSION
   ruby 3.3.4p94

BUNDLED WITH
   2.5.3
"""


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_lockfile(text, PATH)
    assert caught.value.exit_status == 1
    return caught.value


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("6.5.12", "6.5.12"),
        ("8.1.3.1", "8.1.3.1"),
        ("1.6.3-x86_64-linux", "1.6.3"),
        ("1.6.3-aarch64-linux-musl", "1.6.3"),
        ("6.0.0.pre2", "6.0.0rc2"),
        ("6.0.0.rc.1", "6.0.0rc1"),
        ("2.0.0.beta3", "2.0.0b3"),
        ("8.2.0.alpha", "8.2.0a0"),
        ("9.0.0.alpha1", "9.0.0a1"),
        ("6.5.12.github1", "6.5.12a0"),
        ("1.2.3.abc", "1.2.3a0"),
        ("1.2.3.post1", "1.2.3a0"),
        ("1.2.3.r5", "1.2.3a0"),
        ("7", "7"),
    ],
)
def test_a_gem_version(text: str, version: str) -> None:
    assert gem_version(text) == Version(version)
    assert gem_version(text).is_prerelease == any(letter.isalpha() for letter in text.partition("-")[0])


@pytest.mark.parametrize("text", ["", "abc", "v7.0", ".7", "-linux", "~> 7.0", ">= 1", "1" * 5000, "\u0661.2"])
def test_no_version_of_a_gem(text: str) -> None:
    with pytest.raises(ValueError, match="no version of a gem"):
        gem_version(text)


def test_everything_in_one_file() -> None:
    lockfile = parse_lockfile(EVERYTHING, PATH)

    assert lockfile == Lockfile(
        path=PATH,
        gems={
            "sidekiq-unique-jobs": LockedGem("sidekiq-unique-jobs", Version("8.0.10"), "8.0.10", "git", ("sidekiq",)),
            "house_jobs": LockedGem("house_jobs", Version("0.1.0"), "0.1.0", "path", ("sidekiq",)),
            "sidekiq-pro": LockedGem("sidekiq-pro", Version("7.3.1"), "7.3.1", "gem", ("sidekiq",)),
            "pg": LockedGem("pg", Version("1.6.3"), "1.6.3", "gem", ()),
            "rack": LockedGem("rack", Version("3.1.8"), "3.1.8", "gem", ()),
            "sidekiq": LockedGem("sidekiq", Version("7.3.2"), "7.3.2", "gem", ("connection_pool", "rack")),
        },
        dependencies=frozenset({"house_jobs", "pg", "sidekiq-pro", "sidekiq-unique-jobs"}),
        ruby_version="3.3.4p94",
    )
    assert lockfile.required_by("sidekiq") == ("sidekiq-unique-jobs", "house_jobs", "sidekiq-pro")
    assert lockfile.required_by("pg") == ()
    assert lockfile.get("plugged") is None
    assert lockfile.is_direct("sidekiq-pro")
    assert not lockfile.is_direct("sidekiq")


def test_a_requirement_is_no_version() -> None:
    text = SMALL.replace("    sidekiq (7.3.2)\n", "    cron (1.0)\n      sidekiq (7.0.0)\n      sidekiq (~> 6.0)\n")

    lockfile = parse_lockfile(text, PATH)

    assert lockfile.get("sidekiq") is None
    assert lockfile.is_direct("sidekiq")
    assert lockfile.required_by("sidekiq") == ("cron",)


def test_the_requirements_of_every_platform_count() -> None:
    text = SMALL + "\nGEM\n  specs:\n    a (1.0)\n      b\n    a (1.0-java)\n      b\n      c (>= 1)\n"

    assert parse_lockfile(text, PATH).gems["a"] == LockedGem("a", Version("1.0"), "1.0", "gem", ("b", "c"))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + SMALL,
        SMALL.replace("\n", "\r\n"),
        SMALL.rstrip("\n"),
        SMALL + "\nRUBY VERSION\n  ruby 4.0.0\n\nBUNDLED WITH\n  4.0.3\n",
        SMALL + "\nSOMETHING NEW\n    sidekiq (1.0.0)\n",
        SMALL.replace("    sidekiq (7.3.2)", "    sidekiq (7.3.2)\n    odd (abc)\n      sidekiq"),
    ],
    ids=["bom", "crlf", "no-final-newline", "bundler-4", "unknown-section", "gem-without-a-version"],
)
def test_a_quirk_changes_nothing(text: str) -> None:
    lockfile = parse_lockfile(text, PATH)

    assert lockfile.gems == parse_lockfile(SMALL, PATH).gems
    assert lockfile.dependencies == {"sidekiq"}


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("RUBY VERSION\n   ruby 3.2.2p53\n", "3.2.2p53"),
        ("RUBY VERSION\n  ruby 4.0.0\n", "4.0.0"),
        ("RUBY VERSION\n   ruby 2.5.7p206 (jruby 9.2.11.1)\n", "2.5.7p206"),
        ("GEM\n", None),
    ],
)
def test_the_ruby_version(text: str, version: str | None) -> None:
    assert parse_lockfile(text, PATH).ruby_version == version


@pytest.mark.parametrize(
    ("marker", "line"),
    [("<<<<<<< HEAD", 4), ("=======", 4), (">>>>>>> theirs", 4), ("||||||| base", 4), ("<<<<<<<", 4)],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_conflict_markers_are_refused(marker: str, line: int, newline: str) -> None:
    text = SMALL.replace("    sidekiq", f"{marker}\n    sidekiq").replace("\n", newline)

    error = refusal(text)

    assert error.code == "lockfile-conflict"
    assert error.message == f"Gemfile.lock has merge conflict markers (line {line})."


@pytest.mark.parametrize(
    "text", ["", "\n\n", "hello", "source 'https://gems.example/'\ngem 'sidekiq'\n", "GEM\n\0", "{}"]
)
def test_what_is_no_lockfile(text: str) -> None:
    error = refusal(text)

    assert error.code == "not-a-lockfile"
    assert error.message == "Gemfile.lock is not a lock file of Bundler."


@pytest.mark.parametrize("data", [b"\xff\xfeG\0E\0M\0", b"GEM\n\xff\n", bytes(range(256))])
def test_bytes_that_are_no_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "Gemfile.lock"
    path.write_bytes(data)

    with pytest.raises(Refused) as caught:
        read_lockfile(path)

    assert caught.value.code == "not-a-lockfile"


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "Gemfile.lock").mkdir()
    (tmp_path / "gems.locked").symlink_to(tmp_path / "gone")

    for name, reason in {
        "Gemfile.lock": "is a folder",
        "gems.locked": "cannot be read: No such file or directory",
    }.items():
        with pytest.raises(Refused) as caught:
            read_lockfile(tmp_path / name)
        assert caught.value.code == "lockfile-unreadable"
        assert caught.value.message == f"{tmp_path / name} {reason}."


def test_no_message_tells_a_remote() -> None:
    for text in (EVERYTHING.replace("CHECKSUMS", "<<<<<<< HEAD"), EVERYTHING + "\0"):
        error = refusal(text)
        assert "secret" not in f"{error.message} {error.hint} {error!r}"


def test_reading_a_file_gives_what_parsing_gives(tmp_path: Path) -> None:
    path = tmp_path / "Gemfile.worker.lock"
    path.write_bytes(b"\xef\xbb\xbf" + EVERYTHING.encode())

    assert read_lockfile(path) == parse_lockfile(EVERYTHING, path)


def test_gemfile_lock_comes_before_gems_locked(tmp_path: Path) -> None:
    assert find_lockfile(tmp_path) is None
    (tmp_path / "gems.locked").write_text(SMALL)
    assert find_lockfile(tmp_path) == tmp_path / "gems.locked"
    (tmp_path / "Gemfile.lock").write_text(SMALL)
    assert find_lockfile(tmp_path) == tmp_path / "Gemfile.lock"


def test_the_nearest_folder_upwards_is_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "outer" / "inner" / "app" / "models"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / "Gemfile.lock").write_text(SMALL)
    (tmp_path / "outer" / "inner" / "gems.locked").write_text(SMALL)

    assert find_root(inner) == tmp_path / "outer" / "inner"
    assert find_lockfile(tmp_path / "outer" / "inner") == tmp_path / "outer" / "inner" / "gems.locked"
    assert find_root(tmp_path / "outer") == tmp_path / "outer"
    monkeypatch.chdir(inner)
    assert find_root(Path()) == tmp_path / "outer" / "inner"


def test_without_a_lockfile_those_of_a_monorepo_are_named(tmp_path: Path) -> None:
    for folder in ("web", "services/billing", "node_modules/x", ".hidden", "a/b/too_deep"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "Gemfile.lock").write_text(SMALL)

    error = no_lockfile(tmp_path)

    assert error.code == "no-lockfile"
    assert error.message == f"Neither Gemfile.lock nor gems.locked was found in {tmp_path} or above it."
    assert error.hint == ("There is web/Gemfile.lock, services/billing/Gemfile.lock: run it there, or give --root web.")


def test_without_any_lockfile_the_flags_are_named(tmp_path: Path) -> None:
    assert no_lockfile(tmp_path).hint == "Run it inside a Rails repo, or give --root, --lockfile or --sidekiq-version."


@pytest.mark.parametrize(
    "piece",
    [
        "    sidekiq (7.3.2)\n",
        "    " + "a" * 999 + "\n",
        "    sidekiq (((((((((((((((((((",
        "      sidekiq (>= 1, ",
        "<<<<<< ",
        "=",
        "(",
        "-",
        "    a (" + "1." * 400 + ")\n",
        "\n",
        " ",
    ],
)
def test_reading_takes_linear_time(piece: str) -> None:
    def seconds(characters: int) -> float:
        """Of this process alone, so that others on the machine do not count; the best of several."""
        text = "GEM\n  specs:\n" + piece * (characters // len(piece))
        return min(_processor_time(lambda: parse_lockfile(text, PATH)) for _ in range(5))

    once, twice, four_times = (seconds(characters) for characters in (50_000, 100_000, 200_000))

    # Twice the text takes twice the time, not four times.
    assert min(twice / once, four_times / twice) < 3


def _processor_time(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started
