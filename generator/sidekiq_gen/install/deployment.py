"""What starts Sidekiq in files that no convention names: charts, templates, units, scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.reading import PROCESSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo

# Folders at the root that hold the app itself, or what it makes.
_NOT_DEPLOYED = frozenset("app config coverage db doc docs lib log public spec storage test tmp vendor".split())
_NEVER = frozenset({".git", "node_modules"})
_NOT_READ = (".rb", ".rake", ".md", ".js", ".ts", ".lock", ".png", ".svg", ".css", ".sql")
_OURS = ".sidekiq-gen"
MAXIMUM_DEPTH = 4
MAXIMUM_FILES = 2_000


def find_mention(repo: Repo, queue: str) -> str | None:
    """A file of the deployment that speaks of Sidekiq and of a queue: it may say who serves it."""
    word = re.compile(rf"(?<![\w./-]){re.escape(queue)}(?![\w./-])")
    for path in _files(repo):
        text = (repo.data(path, PROCESSES, note=False) or b"").decode("utf-8", "replace")
        if "sidekiq" in text.lower() and word.search(text):
            return path
    return None


def _files(repo: Repo) -> Iterator[str]:
    """The files that may be about it, those at the root first."""
    pending = [("", 0)]
    seen = 0
    while pending and seen < MAXIMUM_FILES:
        folder, depth = pending.pop(0)
        for name in repo.names(folder):
            path = f"{folder}{name}"
            if name in _NEVER or name.startswith(_OURS) or (depth == 0 and name in _NOT_DEPLOYED):
                continue
            if repo.is_file(path):
                seen += 1
                if not name.endswith(_NOT_READ):
                    yield path
            elif depth < MAXIMUM_DEPTH:
                pending.append((f"{path}/", depth + 1))
