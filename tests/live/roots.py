"""The Ruby roots: three Debian releases, each with its Sidekiq and Rails, and releases overlaid on them.

A command runs in a mount namespace of its own: the root read-only, a folder of the caller at /app, overlays at
/overlay/0/lib and so on (Sidekiq's Rails engine takes the folder around lib for its root). The kernel takes the mounts
away with the process, so nothing needs unmounting, not even after a crash. The network is the machine's: loopback is
shared.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.gems import gem_version
from sidekiq_gen.sidekiq.throttled import pairing_error
from support.cache import cache_folder

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence

    from live.processes import Processes

SETUP = Path(__file__).with_name("setup")
STAMP = "sidekiq-gen-live"  # a file in the root: the hash of `setup`, then what dpkg says is installed
NAMES = {"bookworm": 6, "trixie": 7, "forky": 8}  # root -> the Sidekiq line it runs
MISSING = "no Ruby roots for the live tests: `make live-setup` makes them (root on Debian 12, a few minutes)"

ENTER = """
set -e
root=$1 app=$2 more=$3; shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$app" "$root/app"
mount -t tmpfs tmpfs "$root/overlay"
while [ "$more" -gt 0 ]; do
  more=$((more - 1))
  mkdir -p "$root/overlay/$2"
  mount --bind "$1" "$root/overlay/$2"
  shift 2
done
mount -o remount,bind,ro "$root"
exec chroot "$root" /usr/bin/env -i -C /app "$@"
"""


@dataclass(frozen=True)
class RubyRoot:
    """One finished root."""

    name: str
    path: Path
    packages: Mapping[str, str] = field(compare=False, repr=False)

    def version(self, package: str) -> str:
        """The upstream version of a Debian package, as `7.3.2`."""
        found = re.match(r"(?:\d+:)?([\d.]+)", self.packages[package])
        assert found, self.packages[package]
        return found[1].rstrip(".")


@dataclass(frozen=True)
class Variant:
    """A root with the releases laid over it; what a live test runs on."""

    root: RubyRoot
    sidekiq: str
    unique_jobs: str | None = None
    overlays: tuple[Path, ...] = ()
    throttled: str | None = None
    uniqueness: str | None = None

    def __str__(self) -> str:
        extra = f"+unique-jobs-{self.unique_jobs}" if self.unique_jobs else ""
        extra += f"+throttled-{self.throttled}" if self.throttled else ""
        extra += f"+activejob-uniqueness-{self.uniqueness}" if self.uniqueness else ""
        return f"{self.root.name}-{self.sidekiq}{extra}"

    @property
    def rails(self) -> str:
        """The version of Rails, as `7.2.2.2`."""
        return self.root.version("ruby-railties")

    def env(self, env: Mapping[str, str]) -> dict[str, str]:
        """The whole environment of a command in the root: `env`, and what every command has."""
        rubylib = ":".join(f"/overlay/{number}/lib" for number in range(len(self.overlays)))
        every = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "RUBYLIB": rubylib}  # noqa: S108 - of the root
        return every | dict(env)

    def command(
        self, argv: Sequence[str], *, app: Path, env: Mapping[str, str], folders: Mapping[str, Path] | None = None
    ) -> list[str]:
        """What to execute on the machine so that `argv` runs in the root, in /app, with `env` alone.

        `folders` are seen as well, by their names below /overlay.
        """
        enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "enter"]
        more = {f"{number}/lib": overlay for number, overlay in enumerate(self.overlays)} | dict(folders or {})
        places = [str(self.root.path), str(app), str(len(more))]
        places += [part for name, folder in more.items() for part in (str(folder), name)]
        return [*enter, *places, *(f"{name}={value}" for name, value in self.env(env).items()), *argv]

    def run(
        self, processes: Processes, argv: Sequence[str], *, app: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the root to its end; raises subprocess.TimeoutExpired."""
        return processes.run(self.command(argv, app=app, env=env), timeout=timeout)


def stamp() -> str:
    """The hash of what makes the roots."""
    return hashlib.sha256(SETUP.read_bytes()).hexdigest()


def find_roots() -> dict[str, RubyRoot]:
    """The finished, current roots by name; those that are missing or made by another `setup` are left out."""
    found = {}
    for name in NAMES:
        path = cache_folder() / "roots" / name
        note = path / STAMP
        lines = note.read_text(encoding="utf-8").splitlines() if note.exists() else []
        if lines and lines[0] == stamp():
            packages = dict(line.split(" ", 1) for line in lines[1:])
            found[name] = RubyRoot(name, path, packages)
    return found


def kept_folder(name: str, variant: Variant) -> Path:
    """A folder for what programs of the variant's root keep between runs; for the root as it is, and no older one."""
    every = cache_folder() / name / variant.root.name
    packages = hashlib.sha256((variant.root.path / STAMP).read_bytes()).hexdigest()[:16]
    own = every / packages
    if not own.is_dir():
        shutil.rmtree(every, ignore_errors=True)
        own.mkdir(parents=True, exist_ok=True)
    return own


