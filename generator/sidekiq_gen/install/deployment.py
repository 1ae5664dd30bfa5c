"""What starts Sidekiq in files that no convention names: charts, templates, units, scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo

_NOT_DEPLOYED = frozenset(
    ".git app config coverage db doc docs lib log node_modules public spec storage test tmp vendor".split()
)
_NOT_READ = (".rb", ".rake", ".md", ".js", ".ts", ".lock", ".png", ".svg")
MAXIMUM_FILES = 2_000
MAXIMUM_SIZE = 200_000


def find_mention(repo: Repo, queue: str) -> str | None:
    """A file of the deployment that speaks of Sidekiq and of a queue: it may say who serves it."""
    word = re.compile(rb"(?<![\w./-])" + re.escape(queue).encode() + rb"(?![\w./-])")
    for path in _files(repo):
        data = repo.bytes_found(path) or b""
        if len(data) <= MAXIMUM_SIZE and b"sidekiq" in data.lower() and word.search(data):
            return path
    return None


def _files(repo: Repo) -> Iterator[str]:
    names = repo.names("")
    paths = [name for name in names if repo.is_file(name)]
    for name in names:
        if name not in _NOT_DEPLOYED and repo.is_folder(name) and len(paths) < MAXIMUM_FILES:
            paths += repo.files(name, "")
    yield from (path for path in paths[:MAXIMUM_FILES] if not path.endswith(_NOT_READ))
