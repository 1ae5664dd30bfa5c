"""What the Gemfile and its lock file say of the gems that a move concerns, and on which line."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING

from sidekiq_gen.rails.requirements import Asked, asked_of
from sidekiq_gen.reading import LOCKFILE, Unreadable, read_regular
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection

    from sidekiq_gen.rails.app import RailsApp

_GEMFILES = {"Gemfile.lock": "Gemfile", "gems.locked": "gems.rb"}


@dataclass(frozen=True)
class Bundle:
    """The gems of an app."""

    app: RailsApp

    def asked(self, gems: Collection[str]) -> tuple[Asked, ...]:
        """What is asked of some gems, by locked gems and by the Gemfile."""
        return tuple(asked_of(self._lock, gems))

    def place_of(self, gem: str) -> tuple[str | None, int | None]:
        """Where a gem is asked for: its line of the Gemfile, else its line of the lock file."""
        name = re.escape(gem)
        line = _line_of(rf"^[ \t]*gem[ \t(]+[\"']{name}[\"']", self._gemfile)
        if line:
            return self.gemfile, line
        return self.lockfile, _line_of(rf"^    {name} \(", self._lock)

    @cached_property
    def gemfile(self) -> str:
        """The path of the Gemfile."""
        folder, _, name = (self.lockfile or "Gemfile.lock").rpartition("/")
        return "/".join(part for part in (folder, _GEMFILES.get(name, "Gemfile")) if part)

    @cached_property
    def lockfile(self) -> str | None:
        """The path of the lock file, as seen from the root."""
        found = self.app.lockfile
        return os.path.relpath(found.path, self.app.root).replace(os.sep, "/") if found else None

    @cached_property
    def _gemfile(self) -> str:
        return self.app.repo.read(self.gemfile) or ""

    @cached_property
    def _lock(self) -> str:
        if self.app.lockfile is None:
            return ""
        try:
            return read_regular(self.app.lockfile.path, LOCKFILE).decode("utf-8-sig", "replace")
        except Unreadable:  # it was read a moment ago
            return ""


def _line_of(pattern: str, text: str) -> int | None:
    found = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else None
