"""A small but real Rails app in a folder of its own: models, tables, helpers for specs, and whatever a test adds.

The folder `rails_app` beside this file is the app; what is copied out of it is private to one test.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live.databases import MariaDB, PostgreSQL
    from live.processes import Processes
    from live.services import Redis

TEMPLATE = Path(__file__).with_name("rails_app")
LOG = "log/rails.log"
WARNINGS = "log/warnings.jsonl"


@dataclass(frozen=True)
class App:
    """The folder, and where its data lives; both are the app's own."""

    folder: Path
    database_url: str
    redis_url: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def create(cls, processes: Processes, database: PostgreSQL | MariaDB, redis: Redis, **settings: str) -> App:
        """A fresh copy with an empty database and an empty Redis; `settings` go into its environment."""
        folder = processes.folder("app")
        shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
        (folder / LOG).parent.mkdir()
        return cls(folder, database.create_database(), redis.create_database(), settings)

    def write(self, files: Mapping[str, str]) -> None:
        """Put files into it: path below the app -> text."""
        for path, text in files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    def copy(self, folder: Path) -> None:
        """Lay a folder with app/, spec/, test/ ... over it."""
        shutil.copytree(folder, self.folder, dirs_exist_ok=True)

    def env(self, rails_env: str = "test") -> dict[str, str]:
        """The environment of every Ruby process of this app, inside the root."""
        return {
            "RAILS_ENV": rails_env,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "RAILS_LOG": f"/app/{LOG}",
            "LIVE_WARNINGS": f"/app/{WARNINGS}",
            **self.settings,
        }

    @property
    def rails_log(self) -> str:
        """What Rails has logged."""
        path = self.folder / LOG
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """What Ruby, Rails and Sidekiq have warned of since the specs were started last: the place, and the words."""
        path = self.folder / WARNINGS
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        entries = {(entry["place"], entry["message"]) for entry in map(json.loads, lines)}
        return sorted((place.partition(": ")[0], text) for place, text in entries)
