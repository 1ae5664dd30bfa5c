"""Which Ruby files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo

# Nobody's own code, or nothing that runs.
_LEFT_OUT = frozenset("vendor node_modules tmp log public coverage storage sorbet rbi doc docs".split())
_NOWHERE = ("node_modules", "vendor", ".git", ".bundle")
_ENDINGS = (".rb", ".rake", ".ru")


def ruby_files(repo: Repo) -> Iterator[str]:
    """Yield the paths of the repo's own Ruby files; hidden folders and what others have written are left out."""
    for folder in repo.subfolders("."):
        if folder not in _LEFT_OUT:
            yield from repo.files(folder, _ENDINGS, [f"{folder}/{one}" for one in _LEFT_OUT], _NOWHERE)