def parse_overlay(text: str) -> tuple[str, tuple[Path, ...]]:
    """`6.5.12=DIR[:DIR...]` -> the version and the folders, absolute. Raises ValueError."""
    version, _, folders = text.partition("=")
    paths = tuple(Path(folder).resolve() for folder in folders.split(":") if folder)
    if not re.fullmatch(r"\d+(\.\w+)+", version) or not paths:
        raise ValueError(f"{text!r}: expected VERSION=DIR, as in 6.5.12=/src/sidekiq/lib")
    if gone := [path for path in paths if not path.is_dir()]:
        raise ValueError(f"{text!r}: no folder {gone[0]}")
    if above := [path for path in paths if (path / "lib").is_dir()]:
        raise ValueError(f"{text!r}: expected the folder {above[0] / 'lib'}")
    return version, paths


def variants(
    roots: Mapping[str, RubyRoot], sidekiq_libs: Sequence[str] = (), unique_jobs_libs: Sequence[str] = ()
) -> list[Variant]:
    """Each root as it is, each Sidekiq overlaid on the root of its line, and each of these with unique-jobs overlaid.

    sidekiq-unique-jobs 7.1 goes with Sidekiq 6, 8.0 to 8.0.10 with 7, 8.0.11 and later with 7 and 8 (their gemspecs).
    """
    plain = [Variant(root, root.version("ruby-sidekiq")) for root in roots.values()]
    for text in sidekiq_libs:
        version, paths = parse_overlay(text)
        line = int(version.split(".")[0])
        plain += [Variant(root, version, overlays=paths) for root in roots.values() if NAMES[root.name] == line]
    both = []
    for text in unique_jobs_libs:
        version, paths = parse_overlay(text)
        both += [
            Variant(under.root, under.sidekiq, version, (*under.overlays, *paths))
            for under in plain
            if NAMES[under.root.name] in _sidekiq_lines(version)
        ]
    return plain + both


def throttled_variants(plain: Sequence[Variant], throttled_libs: Sequence[str]) -> list[Variant]:
    """Each variant with each sidekiq-throttled overlaid that goes with its Sidekiq, 1.x not on 8, where it was new."""
    found = []
    for text in throttled_libs:
        version, paths = parse_overlay(text)
        fits = partial(pairing_error, gem_version(version))
        found += [
            Variant(under.root, under.sidekiq, None, (*under.overlays, *paths), version)
            for under in plain
            if not fits(gem_version(under.sidekiq)) and not (version < "2" and under.sidekiq >= "8")
        ]
    return found


def uniqueness_variants(plain: Sequence[Variant], uniqueness_libs: Sequence[str]) -> list[Variant]:
    """Each variant with each activejob-uniqueness overlaid that goes with its Redis.

    From 0.3 on it takes redlock 2, and with that redis-client, as Sidekiq 7 does (its gemspec).
    """
    found = []
    for text in uniqueness_libs:
        version, paths = parse_overlay(text)
        modern = gem_version(version) >= gem_version("0.3")
        found += [
            Variant(under.root, under.sidekiq, None, (*under.overlays, *paths), uniqueness=version)
            for under in plain
            if modern == (gem_version(under.sidekiq) >= gem_version("7"))
        ]
    return found


Scheduled = tuple[Variant, str, str]
"""A variant with a gem laid over that enqueues jobs on a schedule, its name and its version."""


def scheduled_variants(plain: Sequence[Variant], schedule_libs: Sequence[str]) -> list[Scheduled]:
    """Each variant with each of these overlaid (`sidekiq-cron-1.12.0=DIR:DIR`), as its gemspec allows."""
    found = []
    for text in schedule_libs:
        gem, _, rest = text.partition("=")[0].rpartition("-")
        version, paths = parse_overlay(text.removeprefix(f"{gem}-"))
        found += [
            (Variant(under.root, under.sidekiq, None, (*under.overlays, *paths)), gem, version)
            for under in plain
            if _schedules(gem, int(rest.partition(".")[0]), under.sidekiq)
        ]
    return found


def _schedules(gem: str, major: int, sidekiq: str) -> bool:
    """Whether a line of a gem goes with a Sidekiq. Source: the gemspecs of sidekiq-cron and sidekiq-scheduler."""
    release = gem_version(sidekiq)
    if gem == "sidekiq-cron":
        return release < gem_version("8") if major < 2 else release >= gem_version("6.5")
    low, high = {4: ("4", "7"), 5: ("6", "8"), 6: ("7.3", "9")}[major]
    return gem_version(low) <= release < gem_version(high)


def _sidekiq_lines(unique_jobs: str) -> tuple[int, ...]:
    release = tuple(int(part) for part in re.findall(r"\d+", unique_jobs)[:3])
    if release < (8,):
        return (6,)
    if release < (8, 0, 11):
        return (7,)
    return (7, 8) if release < (9,) else (8,)
