"""The tags of one gem's repository, and the lines of a file at a tag, read with git."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.gems import gem_version

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.sidekiq.versions import Version

# Older releases are not asked about.
FLOORS = {"sidekiq": "6.0.0", "sidekiq-unique-jobs": "6.0.0", "sidekiq-throttled": "0.15.0", "rails": "5.2.0"}

_TAG = re.compile(r"v[0-9]+(?:\.[0-9]+)+(?:\.(?:alpha|beta|pre|rc)\.?[0-9]*)?")


@dataclass(frozen=True)
class Repository:
    """A git directory, bare or ``.git``.

    floor: the oldest version that counts.
    """

    git_directory: Path
    floor: str
    _files: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def releases(self) -> tuple[str, ...]:
        """The versions that have a tag, from the floor on, by version and not by date.

        A pre-release counts only while there is no release of the same number.
        """
        versions = {tag[1:]: gem_version(tag[1:]) for tag in self._git("tag").split() if _TAG.fullmatch(tag)}
        final = {version.release for version in versions.values() if not version.is_prerelease}
        floor = gem_version(self.floor)

        def counts(version: Version) -> bool:
            return version >= floor and (not version.is_prerelease or version.release not in final)

        return tuple(sorted(filter(lambda text: counts(versions[text]), versions), key=versions.__getitem__))

    def lines(self, release: str, path: str) -> tuple[str, ...]:
        """The lines of a file at the tag of a release, without the spaces around; none when there is no such file."""
        known = self._files.get((release, path))
        if known is None:
            text = self._git("show", f"v{release}:{path}") if self._is_file(release, path) else ""
            known = self._files[release, path] = tuple(line.strip() for line in text.split("\n"))
        return known

    def places(self, release: str, line: str) -> tuple[str, ...]:
        """Where below any ``lib`` the same line stands at the tag of a release, as ``path:number``."""
        found = self._git("grep", "-n", "-I", "-F", "-e", line, f"v{release}", "--", "lib/*", "*/lib/*", may_fail=True)
        parts = (hit.split(":", 3) for hit in found.splitlines())
        return tuple(f"{path}:{number}" for _, path, number, text in parts if text.strip() == line)

    def _is_file(self, release: str, path: str) -> bool:
        return bool(self._git("ls-tree", "--name-only", f"v{release}", path))

    def _git(self, *arguments: str, may_fail: bool = False) -> str:
        command = ["git", "--git-dir", str(self.git_directory), *arguments]
        return subprocess.run(command, check=not may_fail, capture_output=True, encoding="utf-8").stdout
